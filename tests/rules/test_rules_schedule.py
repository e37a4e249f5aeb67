"""What a duty owes and when its next step is: cadences, ends, moving dates; and what a row of looks concludes."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from rules_strategies import DAY, calendars, case, case_ladders, days, duty, instants, ladders

from checks.contract import Severity, Verdict
from monitor.calendar import add_months
from monitor.cases import settle
from monitor.ladder import OPENING
from monitor.notices import COMPANY, VENDOR, about_case, about_duty
from monitor.obligations.attestation import Attestation, nominal
from monitor.obligations.contract import Facts, Idle, Owed
from monitor.obligations.deletion import Deletion
from monitor.registry.format import Engagement, Party
from monitor.schedule import (
    ANEW_AFTER,
    case_next,
    edit,
    move_due,
    next_at,
    overdue,
    refresh,
    review_at,
    reviews_due,
    turns_at,
)

PARTY = Party(key="p", name="P", contacts=("p@p.example",))
tried = settings(suppress_health_check=list(HealthCheck))
cadences = st.integers(1, 12).map(lambda months: {"every": f"{months} months"})
campaigns = st.sampled_from(["02-29", "06-30", "12-31", "01-01"]).map(lambda due: {"due": due})


def facts(starts_on, today, calendar, history=(), **more):
    entry = Engagement.model_validate(
        {"key": "e", "company": "c", "party": "p", "kind": "trustee", "starts_on": starts_on} | more
    )
    return Facts("e", entry, PARTY, entry.ends_on, today, calendar, history)


def accepted(on, nominal_on):
    return SimpleNamespace(kind="attestation", accepted_on=on, nominal_on=nominal_on)


@given(calendars(), days, cadences | campaigns, st.integers(0, 700))
def test_an_attestation_is_due_after_the_last_acceptance_and_within_twelve_months_of_it(calendar, day, rhythm, later):
    found = nominal(facts(day, day + later * DAY, calendar, attestation=rhythm))
    assert day < found <= add_months(day, 12)


@given(calendars(), days, cadences, st.integers(0, 300))
def test_a_later_acceptance_never_makes_the_next_one_due_earlier(calendar, day, rhythm, later):
    before = facts(day, day + 400 * DAY, calendar, [accepted(day, day)], attestation=rhythm)
    after = facts(day, day + 400 * DAY, calendar, [accepted(day + later * DAY, day)], attestation=rhythm)
    assert nominal(before) <= nominal(after)


@given(calendars(), days, campaigns, st.integers(-40, 20))
def test_a_campaign_that_was_answered_is_not_asked_again_that_year(calendar, day, campaign, early):
    asked = nominal(facts(day, day, calendar, attestation=campaign))
    given_on = max(day, asked + early * DAY)
    found = nominal(facts(day, given_on, calendar, [accepted(given_on, asked)], attestation=campaign))
    assert asked < found <= add_months(given_on, 12)


@given(calendars(), days, cadences, st.integers(0, 800), st.integers(0, 800))
def test_what_is_owed_before_an_end_is_due_before_it_or_not_owed(calendar, day, rhythm, lasts, passed):
    ends_on, today = day + lasts * DAY, day + passed * DAY
    found = Attestation().owed(facts(day, today, calendar, ends_on=ends_on, attestation=rhythm))
    if isinstance(found, Owed):
        assert found.nominal_on <= ends_on
        assert today <= ends_on
    else:
        assert found.void == (today > ends_on)
        assert today > ends_on or add_months(day, 6) >= ends_on


@given(calendars(), days, st.integers(0, 400), st.integers(1, 366), st.integers(-10, 500))
def test_deletion_is_owed_from_the_day_after_the_end_and_never_before(calendar, day, lasts, term, passed):
    ends_on = day + lasts * DAY
    found = Deletion().owed(facts(day, ends_on + passed * DAY, calendar, ends_on=ends_on, deletion_days=term))
    assert isinstance(found, Idle) == (passed <= 0)
    if isinstance(found, Owed):
        assert (found.opens_on, found.nominal_on) == (ends_on + DAY, ends_on + term * DAY)


@tried
@given(calendars(), ladders(), instants(), st.integers(-60, 90), instants())
def test_overdue_begins_with_the_day_after_in_the_groups_zone_and_only_for_whoever_was_asked(
    calendar, ladder, at, term, now
):
    due_on = calendar.day_of(at) + term * DAY
    asked = duty(calendar, due_on, ladder, at, told_on=due_on)
    assert overdue(asked, calendar, now) == (calendar.day_of(now) > due_on)
    assert not overdue(duty(calendar, due_on, ladder, at), calendar, now)
    assert turns_at(asked, calendar) == calendar.instant(due_on + DAY)


@tried
@given(calendars(), ladders(), instants(), st.integers(-60, 90))
def test_whoever_owes_an_answer_has_a_next_step_that_is_not_past(calendar, ladder, at, term):
    assume(ladder.repeat)
    due_on = calendar.day_of(at) + term * DAY
    for sent in (None, OPENING, *ladder.offsets(60)):
        row = duty(calendar, due_on, ladder, at, vendor_sent=sent, told_on=due_on if sent is not None else None)
        found = next_at(row, calendar, at)
        assert found is not None
        assert found >= at
        assert calendar.sending(found)


@tried
@given(calendars(), ladders(), instants(), st.integers(0, 300))
def test_reminders_of_reviewers_lie_ahead_whatever_was_missed(calendar, ladder, at, waited):
    row = duty(calendar, calendar.day_of(at), ladder, at, state="submitted", submitted_at=at - waited * DAY)
    count = reviews_due(row, calendar, at)
    assert review_at(row, calendar, count + 1) > at
    assert not count or review_at(row, calendar, count) <= at
    edit(row, reviews=count)
    assert next_at(row, calendar, at) == review_at(row, calendar, count + 1)


@tried
@given(calendars(), ladders(), instants(), st.integers(-60, 60), st.integers(1, 60), st.data())
def test_a_date_that_moves_keeps_what_was_sent_up_to_a_week_and_starts_anew_beyond(
    calendar, ladder, at, term, by, data
):
    due_on = calendar.day_of(at) + term * DAY
    sent = data.draw(st.sampled_from(list(ladder.offsets(60))))
    row = duty(calendar, due_on, ladder, at - 90 * DAY, vendor_sent=sent, told_on=due_on, overdue_on=due_on, told=1)
    move_due(row, due_on + by * DAY, due_on + by * DAY, at)
    refresh(row, calendar, at)
    assert row.overdue_on is None
    if by > ANEW_AFTER:
        assert (row.vendor_sent, row.company_sent, row.told, row.since) == (OPENING, None, 0, at)
        assert row.next_at is None or row.next_at > at
    else:
        assert (row.vendor_sent, row.told) == (sent, 1)


@tried
@given(calendars(), case_ladders, instants(), st.sampled_from(Severity))
def test_a_case_is_told_at_once_when_critical_in_the_hours_otherwise_and_never_when_low(calendar, ladder, at, severity):
    found = case_next(case(calendar, ladder, at, severity), calendar, at)
    expected = {Severity.LOW: None, Severity.CRITICAL: at}.get(severity, calendar.next_sending(at))
    assert found == expected
    assert case_next(case(calendar, ladder, at, severity, closed_at=at), calendar, at) is None


def _watch(**more):
    return SimpleNamespace(**({"fails": 0, "passes": 0, "settled": None} | more))


def _looked(verdicts, confirm=2):
    watch, turned = _watch(), []
    for verdict in verdicts:
        found = settle(watch, verdict, confirm)
        watch = _watch(fails=found.fails, passes=found.passes, settled=found.verdict)
        turned.append(found.turned)
    return watch, turned


verdicts = st.lists(st.sampled_from(Verdict), max_size=30)


@given(verdicts, st.integers(1, 4))
def test_a_verdict_is_settled_by_so_many_in_a_row_and_unknown_neither_counts_nor_breaks_the_row(looks, confirm):
    known = [look for look in looks if look is not Verdict.UNKNOWN]
    settled = None
    for end in range(len(known) + 1):
        row = known[:end][-confirm:]
        if len(row) == confirm and len(set(row)) == 1:
            settled = row[0]
    assert _looked(looks, confirm)[0] == _looked(known, confirm)[0]
    assert _looked(looks, confirm)[0].settled == settled


@given(verdicts, st.integers(1, 4))
def test_a_verdict_turns_only_when_it_changes(looks, confirm):
    watch, turned = _looked(looks, confirm)
    assert sum(turned) >= (watch.settled is not None)
    for end in range(1, len(looks) + 1):
        assert turned[end - 1] == (
            _looked(looks[:end], confirm)[0].settled != _looked(looks[: end - 1], confirm)[0].settled
        )


@given(verdicts)
def test_a_single_failure_never_opens_anything(looks):
    alone = [look for one in looks for look in ((Verdict.FAIL, Verdict.PASS) if one is Verdict.FAIL else (one,))]
    assert _looked(alone)[0].settled != Verdict.FAIL


@tried
@given(
    calendars(),
    ladders(),
    instants(),
    st.lists(
        st.tuples(st.sampled_from([VENDOR, COMPANY]), st.sampled_from(["rung", "receipt"]), st.text("abc", max_size=3)),
        max_size=20,
    ),
)
def test_a_notice_is_known_by_what_it_says_to_which_side(calendar, ladder, at, said):
    row, other = duty(calendar, calendar.day_of(at), ladder, at), case(calendar, ladder, at, Severity.HIGH)
    keys = {about_duty(row, kind, side, at, mark=mark).key for side, kind, mark in said}
    assert len(keys) == len(set(said))
    assert keys.isdisjoint(about_case(other, kind, side, at, mark=mark).key for side, kind, mark in said)


@pytest.mark.parametrize(
    ("begins", "every", "due"),
    [
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
    ],
)
def test_cadences_cross_leap_days_and_years_ends(begins, every, due):
    found = facts(begins, begins, None, attestation={"every": f"{every} months"})
    assert nominal(found) == due
