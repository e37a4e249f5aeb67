"""Leak mode: all trustees of a purpose are asked at once whether they are affected, and again by the hour."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from monitor.calendar import Calendar
from monitor.hearing.exposures import NO, QUESTION, UNKNOWN, YES, said
from monitor.ladder import OPENING, Climb, HourLadder
from monitor.obligations.exposure import Exposure
from monitor.questionnaire import Answer
from monitor.registry.format.clocks import Incidents
from tests.stage import GROUP, engagement, event, last_accepted, play, registry

if TYPE_CHECKING:
    from pathlib import Path

START = datetime(2026, 11, 21, 13, 10, tzinfo=UTC)  # a Saturday, 22:10 in Tokyo
LADDER = HourLadder(START.isoformat(), (4, 12, 24))


def work(key: str = "dm", **more: Any) -> str:
    return engagement(key, attestation=last_accepted("2026-10-01"), **more)


def asks(at: str = "2026-11-21T22:10", *, purposes: str = '["p03"]', **more: Any) -> str:
    return event(at, "exposure", None, **{"company": "impress", "ref": "EXP-1"} | more) + f"\npurposes = {purposes}"


def hands_in(at: str, key: str = "dm") -> str:
    return event(at, "submit", key, obligation="exposure")


async def test_they_are_asked_at_any_hour_and_after_a_day_the_company_and_the_office_hear_of_the_silence(
    world: Any,
) -> None:
    told = await world(registry(work()), "2026-11-21", "2026-11-25", asks())
    [asked] = told.of("deadline", obligation="exposure")
    assert (asked["engagement"], asked["due_on"], asked["ref"]) == ("dm", "2026-11-22", "EXP-1")
    assert told.rungs("vendor", obligation="exposure") == [
        ("H+0", "2026-11-21T22:10"),
        ("H+4", "2026-11-22T02:10"),
        ("H+12", "2026-11-22T10:10"),
        ("H+24", "2026-11-22T22:10"),
    ]
    for role in ("managers", "pi_manager", "privacy_office"):
        assert told.rungs(role, obligation="exposure") == [("H+24", "2026-11-22T22:10")], role
    assert told.rungs("executive", obligation="exposure") == []
    assert ("T-1", "2026-11-21T22:10") in told.rungs("managers", obligation="exposure-round")


async def test_an_answer_stops_it_and_only_trustees_of_the_purpose_and_the_tree_below_are_asked(tmp_path: Path) -> None:
    toml = registry(
        work(),
        work("dm/sub", under="dm"),
        work("elsewhere", company="sister"),
        work("joint", kind="joint_user"),
        work("other").replace('purposes = ["p03"]', 'purposes = ["p04"]'),
        work("ended", ends_on="2026-11-19", more="  [engagement.deletion]\n  accepted_on = 2026-11-20\n"),
    ).replace("[[party]]", '[[purpose]]\nkey = "p04"\ntext = "Other"\n[[party]]', 1)
    script = [asks(), hands_in("2026-11-22T01:00"), asks("2026-11-22T09:00")]
    told = await play(toml, "2026-11-21", "2026-11-24", *script, tmp=tmp_path)
    assert sorted(line["engagement"] for line in told.of("deadline", obligation="exposure")) == ["dm", "dm/sub"]
    assert [line["engagement"] for line in told.of("submitted")] == ["dm"]
    assert {line["engagement"] for line in told.of("mail", notice="rung", rung="H+4")} == {"dm/sub"}


async def test_the_office_asks_all_companies_and_closing_withdraws_what_is_open(tmp_path: Path) -> None:
    toml = registry(work(), work("elsewhere", company="sister"))
    ends = event("2026-11-22T03:00", "done", None, obligation="exposure-round", ref="EXP-1")
    told = await play(toml, "2026-11-21", "2026-11-24", asks(company=None), ends, tmp=tmp_path)
    assert {line["engagement"] for line in told.of("deadline", obligation="exposure")} == {"dm", "elsewhere"}
    assert ("T-1", "2026-11-21T22:10") in told.rungs("privacy_office", obligation="exposure-round")
    assert {line["engagement"] for line in told.of("cancelled", obligation="exposure")} == {"dm", "elsewhere"}
    assert told.of("mail", rung="H+12") == []
    assert told.of("overdue") == []


async def test_what_is_asked_wrongly_is_refused(tmp_path: Path) -> None:
    wrong = [
        asks(purposes='["p99"]'), asks(purposes="[]"), asks(company="nobody"), asks(what=" "), asks(company="sister"),
    ]  # fmt: skip
    told = await play(registry(work()), "2026-11-21", "2026-11-23", *wrong, tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == [
        "purposes-unknown", "purposes-missing", "no-such-company", "what-missing", "nobody-concerned",
    ]  # fmt: skip


async def test_the_hours_are_those_of_the_group(tmp_path: Path) -> None:
    group = GROUP + "[group.incidents]\nexposure_hours = [1, 2]\n"
    told = await play(registry(work(), group=group), "2026-11-21", "2026-11-23", asks(), tmp=tmp_path)
    assert [rung for rung, _ in told.rungs("vendor", obligation="exposure")] == ["H+0", "H+1", "H+2"]
    assert told.rungs("privacy_office", obligation="exposure") == [("H+2", "2026-11-22T00:10")]


@pytest.mark.parametrize("hours", [(), (4, 4), (12, 4), (0,), (721,)])
def test_hours_that_do_not_rise_are_a_mistake(hours: tuple[int, ...]) -> None:
    with pytest.raises(ValidationError):
        Incidents(exposure_hours=hours)


@given(st.integers(min_value=0, max_value=60 * 80))
def test_of_hours_that_were_missed_only_the_highest_goes_out(minutes: int) -> None:
    climb = Climb(LADDER, date(2026, 11, 22), OPENING, START - timedelta(seconds=1))
    at = START + timedelta(minutes=minutes)
    passed = [hours for hours in LADDER.hours if timedelta(hours=hours) <= at - START]
    assert climb.pending(Calendar(), at) == (passed[-1] if passed else None)
    company = Climb(LADDER, date(2026, 11, 22), None, START - timedelta(seconds=1), only_after=True)
    assert company.pending(Calendar(), at) == (24 if 24 in passed else None)


@pytest.mark.parametrize(("value", "back"), [(YES, []), (NO, []), (UNKNOWN, [UNKNOWN])])
def test_who_does_not_know_yet_is_asked_on(value: str, back: list[str]) -> None:
    answers = {QUESTION: Answer(value=value)}
    assert said(answers) == value
    assert Exposure().lacking(None, answers) == back  # type: ignore[arg-type]
