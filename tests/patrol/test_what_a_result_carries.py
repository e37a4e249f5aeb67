"""Each result says by which rules it was judged, how late our own loop was, and the how-manieth of its kind it is."""

from __future__ import annotations

import asyncio
import json
from time import sleep

from beat import GOOD, NOON, found, party, served, url, watch

from checks.contract import Look, Verdict
from monitor import tables
from monitor.lateness import BEAT, Lateness


def stand_still() -> Look:
    """What a stage that does not let go would do."""
    sleep(3 * BEAT)
    return GOOD


async def attempts() -> list[int]:
    return list(await tables.LookRow.all().order_by("id").values_list("attempt", flat=True))


async def test_a_result_carries_the_version_of_the_rules(beat):
    await beat.apply(party(0), engagements=[served(0)])
    beat.looks["availability"].ruleset = 7  # type: ignore[misc]
    await beat.walk(NOON)
    (row,) = await tables.LookRow.all()
    assert json.loads((await tables.LookEvidence.get(id=row.evidence_id)).body)["ruleset"] == 7


async def test_looks_are_counted_until_what_they_say_is_settled(beat):
    await beat.apply(party(0), engagements=[served(0)])
    at = await beat.walks(3, NOON)
    assert await attempts() == [1, 2, 1]
    beat.looks["availability"].says[url(0)] = found()
    at = await beat.walks(3, at)
    beat.looks["availability"].says[url(0)] = GOOD
    await beat.walks(1, at)
    assert await attempts() == [1, 2, 1, 1, 2, 1, 1]
    assert (await watch()).settled == Verdict.FAIL


async def test_a_look_that_could_not_judge_is_no_further_attempt(beat):
    await beat.apply(party(0), engagements=[served(0)])
    beat.looks["availability"].says[url(0)] = found()
    at = await beat.walks(1, NOON)
    beat.looks["availability"].says[url(0)] = Look(Verdict.UNKNOWN, reason="dns.servfail")
    at = await beat.walks(1, at)
    beat.looks["availability"].says[url(0)] = found()
    await beat.walks(1, at)
    assert await attempts() == [1, 1, 2]


async def test_a_loop_that_stood_still_while_somebody_looked_is_told_with_the_look(beat):
    await beat.apply(party(0), party(1), engagements=[served(0), served(1)])
    beat.looks["availability"].says[url(1)] = stand_still
    await beat.walk(NOON)
    rows = {row.watch_id: row.lag_ms for row in await tables.LookRow.all()}
    assert rows[(await watch(1)).id] >= 1000 * BEAT
    assert len(rows) == 2


async def test_the_lag_is_that_of_the_time_in_which_one_looked():
    lateness = Lateness()
    with lateness.watched() as before:
        await asyncio.sleep(0)
        first = before.ms
    with lateness.watched() as meanwhile:
        await asyncio.sleep(0)
        stand_still()
        unseen = meanwhile.ms
        await asyncio.sleep(2 * BEAT)
        seen = meanwhile.ms
    assert first < 1000 * BEAT <= min(unseen, seen)


async def test_nothing_beats_while_nobody_looks():
    lateness = Lateness()
    with lateness.watched():
        await asyncio.sleep(0)
    await asyncio.sleep(2 * BEAT)
    assert not lateness._beating
    assert lateness.late == 0
