"""When looks happen: flat over their interval, soon for what is new or was missed, sooner where a change is confirmed."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

from beat import GOOD, MINUTE, NOON, found, party, url, watch
from hypothesis import given
from hypothesis import strategies as st

from checks.contract import Look, Verdict
from monitor import patrol, tables
from monitor.patrol import AGAIN_AFTER, Patrol, next_look, soon, turn_of

HOUR = timedelta(hours=1)
VERDICTS = st.sampled_from([GOOD, found(), Look(Verdict.UNKNOWN)])


def thing(every: int, party: str = "p", **fields) -> SimpleNamespace:
    return SimpleNamespace(party_id=party, url="https://www.p.example/", check_kind="tls", every=every, **fields)


@given(every=st.integers(300, 86_400 * 7), parties=st.integers(0, 10_000), seconds=st.integers(0, 10**6))
def test_what_is_new_is_looked_at_within_the_hour_or_its_own_interval(every, parties, seconds):
    at = NOON + timedelta(seconds=seconds)
    found = soon(thing(every, f"p{parties}"), at)
    assert at < found <= at + min(timedelta(seconds=every), HOUR)


@given(
    verdict=VERDICTS,
    settled=st.sampled_from([None, "pass", "fail"]),
    fails=st.integers(0, 3),
    passes=st.integers(0, 3),
    confirm=st.integers(1, 4),
)
def test_a_change_is_looked_at_again_soon_until_it_is_confirmed_and_never_later_than_its_turn(
    verdict, settled, fails, passes, confirm
):
    subject = thing(86_400, settled=settled, fails=fails, passes=passes)
    at = NOON
    again = next_look(subject, verdict, at, confirm)
    failing = verdict.verdict == "fail" and settled != "fail" and fails + 1 < confirm
    recovering = verdict.verdict == "pass" and settled == "fail" and passes + 1 < confirm
    regular = turn_of(subject, at)
    assert again == (min(regular, at + AGAIN_AFTER) if failing or recovering else regular)


async def test_a_thousand_new_endpoints_make_no_burst_after_a_start(make):
    beat = make(availability=MINUTE * 5, tls=HOUR * 6)
    await beat.apply(*(party(number) for number in range(400)))
    assert await beat.patrol.walk(NOON, 1000) == 0
    turns = await tables.Watch.all().values_list("check_kind", "next_at")
    often = Counter((at - NOON) // MINUTE for kind, at in turns if kind == "availability")
    seldom = Counter((at - NOON) // (10 * MINUTE) for kind, at in turns if kind == "tls")
    assert len(turns) == 800
    assert (len(often), len(seldom)) == (5, 6)
    assert max(often.values()) < 2 * 400 / 5
    assert max(seldom.values()) < 2 * 400 / 6


async def test_after_a_night_away_what_was_missed_is_spread_over_the_hour_and_nothing_is_forgotten(make):
    beat = make(availability=MINUTE * 5, tls=HOUR * 24)
    await beat.apply(*(party(number) for number in range(100)))
    await beat.due(NOON)
    morning = NOON + timedelta(hours=20)
    begun = Patrol(beat.probe, beat.looks)
    assert await begun.walk(morning, 1000) == 0
    at, seen, most = morning, 0, 0
    while at <= morning + HOUR:
        at += 2 * MINUTE
        now = await begun.walk(at, 1000)
        seen, most = seen + now, max(most, now)
    assert await tables.Watch.filter(last_at=None).count() == 0
    assert most < 100


async def test_what_is_late_because_we_are_slow_keeps_its_place(beat):
    """Only a beginning forgives: a patrol that runs behind would otherwise put everything off for ever."""
    await beat.apply(*(party(number) for number in range(6)))
    await beat.walk(NOON)
    await beat.due(NOON)
    assert [await beat.patrol.walk(NOON + HOUR, 2) for _ in range(3)] == [2, 2, 2]


async def test_more_new_endpoints_than_one_walk_adopts_are_adopted_by_the_next(beat, monkeypatch):
    monkeypatch.setattr(patrol, "ADOPTED", 4)
    await beat.apply(*(party(number) for number in range(10)))
    for _ in range(4):
        await beat.patrol.walk(NOON, 10)
    assert await tables.Watch.filter(next_at=None).count() == 0


async def test_the_checks_of_an_endpoint_with_one_rhythm_look_together(make):
    beat = make(tls=HOUR * 6, headers=HOUR * 6)
    await beat.apply(party(0), party(1))
    await beat.walk(NOON)
    turns = {(row.url, row.next_at) for row in await tables.Watch.all()}
    assert {address for address, _ in turns} == {url(0), url(1)}
    assert len(turns) == 2


async def test_a_shorter_interval_holds_at_once(make):
    beat = make(tls=HOUR * 24)
    await beat.apply(party(0))
    await beat.walk(NOON)
    hurried = party(0).replace("tell_vendor", 'every = "5m"\n  tell_vendor')
    await beat.apply(hurried)
    await beat.patrol.walk(NOON, 10)
    found = await watch(kind="tls")
    assert NOON < found.next_at <= NOON + 5 * MINUTE
