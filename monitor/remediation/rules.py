"""When a finding is due, and how it changes. Pure, over rows as values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.calendar import DAY, Roll
from monitor.schedule import edit
from monitor.tables.remediation import UNSETTLED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime, timedelta

    from monitor.calendar import Calendar
    from monitor.tables import Obligation, Remediation

REOPENED = 30  #: days that are left for what is open again
UNSHOWN = 30  #: days after which what is said to be put right, and was shown by nothing, is asked about again
AHEAD = 14  #: days before its date that the party is asked again, at most
AT_LEAST = 14  #: days that are left for what could not be asked about at once, as far as it had so many
HELD = (*UNSETTLED, "accepted_risk")  #: states in which a finding is on the books


def unsettled(row: Remediation) -> bool:
    return row.state in UNSETTLED


def overdue(row: Remediation, today: date, request: Obligation | None = None) -> bool:
    """Its day is over. While a request about it is with the party, that request's day counts, which may have moved."""
    return unsettled(row) and today > due(row, request)


def due(row: Remediation, request: Obligation | None = None) -> date:
    days: list[date] = [row.due_on, request.due_on] if request else [row.due_on]
    return max(days)


def owed(rows: Iterable[Remediation]) -> list[Remediation]:
    """What the party is asked about, the most pressing first."""
    return sorted(filter(unsettled, rows), key=lambda row: (row.base_on, -row.severity, row.id))


def first_due(rows: Sequence[Remediation], opened: date) -> date:
    """The day that a request about these is due, which opens on that day: the earliest of theirs. What the party was
    never asked about, because another request was still with it, keeps as many days as it had, 14 at the most.
    """
    days: list[date] = [row.base_on if row.asked_id else max(row.base_on, opened + _room(row)) for row in rows]
    return min(days)


def _room(row: Remediation) -> timedelta:
    had: timedelta = row.base_on - row.set_on
    return min(had, AT_LEAST * DAY)


def days_ahead(row: Remediation) -> int:
    """How long before its date the party is asked again: two weeks, or half of the time where that is less."""
    had: timedelta = row.base_on - row.set_on
    return max(1, min(AHEAD, had.days // 2))


def dated(row: Remediation, base_on: date, today: date, calendar: Calendar, roll: str) -> dict[str, Any]:
    """A new date, counted from today."""
    return edit(row, base_on=base_on, due_on=calendar.roll(base_on, Roll(roll)), set_on=today)


def reopened(row: Remediation, days: int, at: datetime, calendar: Calendar, roll: str) -> dict[str, Any]:
    """Open again: the party has so many days, and is asked anew. What had been settled begins anew, also for whoever
    lets it rest; what was on the books all the time does not.
    """
    today = calendar.day_of(at)
    first = row.first_due_on if row.state in HELD else today + days * DAY
    return dated(row, today + days * DAY, today, calendar, roll) | edit(
        row,
        first_due_on=first,
        state="open",
        since=at,
        asked_id=None,
        promised_on=None,
        proof={},
        settled_at=None,
        risk_by="",
        risk_why="",
        risk_until=None,
        turns_at=None,
        look_at=at,
    )


def given_back(row: Remediation, today: date) -> int:
    """The days that are left where a risk is accepted no longer: those that were, up to 30, and no fewer than the party
    needs to answer. Accepting a risk and ending that wins no time.
    """
    left: timedelta = row.base_on - today
    return max(_room(row).days, min(left.days, REOPENED))


def settled(row: Remediation, state: str, at: datetime, **proof: Any) -> dict[str, Any]:
    """Verified, dismissed or lapsed. What was verified is still held against what looks see."""
    return edit(
        row,
        state=state,
        settled_at=at,
        proof=proof,
        turns_at=None,
        risk_until=None,
        look_at=at if state == "verified" else None,
    )
