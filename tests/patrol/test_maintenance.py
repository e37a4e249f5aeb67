"""What a party announces it may do: looks go on and are kept, a failure opens nothing, and what still fails after counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from beat import GOOD, MINUTE, NOON, bare, found, open_cases, party, served, url, watch

from monitor import tables
from monitor.mistakes import Invalid
from monitor.patrol import turn_of
from monitor.registry.export import export
from monitor.registry.format import Maintenance, Party
from monitor.registry.read import read

TOKYO = ZoneInfo("Asia/Tokyo")
HOUR = timedelta(hours=1)
TODAY = 'from = 2026-09-02T11:00:00+09:00\n  until = 2026-09-02T13:00:00+09:00\n  why = "new servers"'  #: around NOON


def working(window: str = TODAY, more: str = "") -> str:
    return party(0, more=f"  [[party.maintenance]]\n  {window}\n{more}")


def window(**said) -> Maintenance:
    return Maintenance.model_validate({"why": "patches", **said})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


async def begins(beat, toml: str) -> None:
    await beat.apply(toml, engagements=[served(0)])
    beat.looks["availability"].says[url(0)] = found()


async def test_failures_while_a_party_works_open_no_case_and_are_kept_and_marked(beat):
    await begins(beat, working())
    await beat.walks(4, NOON)
    assert await open_cases().count() == 0
    assert [(row.verdict, row.reason) for row in await tables.LookRow.all()] == [("fail", "maintenance")] * 4
    assert await tables.FindingRow.all().count() == 0


async def test_what_still_fails_when_the_work_should_be_done_counts_from_then(beat):
    await begins(beat, working())
    await beat.walks(3, NOON)
    await beat.walk(NOON + HOUR)
    assert await open_cases().count() == 0
    await beat.walk(NOON + HOUR + 10 * MINUTE)
    assert [case.opened_at for case in await open_cases()] == [NOON + HOUR + 10 * MINUTE]


async def test_a_failure_before_the_work_does_not_count_with_one_after_it(beat):
    await begins(beat, working())
    for when in (NOON - 61 * MINUTE, NOON, NOON + HOUR):
        await beat.walk(when)
    assert await open_cases().count() == 0


async def test_a_site_under_maintenance_is_looked_at_no_more_often_than_usual(beat):
    await begins(beat, working())
    await beat.walk(NOON)
    row = await watch()
    assert row.next_at == turn_of(row, NOON)


async def test_passing_within_the_work_is_passing(beat):
    await beat.apply(party(0), engagements=[served(0)])
    beat.looks["availability"].says[url(0)] = found()
    await beat.walks(2, NOON - 3 * HOUR)
    assert await open_cases().count() == 1
    await beat.apply(working(), engagements=[served(0)])
    beat.looks["availability"].says[url(0)] = GOOD
    await beat.walks(2, NOON)
    assert await open_cases().count() == 0


async def test_work_on_one_address_excuses_no_other(beat):
    other = f"{url(0)}shop"
    toml = working(f'{TODAY}\n  urls = ["{other}"]', f'  [[party.endpoint]]\n  url = "{other}"\n')
    await begins(beat, toml)
    beat.looks["availability"].says[other] = found()
    await beat.walks(2, NOON)
    assert [case.url for case in await open_cases()] == [url(0)]


@pytest.mark.parametrize(
    ("when", "covered"),
    [
        ("2026-09-06T01:59", False),
        ("2026-09-06T02:00", True),
        ("2026-09-06T04:59", True),
        ("2026-09-06T05:00", False),
        ("2026-09-05T03:00", False),
    ],
)
def test_a_weekly_window_holds_on_its_day_between_its_times(when, covered):
    assert window(day="sun", **{"from": "02:00", "until": "05:00"}).covers("u", at(when), TOKYO) is covered


@pytest.mark.parametrize(
    ("when", "covered"),
    [
        ("2026-09-05T22:59", False),
        ("2026-09-05T23:00", True),
        ("2026-09-06T01:59", True),
        ("2026-09-06T02:00", False),
        ("2026-09-06T23:30", False),
        ("2026-09-05T01:00", False),
    ],
)
def test_a_weekly_window_may_go_past_midnight(when, covered):
    assert window(day="sat", **{"from": "23:00", "until": "02:00"}).covers("u", at(when), TOKYO) is covered


def test_weekly_times_are_those_of_the_party():
    facts = {"key": "p", "name": "P", "contacts": ["a@p.example"]}
    weekly = {"day": "sun", "from": "02:00", "until": "05:00", "why": "patches"}
    abroad = Party.model_validate({**facts, "timezone": "America/New_York", "maintenance": [weekly]})
    at_home = Party.model_validate({**facts, "maintenance": [weekly]})
    instant = datetime(2026, 9, 6, 3, tzinfo=ZoneInfo("America/New_York"))
    assert (abroad.works_on("u", instant, TOKYO), at_home.works_on("u", instant, TOKYO)) == (True, False)


@pytest.mark.parametrize(
    "wrong",
    [
        'from = "02:00"\nuntil = "05:00"\nwhy = "x"',
        'day = "sun"\nfrom = 2026-09-06T02:00:00+09:00\nuntil = 2026-09-06T05:00:00+09:00\nwhy = "x"',
        'from = 2026-09-06T02:00:00+09:00\nuntil = "05:00"\nwhy = "x"',
        'from = 2026-09-06T05:00:00+09:00\nuntil = 2026-09-06T02:00:00+09:00\nwhy = "x"',
        'from = 2026-09-06T05:00:00+09:00\nuntil = 2026-12-06T02:00:00+09:00\nwhy = "x"',
        'from = 2026-09-06T02:00:00\nuntil = 2026-09-06T05:00:00\nwhy = "x"',
        'day = "someday"\nfrom = "02:00"\nuntil = "05:00"\nwhy = "x"',
        'day = "sun"\nfrom = "25:00"\nuntil = "05:00"\nwhy = "x"',
        'day = "sun"\nfrom = "02:00"\nuntil = "02:00"\nwhy = "x"',
        'day = "sun"\nfrom = "02:00"\nuntil = "05:00"',
        'day = "sun"\nfrom = "02:00"\nuntil = "05:00"\nwhy = "x"\nurls = ["https://elsewhere.example/"]',
        'day = "sun"\nbegins = "02:00"\nuntil = "05:00"\nwhy = "x"',
    ],
)
def test_a_window_that_cannot_be_meant_is_refused_in_words(wrong, tmp_path):
    file = tmp_path / "registry.toml"
    file.write_text(f"{bare(0)}\n[[party.maintenance]]\n{wrong}\n", encoding="utf-8")
    with pytest.raises(Invalid) as refused:
        read([file])
    assert all("party" in one.place and "documentation" not in one.remedy.in_("en") for one in refused.value.mistakes)


async def test_an_exported_window_is_the_same_when_it_is_read_again(beat, tmp_path):
    weekly = 'day = "sun"\n  from = "02:00"\n  until = "05:00"\n  why = "patches"'
    await beat.apply(working(f"{TODAY}\n  [[party.maintenance]]\n  {weekly}"), engagements=[served(0)])
    file = tmp_path / "exported.toml"
    file.write_text(await export(), encoding="utf-8")
    before, after = [Party.model_validate(row.spec) for row in await tables.Party.all()], read([file]).entries["party"]
    assert [one.entry for one in after.values()] == before
    assert len(before[0].maintenance) == 2
