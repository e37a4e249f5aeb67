"""What the weekly report says of looks beside the open cases: what is silent of them, and what no case ever tells of."""

from __future__ import annotations

from datetime import timedelta

from beat import GOOD, NOON, found, party, served, url

from monitor import tables
from monitor.cases import Mute, mute
from monitor.digest import report
from monitor.registry.roster import roster

DAY = timedelta(days=1)
MONDAY = NOON + 5 * DAY


async def week() -> dict:
    """What the group's report of that Monday says."""
    await report(MONDAY)
    return (await tables.Notice.get(kind="digest", company_id=None)).data


async def fared(number: int, *days: tuple[int, int]) -> None:
    """On so many days before that Monday, so many looks of that party passed and so many failed."""
    watch, calendar = await tables.Watch.get(url=url(number)), (await roster()).calendar
    for before, (passes, fails) in enumerate(days, 1):
        counts = {"looks": passes + fails, "passes": passes, "fails": fails, "unknowns": 0}
        await tables.LookDay.create(watch_id=watch.id, day=calendar.day_of(MONDAY - before * DAY), **counts)


async def test_what_fails_now_and_then_and_is_never_confirmed_is_told_once_a_week(beat):
    await beat.apply(*map(party, range(4)), engagements=map(served, range(4)))
    beat.looks["availability"].says[url(3)] = found()
    at = await beat.walks(2, NOON)
    beat.looks["availability"].says[url(3)] = GOOD
    await beat.walks(2, at)
    await tables.Watch.filter(url=url(0)).update(settled=None)  # by turns since it was first seen
    await fared(0, (150, 40), (100, 100))
    await fared(1, (260, 28), (280, 8))
    await fared(2, (4, 4))
    await fared(3, (100, 100))
    told = (await week())["unsteady"]
    assert [(line["party"], line["fails"], line["looks"]) for line in told] == [("party-0", 140, 390)]


async def test_a_finding_that_is_silent_for_now_says_why(beat):
    await beat.apply(*map(party, range(2)), engagements=map(served, range(2)))
    beat.looks["availability"].says = {url(0): found(), url(1): found()}
    at = await beat.walks(2, NOON)
    case = await tables.Case.get(url=url(0))
    await mute(case.id, at, "person/1", Mute((await roster()).calendar.end_of(MONDAY.date()), "Known."))
    await tables.Case.filter(url=url(1)).update(closes_at=MONDAY + DAY)
    told = {line["url"]: (line.get("muted"), line.get("passes", False)) for line in (await week())["findings"]}
    assert told == {url(0): (MONDAY.date().isoformat(), False), url(1): (None, True)}
