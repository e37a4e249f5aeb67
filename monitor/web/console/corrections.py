"""The register of corrections that companies make of their own accord, by reference, and who has followed them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from monitor import tables
from monitor.hearing.corrections import (
    ASKED_BY_YOU,
    CORRECTED,
    HOLDS_NONE,
    NOT_YET,
    PASSED_ON_TO_NOBODY,
    REASON,
    RECIPIENTS,
    REFUSED,
    RESULT,
    TOLD,
    UNTIL,
    WHY_LATER,
    joint,
    legs,
)
from monitor.language import Message, listed, say_day
from monitor.own_duties import CORRECTION, DONE
from monitor.promises.owners.correcting import SOURCES, Made, ended, enter_correction
from monitor.questionnaire.entry import calendar_day
from monitor.refusal import Refused
from monitor.web.console.act import LONGEST, act_of
from monitor.web.console.entries import course_of, purpose_words, refused, shown, unsaid
from monitor.web.console.holders import company_row, party_row
from monitor.web.console.holding import DEED, chosen, said_by
from monitor.web.console.looking import Wrong, console_page
from monitor.web.console.passing import company_name, latest
from monitor.web.console.session import Reader, reader
from monitor.web.fields import fields
from monitor.web.pages import language_of, see_other

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.questionnaire import Answer
    from monitor.tables import Correction, OwnDuty

STATES: Mapping[str, Message] = {
    "open": Message("Under way"),
    "closed": Message("Corrected everywhere"),
    "withdrawn": Message("It was no error"),
}
RESULTS: Mapping[str, Message] = {
    CORRECTED: Message("The data is corrected"),
    HOLDS_NONE: Message("Holds no such data"),
    NOT_YET: Message("Not yet"),
    REFUSED: Message("Not corrected"),
}
PASSED_ON: Mapping[str, Message] = {
    TOLD: Message("Those who got it from there have been told"),
    PASSED_ON_TO_NOBODY: Message("Passed on to nobody"),
    ASKED_BY_YOU: Message("Passed on only to those whom we ask"),
}
_WORDS: Mapping[str, Message] = {
    "correction.entered": Message("Entered, and everybody asked who holds the data"),
    "correction.closed": STATES["closed"],
    "correction.withdrawn": STATES["withdrawn"],
}
_PLACES = {"ref": "ref", "my": "ref", "company": "company", "known": "known_year", "no": "source"}
_NO_REF, _NO_SOURCE = Message("Enter the reference."), Message("Say how the error became known.")
_NO_DAY = Message("Enter the day since when the error is known.")
_NO_REASON = Message("Write the reason: auditors read it.")


async def corrections_page(request: web.Request) -> web.StreamResponse:
    return await _list(request, await reader(request), Wrong())


async def _list(request: web.Request, who: Reader, wrong: Wrong) -> web.Response:
    language, said = language_of(request), wrong.said
    rows = [
        {
            "id": one.id,
            "ref": one.ref,
            "company": company_name(one.company_id, who, language),
            "known": say_day(one.known_on, language),
            "due": say_day(one.due_on, language),
            "state": STATES[one.state].in_(language),
        }
        for one in await latest(tables.Correction, who)
    ]
    sources = [
        {"value": name, "text": words.in_(language), "selected": said.get("record_source") == name}
        for name, words in SOURCES.items()
    ]
    return console_page(
        request, who, "corrections.html", status=wrong.status, errors=wrong.errors, said=said, rows=rows,
        sources=sources, **await chosen(who, said, language),
    )  # fmt: skip


async def on_correction(request: web.Request) -> web.StreamResponse:
    """A correction is entered, by its reference."""
    who, language = await reader(request), language_of(request)
    said = await said_by(request, who, {"ref": _NO_REF, "source": _NO_SOURCE}, "known", _NO_DAY)
    sent = said.sent
    if said.mistakes or said.on is None:
        return await _list(request, who, shown(said.mistakes, DEED, sent, language))
    made = Made(sent["record_ref"], sent["record_source"], said.on, said.company, said.service, said.purposes)
    try:
        act = await act_of(who, DEED, sent)
        entered = await enter_correction(made, act.at, act.actor)
    except Refused as no:
        return await _list(request, who, refused(no, DEED, sent, language, _PLACES))
    return see_other(f"/correction/{entered.id}")


async def _row_of(request: web.Request, who: Reader) -> Correction:
    """The correction named in the path: for its company, and for companies that use the data jointly."""
    row = await tables.Correction.get_or_none(id=int(request.match_info["id"]))
    if row is None or not (who.sees(row.company_id) or await _own(row, who)):
        raise web.HTTPNotFound
    return row


async def _own(row: Correction, who: Reader) -> list[OwnDuty]:
    """What the reader's companies have to do themselves as joint users."""
    return [duty for duty in await joint(row.ref) if duty.company_id and who.sees(duty.company_id)]


async def correction_page(request: web.Request) -> web.StreamResponse:
    who = await reader(request)
    return await _show(request, who, await _row_of(request, who), Wrong())


async def _show(request: web.Request, who: Reader, row: Correction, wrong: Wrong) -> web.Response:
    """Whoever only uses the data jointly reads what it has to do itself, and not how others stand."""
    language, mine = language_of(request), who.sees(row.company_id)
    parties = [await party_row(leg, who, language, _result) for leg in await legs(row.ref)] if mine else []
    duties = await joint(row.ref) if mine else await _own(row, who)
    holders = [company_row(duty, who, language) for duty in duties] + parties
    return console_page(
        request, who, "correction.html", status=wrong.status, errors=wrong.errors, said=wrong.said, row=row, mine=mine,
        facts=_facts(row, who, language), holders=holders, waiting=sum(one["waiting"] for one in holders),
        history=await course_of(f"correction/{row.id}", _WORDS, who.present.calendar, language) if mine else [],
    )  # fmt: skip


def _facts(row: Correction, who: Reader, language: str) -> list[tuple[str, str]]:
    found: list[tuple[Message, str]] = [
        (Message("State"), STATES[row.state].in_(language)),
        (Message("Responsible company"), company_name(row.company_id, who, language)),
        (Message("Service"), row.service),
        (Message("Purposes of use"), listed((purpose_words(key, who, language) for key in row.purposes), language)),
        (Message("How it became known"), SOURCES[row.source].in_(language)),
        (Message("Known since"), say_day(row.known_on, language)),
        (Message("To be closed by"), say_day(row.due_on, language)),
        (Message("Closed on"), say_day(row.ended_on, language) if row.ended_on else ""),
    ]
    return [(term.in_(language), value) for term, value in found if value]


def _result(answers: Mapping[str, Answer], language: str) -> tuple[str, str]:
    """What it said: the result, by when if not yet, and why or whom it has told."""
    said = {name: str(answer.value or "") for name, answer in answers.items()}
    result, until, passed_on = said.get(RESULT, ""), calendar_day(said.get(UNTIL, "")), said.get(RECIPIENTS, "")
    words = Message("Not yet; by {day}", {"day": until}) if until else RESULTS.get(result)
    more = PASSED_ON[passed_on].in_(language) if passed_on in PASSED_ON else said.get(REASON) or said.get(WHY_LATER)
    return words.in_(language) if words else "", more or ""


async def on_entry(request: web.Request) -> web.StreamResponse:
    """It is closed, or called off because it was no error."""
    who, deed, language = await reader(request), request.match_info["deed"], language_of(request)
    row = await _row_of(request, who)
    if not who.sees(row.company_id):
        raise web.HTTPNotFound
    sent = {name: value[:LONGEST] for name, value in await fields(request)}
    if mistakes := unsaid(deed, sent, {"reason": _NO_REASON} if deed == "withdraw" else {}, {}):
        return await _show(request, who, row, shown(mistakes, deed, sent, language))
    try:
        act = await act_of(who, deed, sent)
        duty = await tables.OwnDuty.filter(kind=CORRECTION, ref=row.ref).order_by("-id").first()
        if duty is None:
            raise web.HTTPNotFound
        outcome, reason = (DONE, "") if deed == "close" else ("withdrawn", sent["withdraw_reason"].strip())
        await ended(duty, act.at, act.actor, outcome, reason, None)
    except Refused as no:
        fresh = await tables.Correction.get(id=row.id)
        return await _show(request, who, fresh, refused(no, deed, sent, language, {"reason": "reason", "my": "reason"}))
    return see_other(f"/correction/{row.id}")
