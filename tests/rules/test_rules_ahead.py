"""What a letter announces is what the stage then decides: the walk ahead against the decisions themselves.

The other walk here is the real one: `climb_duty` and `climb_case` at the instants that the row itself names, every
notice taken by the mail server at once, and time passing in between. No database, so that thousands of rows are tried.
"""

from __future__ import annotations

from copy import copy
from datetime import date, timedelta
from itertools import islice, pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rules_strategies import DAY, calendars, case, case_ladders, days, duty, instants, ladders

from checks.contract import Severity
from monitor.escalation import climb_case, climb_duty
from monitor.ladder import LONG as LADDER
from monitor.ladder import OPENING
from monitor.letters.ahead import Coming, coming
from monitor.outbox.record import case_told, duty_told
from monitor.schedule import edit, refresh
from monitor.tables import Obligation

STEPS = 8
tried = settings(max_examples=100, suppress_health_check=list(HealthCheck))


def happens(row, calendar, at):
    """The steps that the stages really take from `at` on, if nothing comes between."""
    row = copy(row)
    for _ in range(80):
        instants = [instant for instant in (getattr(row, "turns_at", None), row.next_at) if instant]
        if not instants:
            return
        at = max(at, min(instants))
        told = row.told
        notices = (
            _overdue_and_climbing(row, calendar, at)
            if isinstance(row, Obligation)
            else climb_case(row, calendar, at).notices
        )
        for notice in notices:
            _taken(notice, row, calendar, at)
        if notices:
            yield _said(notices, at, told)


def _taken(notice, row, calendar, at):
    if isinstance(row, Obligation):
        duty_told(notice, row, calendar, at, row.due_on)
    else:
        case_told(notice, row, calendar, at)


def _overdue_and_climbing(row, calendar, at):
    if row.turns_at and row.turns_at <= at:
        edit(row, overdue_on=row.due_on)
        refresh(row, calendar, at)
    return climb_duty(row, calendar, at).notices if row.next_at and row.next_at <= at else []


def _said(notices, at, told):
    reviewers = next((tuple(notice.roles) for notice in notices if notice.kind == "review-reminder"), ())
    level = max((notice.level for notice in notices if notice.side == "company"), default=0)
    party = any(notice.side == "vendor" for notice in notices)
    return Coming(at, party, level, 0 if reviewers else told, reviewers)


def same(row, calendar, at):
    announced = list(islice(coming(row, calendar, at), STEPS))
    happened = list(islice(happens(row, calendar, at), STEPS))
    assert announced == happened
    return happened


@tried
@given(calendars(), ladders(), instants(), st.integers(1, 90))
def test_the_opening_announces_what_then_happens(calendar, ladder, at, term):
    row = duty(calendar, calendar.day_of(at) + term * DAY, ladder, at)
    steps = same(row, calendar, at)
    assert steps[0] == Coming(calendar.next_sending(at), party=True)


@st.composite
def midway(draw):
    """A duty somewhere on its ladder: told up to a rung, perhaps with levels missing, perhaps in somebody's hands."""
    calendar, ladder, at = draw(calendars()), draw(ladders()), draw(instants())
    due_on = calendar.day_of(at) - draw(st.integers(-40, 120)) * DAY
    row = duty(calendar, due_on, ladder, at - timedelta(days=draw(st.integers(0, 150))))
    edit(row, vendor_sent=draw(st.sampled_from([OPENING, *ladder.offsets(60)])), told_on=due_on)
    if at >= calendar.end_of(due_on):
        edit(row, overdue_on=due_on)
        rung = draw(st.none() | st.sampled_from([offset for offset in ladder.offsets(60) if offset > 0]))
        if rung is not None:
            told = draw(st.integers(1, max(1, ladder.level(rung))))
            edit(row, company_sent=rung, told=told, told_at=at - draw(st.timedeltas(timedelta(), timedelta(days=9))))
        if draw(st.booleans()):
            edit(row, paused_until=at + draw(st.timedeltas(timedelta(minutes=1), timedelta(days=30))))
    refresh(row, calendar, at)
    return row, calendar, at


@tried
@given(midway())
def test_a_letter_from_anywhere_on_the_ladder_announces_what_then_happens(found):
    same(*found)


@tried
@given(midway())
def test_what_a_law_dates_is_announced_for_the_day_on_which_it_leaves_closed_or_not(found):
    row, calendar, at = found
    edit(row, statutory=True)
    refresh(row, calendar, at)
    same(row, calendar, at)


@tried
@given(midway())
def test_the_steps_ahead_are_in_order_in_sending_hours_and_never_skip_a_level(found):
    row, calendar, at = found
    steps = list(islice(coming(row, calendar, at), STEPS))
    assert all(one.at < other.at for one, other in pairwise(steps))
    assert all(calendar.sending(step.at) and step.at >= at for step in steps)
    assert all(step.level <= step.told + 1 or step.level == step.told for step in steps)


@tried
@given(midway())
def test_a_pause_silences_the_company_and_never_the_party(found):
    row, calendar, at = found
    paused = copy(row)
    edit(paused, paused_until=at + 30 * DAY)
    refresh(paused, calendar, at)
    for step in islice(coming(paused, calendar, at), STEPS):
        assert not step.level or step.at >= paused.paused_until
    ours = [step.at for step in coming(row, calendar, at) if step.party][:4]
    assert ours == [step.at for step in coming(paused, calendar, at) if step.party][:4]


@tried
@given(calendars(), instants(), st.integers(0, 6), st.integers(0, 60))
def test_the_reviewers_reminders_are_announced_as_they_then_come(calendar, at, reviews, waited):
    submitted = at - waited * DAY
    row = duty(
        calendar,
        calendar.day_of(at),
        ladder=LADDER,
        at=submitted,
        state="submitted",
        submitted_at=submitted,
        reviews=reviews,
    )
    refresh(row, calendar, at)
    steps = same(row, calendar, at)
    assert all(calendar.sending(step.at) for step in steps)
    assert len({calendar.day_of(step.at) for step in steps}) == len(steps)


@tried
@given(calendars(), case_ladders, instants(), st.sampled_from([Severity.HIGH, Severity.CRITICAL]), st.integers(0, 30))
def test_a_case_announces_what_then_happens(calendar, ladder, at, severity, since):
    row = case(calendar, ladder, at - since * DAY, severity)
    for notice in climb_case(row, calendar, calendar.next_sending(at)).notices:
        _taken(notice, row, calendar, calendar.next_sending(at))
    assert row.told == 1
    same(row, calendar, calendar.next_sending(at))


@tried
@given(calendars(), ladders(), instants(), st.integers(1, 60), days)
def test_nothing_is_announced_beyond_the_last_day(calendar, ladder, at, term, last_day):
    row = duty(calendar, calendar.day_of(at) + term * DAY, ladder, at)
    ends = calendar.end_of(last_day)
    steps = list(islice(coming(row, calendar, at, last_day), STEPS))
    assert all(step.at < ends for step in steps) or calendar.day_of(at) > last_day


@given(calendars(), instants())
def test_nothing_is_announced_of_what_is_over(calendar, at):
    for state in ("accepted", "cancelled", "waived", "scheduled"):
        assert list(coming(duty(calendar, date(2027, 1, 5), LADDER, at, state=state), calendar, at)) == []
