"""When something comes up by itself next: the daemon looks every few seconds, a simulation goes there at once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from monitor import tables
from monitor.contradiction.remedied import SOON
from monitor.obligations.sub_entrustment_request import REQUEST
from monitor.promises.improving import yearly
from monitor.registry.roster import roster
from monitor.tables.plain import any_row, earliest, least

if TYPE_CHECKING:
    from monitor.calendar import Calendar

_CLOCKS = (  #: each of them is the instant at which a stage has something to do
    (tables.Engagement, ("plan_at", "review_at", "erase_at")),
    (tables.Obligation, ("turns_at", "next_at")),
    (tables.OwnDuty, ("turns_at", "next_at")),
    (tables.Case, ("next_at", "closes_at", "muted_until")),
    (tables.Party, ("warn_at",)),
    (tables.Remediation, ("turns_at",)),
    (tables.SubEntrustment, ("turns_at",)),
    (tables.Disposal, ("turns_at",)),
    (tables.Incident, ("remind_at",)),
    (tables.ProvisionRecord, ("erase_at",)),
    (tables.OwnerRequest, ("erase_at",)),
    (tables.Correction, ("erase_at",)),
    (tables.OptOut, ("erase_at",)),
)
_NOTICE, _MAIL = "state = 'waiting' AND letters = 0 AND send_at", "state = 'queued' AND next_at"


async def next_instant(at: datetime, stirred: datetime) -> datetime:
    """The first instant after `at` at which anything can happen if nobody does anything. `stirred`: when somebody last
    did, or something was last seen: until then findings are held against what is seen every hour in vain.
    """
    present = await roster()
    comes = await earliest(
        _CLOCKS,
        (tables.Notice, "send_at", f"{_NOTICE} > ?", at),
        (tables.Mail, "next_at", f"{_MAIL} > ?", at),
        (tables.Remediation, "look_at", "look_at < ?", stirred + SOON),
    )
    found = [
        yearly.next_begin(at, present),
        comes,
        await _morning(at, present.calendar),
        await _lapse(present.calendar),
    ]
    return max(min(instant for instant in found if instant), at + timedelta(microseconds=1))


async def _morning(at: datetime, calendar: Calendar) -> datetime | None:
    """When mail leaves again, where some waits for that."""
    if calendar.sending(at):
        return None
    waits = await any_row(tables.Notice, f"{_NOTICE} <= ?", at) or await any_row(tables.Mail, f"{_MAIL} <= ?", at)
    return calendar.next_sending(at) if waits else None


async def _lapse(calendar: Calendar) -> datetime | None:
    """When the next request lapses that a party began by itself and did not finish."""
    last = await least(tables.Obligation, "due_on", "kind = ? AND state IN ('open', 'returned')", REQUEST)
    if not last:
        return None
    return calendar.instant(last if isinstance(last, date) else date.fromisoformat(last))
