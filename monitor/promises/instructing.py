"""What a party is told in writing, and that what the data was for is achieved: said by a person, kept in the register.

A party does what it was told and nothing else with the data; General Guidelines 3-4-4 name a missing instruction as a
way in which supervision fails. P10: no use of its own, no training of models beyond what it was told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor import ledger, tables
from monitor.promises.entries import REGISTER_LOCK, reference, work_and_party
from monitor.reasons import harmless
from monitor.refusal import need
from monitor.registry.apply import ONE_AT_A_TIME, set_fields
from monitor.registry.lifecycle import standing
from monitor.registry.roster import unkept
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from monitor.tables import InstructionRecord

OWN_USE, TRAINING = "own-use", "training"
EXCLUDES = (OWN_USE, TRAINING)  #: what an instruction may forbid, in the words of the registry


@dataclass(frozen=True, slots=True)
class Instructed:
    """`ref`: where the text lies; `on`: today where nothing is said; `excludes`: what it forbids."""

    engagement: str
    ref: str
    on: date | None = None
    what: str = ""
    excludes: Sequence[str] = ()


async def instruct(given: Instructed, at: datetime, actor: str) -> InstructionRecord:
    """Enter an instruction in writing. The work counts as instructed from its day on; what an earlier instruction
    forbids stays forbidden. Told twice, it stays as it is.
    """
    harmless(given.what)
    unknown = set(given.excludes) - set(EXCLUDES)
    need(not unknown, "no-such-exclusion", "An instruction may exclude: {known}.", known=", ".join(EXCLUDES))
    async with transaction():
        await alone(ONE_AT_A_TIME)
        await alone(REGISTER_LOCK)
        present = await unkept()
        entry, _ = await work_and_party(given.engagement, present)
        ref, today = reference(given.ref), present.calendar.day_of(at)
        on = given.on or today
        need(on <= today, "on-future", "Name today or a day before it.")
        known = await tables.InstructionRecord.filter(engagement_id=entry.key, ref=ref).first()
        if known is not None:
            need(known.on == on, "ref-taken", "There is an instruction of this reference already.")
            return known
        row = await tables.InstructionRecord.create(
            ref=ref, engagement_id=entry.key, company_id=entry.company, on=on, what=given.what.strip(),
            excludes=sorted(given.excludes), entered_at=at, entered_by=actor,
        )  # fmt: skip
        held = entry.instruction
        last = max(on, held.recorded_on or on)
        excludes = sorted({*held.excludes, *given.excludes})
        told = {"recorded_on": last.isoformat()} | ({"excludes": excludes} if excludes else {})
        await set_fields("engagement", entry.key, {"instruction": told}, at, actor)
        said = {"engagement": entry.key, "party": entry.party, "ref": ref, "state": "recorded"}
        line = ledger.Event("instruction.recorded", f"instruction/{row.id}", said, entry.company, actor)
        await ledger.write([line], at)
    return row


async def achieve(key: str, on: date | None, at: datetime, actor: str) -> None:
    """利用目的の達成: a survey is over, everything is dispatched. From the day after, return or deletion is owed, while
    the work goes on (APPI 22).
    """
    async with transaction():
        await alone(ONE_AT_A_TIME)
        entry, present = await standing(key), await unkept()
        today = present.calendar.day_of(at)
        day = on or today
        need(day <= today, "on-future", "Name today or a day before it.")
        last_day = await present.last_day(key)
        need(entry.in_force_on(day, last_day), "not-in-force", "On that day the work was not in force.")
        held = entry.purpose_achieved_on
        need(held is None or day >= held, "on-earlier", "A later day is recorded already: {day}.", day=held)
        if day == held:
            return
        await set_fields("engagement", key, {"purpose_achieved_on": day.isoformat()}, at, actor)
        said = {"engagement": key, "party": entry.party, "state": "purpose-achieved", "on": day.isoformat()}
        await ledger.write(
            [ledger.Event("engagement.purpose_achieved", f"engagement/{key}", said, entry.company, actor)], at
        )
