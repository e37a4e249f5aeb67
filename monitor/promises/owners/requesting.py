"""A request of an owner: entered, sent to all who hold the data once the owner's identity is verified, answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor import ledger, tables
from monitor.calendar import Roll
from monitor.duties import owing
from monitor.hearing.legs import LEG, event, heard, joint, silent, withdrawn
from monitor.language import Message
from monitor.obligations.contract import Owed
from monitor.obligations.demanding import demand, withdraw_demands
from monitor.own_duties import DONE, JOINT_REQUEST, OWNER_ANSWER, OWNER_REQUEST
from monitor.promises.owners.comparing import alike
from monitor.promises.owners.holding import held_by, joint_users, responsible
from monitor.promises.owners.references import REF_LOCK, free, sound
from monitor.reasons import keep
from monitor.refusal import Refused, need
from monitor.registry.apply import ONE_AT_A_TIME
from monitor.registry.roster import roster
from monitor.schedule import edit
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from tortoise.queryset import QuerySet

    from monitor.registry.roster import Roster
    from monitor.tables import OwnDuty, OwnerRequest

#: What an owner may ask for (APPI 32-35, and to be mailed no more), and its words.
REQUESTS: Mapping[str, Message] = {
    "disclose": Message("Disclosure"),
    "provision_record": Message("Disclosure of records of provision"),
    "correct": Message("Correction"),
    "add": Message("Addition"),
    "erase": Message("Erasure"),
    "delete": Message("Deletion"),
    "stop_use": Message("Cessation of use"),
    "stop_provision": Message("Cessation of provision to third parties"),
    "stop_mail": Message("No more mail"),
    "purpose_notice": Message("Notice of the purpose of use"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is entered of a request: nothing that says who asks. `company`, or a `service` that says which."""

    ref: str
    request: str
    arrived_on: date
    company: str = ""
    service: str = ""
    purposes: Sequence[str] = ()
    verified_on: date | None = None


async def enter_request(asked: Asked, at: datetime, actor: str) -> OwnerRequest:
    """The request has arrived: the company's own clock starts. What is entered twice is one; the second time may say
    that the identity is verified. Anything else that differs is refused by name.
    """
    ref = sound(asked.ref)
    async with transaction():
        await alone(ONE_AT_A_TIME)  # many works are asked, and many change with the registry
        await alone(REF_LOCK)
        present = await roster()
        company = await _routed(asked, present)
        request = await tables.OwnerRequest.filter(ref=ref).select_for_update().first()
        if request is None:
            await free(tables.Correction, ref)
            request = await _begin(ref, company, asked, present, at, actor)
        need(request.company_id == company, "ref-taken", "Another company has a request of this reference.")
        alike(request, asked, PARTS)
        if asked.verified_on and request.verified_on is None:
            await _verify(request, asked.verified_on, at, actor, present)
    return request


#: What a request is known by beside its reference and its company.
PARTS: Mapping[str, Message] = {
    "request": Message("what is asked for"),
    "arrived_on": Message("the day of arrival"),
    "service": Message("the service"),
    "purposes": Message("the purposes"),
    "verified_on": Message("the day of verification"),
}


async def _routed(asked: Asked, present: Roster) -> str:
    """The company that answers: the one named, or the one that answers for the service."""
    need(asked.request in REQUESTS, "no-such-request", "Choose what the owner asks for.")
    return await responsible(asked.company, asked.service, asked.purposes, present)


async def _begin(ref: str, company: str, asked: Asked, present: Roster, at: datetime, actor: str) -> OwnerRequest:
    today = present.calendar.day_of(at)
    need(asked.arrived_on <= today, "arrived-ahead", "Name today or a day before it.")
    due_on = asked.arrived_on + timedelta(days=present.group.owner_requests.on(today).answer_days)
    request = await tables.OwnerRequest.create(
        ref=ref,
        company_id=company,
        service=asked.service,
        request=asked.request,
        purposes=list(asked.purposes),
        arrived_on=asked.arrived_on,
        due_on=due_on,
        entered_at=at,
        entered_by=actor,
    )
    await ledger.write([event("entered", request, actor, arrived_on=asked.arrived_on.isoformat())], at)
    await owing.owe(OWNER_REQUEST, due_on, at, present, company_id=company, ref=ref)
    return request


async def verify(request_id: int, verified_on: date, at: datetime, actor: str) -> None:
    """Somebody of the company has verified who asks: now, and not before, those who hold the data are told."""
    async with transaction():
        await alone(ONE_AT_A_TIME)
        present = await roster()
        request = await _held(request_id)
        need(request.verified_on is None, "verified-already", "The identity has been verified already.")
        need(verified_on <= present.calendar.day_of(at), "verified-future", "Name today or a day before it.")
        await _verify(request, verified_on, at, actor, present)


async def _held(request_id: int) -> OwnerRequest:
    request = await tables.OwnerRequest.filter(id=request_id).select_for_update().get()
    need(request.state == "open", "not-open", "This request is over.")
    return request


async def _verify(request: OwnerRequest, verified_on: date, at: datetime, actor: str, present: Roster) -> None:
    need(request.state == "open", "not-open", "This request is over.")
    need(
        verified_on >= request.arrived_on,
        "verified-before-arrival",
        "The identity cannot have been verified before the request arrived.",
    )
    await tables.OwnerRequest.filter(id=request.id).update(**edit(request, verified_on=verified_on))
    await ledger.write([event("verified", request, actor, on=verified_on.isoformat())], at)
    owed = _leg(request, verified_on, at, present)
    keys = await held_by(request.company_id, request.service, request.purposes, verified_on, present)
    companies, outside = await joint_users(request.company_id, request.purposes, verified_on, present)
    for key in sorted({*keys, *outside}):
        await demand(LEG, key, owed, at, present)
    for company in companies:
        about = {
            "company_id": company,
            "ref": request.ref,
            "about": {"asked_by": request.company_id, "asked": request.request},
        }
        duty = await owing.owe(JOINT_REQUEST, owed.nominal_on, at, present, **about)
        if owed.opens_at and owed.opens_at > at:
            await tables.OwnDuty.filter(id=duty.id).update(next_at=owed.opens_at)


def _leg(request: OwnerRequest, verified_on: date, at: datetime, present: Roster) -> Owed:
    """What one holder owes: so many days after verification, and never after the owner's answer; but nobody is late
    before they were asked. Nothing leaves before the day of verification, also where that was entered ahead.
    """
    calendar = present.calendar
    days = present.group.owner_requests.on(calendar.day_of(at)).leg_days
    opens_at = at if verified_on <= calendar.day_of(at) else calendar.sending_on(verified_on)
    due_on = max(min(verified_on + timedelta(days=days), request.due_on), calendar.day_of(opens_at))
    cause = {"reason": "owner-request", "request": request.request}
    return Owed(due_on, days, opens_at=opens_at, cause=cause, subject=request.ref, roll=Roll.NONE, statutory=True)


async def answer(duty: OwnDuty, at: datetime, actor: str, outcome: str, reason: str, on: date | None) -> None:
    """A named person says how the request ended. It cannot be answered while a holder is silent, whose engagements the
    refusal names; declined or withdrawn, nobody has to do anything more.
    """
    owing.explain(duty.kind, outcome, reason)
    async with transaction():
        held = await owing.held(duty.id, _request)
        request = await tables.OwnerRequest.get(ref=held.ref)
        if outcome == DONE:
            await _answerable(request)
        else:
            await withdraw_demands(await withdrawn(request.ref), f"request-{outcome}", at)
            for going in await joint(request.ref):
                if going.state == "open":
                    await owing.call_off(going, f"request-{outcome}", at)
        await owing.done(held, at, actor, outcome, reason, on)
        today = (await roster()).calendar.day_of(at)
        state = "answered" if outcome == DONE else outcome
        await tables.OwnerRequest.filter(id=request.id).update(state=state, answered_on=on or today)
        await ledger.write([event(state, request, actor, **await keep(reason, at))], at)


async def shared(duty: OwnDuty, at: datetime, actor: str, outcome: str, reason: str, on: date | None) -> None:
    """A company that uses the data jointly says what it has done."""
    owing.explain(duty.kind, outcome, reason)
    async with transaction():
        held = await owing.held(duty.id, _request)
        await owing.done(held, at, actor, outcome, reason, on)
        await heard(held.ref, at, actor)


def _request(duty: OwnDuty) -> QuerySet[OwnerRequest]:
    return tables.OwnerRequest.filter(ref=duty.ref)


async def _answerable(request: OwnerRequest) -> None:
    need(request.verified_on, "not-verified", "Verify first who asks; nobody has been told of the request yet.")
    waiting = await silent(request.ref)
    if waiting:
        keys = ", ".join(waiting)
        raise Refused(keys, Message("These have not answered yet: {keys}.", {"keys": keys}))


async def close_answered(request_id: int, on: date, at: datetime, actor: str) -> None:
    """All have answered us, and now the owner has the company's answer too."""
    async with transaction():
        request = await tables.OwnerRequest.filter(id=request_id).select_for_update().get()
        need(request.state == "settled", "not-settled", "There is nothing to answer, or it has been answered.")
        today = (await roster()).calendar.day_of(at)
        need(on <= today, "on-future", "Name today or a day before it.")
        for duty in await tables.OwnDuty.filter(kind=OWNER_ANSWER, ref=request.ref, state="open").select_for_update():
            await owing.done(duty, at, actor, DONE, "", on)
        await tables.OwnerRequest.filter(id=request.id).update(state="answered", answered_on=on)
        await ledger.write([event("answered", request, actor, on=on.isoformat())], at)


async def answered(duty: OwnDuty, at: datetime, actor: str, on: date | None) -> None:
    """The same, said where the company is reminded of it."""
    request = await tables.OwnerRequest.get(ref=duty.ref)
    await close_answered(request.id, on or (await roster()).calendar.day_of(at), at, actor)
