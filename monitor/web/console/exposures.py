"""Leak mode: all trustees of chosen purposes are asked whether they are affected; who has said what, who is silent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor import tables
from monitor.hearing.exposures import EXPOSURE, NO, UNKNOWN, YES, said
from monitor.language import Message, say_instant
from monitor.own_duties import EXPOSURE_ROUND
from monitor.promises.incidents import exposing
from monitor.promises.incidents.exposing import REF, Asked, ask
from monitor.promises.standing import standing_of
from monitor.questionnaire import thaw_answers
from monitor.refusal import Refused
from monitor.registry.lifecycle import ways
from monitor.web.console.act import LONGEST, act_of
from monitor.web.console.entries import companies, course_of, refused, shown, unsaid
from monitor.web.console.looking import Wrong, console_page
from monitor.web.console.session import Reader, reader
from monitor.web.fields import fields
from monitor.web.pages import language_of, moment, see_other
from monitor.web.words import named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.tables import Obligation, OwnDuty

MOST = 200  #: rounds that the list shows, the latest first
SILENT = "silent"
ANSWERS: Mapping[str, Message] = {
    YES: Message("Affected"),
    UNKNOWN: Message("Not known yet"),
    SILENT: Message("No answer"),
    NO: Message("Not affected"),
}
"""What a party has said, the most urgent first."""

_WORDS: Mapping[str, Message] = {
    "exposure.asked": Message("Asked"),
    "own-duty.overdue": Message("Overdue"),
    "own-duty.done": Message("Closed"),
}
_PLACES = {"what": "what", "purposes": "purposes", "nobody": "purposes", "no": "company", "reason": "reason"}
_WHAT, _WHY = Message("Write what has happened, so that the parties can look for it."), Message("Write the reason.")
_FOR_WHAT = Message("Choose at least one purpose of use.")
_WHO, _WHICH = Message("Choose whose trustees are asked."), Message("Choose at least one work.")


async def exposures_page(request: web.Request) -> web.StreamResponse:
    return await _list(request, await reader(request))


async def _list(request: web.Request, who: Reader, wrong: Wrong | None = None) -> web.Response:
    wrong, language = wrong or Wrong(), language_of(request)
    chosen = wrong.said.get("purposes", "").split()
    purposes = [
        {"value": key, "text": (one.text_ja if language == "ja" else None) or one.text, "checked": key in chosen}
        for key, one in who.present.purposes.items()
    ]
    rounds = await tables.OwnDuty.filter(kind=EXPOSURE_ROUND, ref__startswith=REF).order_by("-id").limit(MOST)
    return console_page(
        request, who, "exposures.html", status=wrong.status, errors=wrong.errors, said=wrong.said, purposes=purposes,
        firms=companies(who, wrong.said.get("ask_company", ""), language),
        rows=[await _round(one, who, language) for one in rounds if await _sees(who, one)],
    )  # fmt: skip


async def _sees(who: Reader, round_: OwnDuty) -> bool:
    """Whoever answers for the round, or for one of the works of which it asks."""
    if who.sees(round_.company_id):
        return True
    asked = tables.Obligation.filter(kind=EXPOSURE, subject=round_.ref, company_id__in=who.companies)
    return await asked.exists()


async def _round(round_: OwnDuty, who: Reader, language: str) -> dict[str, Any]:
    counts = _counts([await _answer(one) for one in await _asked(round_, who)], language)
    return {
        "href": _place(round_),
        "what": round_.about.get("what", ""),
        "asked": say_instant(round_.opened_at, who.present.calendar.zone, language),
        "counts": " · ".join(f"{words} {count}" for words, count in counts if count),
        "open": round_.state == "open",
    }


def _place(round_: OwnDuty) -> str:
    return f"/exposures/{round_.ref.removeprefix(REF)}"


async def _asked(round_: OwnDuty, who: Reader) -> list[Obligation]:
    return [one for one in await exposing.answers_of(round_) if who.sees(one.company_id)]


async def _answer(duty: Obligation) -> str:
    """What its last answer says. What was withdrawn unanswered stays without an answer."""
    last = await tables.Submission.filter(obligation_id=duty.id).order_by("-id").first()
    return said(thaw_answers(last.answers)) if last else SILENT


def _counts(answers: list[str], language: str) -> list[tuple[str, int]]:
    return [(words.in_(language), answers.count(answer)) for answer, words in ANSWERS.items()]


async def on_ask(request: web.Request) -> web.StreamResponse:
    """The trustees are asked, now."""
    who, language = await reader(request), language_of(request)
    pairs = await fields(request)
    sent = {name: value[:LONGEST] for name, value in pairs}
    sent["purposes"] = " ".join(value for name, value in pairs if name == "ask_purposes")
    mistakes = unsaid("ask", sent, {"what": _WHAT}, {})
    company = sent.get("ask_company", "")
    if not company and not who.everywhere:
        mistakes.append(("company", _WHO))
    if not sent["purposes"]:
        mistakes.append(("purposes", _FOR_WHAT))
    if company and not who.sees(company):
        raise web.HTTPNotFound
    if mistakes:
        return await _list(request, who, shown(mistakes, "ask", sent, language))
    try:
        act = await act_of(who, "ask", sent)
        round_ = await ask(Asked(sent["ask_what"], sent["purposes"].split(), company), act.at, act.actor)
    except Refused as no:
        return await _list(request, who, refused(no, "ask", sent, language, _PLACES))
    return see_other(_place(round_))


async def _round_of(request: web.Request, who: Reader) -> OwnDuty:
    """The round named in the path, if the reader may see it; to all others it does not exist."""
    number = int(request.match_info["number"])
    found = await tables.OwnDuty.filter(kind=EXPOSURE_ROUND, ref=f"{REF}{number}").order_by("id").first()
    if found is None or not await _sees(who, found):
        raise web.HTTPNotFound
    return found


async def exposure_page(request: web.Request) -> web.StreamResponse:
    who = await reader(request)
    return await _show(request, who, await _round_of(request, who))


async def _show(request: web.Request, who: Reader, round_: OwnDuty, wrong: Wrong | None = None) -> web.Response:
    wrong, language = wrong or Wrong(), language_of(request)
    rows = [await _row(one, who, language) for one in await _asked(round_, who)]
    order = list(ANSWERS)
    rows.sort(key=lambda row: order.index(row["answer"]))
    chosen = wrong.said.get("works", "").split() if wrong.said else [r["key"] for r in rows if r["answer"] == YES]
    return console_page(
        request, who, "exposure.html", status=wrong.status, errors=wrong.errors, said=wrong.said, place=_place(round_),
        round=round_, rows=rows, counts=_counts([row["answer"] for row in rows], language),
        running=[
            {"value": row["key"], "text": f"{row['party']}: {row['work']}", "checked": row["key"] in chosen}
            for row in rows if row["suspendable"]
        ],
        closable=round_.state == "open" and who.sees(round_.company_id),
        history=await course_of(f"own-duty/{round_.id}", _WORDS, who.present.calendar, language),
    )  # fmt: skip


async def _row(duty: Obligation, who: Reader, language: str) -> dict[str, Any]:
    entry, zone = await who.present.engagement(duty.engagement_id), who.present.calendar.zone
    stand = await standing_of(entry, who.present, who.present.calendar.day_of(moment()))
    answer = await _answer(duty)
    at = duty.submitted_at if answer in {YES, NO} else duty.decided_at if answer == UNKNOWN else duty.opened_at
    return {
        "id": duty.id,
        "key": entry.key,
        "party": named(await who.present.party(duty.party_id), language),
        "work": entry.title or entry.key,
        "answer": answer,
        "words": ANSWERS[answer].in_(language),
        "at": say_instant(at, zone, language) if at else "",
        "withdrawn": duty.state == "cancelled",
        "suspendable": "suspended" in ways(entry.state, stand.ground.last_day, stand.day),
        "suspended": stand.state == "suspended",
    }


async def on_exposure(request: web.Request) -> web.StreamResponse:
    """Works are suspended, or the round is closed."""
    who, deed, language = await reader(request), request.match_info["deed"], language_of(request)
    round_ = await _round_of(request, who)
    pairs = await fields(request)
    sent = {name: value[:LONGEST] for name, value in pairs}
    works = [value for name, value in pairs if name == "suspend_works"]
    sent["works"] = " ".join(works)
    mistakes = unsaid(deed, sent, {"reason": _WHY} if deed == "suspend" else {}, {})
    if deed == "suspend" and not works:
        mistakes.append(("works", _WHICH))
    if mistakes:
        return await _show(request, who, round_, shown(mistakes, deed, sent, language))
    try:
        act = await act_of(who, deed, sent)
        if deed == "suspend":
            asked = {one.engagement_id for one in await _asked(round_, who)}
            await exposing.suspend([key for key in works if key in asked], act.at, act.actor, act.reason)
        elif who.sees(round_.company_id):
            await exposing.close(round_.id, act.at, act.actor, act.reason)
        else:
            raise web.HTTPNotFound
    except Refused as no:
        return await _show(request, who, round_, refused(no, deed, sent, language, _PLACES | {"nothing": "works"}))
    return see_other(_place(round_))
