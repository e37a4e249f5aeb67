"""Who looks: claims with leases, several replicas, slow hosts, results that come too late or cannot be written."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from beat import MINUTE, NOON, bare, found, lines, open_cases, party, served, url, watch

from checks.contract import Look, Verdict
from monitor import tables
from monitor.config import Settings
from monitor.house import IN_HAND, House
from monitor.patrol import LEASE, Patrol


async def until(true, tries: int = 400) -> None:
    for _ in range(tries):
        if true():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never came true")


async def test_two_replicas_never_look_at_the_same_thing(beat):
    await beat.apply(*(party(number) for number in range(30)))
    other = replace(beat, patrol=Patrol(beat.probe, beat.looks))
    await beat.due(NOON)
    taken = await asyncio.gather(*(one.patrol.walk(NOON, 10) for one in (beat, other, beat, other)))
    while await beat.patrol.walk(NOON, 10):
        pass
    assert sum(taken) <= 30
    assert sorted(beat.looks["availability"].seen) == sorted(url(number) for number in range(30))
    assert await tables.LookRow.all().count() == 30


async def test_the_look_of_a_dead_worker_is_taken_again_when_its_lease_is_over(beat):
    await beat.apply(party(0))
    await beat.due(NOON)
    dead = await beat.patrol._claim(NOON, 10)
    assert len(dead) == 1
    assert await beat.patrol.walk(NOON + LEASE - MINUTE, 10) == 0
    assert await beat.patrol.walk(NOON + LEASE, 10) == 1


async def test_a_result_whose_lease_was_lost_is_dropped(beat):
    await beat.apply(party(0))
    said = beat.looks["availability"].says
    said[url(0)] = slow = asyncio.Event()
    await beat.due(NOON)
    other = Patrol(beat.probe, beat.looks)
    await other.walk(NOON, 0)
    late = asyncio.create_task(beat.patrol.walk(NOON, 10))
    await until(lambda: beat.looks["availability"].at_once == 1)
    said[url(0)] = found()
    assert await other.walk(NOON + LEASE, 10) == 1
    slow.set()
    await late
    assert [row.verdict for row in await tables.LookRow.all()] == [Verdict.FAIL]
    assert (await watch()).fails == 1


async def test_no_more_is_in_hand_than_there_is_room_for(beat):
    await beat.apply(*(party(number) for number in range(40)))
    slow = asyncio.Event()
    beat.looks["availability"].says |= {url(number): slow for number in range(40)}
    await beat.due(NOON)
    first = asyncio.create_task(beat.patrol.walk(NOON, 7))
    await until(lambda: beat.looks["availability"].at_once == 7)
    more = [asyncio.create_task(beat.patrol.walk(NOON, 10)) for _ in range(3)]
    await until(lambda: beat.patrol.under_way >= 10 and sum(task.done() for task in more) == 2)
    slow.set()
    assert await asyncio.gather(first, *more) == [7, 3, 0, 0]
    while any(await asyncio.gather(*(beat.patrol.walk(NOON, 10) for _ in range(3)))):
        pass
    assert beat.looks["availability"].most == 10
    assert beat.patrol.under_way == 0
    assert await tables.LookRow.all().count() == 40


async def test_a_host_that_does_not_answer_keeps_its_own_slot_and_nobody_elses(beat):
    await beat.apply(*(party(number) for number in range(30)))
    beat.looks["availability"].says[url(3)] = slow = asyncio.Event()
    await beat.due(NOON)
    first = asyncio.create_task(beat.patrol.walk(NOON, 30))
    await until(lambda: beat.patrol.under_way == 1 and sum(beat.patrol.made.values()) == 29)
    await tables.Watch.exclude(url=url(3)).update(next_at=NOON)
    assert await beat.patrol.walk(NOON + MINUTE, 30) == 29
    assert not first.done()
    slow.set()
    assert await first == 30


async def test_what_falls_due_during_a_walk_is_the_next_beats_unless_there_was_no_room(beat):
    """Each walk claims and writes; walked again and again for one or two watches, that costs more than to look."""
    house = House(Settings(probe={"concurrency": 1}), None, None, patrol=beat.patrol)
    await beat.apply(*(party(number) for number in range(IN_HAND + 3)))
    await beat.due(NOON)
    assert [await house.look(NOON) for _ in range(2)] == [IN_HAND, 0]
    assert sum(beat.patrol.made.values()) == IN_HAND + 3
    await beat.due(NOON + MINUTE)
    beat.patrol.under_way = IN_HAND
    assert await house.look(NOON + MINUTE) == 0


@pytest.mark.logs_errors
async def test_a_look_that_hangs_ends_with_its_lease_and_blames_nobody(beat, monkeypatch, caplog):
    monkeypatch.setattr("monitor.patrol.LEASE", timedelta(seconds=0.05))
    await beat.apply(party(0))
    beat.looks["availability"].says[url(0)] = asyncio.Event()
    await beat.walk(NOON)
    assert ((await watch()).last_verdict, (await watch()).last_reason) == (Verdict.UNKNOWN, "bug")
    assert "cannot be looked at" in caplog.text


async def test_a_walk_that_is_told_to_stop_writes_what_it_has_seen_and_leaves_the_rest(beat):
    await beat.apply(*(party(number) for number in range(6)))
    beat.looks["availability"].says |= {url(0): asyncio.Event(), url(1): found()}
    await tables.Watch.filter(url=url(1)).update(settled="pass")
    await beat.due(NOON)
    walk = asyncio.create_task(beat.patrol.walk(NOON, 10))
    await until(lambda: beat.patrol.under_way == 1)
    walk.cancel()
    with pytest.raises(asyncio.CancelledError):
        await walk
    assert await tables.LookRow.all().count() == 5
    assert (await watch(0)).last_at is None
    assert beat.patrol.under_way == 0
    beat.looks["availability"].says.clear()
    await beat.patrol.walk(NOON + LEASE, 10)
    assert (await watch(0)).last_verdict == Verdict.PASS


@pytest.mark.logs_errors
async def test_a_check_that_breaks_is_our_fault_and_stops_no_other(beat, caplog):
    await beat.apply(party(0), party(1))

    def breaks() -> Look:
        raise RuntimeError("a bug")

    beat.looks["availability"].says[url(0)] = breaks
    await beat.walks(3, NOON)
    assert ((await watch(0)).last_verdict, (await watch(0)).last_reason) == (Verdict.UNKNOWN, "bug")
    assert (await watch(1)).settled == Verdict.PASS
    assert await open_cases().count() == 0
    assert url(0) in caplog.text


@pytest.mark.logs_errors
async def test_a_result_that_cannot_be_written_keeps_back_no_other(beat, caplog):
    await beat.apply(*(party(number) for number in range(4)))
    beat.looks["availability"].says[url(2)] = Look(Verdict.PASS, observed={"odd": object()})
    await beat.walk(NOON)
    assert [row.watch_id for row in await tables.LookRow.filter(verdict="pass")] != []
    assert [(await watch(number)).last_verdict for number in range(4)] == ["pass", "pass", "unknown", "pass"]
    assert (await watch(2)).next_at > NOON
    assert (await watch(2)).lease is None


@pytest.mark.parametrize("odd", ["\x00", "\udc80", "x" * 100_000], ids=["nul", "surrogate", "long"])
async def test_whatever_a_server_says_can_be_kept_as_evidence(beat, odd):
    await beat.apply(party(0))
    beat.looks["availability"].says[url(0)] = Look(Verdict.PASS, observed={"server": odd})
    await beat.walk(NOON)
    assert (await watch()).last_verdict == Verdict.PASS


async def test_a_check_that_was_taken_out_of_the_product_is_our_fault(beat):
    await beat.apply(party(0))
    beat.patrol.looks = {}
    await beat.walk(NOON)
    assert ((await watch()).last_verdict, (await watch()).last_reason) == (Verdict.UNKNOWN, "no-such-check")


async def test_an_endpoint_that_leaves_while_it_is_looked_at_opens_nothing(beat):
    await beat.apply(party(0), engagements=[served(0)])
    said = beat.looks["availability"].says
    said[url(0)] = found()
    await beat.walk(NOON)
    slow = asyncio.Event()
    said[url(0)] = slow
    await beat.due(NOON)
    walk = asyncio.create_task(beat.patrol.walk(NOON + MINUTE, 10))
    await until(lambda: beat.looks["availability"].at_once == 1)
    await beat.apply(bare(0), engagements=[served(0)])
    slow.set()
    await walk
    gone = await watch()
    assert (gone.retired_at is None, gone.next_at, gone.settled) == (False, None, None)
    assert await beat.patrol.walk(NOON + timedelta(days=2), 10) == 0
    assert await lines("case.opened") == []
