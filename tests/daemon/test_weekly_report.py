"""The weekly report: once a week, on its first business day, whatever happened in between."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from monitor import digest, tables
from monitor.digest import report
from monitor.promises.quiet import quiet
from monitor.promises.statistics import Made, decide_on, enter_statistics
from monitor.registry.apply import set_fields
from monitor.registry.roster import roster

MONDAY = datetime(2026, 9, 7, 0, 30, tzinfo=UTC)  #: 09:30 in Tokyo
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def keys() -> list[str]:
    return sorted(notice.key for notice in await tables.Notice.filter(kind="digest"))


async def test_a_week_has_one_report_on_its_first_business_day(applied):
    for hours in range(7 * 24):
        await report(MONDAY + hours * HOUR)
    assert await keys() == ["d/digest/group/2026-09-07"]
    await report(MONDAY + 7 * DAY)
    assert await keys() == ["d/digest/group/2026-09-07", "d/digest/group/2026-09-14"]


async def test_no_report_leaves_at_night_or_on_a_closed_day(applied):
    await set_fields("group", "group", {"extra_closed": ["2026-09-07"]}, MONDAY - 30 * DAY)
    for at in (MONDAY - DAY, MONDAY - 2 * HOUR, MONDAY, MONDAY + 20 * HOUR):
        await report(at)
    assert await keys() == []
    await report(MONDAY + DAY)
    assert await keys() == ["d/digest/group/2026-09-07"]


async def test_a_report_missed_while_we_were_away_is_made_later_in_the_week(applied):
    await report(MONDAY + 3 * DAY)
    assert await keys() == ["d/digest/group/2026-09-07"]


@pytest.mark.parametrize("kill", ["before", "within"])
async def test_a_crash_in_between_loses_no_report_and_makes_none_twice(applied, monkeypatch, kill):
    real = digest.tell

    async def dies(notices) -> None:
        if kill == "within":
            await real(notices)
        raise RuntimeError("killed")

    with monkeypatch.context() as killed:
        killed.setattr(digest, "tell", dies)
        with pytest.raises(RuntimeError, match="killed"):
            await report(MONDAY)
    assert await keys() == []
    for minutes in range(5):
        await report(MONDAY + timedelta(minutes=minutes))
    assert await keys() == ["d/digest/group/2026-09-07"]


async def test_a_clock_that_is_set_back_makes_no_second_report(applied):
    for at in (MONDAY, MONDAY - HOUR, MONDAY, MONDAY - 7 * DAY, MONDAY):
        await report(at)
    assert await keys() == ["d/digest/group/2026-09-07"]


async def test_statistics_that_wait_for_their_sign_off_are_reported_until_somebody_has_decided(applied):
    made = Made("S-2026-1", "Readers by age", "Counts by decade", 30, "A reviewer", company="impress")
    row = await enter_statistics(made, MONDAY - 2 * DAY, "person/1")
    await report(MONDAY)
    assert await keys() == ["d/digest/group/2026-09-07", "d/digest/impress/2026-09-07"]
    told = await tables.Notice.get(key="d/digest/impress/2026-09-07")
    assert [(line["ref"], line["on"]) for line in told.data["statistics"]] == [("S-2026-1", "2026-09-05")]
    await decide_on(row.id, "signed-off", "", MONDAY, "person/1")
    await report(MONDAY + 7 * DAY)
    assert await keys() == ["d/digest/group/2026-09-07", "d/digest/group/2026-09-14", "d/digest/impress/2026-09-07"]


async def test_a_report_counts_what_old_records_lack_until_the_day_on_which_reminders_of_it_begin(applied):
    await set_fields(
        "engagement", "dm", {"contract": {"signed_on": "2020-09-01", "clauses": [1, 2, 3, 4, 5, 6]}}, MONDAY
    )
    await tables.Engagement.filter(key="dm").update(first_seen_at=MONDAY - 10 * DAY)
    await report(MONDAY)
    notice = await tables.Notice.get(key="d/digest/group/2026-09-07")
    assert notice.data["lacking"] == {"points": 2, "works": 1, "on": "2026-11-26"}  # clauses 7 and 8
    present, first = await roster(), date(2026, 11, 26)
    assert await quiet("impress", present, first - DAY) is not None
    assert await quiet("impress", present, first) is None
    assert await quiet("sister", present, first - DAY) is None
