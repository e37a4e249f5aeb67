"""What happens next to a duty or a case if nobody does anything, step by step. Pure.

Each letter announces its next steps, and then they happen at that minute. So nothing is estimated here: the walk starts
from the row as it will be once the mail server has taken what waits in the outbox, asks the schedule when the row must
be looked at next, and the ladder what is told then; these are the rules that the stages follow. What is not promised is
that nothing comes between: an answer, an acknowledgement, a closed day that is announced tomorrow.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.ladder import OPENING
from monitor.schedule import (
    beat,
    begun,
    case_climb,
    case_next,
    company_climb,
    company_rung,
    company_told,
    edit,
    next_at,
    own_climb,
    own_next,
    own_rung,
    party_rung,
    party_told,
    reviewers_of,
    reviews_due,
    speaks,
    standing,
    turns_at,
)
from monitor.tables import Case, Obligation, OwnDuty
from monitor.tables.duty import ASKED, DECLINED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date, datetime

    from monitor.calendar import Calendar
    from monitor.certificates import Held
    from monitor.ladder import Climb
    from monitor.tables.climbing import Climbing

_FAR = 60  #: looks at a row, beyond which nobody asks what comes


@dataclass(frozen=True, slots=True)
class Coming:
    """One step ahead: when, and who hears of it. A level of 0 means that the company's ladder is silent then."""

    at: datetime
    party: bool = False
    level: int = 0
    told: int = 0  #: the levels that the company had heard before
    reviewers: tuple[str, ...] = ()  #: roles that are reminded of an answer that waits for them


def coming(
    row: Obligation | Case | OwnDuty, calendar: Calendar, at: datetime, last_day: date | None = None
) -> Iterator[Coming]:
    """The steps after `at`, in order, with no end to them where the ladder repeats.

    `last_day` is that of the engagement: what is still asked when it ends is cancelled, so nothing is announced beyond.
    """
    if isinstance(row, Obligation) and row.state == "submitted":
        yield from _of_review(row, calendar, at)
    elif isinstance(row, Obligation) and row.state in ASKED:
        ends = calendar.end_of(last_day) if last_day and calendar.day_of(at) <= last_day else None
        for step in _of_duty(row, beat(row, calendar), at):
            if ends and step.at >= ends:
                return
            yield step
    elif not isinstance(row, Obligation) or row.state == DECLINED:
        yield from _of_company(row, beat(row, calendar), at)


def warnings_ahead(certificate: Held, calendar: Calendar, at: datetime) -> Iterator[Coming]:
    """The warnings after `at` that a certificate runs out: each to the party and to the company's first level."""
    while upcoming := certificate.climb().upcoming(calendar, at):
        _, at = upcoming
        yield Coming(at, party=True, level=1, told=1)


def _of_review(duty: Obligation, calendar: Calendar, at: datetime) -> Iterator[Coming]:
    row = copy(duty)
    while instant := next_at(row, calendar, at):
        at = instant
        row.reviews = reviews_due(row, calendar, at)
        yield Coming(at, reviewers=reviewers_of(row.reviews))


def _of_duty(duty: Obligation, calendar: Calendar, at: datetime) -> Iterator[Coming]:
    row = copy(duty)
    _take_party(row, calendar, at)
    _take_company(row, company_climb(row), at)
    for _ in range(_FAR):
        instants = [instant for instant in (turns_at(row, calendar), next_at(row, calendar, at)) if instant]
        if not instants:
            return
        at = max(at, min(instants))
        if row.overdue_on is None and row.told_on and at >= calendar.end_of(row.due_on):
            edit(row, overdue_on=row.due_on)
        party, told = _tell_party(row, calendar, at), row.told
        level = _tell_company(row, company_climb(row), calendar, at) if speaks(row) else 0
        if party or level:
            yield Coming(at, party, level, told)


def _of_company(known: Obligation | Case | OwnDuty, calendar: Calendar, at: datetime) -> Iterator[Coming]:
    """What only the company hears of: what its party declines, what fails, what it owes itself."""
    row = copy(known)
    climb, upcoming = _OF_COMPANY[type(row)]
    if isinstance(row, Case):
        edit(row, announced=row.severity)
    _take_company(row, climb(row), at)
    for _ in range(_FAR):
        instant = upcoming(row, calendar, at)
        if instant is None:
            return
        at, told = max(at, instant), row.told
        level = _tell_company(row, climb(row), calendar, at)
        if level:
            yield Coming(at, level=level, told=told)


_OF_COMPANY: Mapping[type, tuple[Callable[[Any], Climb], Callable[[Any, Calendar, datetime], datetime | None]]] = {
    Obligation: (company_climb, next_at),
    Case: (case_climb, case_next),
    OwnDuty: (own_climb, own_next),
}
"""How each of them climbs, and when it must be looked at again."""


def _take_party(row: Obligation, calendar: Calendar, at: datetime) -> None:
    """As if the mail server had taken the party's rung that waits."""
    if row.vendor_queued is not None:
        if row.vendor_queued == OPENING:
            begun(row, calendar, at)
        party_told(row, row.vendor_queued)
        edit(row, told_on=max(row.due_on, row.told_on or row.due_on))


def _take_company(row: Climbing, climb: Climb, at: datetime) -> None:
    """As if the mail server had taken the company's rung that waits."""
    if row.company_queued is not None:
        company_told(row, row.company_queued, climb.step(standing(row), row.company_queued), at)


def _tell_party(row: Obligation, calendar: Calendar, at: datetime) -> bool:
    """Whether the party is reminded at this instant; the row remembers it."""
    rung = party_rung(row, calendar, at) if calendar.sending(at) else None
    if rung is None:
        return False
    edit(row, vendor_queued=rung)
    _take_party(row, calendar, at)
    return True


def _tell_company(row: Climbing, climb: Climb, calendar: Calendar, at: datetime) -> int:
    """The level that the company hears at this instant, or 0; the row remembers it."""
    if not calendar.sending(at):
        return 0
    # the opening of what a company owes itself is the company's too
    found = own_rung(row, calendar, at) if isinstance(row, OwnDuty) else company_rung(row, climb, calendar, at)
    if found is None:
        return 0
    company_told(row, *found, at)
    if isinstance(row, OwnDuty) and found[0] == OPENING:
        begun(row, calendar, at)
    return found[1]
