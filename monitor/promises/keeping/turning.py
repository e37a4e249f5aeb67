"""Stage: what has had its time is erased at night, an engagement at a time, in small transactions.

A crash leaves each obligation with all of its content or with none, and the engagement to be found again by the same
query. What a night does not get done is the next one's.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.calendar import DAY
from monitor.guard import Guard
from monitor.promises.keeping.emptying import empty_some, next_kind
from monitor.promises.keeping.references import forget_references
from monitor.promises.keeping.refusals import forget_refusals
from monitor.promises.keeping.registers import clear_entries
from monitor.promises.keeping.terms import BEGINS, ENDS, Kept, term
from monitor.registry.format import Engagement
from monitor.registry.roster import roster
from monitor.tables.duty import LIVE
from monitor.tables.plain import any_due
from monitor.tables.store import AWAY

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.calendar import Calendar
    from monitor.promises.keeping.terms import Term
    from monitor.registry.roster import Roster

log = logging.getLogger(__name__)
AT_ONCE = 20  #: engagements in one round
PER_NIGHT = 1000  #: engagements


async def turn(at: datetime) -> int:
    """One round; how much was done, 0 when nothing is left for now."""
    present = await roster()
    due = await any_due(tables.Engagement, "erase_at", at)
    waiting = tables.Engagement.filter(erase_at__lte=at).order_by("erase_at", "key").limit(AT_ONCE)
    done = 0
    for row in await waiting if due else ():
        with Guard(log, "engagement %s cannot be emptied; tried again tomorrow", row.key, let=AWAY):
            done += await _look_at(row, present, at)
            continue
        await tables.Engagement.filter(key=row.key, erase_at=row.erase_at).update(erase_at=at + DAY)
    return done + await forget_references(present, at) + await forget_refusals(present, at)


async def _look_at(row: tables.Engagement, present: Roster, at: datetime) -> int:
    today = present.calendar.day_of(at)
    if row.over_on is None:
        row.over_on = present.calendar.day_of(row.erase_at or at)
        await tables.Engagement.filter(key=row.key, over_on=None).update(over_on=row.over_on)
    found = await term_of(row, present)
    when = await _first_night(row, found, present.calendar, at)
    if when > at:
        return await tables.Engagement.filter(key=row.key, erase_at=row.erase_at).update(erase_at=when)
    kind = await next_kind(row.key)
    if kind:
        return await empty_some(row, kind, found, today, at)
    await clear_entries(row, found, at)
    return await tables.Engagement.filter(key=row.key, erase_at=row.erase_at).update(erase_at=None, erased_on=today)


async def term_of(row: tables.Engagement, present: Roster) -> Term:
    """Up to when the evidence of an engagement that is over is kept."""
    entry = Engagement.model_validate(row.spec)
    records = tables.ProvisionRecord.filter(engagement_id=row.key, erased_on=None)
    locks: list[Any] = list(await records.values_list("keep_until", flat=True))
    kept = Kept(row.over_on or present.calendar.day_of(row.changed_at), locks, [one.until for one in entry.hold])
    return term(kept, present.group.retention.evidence_years)


async def _first_night(row: tables.Engagement, found: Term, calendar: Calendar, at: datetime) -> datetime:
    """When it may go, or when it is looked at again: in a night, when its time is over and nothing is open any more."""
    today = calendar.day_of(at)
    if found.goes_on > today:
        return calendar.instant(found.goes_on, BEGINS)
    tonight = calendar.instant(today, BEGINS)
    if at < tonight:
        return tonight
    late = at >= calendar.instant(today, ENDS)
    if late or await _busy(row.key) or await _enough(today):
        return calendar.instant(today + DAY, BEGINS)
    return at


async def _busy(key: str) -> bool:
    """Whether something is still asked or owed under it, or not settled: that is finished first."""
    asked = tables.Obligation.filter(engagement_id=key, state__in=LIVE).exists()
    own = tables.OwnDuty.filter(engagement_id=key, state="open").exists()
    told = tables.Incident.filter(engagement_id=key).exclude(state="closed").exists()
    return await asked or await own or await told


async def _enough(today: date) -> bool:
    return await tables.Engagement.filter(erased_on=today).count() >= PER_NIGHT
