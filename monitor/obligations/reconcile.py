"""What is owed against what is in the books: the difference, as one step. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor.books import Step, moved
from monitor.calendar import Roll
from monitor.ladder import LONG, SHORT, HourLadder, ladder_for
from monitor.notices import VENDOR, about_duty
from monitor.obligations.contract import Idle, Owed
from monitor.schedule import as_text, beat, duty_event, edit, refresh, reopening
from monitor.tables import Obligation
from monitor.tables.duty import ASKED, DECLINED

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.calendar import Calendar
    from monitor.ladder import Ladder
    from monitor.obligations.contract import Facts

FIRST_SEEN_DAYS = 30  #: what is first seen late is due so many days later
CAMPAIGN = (60, 30)  #: what the first mail of a round is called, and the rung that it has beside the usual ones
TOO_SHORT = 14  #: days left, below which something first seen counts as seen late


@dataclass(frozen=True)
class Policy:
    """Ladders and limits that the configuration may set otherwise."""

    long: Ladder = LONG
    short: Ladder = SHORT
    takeover_per_day: int = 25


def reconcile(outcome: Owed | Idle, duty: Obligation | None, facts: Facts, at: datetime, policy: Policy) -> Step | None:
    """The step from the books to what is owed, or none when they agree."""
    if isinstance(outcome, Idle):
        return None if duty is None else _wind_up(outcome, duty, at)
    if duty is None:
        return None
    if duty.state == "scheduled":
        return _redate(outcome, duty, facts, at, policy)
    if duty.state in {*ASKED, "waived", DECLINED} and _ends_later(outcome, duty, facts):
        return cancel(duty, "end-moved", at)
    if duty.state in ASKED:
        return _postpone(outcome, duty, facts, at)
    return Step(duty, edit(duty, nominal_on=outcome.nominal_on)) if duty.nominal_on != outcome.nominal_on else None


def rolled(duty: Obligation, facts: Facts, at: datetime) -> Step | None:
    """A duty that something happened for keeps its day, unless that has been closed since."""
    due = facts.calendar.roll(duty.base_on, Roll(duty.roll))
    if duty.statutory or duty.state not in ASKED or not facts.today <= duty.due_on < due:
        return None
    return moved(duty, duty.base_on, due, "recomputed", facts.calendar, at)


def begin(kind: str, outcome: Owed, facts: Facts, company: str, at: datetime, policy: Policy) -> Step:
    """A new duty. One that opens on a day of its own is open from 00:00 of that day; others wait for their first
    mail.
    """
    duty = Obligation(
        kind=kind,
        engagement_id=facts.key,
        company_id=company,
        party_id=facts.entry.party,
        state="scheduled",
        subject=outcome.subject,
        roll=outcome.roll or facts.entry.roll,
        statutory=outcome.statutory,
        planned_at=at,
        since=at,
        cause=_cause(outcome),
        ladder=_ladder(outcome, policy),
        asks=facts.through,
    )
    _place(outcome, duty, facts, at)
    refresh(duty, facts.calendar, at)
    return Step(duty, new=True)


def _cause(outcome: Owed) -> dict[str, Any]:
    return {**outcome.cause, "campaign": outcome.campaign} if outcome.campaign else dict(outcome.cause)


def _ladder(outcome: Owed, policy: Policy) -> str:
    if outcome.hours and outcome.opens_at:
        return as_text(HourLadder(outcome.opens_at.isoformat(), outcome.hours))
    if outcome.campaign:
        return as_text(replace(policy.long, before=(CAMPAIGN[1], *policy.long.before), opening=f"T-{CAMPAIGN[0]}"))
    return as_text(ladder_for(outcome.notice_days, policy.long, policy.short))


def _place(outcome: Owed, duty: Obligation, facts: Facts, at: datetime) -> dict[str, Any]:
    """Where T and the opening lie."""
    calendar, today = facts.calendar, facts.today
    due = calendar.roll(outcome.nominal_on, outcome.roll or facts.entry.roll)
    fields = edit(
        duty,
        nominal_on=outcome.nominal_on,
        base_on=outcome.nominal_on,
        due_on=due,
        taken_over=False,
        unconfirmed_since=None,
    )
    if outcome.forgiving and (due - today).days < TOO_SHORT:
        base = today + timedelta(days=FIRST_SEEN_DAYS)
        fields |= edit(
            duty,
            base_on=base,
            due_on=calendar.roll(base, facts.entry.roll),
            taken_over=True,
            unconfirmed_since=due if due < today else None,
            opens_at=at,
            meant_on=calendar.following(today),
        )
    elif outcome.opens_at is not None:
        first_mail = beat(duty, calendar).next_sending(max(outcome.opens_at, at))
        fields |= edit(duty, opens_at=outcome.opens_at, meant_on=calendar.day_of(first_mail))
    elif outcome.opens_on is not None:
        fields |= _opens_on(outcome.opens_on, duty, calendar)
    else:
        opens_at = _usual_opening(outcome, duty, calendar, at)
        fields |= edit(duty, opens_at=opens_at, meant_on=calendar.day_of(opens_at))
    return fields


def _opens_on(day: date, duty: Obligation, calendar: Calendar) -> dict[str, Any]:
    return edit(duty, opens_at=calendar.instant(day), meant_on=calendar.following(day))


def _usual_opening(outcome: Owed, duty: Obligation, calendar: Calendar, at: datetime) -> datetime:
    """So many days before T. What is hastened opens at once where that day has gone by already."""
    opens_at = reopening(duty, calendar, outcome.notice_days)
    return max(opens_at, at) if outcome.hastened else opens_at


def _wind_up(outcome: Idle, duty: Obligation, at: datetime) -> Step | None:
    """Nothing is owed: what was only scheduled goes silently; what was asked goes with a word, if it must go now."""
    if duty.state == "scheduled" or (outcome.void and duty.state in {*ASKED, "waived", DECLINED}):
        return cancel(duty, outcome.reason, at)
    return None


def _ends_later(outcome: Owed, duty: Obligation, facts: Facts) -> bool:
    """Whether what opens on a day of its own, after an end, was asked for after another end that has moved later since.
    Such an order is cancelled, also where both ends are past: its T would move to a day that the party never heard of,
    and that may be over. Another order follows, with an opening and a T of its own.
    """
    if outcome.opens_on is None or outcome.nominal_on == duty.nominal_on:
        return False
    return outcome.opens_on > facts.calendar.day_of(duty.opens_at)


def cancel(duty: Obligation, reason: str, at: datetime) -> Step:
    """The duty is over without an answer; the party hears of it if it was asked."""
    fields = edit(duty, state="cancelled", reason=reason, decided_at=at, turns_at=None, next_at=None)
    notices = [about_duty(duty, "cancelled", VENDOR, at, data={"reason": reason})] if duty.told_on else []
    return Step(duty, fields, [duty_event("cancelled", duty, reason=reason)], notices, withdraw=True)


def _redate(outcome: Owed, duty: Obligation, facts: Facts, at: datetime, policy: Policy) -> Step | None:
    """A duty that nobody was told of yet: it moves wherever the rules say. With its opening moves the time that the
    party has, so its ladder is chosen anew: what was to be asked two weeks ahead may have come to be asked at once.
    """
    before, opening = duty.due_on, duty.opens_at
    if outcome.nominal_on != duty.nominal_on:
        fields = _place(outcome, duty, facts, at)
    else:
        roll = outcome.roll or facts.entry.roll
        fields = edit(duty, due_on=facts.calendar.roll(duty.base_on, roll), roll=roll)
        if outcome.opens_at is not None:
            fields |= _opening(outcome.opens_at, duty, facts, at)
        elif outcome.opens_on is not None:
            fields |= _opens_on(outcome.opens_on, duty, facts.calendar)
        elif not duty.taken_over:
            opens_at = _usual_opening(outcome, duty, facts.calendar, at)
            fields |= edit(duty, opens_at=opens_at, meant_on=facts.calendar.day_of(opens_at))
    asked = _cause(outcome)
    if duty.opens_at != opening or asked != duty.cause:
        fields |= edit(duty, ladder=_ladder(outcome, policy), cause=asked)
    fields |= refresh(duty, facts.calendar, at)
    events = (
        [duty_event("due_moved", duty, reason="recomputed", was=before.isoformat())] if duty.due_on != before else []
    )
    return Step(duty, fields, events)


def _opening(opens_at: datetime, duty: Obligation, facts: Facts, at: datetime) -> dict[str, Any]:
    """What opens for something that happened keeps its day, unless something else has happened since."""
    if duty.opens_at == opens_at:
        return {}
    first_mail = facts.calendar.next_sending(max(opens_at, at))
    return edit(duty, opens_at=opens_at, meant_on=facts.calendar.day_of(first_mail))


def _postpone(outcome: Owed, duty: Obligation, facts: Facts, at: datetime) -> Step | None:
    """A duty that the party knows of: T may move later and never earlier, or only earlier where it is hastened. What is
    past stays where it was.
    """
    changed = outcome.nominal_on != duty.nominal_on
    base = outcome.nominal_on if changed else duty.base_on
    due = facts.calendar.roll(base, outcome.roll or facts.entry.roll)
    step = Step(duty, edit(duty, nominal_on=outcome.nominal_on))
    if outcome.hastened:
        sooner = changed and due < duty.due_on
        return moved(duty, base, due, "hastened", facts.calendar, at) if sooner else step
    if due > duty.due_on and (changed or duty.due_on >= facts.today):
        return moved(duty, base, due, "recomputed", facts.calendar, at)
    step.fields |= refresh(duty, facts.calendar, at)
    return step
