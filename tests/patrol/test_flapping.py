"""A check that goes up and down is one case: told once, closed when it has really passed, and its recovery told once."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import timedelta

import pytest
from beat import GOOD, NOON, bare, found, open_cases, party, served, url
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stage import engagement, event, instant, last_accepted, play, registry

from monitor import tables
from monitor.cases import Damping, lapse

HOUR = timedelta(hours=1)
URL = "https://www.acme.example/"
TOML = registry(engagement(attestation=last_accepted("2026-08-01")))


def see(at: str, verdict: str, severity: str | None = None) -> str:
    return event(at, "observe", None, url=URL, check="availability", verdict=verdict, severity=severity)


def twice(hour: str, verdict: str, severity: str | None = None) -> list[str]:
    return [see(f"2026-09-{hour}:00", verdict, severity), see(f"2026-09-{hour}:05", verdict, severity)]


async def played(world, *events: list[str]):
    return await world(TOML, "2026-09-06", "2026-09-12", *(one for found in events for one in found))


def told(lines, notice: str) -> list[tuple[str, str]]:
    return [(line["audience"][0], line["at"][5:16]) for line in lines.notices(notice)]


def first_mails(lines) -> list[tuple[str, str]]:
    return sorted((line["audience"][0], line["at"][5:16]) for line in lines.notices("rung") if line["rung"] == "C+0")


BOTH_AT_TEN = [("managers", "09-07T10:05"), ("vendor", "09-07T10:05")]


async def test_what_fails_again_within_a_day_is_the_same_case_and_its_first_mail_is_not_sent_again(world):
    lines = await played(world, twice("07T10", "fail"), twice("07T11", "pass"), twice("07T12", "fail"))
    assert {line["case"] for line in lines.of("case_opened")} == {"1"}
    assert [line["at"][5:16] for line in lines.of("case_opened")] == ["09-07T10:05", "09-07T12:05"]
    assert first_mails(lines) == BOTH_AT_TEN


async def test_what_fails_again_a_day_after_it_was_closed_is_a_new_case_with_a_first_mail(world):
    lines = await played(world, twice("07T10", "fail"), twice("07T11", "pass"), twice("08T11", "fail"))
    assert [line["case"] for line in lines.of("case_opened")] == ["1", "2"]
    assert [at for role, at in first_mails(lines) if role == "vendor"] == ["09-07T10:05", "09-08T11:05"]


async def test_the_ladder_of_a_case_that_came_back_goes_on_from_its_first_day(world):
    lines = await played(world, twice("07T10", "fail"), twice("07T11", "pass"), twice("07T12", "fail"))
    company = [(line["rung"], line["at"][5:16]) for line in lines.notices("rung") if "managers" in line["audience"]]
    assert company == [("C+0", "09-07T10:05"), ("C+3", "09-10T09:00")]


async def test_a_case_that_came_back_closes_when_it_has_passed_for_six_hours(world):
    lines = await played(
        world, twice("07T10", "fail"), twice("07T11", "pass"), twice("07T12", "fail"), twice("07T13", "pass")
    )
    assert [line["at"][5:16] for line in lines.of("case_closed")] == ["09-07T11:05", "09-07T19:05"]


async def test_a_relapse_within_those_hours_begins_them_anew_and_opens_nothing(world):
    lines = await played(
        world,
        twice("07T10", "fail"),
        twice("07T11", "pass"),
        twice("07T12", "fail"),
        twice("07T13", "pass"),
        twice("07T16", "fail"),
        twice("07T17", "pass"),
    )
    assert [line["at"][5:16] for line in lines.of("case_closed")] == ["09-07T11:05", "09-07T23:05"]
    assert len(lines.of("case_opened")) == 2
    assert first_mails(lines) == BOTH_AT_TEN


async def test_recovery_is_told_once_to_whoever_was_told(world):
    flaps = [twice(f"07T{hour}", verdict) for hour, verdict in ((12, "fail"), (13, "pass"), (14, "fail"), (15, "pass"))]
    lines = await played(world, twice("07T10", "fail"), twice("07T11", "pass"), *flaps)
    assert sorted(told(lines, "resolved")) == [("managers", "09-07T11:05"), ("vendor", "09-07T11:05")]


async def test_whoever_was_told_anew_after_it_came_back_is_told_that_it_ended(world):
    lines = await played(
        world, twice("07T10", "fail"), twice("07T11", "pass"), twice("07T12", "fail"), twice("10T10", "pass")
    )
    assert told(lines, "resolved")[2:] == [("managers", "09-10T16:05")]


async def test_a_recovery_that_was_not_sent_yet_when_it_failed_again_is_not_sent(world):
    lines = await played(world, twice("07T17", "fail"), twice("07T19", "pass"), twice("08T01", "fail"))
    assert told(lines, "resolved") == []
    lines = await played(
        world, twice("07T17", "fail"), twice("07T19", "pass"), twice("08T01", "fail"), twice("08T02", "pass")
    )
    assert sorted(told(lines, "resolved")) == [("managers", "09-08T09:00"), ("vendor", "09-08T09:00")]


async def test_a_first_mail_that_was_never_sent_is_sent_when_it_comes_back(world):
    lines = await played(world, twice("07T20", "fail"), twice("07T21", "pass"), twice("07T22", "fail"))
    assert first_mails(lines) == [("managers", "09-08T09:00"), ("vendor", "09-08T09:00")]


async def test_one_that_comes_back_critical_is_told_so_once(world):
    flaps = [twice(f"07T{hour}", verdict, "critical") for hour, verdict in ((21, "fail"), (22, "pass"), (23, "fail"))]
    lines = await played(world, twice("07T10", "fail"), twice("07T11", "pass"), *flaps)
    assert [at for role, at in first_mails(lines) if role == "vendor"] == ["09-07T10:05", "09-07T21:05"]


async def test_nothing_is_damped_where_the_configuration_says_so(beat):
    await beat.apply(party(0), engagements=[served(0)])
    beat.patrol.damping = Damping(timedelta(0), timedelta(0))
    at = NOON
    for look in (found(), GOOD, found()):
        beat.looks["availability"].says[url(0)] = look
        at = await beat.walks(2, at)
    assert await tables.Case.all().count() == 2
    assert (await open_cases().get()).returns == 0


# The promise behind the examples: whatever the pattern, one first mail and one recovery within the damping time.

steps = st.lists(st.tuples(st.integers(10, 700), st.sampled_from(["fail", "pass"])), min_size=1, max_size=10)


@pytest.mark.slow
@pytest.mark.timeout(180)
@given(steps)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_the_pattern_a_day_has_one_first_mail_and_never_two_recoveries_in_a_row(tmp_path, pattern):
    at, events = instant("2026-09-01T00:00"), []
    for minutes, verdict in pattern:
        at += timedelta(minutes=minutes)
        events += [
            event((at + pause).isoformat(), "observe", None, url=URL, check="availability", verdict=verdict)
            for pause in (timedelta(0), timedelta(minutes=2))
        ]
    lines = await play(TOML, "2026-09-01", "2026-09-20", *events, tmp=tmp_path)
    assert not _storms(lines)


def _storms(lines) -> list[str]:
    """What breaks the promise: a case too soon after the one before, a first mail or a recovery said twice."""
    wrong, spans = [], {}
    for line in lines.of("case_opened") + lines.of("case_closed"):
        spans.setdefault(line["case"], []).append(instant(line["at"]))
    for (one, before), (two, after) in itertools.pairwise(spans.items()):
        wrong += [f"case {two} soon after {one}"] if min(after) - max(before) < 24 * HOUR else []
    for role in ("vendor", "managers"):
        mails = [line for line in lines.of("mail") if role in line["audience"]]
        firsts = Counter(line["case"] for line in mails if line.get("rung") == "C+0")
        wrong += [f"{role}: {times} first mails of case {case}" for case, times in firsts.items() if times > 1]
        kinds = [line["notice"] for line in mails]
        wrong += [
            f"{role}: a recovery of nothing"
            for pair in itertools.pairwise(["resolved", *kinds])
            if pair == ("resolved", "resolved")
        ]
    return wrong


async def test_an_endpoint_that_left_the_registry_begins_a_new_case_when_it_is_back(beat):
    at = NOON
    await beat.apply(party(0), engagements=[served(0)])
    beat.looks["availability"].says[url(0)] = found()
    at = await beat.walks(2, at)
    await beat.apply(bare(0), engagements=[served(0)], at=at)
    await lapse(at)
    await beat.apply(party(0), engagements=[served(0)], at=at)
    await beat.walks(2, at)
    assert [(case.id, case.returns) for case in await open_cases()] == [(2, 0)]
