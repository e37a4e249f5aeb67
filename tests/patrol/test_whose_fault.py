"""Not assessed and our own fault: when most fails at once we suspect ourselves, hold, ask a canary, and tell nobody."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from beat import GOOD, MINUTE, NOON, found, lines, open_cases, party, served, url, watch

from checks.contract import Look, Verdict
from monitor import tables
from monitor.patrol import FEW, LONGEST_DOUBT, MEMORY, OURS

HOLD = pytest.mark.logs_errors  # that we suspect ourselves is logged as an error: somebody must look at our network


async def settled(beat, number: int = 10):
    """So many endpoints, all of which were well."""
    await beat.apply(*(party(one) for one in range(number)), engagements=[served(one) for one in range(number)])
    return await beat.walks(2, NOON)


def down(beat, numbers) -> None:
    beat.looks["availability"].says |= {url(number): found("availability.down") for number in numbers}


@HOLD
async def test_when_everything_fails_at_once_nobody_is_told_and_nothing_is_held_against_anybody(beat, caplog):
    at = await settled(beat)
    down(beat, range(10))
    at = await beat.walks(5, at)
    rows = await tables.Watch.all()
    assert beat.patrol.holding
    assert {(row.last_verdict, row.last_reason, row.fails, row.settled) for row in rows} == {
        (Verdict.UNKNOWN, OURS, 0, "pass")
    }
    assert (await tables.Case.all(), await tables.FindingRow.all(), await tables.Notice.all()) == ([], [], [])
    assert "we suspect ourselves" in caplog.text


@HOLD
async def test_what_was_held_keeps_its_evidence(beat):
    at = await settled(beat)
    said = Look.of(found().findings, {"status": 503}, 7.0)
    beat.looks["availability"].says |= {url(number): said for number in range(10)}
    await beat.walk(at)
    held = await tables.LookRow.filter(reason=OURS)
    assert {row.took_ms for row in held} == {7.0}
    (seen,) = {row.body for row in await tables.LookEvidence.filter(id__in=[row.evidence_id for row in held])}
    assert json.loads(seen)["observed"] == {"status": 503}


@pytest.mark.logs_errors
async def test_a_bug_of_ours_does_not_make_us_doubt_our_way_to_the_world(beat):
    at = await settled(beat)

    def stumble():
        raise RuntimeError("a page that nobody foresaw")

    beat.looks["availability"].says |= {url(number): stumble for number in range(6)}
    down(beat, [7])
    await beat.walks(2, at)
    assert not beat.patrol.holding
    assert [case.url for case in await open_cases()] == [url(7)]


@HOLD
async def test_looks_count_again_when_most_are_well_again(beat):
    at = await settled(beat)
    down(beat, range(10))
    at = await beat.walks(2, at)
    beat.looks["availability"].says.clear()
    down(beat, [3])
    at = await beat.walks(3, at + MEMORY)
    assert not beat.patrol.holding
    assert [case.url for case in await open_cases()] == [url(3)]


@HOLD
async def test_without_a_canary_we_do_not_suspect_ourselves_for_ever(beat):
    at = await settled(beat)
    down(beat, range(10))
    at = await beat.walks(2, at)
    assert beat.patrol.holding
    beat.patrol._strong_since = at - LONGEST_DOUBT
    await beat.walks(2, at)
    assert not beat.patrol.holding
    assert await open_cases().count() == 10


@HOLD
async def test_a_dead_canary_makes_us_hold(beat):
    at = await settled(beat)
    beat.patrol.canary, beat.probe.alive = "https://www.canary.example/", False
    down(beat, range(10))
    await beat.walks(3, at)
    assert (beat.patrol.holding, beat.probe.asked > 0) == (True, True)
    assert await open_cases().count() == 0


async def test_a_living_canary_says_that_it_is_them(beat):
    at = await settled(beat)
    beat.patrol.canary = "https://www.canary.example/"
    down(beat, range(10))
    await beat.walks(2, at)
    assert not beat.patrol.holding
    assert await open_cases().count() == 10


async def test_nobody_asks_the_canary_while_all_is_well(beat):
    beat.patrol.canary = "https://www.canary.example/"
    await settled(beat)
    assert beat.probe.asked == 0


async def test_a_handful_that_fails_is_believed(beat):
    """Of four endpoints, four that fail are most of them, and mean nothing."""
    at = await settled(beat, FEW - 1)
    down(beat, range(FEW - 1))
    await beat.walks(2, at)
    assert await open_cases().count() == FEW - 1


async def test_many_that_fail_among_more_that_do_not_are_believed(beat):
    at = await settled(beat, 14)
    down(beat, range(6))
    await beat.walks(2, at)
    assert await open_cases().count() == 6


async def test_many_checks_of_one_host_are_one_witness(make):
    beat = make(availability=MINUTE * 5, tls=MINUTE * 5, headers=MINUTE * 5)
    at = await settled(beat, 2)
    for answers in beat.looks.values():
        answers.says |= {url(number): found() for number in range(2)}
    await beat.walks(2, at)
    assert not beat.patrol.holding
    assert await open_cases().count() == 6


async def test_what_had_failed_before_is_no_reason_to_suspect_ourselves(beat):
    await beat.apply(*(party(one) for one in range(10)), engagements=[served(one) for one in range(10)])
    down(beat, range(10))
    await beat.walks(4, NOON)
    assert not beat.patrol.holding
    assert await open_cases().count() == 10


@HOLD
async def test_our_own_faults_make_us_hold_what_fails_beside_them(beat):
    at = await settled(beat)
    fault = Look(Verdict.UNKNOWN, reason="local-fault", fault=True)
    beat.looks["availability"].says |= {url(number): fault for number in range(9)}
    down(beat, [9])
    await beat.walks(3, at)
    assert beat.patrol.holding
    assert await open_cases().count() == 0


async def test_what_could_not_be_assessed_is_counted_neither_way(beat):
    at = await settled(beat, 1)
    down(beat, [0])
    await beat.walk(at)
    beat.looks["availability"].says[url(0)] = Look(Verdict.UNKNOWN, reason="refused-monitor")
    await beat.walk(at + MINUTE)
    between = await watch()
    assert (between.fails, between.passes, between.settled, between.last_reason) == (1, 0, "pass", "refused-monitor")
    down(beat, [0])
    await beat.walk(at + 2 * MINUTE)
    assert await open_cases().count() == 1
    beat.looks["availability"].says[url(0)] = Look(Verdict.UNKNOWN, reason="dns.servfail")
    await beat.walks(5, at + timedelta(hours=1))
    assert await open_cases().count() == 1


async def test_looks_are_counted_by_what_they_concluded(beat):
    await settled(beat, 3)
    down(beat, [1])
    await beat.walk(NOON + timedelta(hours=1))
    assert beat.patrol.made == {("availability", "pass"): 8, ("availability", "fail"): 1}
    assert GOOD.verdict == "pass"
    assert await lines("case.opened") == []
