"""Complaints about parties, on pages: entered, and settled by a named person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import tables
from monitor.language import Message, say_day
from monitor.own_duties import COMPLAINT_ACK, TIER_REVIEW
from monitor.promises.complaints import Complained, complain, settle
from monitor.web.console.entries import companies, course_of
from monitor.web.console.forms import Field, Form
from monitor.web.console.improving import measures
from monitor.web.console.looking import Wrong
from monitor.web.console.passing import LINK, MOST, company_name, entry_of, page_of, perform, visible
from monitor.web.console.session import Reader, reader
from monitor.web.pages import language_of, see_other
from monitor.web.words import named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

    from monitor.tables import Complaint
    from monitor.web.console.act import Act
    from monitor.web.console.entries import Options

STATES = {
    "open": Message("To be acknowledged"),
    "acknowledged": Message("Acknowledged, not settled yet"),
    "settled": Message("Settled"),
}
_WORDS = {
    "complaint.entered": Message("Entered"),
    "complaint.acknowledged": Message("Acknowledged"),
    "complaint.settled": Message("Settled"),
}
_PLACES = {"company": "company", "no": "party", "ref": "ref", "my": "about"}
SETTLE = Form(
    "settle",
    Message("It is settled"),
    Message("It is settled"),
    (Field("how", Message("How was it settled?"), "area", Message("Write how it was settled: auditors read it.")),),
)


async def _form(who: Reader, language: str) -> Form:
    never = Message("What it is about, without who complained.")
    return Form(
        "record",
        Message("Enter a complaint"),
        Message("Enter it"),
        (
            Field(
                "company",
                Message("Company"),
                "choice",
                Message("Choose the company."),
                options=companies(who, "", language),
            ),
            Field(
                "party", Message("Party"), "choice", Message("Choose the party."), options=await _parties(who, language)
            ),
            Field("ref", Message("Reference of your own"), hint=Message("If you have one. Never a name.")),
            Field("about", Message("About"), "area", hint=never),
        ),
    )


async def _parties(who: Reader, language: str) -> Options:
    rows = tables.Engagement.filter(company_id__in=who.companies, retired_at=None)
    keys = {str(key) for key in await rows.values_list("party_id", flat=True)}
    found = await who.present.parties(keys)
    return sorted(({"value": key, "text": named(found[key], language)} for key in keys), key=lambda one: one["text"])


async def complaints_page(request: web.Request) -> web.StreamResponse:
    return await _complaints(request, await reader(request), Wrong())


async def _complaints(request: web.Request, who: Reader, wrong: Wrong) -> web.Response:
    language = language_of(request)
    seen = tables.Complaint.all() if who.everywhere else tables.Complaint.filter(company_id__in=who.companies)
    found = await seen.order_by("-id").limit(MOST)
    parties = await who.present.parties({one.party_id for one in found})
    rows = [
        [
            LINK.format(f"/complaint/{one.id}", one.ref),
            company_name(one.company_id, who, language),
            named(parties[one.party_id], language),
            say_day(one.arrived_on, language),
            STATES[one.state].in_(language),
        ]
        for one in found
    ]
    title = Message("Complaints").in_(language)
    heads = [Message(text).in_(language) for text in ("Reference", "Company", "Party", "Arrived", "State")]
    return page_of(
        request,
        who,
        wrong,
        title=title,
        intro=Message(
            "Complaints about how parties handle personal data (APPI 40). Where they repeat, the party's"
            " tier is reviewed. Who complained is not kept here."
        ).in_(language),
        tables=[
            {
                "caption": title,
                "columns": heads,
                "rows": rows,
                "none": Message("No complaint has been entered.").in_(language),
            }
        ],
        forms=[(await _form(who, language)).shown("/complaints", wrong, language)],
    )


async def on_complaints(request: web.Request) -> web.StreamResponse:
    who, language = await reader(request), language_of(request)
    form = await _form(who, language)

    async def enter(act: Act, sent: Mapping[str, str]) -> str:
        texts = form.texts(sent)
        visible(who, texts["company"])
        made = Complained(texts["company"], texts["party"], texts["ref"], texts["about"])
        return f"/complaint/{(await complain(made, act.at, act.actor)).id}"

    place, wrong = await perform(form, request, who, enter, _PLACES)
    return see_other(place) if place else await _complaints(request, who, wrong)


async def complaint_page(request: web.Request) -> web.StreamResponse:
    who = await reader(request)
    return await _complaint(request, who, await entry_of(tables.Complaint, request, who), Wrong())


async def _complaint(request: web.Request, who: Reader, row: Complaint, wrong: Wrong) -> web.Response:
    language = language_of(request)
    facts = [
        (Message("Company"), company_name(row.company_id, who, language)),
        (Message("Party"), named(await who.present.party(row.party_id), language)),
        (Message("About"), row.about),
        (Message("Arrived"), say_day(row.arrived_on, language)),
        (Message("Acknowledged"), say_day(row.acknowledged_on, language) if row.acknowledged_on else ""),
        (Message("Settled"), say_day(row.settled_on, language) if row.settled_on else ""),
    ]
    return page_of(
        request,
        who,
        wrong,
        title=Message("Complaint").in_(language),
        name=row.ref,
        state=STATES[row.state].in_(language),
        facts=[(term.in_(language), value) for term, value in facts if value],
        back={"href": "/complaints", "text": Message("Complaints").in_(language)},
        ways=await _ways(row, language),
        forms=[] if row.state == "settled" else [SETTLE.shown(f"/complaint/{row.id}", wrong, language)],
        history=await course_of(f"complaint/{row.id}", _WORDS, who.present.calendar, language),
    )


async def _ways(row: Complaint, language: str) -> list[dict[str, str]]:
    """To what is owed because of it."""
    ack = await tables.OwnDuty.filter(kind=COMPLAINT_ACK, ref=row.ref, state="open").first()
    about = {"company_id": row.company_id, "party_id": row.party_id, "state": "open"}
    tier = await tables.OwnDuty.filter(kind=TIER_REVIEW, **about).first()
    found = [(ack, Message("Acknowledge it")), (tier, Message("Review of the party's tier"))]
    ways = [{"href": f"/own-duty/{duty.id}", "text": words.in_(language)} for duty, words in found if duty]
    return [*ways, *await measures(f"complaint/{row.id}", language)]


async def on_complaint(request: web.Request) -> web.StreamResponse:
    who = await reader(request)
    row = await entry_of(tables.Complaint, request, who)

    async def end(act: Act, sent: Mapping[str, str]) -> str:
        await settle(row.id, SETTLE.text(sent, "how"), act.at, act.actor)
        return f"/complaint/{row.id}"

    place, wrong = await perform(SETTLE, request, who, end, {"my": "how", "reason": "how"})
    return (
        see_other(place)
        if place
        else await _complaint(request, who, await entry_of(tables.Complaint, request, who), wrong)
    )
