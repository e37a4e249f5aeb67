"""The references of refusals of mail (受信拒否), which the company's own records may lead back to a person.

What a refusal does is done once all who send mail have acknowledged it, and holds without end (Specified E-mail Act
3(3)); who refused is known to them and to the company's own records. So the reference goes here after so many years
from its arrival (APPI 22), but not while somebody has still to acknowledge it. The refusal itself stays, under a number
that leads nowhere: a seeded address that is mailed afterwards is still a breach.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from tortoise.expressions import F

from monitor import ledger, tables
from monitor.calendar import DAY
from monitor.guard import Guard
from monitor.obligations.opt_out_ack import OPT_OUT_ACK
from monitor.promises.earlier_refusals import of
from monitor.promises.keeping.terms import BEGINS, reference_until
from monitor.tables.duty import LIVE
from monitor.tables.plain import any_due
from monitor.tables.store import AWAY, transaction

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.registry.roster import Roster
    from monitor.tables import OptOut

log = logging.getLogger(__name__)
AT_ONCE = 50
_LATER = timedelta(days=1)


def first_night(arrived_on: date, present: Roster) -> datetime:
    """When the reference may go."""
    until = reference_until(arrived_on, present.group.retention.opt_out_years)
    return present.calendar.instant(until + DAY, BEGINS)


async def forget_refusals(present: Roster, at: datetime) -> int:
    """Erase the references whose time has come; how many."""
    if not await any_due(tables.OptOut, "erase_at", at):
        return 0
    done = 0
    for row in await tables.OptOut.filter(erase_at__lte=at).order_by("erase_at", "id").limit(AT_ONCE):
        with Guard(log, "the reference of opt-out/%s cannot be erased; tried again tomorrow", row.id, let=AWAY):
            done += await _look_at(row, present, at)
            continue
        await tables.OptOut.filter(id=row.id, erased_on=None).update(erase_at=at + _LATER)
    return done


async def _look_at(row: OptOut, present: Roster, at: datetime) -> int:
    when = first_night(row.arrived_on, present)
    if when > at:  # it is kept longer than when it was entered
        return await tables.OptOut.filter(id=row.id).update(erase_at=when)
    if await _unacknowledged(row):
        await tables.OptOut.filter(id=row.id).update(erase_at=at + _LATER)
        return 0
    return await _forget(row, present, at)


async def _unacknowledged(row: OptOut) -> bool:
    """Whether somebody has still to acknowledge it, alone or on a list of all that came before."""
    live = await tables.Obligation.filter(kind=OPT_OUT_ACK, company_id=row.company_id, state__in=LIVE)
    return any(of(ack, row) for ack in live)


async def _forget(row: OptOut, present: Roster, at: datetime) -> int:
    blank, ref = f"erased/{row.id}", str(row.ref)
    async with transaction():
        erased = {"ref": blank, "erase_at": None, "erased_on": present.calendar.day_of(at)}
        if not await tables.OptOut.filter(id=row.id, erased_on=None).update(**erased):
            return 0
        asked = tables.Obligation.filter(kind=OPT_OUT_ACK, subject=ref)
        await asked.update(subject=blank, version=F("version") + 1)
        data = {
            "obligation": "opt-out",
            "due_on": reference_until(row.arrived_on, present.group.retention.opt_out_years).isoformat(),
            "rule": "retention-term",
            "count": 1,
            "sha256": hashlib.sha256(ref.encode()).hexdigest(),
        }
        await ledger.write([ledger.Event("evidence.erased", f"opt-out/{row.id}", data, row.company_id)], at)
    return 1
