"""The register of owners' requests, by their references, and of refusals of mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import tables
from monitor.hearing.legs import DONE, HOLDS_NONE, KEEPS, LEG, REASON, REFUSED, RESULT, joint
from monitor.language import Message, listed, say_day
from monitor.own_duties import OWNER_REQUEST
from monitor.promises.owners.requesting import REQUESTS, Asked, close_answered, enter_request, verify
from monitor.refusal import Refused
from monitor.web.console.act import LONGEST, act_of
from monitor.web.console.entries import course_of, day_of, purpose_words, refused, shown, unsaid
from monitor.web.console.holders import company_row, party_row
from monitor.web.console.holding import DEED, chosen, said_by
from monitor.web.console.looking import Wrong, console_page
from monitor.web.console.passing import company_name, entry_of, latest
from monitor.web.console.session import Reader, reader
from monitor.web.fields import fields
from monitor.web.pages import language_of, moment, see_other

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

    from monitor.questionnaire import Answer
    from monitor.tables import OwnerRequest

STATES: Mapping[str, Message] = {
    "open": Message("In hand"),
    "settled": Message("All have answered"),
    "answered": Message("Answered"),
    "declined": Message("Declined"),
    "withdrawn": Message("Withdrawn"),
}
RESULTS: Mapping[str, Message] = {
    DONE: Message("Done"),
    HOLDS_NONE: Message("Holds no such data"),
    REFUSED: Message("Not carried out"),
    KEEPS: Message("Kept, because a law requires it"),
}
_WORDS: Mapping[str, Message] = {
    "owner-request.entered": Message("Entered"),
    "owner-request.verified": Message("Identity verified"),
    "owner-request.settled": Message("All have answered"),
    "owner-request.answered": Message("The owner has been answered"),
    "owner-request.declined": Message("Declined"),
    "owner-request.withdrawn": Message("Withdrawn by the owner"),
}
_PLACES = {
    "ref": "ref", "my": "ref", "company": "company", "verified": "verified_year", "on": "on_year", "no": "request",
}  # fmt: skip
_NO_REF, _NO_REQUEST = Message("Enter the reference."), Message("Choose what the owner asks for.")
_NO_ARRIVAL, _NO_DAY = Message("Enter the day on which the request arrived."), Message("Name a day.")


async def requests_page(request: web.Request) -> web.StreamResponse:
    return await _list(request, await reader(request))


async def _list(request: web.Request, who: Reader, wrong: Wrong | None = None) -> web.Response:
    wrong, language = wrong or Wrong(), language_of(request)
    said = wrong.said
    rows = [
        {
            "id": one.id,
            "ref": one.ref,
            "asked": REQUESTS[one.request].in_(language),
            "arrived": say_day(one.arrived_on, language),
            "due": say_day(one.due_on, language),
            "state": STATES[one.state].in_(language),
            "verified": one.verified_on is not None or one.state != "open",
        }
        for one in await latest(tables.OwnerRequest, who)
    ]
    kinds = [
        {"value": name, "text": words.in_(language), "selected": said.get("record_request") == name}
        for name, words in REQUESTS.items()
    ]
    return console_page(
        request, who, "owner-requests.html", status=wrong.status, errors=wrong.errors, said=said, rows=rows,
        kinds=kinds, **await chosen(who, said, language),
    )  # fmt: skip


async def on_request(request: web.Request) -> web.StreamResponse:
    """A request that has arrived is entered, by its reference."""
    who, language = await reader(request), language_of(request)
    said = await said_by(request, who, {"ref": _NO_REF, "request": _NO_REQUEST}, "arrived", _NO_ARRIVAL)
    sent = said.sent
    if said.on and said.on > who.present.calendar.day_of(moment()):
        said.mistakes.append(("arrived_year", Message("Name today or a day before it.")))
    if said.mistakes or said.on is None:
        return await _list(request, who, shown(said.mistakes, DEED, sent, language))
    asked = Asked(sent["record_ref"], sent["record_request"], said.on, said.company, said.service, said.purposes)
    try:
        act = await act_of(who, DEED, sent)
        entered = await enter_request(asked, act.at, act.actor)
    except Refused as no:
        return await _list(request, who, refused(no, DEED, sent, language, _PLACES))
    return see_other(f"/owner-request/{entered.id}")


async def request_page(request: web.Request) -> web.StreamResponse:
    who = await reader(request)
    return await _show(request, who, await entry_of(tables.OwnerRequest, request, who))


async def _show(request: web.Request, who: Reader, asked: OwnerRequest, wrong: Wrong | None = None) -> web.Response:
    wrong, language = wrong or Wrong(), language_of(request)
    legs = await tables.Obligation.filter(kind=LEG, subject=asked.ref).order_by("engagement_id")
    own = await tables.OwnDuty.filter(kind=OWNER_REQUEST, ref=asked.ref).order_by("-id").first()
    return console_page(
        request, who, "owner-request.html", status=wrong.status, errors=wrong.errors, said=wrong.said, asked=asked,
        what=REQUESTS[asked.request].in_(language), facts=_facts(asked, who, language), own=own,
        legs=[company_row(duty, who, language) for duty in await joint(asked.ref)]
        + [await party_row(leg, who, language, _result) for leg in legs],
        history=await course_of(f"owner-request/{asked.id}", _WORDS, who.present.calendar, language),
    )  # fmt: skip


def _facts(asked: OwnerRequest, who: Reader, language: str) -> list[tuple[str, str]]:
    found: list[tuple[Message, str]] = [
        (Message("State"), STATES[asked.state].in_(language)),
        (Message("Responsible company"), company_name(asked.company_id, who, language)),
        (Message("Service"), asked.service),
        (Message("Purposes of use"), listed((purpose_words(key, who, language) for key in asked.purposes), language)),
        (Message("Arrived"), say_day(asked.arrived_on, language)),
        (Message("Identity verified"), say_day(asked.verified_on, language) if asked.verified_on else ""),
        (Message("Answer due"), say_day(asked.due_on, language)),
        (Message("Answered"), say_day(asked.answered_on, language) if asked.answered_on else ""),
    ]
    return [(term.in_(language), value) for term, value in found if value]


def _result(answers: Mapping[str, Answer], language: str) -> tuple[str, str]:
    """What it said: the result, and why."""
    said = {name: str(answer.value or "") for name, answer in answers.items()}
    words = RESULTS.get(said.get(RESULT, ""))
    return words.in_(language) if words else "", said.get(REASON, "")


async def on_asked(request: web.Request) -> web.StreamResponse:
    """The identity is verified; or the owner has been answered, after all holders have."""
    who, deed, language = await reader(request), request.match_info["deed"], language_of(request)
    asked = await entry_of(tables.OwnerRequest, request, who)
    sent = {name: value[:LONGEST] for name, value in await fields(request)}
    mistakes, day = unsaid(deed, sent, {}, {"on": _NO_DAY}), day_of(deed, "on", sent)
    if mistakes or day is None:
        return await _show(request, who, asked, shown(mistakes, deed, sent, language))
    try:
        act = await act_of(who, deed, sent)
        await (verify if deed == "verify" else close_answered)(asked.id, day, act.at, act.actor)
    except Refused as no:
        fresh = await tables.OwnerRequest.get(id=asked.id)
        return await _show(
            request, who, fresh, refused(no, deed, sent, language, {"verified": "on_year", "on": "on_year"})
        )
    return see_other(f"/owner-request/{asked.id}")
