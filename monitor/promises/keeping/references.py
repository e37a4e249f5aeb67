"""The references of owners' requests and of corrections, which the company's own records may lead back to a person.

They are kept for so many years from the answer or the end, then replaced by a number that leads nowhere, here, at what
was asked because of them, and in what letters about it had as their subject.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tortoise.expressions import F

from monitor import ledger, tables
from monitor.calendar import DAY
from monitor.guard import Guard
from monitor.hearing.corrections import CORRECTION_LEG
from monitor.hearing.legs import LEG
from monitor.own_duties import CORRECTION, JOINT_CORRECTION, JOINT_REQUEST, OWNER_ANSWER, OWNER_REQUEST
from monitor.promises.keeping.subjects import unnamed_in_letters
from monitor.promises.keeping.terms import BEGINS, reference_until
from monitor.tables.plain import any_due, any_row
from monitor.tables.store import AWAY, transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from monitor.registry.roster import Roster
    from monitor.tables import Correction, OwnerRequest

log = logging.getLogger(__name__)
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Referred:
    """A register whose entries have such references. `name`: as the ledger has it; `over`: the column of the day from
    which they are kept; `leg`: the kind of what parties were asked; `owed`: what companies owed themselves.
    """

    name: str
    model: type[Any]
    over: str
    leg: str
    owed: Sequence[str]

    def until(self, row: OwnerRequest | Correction, present: Roster) -> date:
        """The last day of the reference."""
        over: date = getattr(row, self.over)
        return reference_until(over, present.group.retention.request_years)


REFERRED: Sequence[Referred] = (
    Referred(OWNER_REQUEST, tables.OwnerRequest, "answered_on", LEG, (OWNER_REQUEST, OWNER_ANSWER, JOINT_REQUEST)),
    Referred(CORRECTION, tables.Correction, "ended_on", CORRECTION_LEG, (CORRECTION, JOINT_CORRECTION)),
)


async def forget_references(present: Roster, at: datetime) -> int:
    """Set the time of those that are over, and erase those whose time has come; how many."""
    return sum([await _turn(register, present, at) for register in REFERRED])


async def _turn(register: Referred, present: Roster, at: datetime) -> int:
    done, model = 0, register.model
    ended = f'"{register.over}" IS NOT NULL AND erase_at IS NULL AND erased_on IS NULL'
    if not (await any_row(model, ended) or await any_due(model, "erase_at", at)):
        return 0
    fresh = model.filter(**{f"{register.over}__not_isnull": True}, erase_at=None, erased_on=None).limit(AT_ONCE)
    for row in await fresh:
        with Guard(log, "the term of %s/%s cannot be told", register.name, row.id, let=AWAY):
            when = present.calendar.instant(register.until(row, present) + DAY, BEGINS)
            done += await model.filter(id=row.id, erase_at=None).update(erase_at=when)
    for row in await model.filter(erase_at__lte=at).order_by("erase_at", "id").limit(AT_ONCE):
        with Guard(
            log, "the reference of %s/%s cannot be erased; tried again tomorrow", register.name, row.id, let=AWAY
        ):
            await _forget(register, row, present, at)
            done += 1
            continue
        await model.filter(id=row.id, erased_on=None).update(erase_at=at + DAY)
    return done


async def _forget(register: Referred, row: OwnerRequest | Correction, present: Roster, at: datetime) -> None:
    blank = f"erased/{row.id}"
    async with transaction():
        today = present.calendar.day_of(at)
        held: dict[str, Any] = {"ref": blank, "service": "", "purposes": [], "erase_at": None, "erased_on": today}
        if not await register.model.filter(id=row.id, erased_on=None).update(**held):
            return
        legs = tables.Obligation.filter(kind=register.leg, subject=row.ref)
        owed = tables.OwnDuty.filter(kind__in=register.owed, ref=row.ref)
        await unnamed_in_letters(row.ref, blank, legs, owed)
        await legs.update(subject=blank, version=F("version") + 1)
        await owed.update(ref=blank, version=F("version") + 1)
        data = {
            "obligation": register.name,
            "due_on": register.until(row, present).isoformat(),
            "rule": "retention-term",
            "count": 1,
            "sha256": hashlib.sha256(row.ref.encode()).hexdigest(),
        }
        await ledger.write([ledger.Event("evidence.erased", f"{register.name}/{row.id}", data, row.company_id)], at)
