"""When something comes up by itself next: the daemon looks every few seconds, a simulation goes there at once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from monitor import tables
from monitor.contradiction.remedied import SOON
from monitor.obligations.sub_entrustment_request import REQUEST
from monitor.promises.improving import yearly
from monitor.registry.roster import roster
from monitor.tables.instant import as_instant
from monitor.tables.plain import any_row, earliest, least

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

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
    did, or something was last seen.
    """
    present = await roster()
    found = [yearly.next_begin(at, present)]
    found += [instant async for instant in _waiting(at, present.calendar)]
    found += [instant for instant in (await earliest(_CLOCKS), await _held_against(stirred)) if instant]
    return max(min(found), at + timedelta(microseconds=1))


async def _waiting(at: datetime, calendar: Calendar) -> AsyncIterator[datetime]:
    """What waits for an hour: letters, and requests that a party began by itself and did not finish in time."""
    for model, name, condition in ((tables.Notice, "send_at", _NOTICE), (tables.Mail, "next_at", _MAIL)):
        if first := await least(model, name, f"{condition} > ?", at):
            yield as_instant(first)
        if not calendar.sending(at) and await any_row(model, f"{condition} <= ?", at):
            yield calendar.next_sending(at)
    if last := await least(tables.Obligation, "due_on", "kind = ? AND state IN ('open', 'returned')", REQUEST):
        day = last if isinstance(last, date) else date.fromisoformat(last)
        yield calendar.instant(day)


async def _held_against(stirred: datetime) -> datetime | None:
    """When the next finding is held against what is seen, unless each was since something changed: every hour it is,
    and mostly in vain.
    """
    first = await least(tables.Remediation, "look_at", "look_at < ?", stirred + SOON)
    return as_instant(first) if first else None
