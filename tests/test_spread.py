"""The cost of looking: turns spread evenly, results written together, what is due found without a search."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.contract import Look, Verdict
from monitor import tables
from monitor.cases import Seen, take
from monitor.headway import HEADWAY, Row
from monitor.patrol import FEW, MEMORY, Suspicion, spread
from monitor.registry.roster import roster
from monitor.tables.store import connection

FIRST, LAST = datetime(2026, 1, 1), datetime(2036, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone itself
INSTANTS = st.datetimes(FIRST, LAST, timezones=st.just(UTC))
GROUP = {"name": "Group", "timezone": "Asia/Tokyo", "privacy_office": ["privacy-office@group.example"]}


@given(key=st.text(max_size=40), every=st.integers(1, 86400), after=INSTANTS)
def test_the_next_turn_lies_ahead_and_no_more_than_an_interval(key, every, after):
    turn = spread(key, every, after)
    assert after < turn <= after + timedelta(seconds=every)


@given(key=st.text(max_size=40), every=st.integers(1, 86400), after=INSTANTS, early=st.floats(0, 0.999))
def test_a_turn_does_not_depend_on_when_it_is_asked_for(key, every, after, early):
    turn = spread(key, every, after)
    between = turn - (turn - after) * early
    assert spread(key, every, min(between, turn - timedelta(milliseconds=1))) == turn
    assert spread(key, every, turn) == turn + timedelta(seconds=every)


def test_no_second_has_many_more_turns_than_another():
    after = datetime(2026, 11, 22, tzinfo=UTC)
    turns = [spread(f"party-{number} https://www.party-{number}.example/", 20, after) for number in range(2000)]
    seconds = Counter(int((turn - after).total_seconds()) for turn in turns)
    assert max(seconds.values()) < 2 * 2000 / 20


class Statements(logging.Handler):
    """Counts what is said to the database."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.count = 0

    def emit(self, record):
        self.count += 1


async def watched(number):
    """So many endpoints, settled as good, each under the lease `mine`."""
    at = datetime(2026, 11, 22, tzinfo=UTC)
    await tables.Group.create(key="group", spec=GROUP, first_seen_at=at, changed_at=at)
    await tables.Party.create(
        key="acme",
        spec={"key": "acme", "name": "Acme", "contacts": ["privacy@acme.example"]},
        first_seen_at=at,
        changed_at=at,
    )
    await tables.Watch.bulk_create(
        [
            tables.Watch(party_id="acme", url=f"https://w{n}.acme.example/", check_kind="availability", every=300,
                         settled="pass", passes=3, first_round=False, first_seen_at=at, next_at=at, lease="mine")
            for n in range(number)
        ]
    )  # fmt: skip
    return at, await tables.Watch.all().order_by("id")


async def test_taking_fifty_results_asks_the_database_no_more_often_than_taking_one(store):
    at, watches = await watched(50)
    passed = Look(Verdict.PASS)
    await roster()  # read once and kept
    talk, heard = logging.getLogger("tortoise.db_client"), []
    for some in (watches[:1], watches):
        counter = Statements()
        talk.addHandler(counter)
        talk.setLevel(logging.DEBUG)
        await tables.Watch.all().update(lease="mine")
        counter.count = 0
        await take([Seen(watch, passed, at + timedelta(minutes=5)) for watch in some], at)
        talk.removeHandler(counter)
        heard.append(counter.count)
    assert heard[0] >= heard[1]
    assert await tables.LookRow.all().count() == 51
    assert {row.passes for row in await tables.Watch.all()} == {4}


async def test_of_many_results_only_those_are_taken_whose_lease_still_holds(store):
    at, watches = await watched(4)
    await tables.Watch.filter(id=watches[1].id).update(lease="another's")
    await tables.Watch.filter(id=watches[2].id).update(retired_at=at)
    await take([Seen(watch, Look(Verdict.FAIL), at + timedelta(minutes=5)) for watch in watches], at)
    rows = {row.id: row for row in await tables.Watch.all()}
    assert [rows[watch.id].fails for watch in watches] == [1, 0, 0, 1]
    assert [rows[watch.id].lease for watch in watches] == [None, "another's", "mine", None]
    looked = await tables.LookRow.all().order_by("watch_id").values_list("watch_id", flat=True)
    assert looked == [watches[0].id, watches[3].id]


async def test_the_due_scan_goes_by_the_instant_and_never_through_all_watches(store):
    await watched(3)
    at = datetime(2026, 11, 22, tzinfo=UTC)
    due = tables.Watch.filter(next_at__lte=at, retired_at=None).order_by("next_at", "id").limit(20)
    if not store.startswith("sqlite"):
        await connection().execute_query("SET enable_seqscan = off")
    plan = str([tuple(row) if store.startswith("sqlite") else row for row in await due.explain()])
    assert "next_at" in plan, plan
    assert "SCAN watch" not in plan, plan


@given(st.integers(0, 20_000), st.sampled_from([0.0, 0.5, 1.0, 5.0]))
def test_looks_of_one_walk_begin_before_the_next_walk_and_never_in_one_instant(endpoints, rhythm):
    row = Row.of(endpoints, rhythm)
    assert row.apart * endpoints <= rhythm + 1e-9
    assert (row.apart > 0) == (rhythm > 0)
    assert row.apart == HEADWAY or row.apart == pytest.approx(rhythm / max(1, endpoints))


@pytest.mark.parametrize("busy", [True, False])
async def test_looks_begin_one_after_the_other_and_a_late_one_makes_no_queue_of_the_others(busy):
    row, began = Row(0.001), list[float]()
    loop, all_there = asyncio.get_running_loop(), asyncio.Barrier(8)

    async def look():
        async with row.turn():
            began.append(loop.time())
            until = loop.time() + 0.005
            while busy and loop.time() < until:  # a look that needs more of the processor than its place in the row has
                pass
            await all_there.wait()

    await asyncio.gather(*(look() for _ in range(8)))
    assert [late - early >= 0.0009 for early, late in pairwise(began)] == [True] * 7


@pytest.mark.parametrize("fails", [False, True])
async def test_the_next_look_begins_as_soon_as_one_is_back(fails):
    row, at_once, most = Row(3600.0), 0, 0

    async def look():
        nonlocal at_once, most
        async with row.turn():
            at_once, most = at_once + 1, max(most, at_once + 1)
            await asyncio.sleep(0)
            at_once -= 1
            if fails:
                raise LookupError

    async with asyncio.timeout(2):
        done = await asyncio.gather(*(look() for _ in range(50)), return_exceptions=True)
    assert most == 1
    assert all(isinstance(one, LookupError) == fails for one in done)


async def test_a_row_without_a_rhythm_holds_nobody():
    row, gate = Row.of(20, 0.0), asyncio.Barrier(20)

    async def look():
        async with row.turn():
            await gate.wait()

    await asyncio.gather(*(look() for _ in range(20)))


@given(st.lists(st.tuples(st.integers(0, 400), st.sampled_from("abcdefghijkl"), st.booleans()), max_size=60))
def test_suspicion_added_up_is_the_suspicion_counted_anew(looks):
    at, suspicion = datetime(2026, 11, 22, tzinfo=UTC), Suspicion()
    kept = []
    for seconds, host, broke in looks:
        at += timedelta(seconds=seconds)
        suspicion.note(at, host, broke=broke)
        kept = [one for one in [*kept, (at, host, broke)] if one[0] >= at - MEMORY]
        bad, seen = {host for _, host, broke in kept if broke}, {host for _, host, _ in kept}
        assert suspicion.strong == (len(bad) >= FEW and len(bad) > suspicion.share * len(seen))
