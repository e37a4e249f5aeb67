"""The references of owners' requests, which the company's own records may lead back to a person: kept for so many years
from the answer, then replaced by a number that leads nowhere, here and at what was asked because of them.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from tortoise.expressions import F

from monitor import ledger, tables
from monitor.calendar import DAY
from monitor.hearing.legs import LEG
from monitor.own_duties import OWNER_REQUEST
from monitor.promises.keeping.terms import BEGINS, reference_until
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.registry.roster import Roster
    from monitor.tables import OwnerRequest

AT_ONCE = 50


async def forget_references(present: Roster, at: datetime) -> int:
    """Set the time of those that have been answered, and erase those whose time has come; how many."""
    calendar, years = present.calendar, present.group.retention.request_years
    fresh = tables.OwnerRequest.filter(answered_on__not_isnull=True, erase_at=None, erased_on=None).limit(AT_ONCE)
    done = 0
    for row in await fresh:
        if row.answered_on:
            when = calendar.instant(reference_until(row.answered_on, years) + DAY, BEGINS)
            done += await tables.OwnerRequest.filter(id=row.id, erase_at=None).update(erase_at=when)
    for row in await tables.OwnerRequest.filter(erase_at__lte=at).order_by("erase_at", "id").limit(AT_ONCE):
        await _forget(row, present, at)
        done += 1
    return done


async def _forget(row: OwnerRequest, present: Roster, at: datetime) -> None:
    blank = f"erased/{row.id}"
    async with transaction():
        today = present.calendar.day_of(at)
        held: dict[str, Any] = {"ref": blank, "service": "", "purposes": [], "erase_at": None, "erased_on": today}
        if not await tables.OwnerRequest.filter(id=row.id, erased_on=None).update(**held):
            return
        legs = tables.Obligation.filter(kind=LEG, subject=row.ref)
        await legs.update(subject=blank, version=F("version") + 1)
        await tables.OwnDuty.filter(kind=OWNER_REQUEST, ref=row.ref).update(ref=blank, version=F("version") + 1)
        until = reference_until(row.answered_on, present.group.retention.request_years) if row.answered_on else today
        data = {
            "obligation": OWNER_REQUEST,
            "due_on": until.isoformat(),
            "rule": "retention-term",
            "count": 1,
            "sha256": hashlib.sha256(row.ref.encode()).hexdigest(),
        }
        await ledger.write([ledger.Event("evidence.erased", f"owner-request/{row.id}", data, row.company_id)], at)
