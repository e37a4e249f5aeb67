"""What cannot be assessed for a week is ours to look into: shown, reported, never told to the party, never its failure."""

from __future__ import annotations

from datetime import timedelta

from beat import GOOD, NOON, found, lines, open_cases, party, served, url

from checks.contract import Look, Verdict
from monitor import tables
from monitor.board import board
from monitor.digest import report
from monitor.escalation import advance

DAY = timedelta(days=1)
AWAY = Look(Verdict.UNKNOWN, reason="refused-monitor")


async def turned_away(beat, days: int, look=AWAY):
    """Looked at once a day, and never answered; the instant of the last look."""
    await beat.apply(party(0), engagements=[served(0), served(0, "sister")])
    await sees(beat, look, NOON)
    for day in range(1, days + 1):
        await sees(beat, look, NOON + day * DAY)
    return NOON + days * DAY


async def sees(beat, look, at) -> None:
    beat.looks["availability"].says[url(0)] = look
    await beat.walk(at)


async def ours() -> list[tuple[str, int, bool]]:
    return [(row.rule, row.severity, row.closed_at is None) for row in await tables.FindingRow.all().order_by("id")]


async def test_a_week_of_not_being_assessed_is_one_low_finding(beat):
    await turned_away(beat, 6)
    assert await ours() == []
    await sees(beat, AWAY, NOON + 7 * DAY)
    await sees(beat, AWAY, NOON + 8 * DAY)
    assert await ours() == [("availability.not-assessed", 1, True)]
    assert [line["data"]["reason"] for line in await lines("watch.not-assessed")] == ["refused-monitor"]


async def test_it_is_no_case_and_nobody_is_told(beat):
    at = await turned_away(beat, 9)
    await advance(at)
    assert (await tables.Case.all().count(), await tables.Notice.all().count()) == (0, 0)


async def test_it_stands_on_the_board_of_each_company_and_is_no_trouble(beat):
    at = await turned_away(beat, 8)
    rows = await board(at)
    assert [(row["company"], row["state"], row["trouble"], row["days"]) for row in rows] == [
        ("impress", "not-assessed", False, 8),
        ("sister", "not-assessed", False, 8),
    ]
    assert [row["company"] for row in await board(at, "sister")] == ["sister"]


async def test_who_is_concerned_is_asked_once_for_all_of_them(beat, monkeypatch):
    await beat.apply(*map(party, range(3)), engagements=[served(0), served(1), served(2, "sister")])
    for day in range(9):
        beat.looks["availability"].says = {url(number): AWAY for number in range(3)}
        await beat.walk(NOON + day * DAY)
    asked, filtered = [], tables.Engagement.filter
    monkeypatch.setattr(tables.Engagement, "filter", lambda **which: (asked.append(which), filtered(**which))[1])
    rows = await board(NOON + 8 * DAY)
    assert [row["company"] for row in rows] == ["impress", "impress", "sister"]
    assert len([which for which in asked if which.keys() & {"party_id", "party_id__in"}]) == 1


async def test_it_stands_in_the_weekly_report_beside_the_findings_and_not_among_them(beat):
    at = await turned_away(beat, 12)  # a Monday
    await report(at)
    weeks = [row.data for row in await tables.Notice.filter(kind="digest")]
    assert [(week["findings"], [line["company"] for line in week["unassessed"]]) for week in weeks] == [
        ([], ["impress", "sister"])
    ]


async def test_one_look_that_can_judge_ends_it_and_the_week_begins_anew(beat):
    for look in (GOOD, found()):
        at = await turned_away(beat, 8)
        await sees(beat, look, at + DAY)
        assert (await ours())[-1] == ("availability.not-assessed", 1, False)
        await sees(beat, AWAY, at + 2 * DAY)
        await sees(beat, AWAY, at + 8 * DAY)
        assert not any(is_open for *_, is_open in await ours())
        await tables.FindingRow.all().delete()
        await tables.Watch.all().update(unknown_since=None)


async def test_a_failing_check_that_can_no_longer_be_assessed_keeps_its_case(beat):
    await beat.apply(party(0), engagements=[served(0)])
    beat.looks["availability"].says[url(0)] = found()
    at = await beat.walks(2, NOON)
    for day in range(9):
        await sees(beat, AWAY, at + day * DAY)
    assert [case.closed_at for case in await open_cases()] == [None]
    assert ("availability.not-assessed", 1, True) in await ours()
