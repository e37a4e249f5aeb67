"""In whose authority somebody lets something wait, and for how long that authority reaches.

The ladder tells ever higher people of what is not answered. Whoever could waive or move a due date as far as they like
would silence it for all of them; so a longer rest needs somebody whom the ladder would have told.
"""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from checks.contract import Severity
from monitor.calendar import DAY, add_months
from monitor.obligations import KINDS
from monitor.refusal import need

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.calendar import Calendar
    from monitor.tables import Obligation, Remediation

ALONE = 30  #: days that a company's manager may grant without anybody above
LONGEST = 12  #: months for which a risk may be accepted, whoever agrees
TAKEN_OVER = timedelta(days=30)  #: after it was first seen, what an old ledger lacks is due


class Authority(Enum):
    """By whose leave something rests. Every caller must say."""

    COMPANY = "company"  #: a manager or reviewer of the responsible company
    OFFICE = "office"  #: its manager for personal information, or the group's privacy office
    SCRIPT = "script"  #: a simulation, which plays what its script says (contract 5)

    def waives_until(self, duty: Obligation, calendar: Calendar, at: datetime) -> date | None:
        """The last day until which a duty may be waived; none where nothing limits it."""
        alone: date | None = calendar.day_of(at) + ALONE * DAY if self is Authority.COMPANY else None
        return _sooner(_latest(duty, calendar)[0], alone)

    def accepts_until(self, finding: Remediation, calendar: Calendar, at: datetime) -> date:
        """The last day until which the risk of a finding may be accepted. One that is past: not at all any more."""
        today = calendar.day_of(at)
        latest = add_months(today, LONGEST)
        alone: date = min(today, finding.first_due_on) + ALONE * DAY
        return min(latest, alone) if self is Authority.COMPANY else latest

    def extends_until(self, duty: Obligation, calendar: Calendar) -> date | None:
        """The last day to which a due date may move; none where nothing limits it."""
        alone: date | None = _first_due(duty, calendar) + ALONE * DAY if self is Authority.COMPANY else None
        return _sooner(_latest(duty, calendar)[0], alone)

    def may_let_rest(self, finding: Remediation, calendar: Calendar, at: datetime) -> None:
        """Whether the risk of a finding may be accepted at all, whatever the day."""
        if self is not Authority.COMPANY:
            return
        need(finding.severity < Severity.CRITICAL, "by-whom-critical", _CRITICAL)
        waited = calendar.day_of(at) <= self.accepts_until(finding, calendar, at)
        need(waited, "by-whom-waited", _WAITED, days=ALONE, since=finding.first_due_on)

    def may_waive(self, duty: Obligation, until: datetime, calendar: Calendar, at: datetime) -> None:
        """Whether a duty may be waived until then."""
        if self is Authority.SCRIPT:
            return
        latest, months = _latest(duty, calendar)
        soon = latest is None or until <= calendar.end_of(latest)
        need(soon, "until-too-far", _TOO_FAR, latest=latest, months=months)
        if self is Authority.COMPANY:
            need(not KINDS[duty.kind].office_waives, f"by-whom-{duty.kind}", _OFFICE)
            alone = calendar.day_of(at) + ALONE * DAY
            need(until <= calendar.end_of(alone), "until-too-far-alone", _BEYOND, days=ALONE, latest=alone)

    def may_accept_risk(self, finding: Remediation, until: datetime, calendar: Calendar, at: datetime) -> None:
        """Whether the risk of a finding may be accepted until then: as for a waiver, counted from today. The company's
        days end with those after its first date, however often it asks: else each renewal would win as many again.
        """
        if self is Authority.SCRIPT:
            return
        latest = add_months(calendar.day_of(at), LONGEST)
        need(until <= calendar.end_of(latest), "until-too-far", _RISK_TOO_FAR, latest=latest)
        if self is Authority.COMPANY:
            self.may_let_rest(finding, calendar, at)
            alone = self.accepts_until(finding, calendar, at)
            need(until <= calendar.end_of(alone), "until-too-far-alone", _BEYOND, days=ALONE, latest=alone)

    def may_verify(self, finding: Remediation, *, pair: bool) -> None:
        """Whether a finding may be closed by a word alone, without a file or a look. `pair`: two people accept the
        answers of its work.
        """
        if self is Authority.COMPANY:
            need(not pair and finding.severity < Severity.CRITICAL, "by-whom-grave", _GRAVE)

    def may_extend(self, duty: Obligation, due_on: date, calendar: Calendar) -> None:
        """Whether a due date may move to that day. Days are counted from the first due date, not from the last one."""
        if self is Authority.SCRIPT:
            return
        latest, months = _latest(duty, calendar)
        need(latest is None or due_on <= latest, "until-too-far", _TOO_FAR, latest=latest, months=months)
        if self is Authority.COMPANY:
            alone = _first_due(duty, calendar) + ALONE * DAY
            need(due_on <= alone, "until-too-far-alone", _BEYOND, days=ALONE, latest=alone)


_GRAVE = (
    "A critical finding, or one of work whose answers two people accept, is verified by a file that the party hands in"
    " with its answer, or by a look. By word alone only the manager for personal information or the group's privacy"
    " office may do so: ask one of them to sign in and do it."
)
_TOO_FAR = (
    "Name a day up to {latest}: this confirmation may wait for at most {months} months after its due date."
    " If it is not needed at all, correct the engagement in the registry."
)
_RISK_TOO_FAR = "Name a day up to {latest}: a risk is accepted for at most 12 months, and looked at anew then."
_CRITICAL = (
    "The risk of a critical finding may be accepted only by the manager for personal information or the group's privacy"
    " office. Ask one of them to sign in and do it."
)
_WAITED = (
    "It was first due on {since}, and the company has let it rest for the {days} days that it may. Only the manager for"
    " personal information or the group's privacy office may accept the risk from now on: ask one of them to sign in."
)
_OFFICE = (
    "This may be waived only by the manager for personal information or the group's privacy office."
    " Ask one of them to sign in and do it."
)
_BEYOND = (
    "Name a day up to {latest} ({days} days). Only the manager for personal information or the group's privacy office"
    " may name a later one: ask one of them to sign in and do it."
)


def _sooner(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)


def _latest(duty: Obligation, calendar: Calendar) -> tuple[date | None, int | None]:
    """The last day up to which one of its kind may wait, and the months that this is; none where it may for ever."""
    months = KINDS[duty.kind].longest_wait
    return (None if months is None else add_months(_first_due(duty, calendar), months)), months


def _first_due(duty: Obligation, calendar: Calendar) -> date:
    """The day on which it was due before anybody moved it. What an old ledger owed for years is due only once asked."""
    nominal: date = duty.nominal_on
    if not duty.taken_over:
        return nominal
    return max(nominal, calendar.day_of(duty.planned_at) + TAKEN_OVER)
