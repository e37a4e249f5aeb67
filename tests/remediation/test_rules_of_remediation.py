"""Days and recurrence of findings, as pure rules."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stage import instant

from monitor.assets import QUESTIONNAIRES
from monitor.calendar import Calendar
from monitor.questionnaire import Answer, examine, freeze, load, submission, thaw
from monitor.remediation.asking import questionnaire, said_of, spoken_of
from monitor.remediation.raising import Reading, decide, raised_by
from monitor.remediation.rules import AHEAD, AT_LEAST, HELD, days_ahead, first_due
from monitor.remediation.settling import comes_to
from monitor.tables import Obligation, Remediation
from monitor.tables.store import MEMORY, opened

CALENDAR = Calendar(ZoneInfo("Asia/Tokyo"), "JP")
AT = instant("2026-09-01 10:00")
TODAY = AT.date()
ASKED = load(QUESTIONNAIRES / "appi-gl10.toml")
WEAK = {"policy": Answer(value="no"), "rules": Answer(value="no")}


@pytest.fixture(scope="module", autouse=True)
def _known_models():
    """Rows know their keys once a database was open."""

    async def known() -> None:
        async with opened(MEMORY, create=True):
            pass

    asyncio.run(known())


def duty() -> Obligation:
    about = {"engagement_id": "dm", "company_id": "impress", "party_id": "acme"}
    return Obligation(kind="attestation", roll="following", due_on=TODAY, **about)


def read(answers: dict[str, Answer], at=AT) -> Reading:
    return Reading(duty(), 7, submission(ASKED, answers), CALENDAR, at, "person/3")


def books(answers: dict[str, Answer] | None = None) -> list[Remediation]:
    reading = read(answers or WEAK)
    rows = [change.row for change in decide(raised_by(ASKED, reading.answers), [], reading)]
    for number, row in enumerate(rows, 1):
        row.id = number
    return rows


def finding(days: int, had: int, *, asked: bool) -> Remediation:
    base = TODAY + timedelta(days=days)
    return Remediation(base_on=base, set_on=base - timedelta(days=had), asked_id=1 if asked else None)


def test_a_finding_is_due_its_days_after_the_acceptance_on_an_open_day():
    first, second = books()
    assert (first.base_on, first.due_on) == (date(2026, 11, 30), date(2026, 11, 30))
    assert (second.base_on, second.due_on) == (date(2026, 10, 31), date(2026, 11, 2))
    assert (first.owner_id, first.origin_id, first.state) == (3, 7, "open")


@given(at=st.datetimes(min_value=AT.replace(tzinfo=None), max_value=AT.replace(year=2031, tzinfo=None)))
def test_no_finding_is_due_on_a_closed_day_or_before_its_days_are_over(at):
    moment = at.replace(tzinfo=AT.tzinfo)
    for change in decide(raised_by(ASKED, WEAK), [], read(WEAK, moment)):
        assert not CALENDAR.closed(change.row.due_on)
        assert change.row.due_on >= change.row.base_on > CALENDAR.day_of(moment)


@pytest.mark.parametrize("state", ["open", "remediating", "fixed", "accepted_risk", "verified", "dismissed", "lapsed"])
def test_what_is_raised_again_is_the_same_finding_whatever_its_words_are_by_then(state):
    row = books()[0]
    row.state = state
    reworded = ASKED.model_copy(update={"version": ASKED.version + 1})
    (again,) = decide(raised_by(reworded, {"policy": WEAK["policy"]}), [row], read({"policy": WEAK["policy"]}))
    assert (again.row, again.new, row.times, again.what) == (row, False, 2, "found_again")
    assert row.state == (
        "accepted_risk" if state == "accepted_risk" else "remediating" if state == "remediating" else "open"
    )
    assert row.state in HELD


@pytest.mark.parametrize("answers", [{}, {"rules": Answer(value="yes")}])
def test_an_answer_that_does_not_speak_of_it_changes_nothing(answers):
    assert decide(raised_by(ASKED, answers), [books()[0]], read(answers)) == []


@given(st.lists(st.builds(finding, st.integers(-40, 300), st.integers(1, 300), asked=st.booleans()), min_size=1))
def test_a_request_is_due_on_its_earliest_day_and_leaves_time_for_what_was_never_asked(rows):
    due = first_due(rows, TODAY)
    assert due >= min(row.base_on for row in rows)
    assert all(due <= row.base_on for row in rows if row.asked_id)
    if all(row.asked_id is None for row in rows):
        least = min(min(AT_LEAST, (row.base_on - row.set_on).days) for row in rows)
        assert (due - TODAY).days >= least


@given(st.integers(1, 400))
def test_the_party_is_asked_again_before_the_day_and_not_at_once(had):
    ahead = days_ahead(finding(had, had, asked=True))
    assert 1 <= ahead <= AHEAD
    assert had == 1 or ahead < had


def test_the_request_speaks_of_each_finding_and_takes_every_answer_that_it_offers():
    rows = books()
    rows[0].times = 3
    asked = thaw(freeze(questionnaire(rows, TODAY)).text)
    assert spoken_of(asked) == [1, 2]
    assert "3回目" in asked.sections[0].intro.ja
    for state, more, becomes in (
        ("fixed", {}, "fixed"),
        ("fixing", {"finding.1.by": Answer(value="2026-10-01")}, "remediating"),
        ("objected", {}, "dismissed"),
    ):
        said = {"finding.1.state": Answer(value=state, comment="So."), **more}
        assert examine(asked, said, TODAY).questions["finding.1.state"].problems == ()
        silent = {"finding.1.state": Answer(value=state), **more}
        assert [one.field for one in examine(asked, silent, TODAY).questions["finding.1.state"].problems] == ["comment"]
        assert comes_to(said_of(1, said)) == becomes
    assert examine(asked, {"finding.1.state": Answer(value="fixing", comment="So.")}, TODAY).questions["finding.1.by"].problems  # fmt: skip
    assert said_of(2, {}) is None
