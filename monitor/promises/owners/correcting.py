"""A correction that no owner has asked for (A5a of the published promises; APPI 22): data was found wrong, of one
person or of many, and everybody who holds a copy corrects it too.

Where an owner asks for a correction, that is a request like any other (`requesting`), with the law's own clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor import ledger, tables
from monitor.duties import owing
from monitor.hearing.corrections import CORRECTION_LEG, joint, made, silent, still_asked
from monitor.language import Message
from monitor.notices import VENDOR, about_duty, tell
from monitor.obligations.contract import Owed
from monitor.obligations.demanding import demand, withdraw_demands
from monitor.own_duties import CORRECTION, DONE, JOINT_CORRECTION
from monitor.promises.owners.comparing import alike
from monitor.promises.owners.holding import held_by, joint_users, responsible
from monitor.promises.owners.references import REF_LOCK, free, sound
from monitor.reasons import keep
from monitor.refusal import Refused, need
from monitor.registry.apply import ONE_AT_A_TIME
from monitor.registry.roster import roster
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from monitor.calendar import Calendar
    from monitor.registry.format.clocks import Corrections
    from monitor.registry.roster import Roster
    from monitor.tables import Correction, OwnDuty

#: How an error became known, and its words.
SOURCES: Mapping[str, Message] = {
    "found": Message("We found the error ourselves"),
    "told": Message("The person told us of it"),
    "changed": Message("Something has changed for many, such as addresses"),
}
#: What a correction is known by beside its reference and its company.
PARTS: Mapping[str, Message] = {
    "source": Message("how the error became known"),
    "known_on": Message("the day since when it is known"),
    "service": Message("the service"),
    "purposes": Message("the purposes"),
}
CLOSED, WITHDRAWN = "closed", "withdrawn"


@dataclass(frozen=True, slots=True)
class Made:
    """What is entered of a correction, which does not say whose data it is. `company`, or a `service` that has one."""

    ref: str
    source: str
    known_on: date
    company: str = ""
    service: str = ""
    purposes: Sequence[str] = ()


async def enter_correction(made: Made, at: datetime, actor: str) -> Correction:
    """Data is corrected: everybody who holds a copy is asked to do the same. What is entered twice alike is one."""
    ref = sound(made.ref)
    async with transaction():
        await alone(ONE_AT_A_TIME)  # many works are asked, and many change with the registry
        await alone(REF_LOCK)
        present = await roster()
        need(made.source in SOURCES, "no-such-source", "Say how the error became known.")
        need(made.known_on <= present.calendar.day_of(at), "known-future", "Name today or a day before it.")
        company = await responsible(made.company, made.service, made.purposes, present)
        known = await tables.Correction.filter(ref=ref).first()
        if known is not None:
            need(known.company_id == company, "ref-taken", "Another company has a correction of this reference.")
            alike(known, made, PARTS)
            return known
        await free(tables.OwnerRequest, ref)
        return await _begin(ref, company, made, present, at, actor)


async def _begin(ref: str, company: str, made: Made, present: Roster, at: datetime, actor: str) -> Correction:
    """Nobody is asked to be done before they can have read of it: days count from the one on which mails leave."""
    calendar = present.calendar
    asked_on = calendar.day_of(calendar.next_sending(at))
    leg_due, due_on = last_days(made.known_on, asked_on, present.group.corrections.on(calendar.day_of(at)), calendar)
    row = await tables.Correction.create(
        ref=ref, company_id=company, service=made.service, source=made.source, purposes=list(made.purposes),
        known_on=made.known_on, due_on=due_on, entered_at=at, entered_by=actor,
    )  # fmt: skip
    await ledger.write([_event("entered", row, actor, on=made.known_on.isoformat())], at)
    await owing.owe(CORRECTION, row.due_on, at, present, company_id=company, ref=ref)
    await _ask_all(row, leg_due, present, at)
    return row


def last_days(known_on: date, asked_on: date, days: Corrections, calendar: Calendar) -> tuple[date, date]:
    """The holders' last day, before it is rolled as each work has it, and the day by which the correction is closed:
    never before the holders' last day, however it is rolled. Pure.
    """
    legs_due = asked_on + timedelta(days=days.correction_days)
    close_on = known_on + timedelta(days=days.close_days)
    return legs_due, calendar.following(max(close_on, legs_due))


async def _ask_all(row: Correction, due_on: date, present: Roster, at: datetime) -> None:
    """Trustees and all below them by the form, and joint users outside the group; its companies by a duty of theirs."""
    today = present.calendar.day_of(at)
    days = present.group.corrections.on(today).correction_days
    keys = await held_by(row.company_id, row.service, row.purposes, today, present)
    companies, outside = await joint_users(row.company_id, row.purposes, today, present)
    owed = Owed(due_on, days, opens_at=at, cause={"reason": CORRECTION, "source": row.source}, subject=row.ref)
    for key in sorted({*keys, *outside}):
        await demand(CORRECTION_LEG, key, owed, at, present)
    due = present.calendar.following(due_on)
    for key in companies:
        await owing.owe(
            JOINT_CORRECTION, due, at, present, company_id=key, ref=row.ref, about={"corrected_by": row.company_id}
        )


async def ended(duty: OwnDuty, at: datetime, actor: str, outcome: str, reason: str, on: date | None) -> None:
    """A named person closes it: not while somebody is silent, whom the refusal names. Where it was no error after all,
    nobody has to do anything more.
    """
    owing.explain(duty.kind, outcome, reason)
    async with transaction():
        held = await owing.held(duty.id, lambda of: tables.Correction.filter(ref=of.ref))
        row = await tables.Correction.get(ref=held.ref)
        if outcome == DONE:
            await _closable(row)
        else:
            await _call_off(row, at)
        await owing.done(held, at, actor, outcome, reason, on)
        state = CLOSED if outcome == DONE else WITHDRAWN
        today = (await roster()).calendar.day_of(at)
        await tables.Correction.filter(id=row.id).update(state=state, ended_on=on or today)
        await ledger.write([_event(state, row, actor, **await keep(reason, at))], at)


async def _closable(row: Correction) -> None:
    waiting = await silent(row.ref)
    if waiting:
        keys = ", ".join(waiting)
        raise Refused(keys, Message("These have not answered yet: {keys}.", {"keys": keys}))


async def _call_off(row: Correction, at: datetime) -> None:
    """Whoever has been asked is told, those first who have corrected it already: they have to change it back."""
    why = {"reason": "correction-withdrawn"}
    await tell([about_duty(leg, "cancelled", VENDOR, at, data=why) for leg in await made(row.ref)])
    await withdraw_demands(await still_asked(row.ref), "correction-withdrawn", at)
    for duty in await joint(row.ref):
        if duty.state == "open" or duty.outcome == DONE:
            await owing.call_off(duty, "correction-withdrawn", at)


def _event(kind: str, row: Correction, actor: str, **data: Any) -> ledger.Event:
    """A line of the ledger about a correction."""
    said = {"ref": row.ref} | data
    return ledger.Event(f"correction.{kind}", f"correction/{row.id}", said, row.company_id, actor)
