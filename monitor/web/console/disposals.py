"""The register of returns and deletions: what each accepted certificate came to, place by place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor import tables
from monitor.language import Message, say_day
from monitor.letters.words import duty_reference
from monitor.obligations.booking import REPLACED
from monitor.obligations.disposal import (
    BACKUP,
    COPIES,
    DISPUTED,
    GONE,
    KEPT,
    OVER,
    OWN,
    REMAINING,
)
from monitor.own_duties import BESIDES
from monitor.promises.disposal import gone
from monitor.promises.states import DISPOSAL_STATES, ELECTIONS
from monitor.refusal import Refused, need
from monitor.web.console.act import LONGEST, act_of, typed_day, wrong
from monitor.web.console.history import history
from monitor.web.console.looking import Wrong, console_page
from monitor.web.console.session import Reader, reader
from monitor.web.fields import said, whole_number
from monitor.web.pages import language_of, moment, see_other
from monitor.web.words import named

if TYPE_CHECKING:
    from monitor.tables import Disposal, DisposalPlace

MANY = 500  #: entries that the page shows
#: What a certificate came to, and what a place is in.
PLACES = {
    "deleted": "Erased or disposed of",
    "returned": "Returned",
    "not_held": "Never kept there",
    "backup_pending": "Beyond use; waits for backups to rotate",
    "legal_hold": "Kept because a law requires it",
    "remaining": "Still there",
    "returned_not_deleted": "Returned, but copies are left",
    "vendor_own_duty": "Kept because of a duty of the party's own",
    "disputed": "Disputed",
}
#: The label of the kit that either gets; all others are open.
LABELS = (
    dict.fromkeys((OVER, *GONE), "accepted")
    | dict.fromkeys(("partial", "remaining", COPIES, DISPUTED), "overdue")
    | {REPLACED: "cancelled"}
)


async def register_page(request: web.Request) -> web.StreamResponse:
    """What is not over first, then the newest."""
    who, language = await reader(request), language_of(request)
    wished = request.query.get("company", "")
    if wished and not who.sees(wished):
        raise web.HTTPNotFound
    found = tables.Disposal.filter(company_id__in=[wished] if wished else who.companies).exclude(state=REPLACED)
    rows = await found.order_by("-id").limit(MANY)
    rows.sort(key=lambda row: row.state == OVER)
    return console_page(request, who, "disposals.html", rows=[await _row(row, who, language) for row in rows])


async def _row(row: Disposal, who: Reader, language: str) -> dict[str, Any]:
    entry = await who.present.engagement(row.engagement_id)
    return {
        "href": f"/disposal/{row.id}",
        "name": named(await who.present.party(row.party_id), language),
        "work": entry.title or entry.key,
        "label": LABELS.get(row.state, "open"),
        "state": Message(DISPOSAL_STATES[row.state]).in_(language),
        "next": await _next(row, language),
        "company": named(who.present.companies.get(row.company_id) or who.present.group, language),
    }


async def _next(row: Disposal, language: str) -> str:
    """The next day on which something of it is due."""
    left = await tables.DisposalPlace.filter(disposal_id=row.id).exclude(state__in=GONE)
    days = [day for place in left for day in (place.purge_by, place.review_on) if day]
    return say_day(min(days), language) if days and row.state != REPLACED else ""


async def entry_of(request: web.Request, who: Reader) -> Disposal:
    row = await tables.Disposal.get_or_none(id=int(request.match_info["id"]))
    if row is None or not who.sees(row.company_id):
        raise web.HTTPNotFound
    return row


async def entry_page(request: web.Request) -> web.StreamResponse:
    who = await reader(request)
    return await _show(request, who, await entry_of(request, who))


async def _show(request: web.Request, who: Reader, row: Disposal, fault: Wrong | None = None) -> web.Response:
    fault, language = fault or Wrong(), language_of(request)
    places = await tables.DisposalPlace.filter(disposal_id=row.id).order_by("id")
    facts = [(Message("Certificate accepted on"), row.accepted_on), (Message("Over since"), row.over_on)]
    wanted = (await who.present.engagement(row.engagement_id)).deletion.election
    agreed = [(Message("Agreed for the end").in_(language), ELECTIONS[wanted].in_(language))] if wanted else []
    return console_page(
        request, who, "disposal.html", status=fault.status, errors=fault.errors, said=fault.said, row=row,
        one=await _row(row, who, language), places=[_place(place, language, row) for place in places],
        facts=agreed + [(term.in_(language), say_day(day, language)) for term, day in facts if day],
        request_ref=duty_reference(row.obligation_id),
        history=await history(row, language, who.present.calendar),
    )  # fmt: skip


def _place(place: DisposalPlace, language: str, row: Disposal) -> dict[str, Any]:
    purge = place.purge_by if place.state in {BACKUP, COPIES, DISPUTED, REMAINING} else None
    review = place.review_on if place.state in KEPT else None
    until = place.purge_by if place.state == OWN else None
    parts = [
        (Message("on {day}", {"day": place.done_on}), place.done_on),
        (Message("gone by {day}", {"day": purge}), purge),
        (Message("kept until {day}", {"day": until}), until),
        (Message("looked at again on {day}", {"day": review}), review),
    ]
    days = [text.in_(language) for text, day in parts if day]
    return {
        "id": place.id,
        "name": BESIDES[place.kind].in_(language) if place.kind in BESIDES else place.name,
        "label": LABELS.get(place.state, "open"),
        "state": Message(PLACES.get(place.state, place.state)).in_(language),
        "more": [part for part in (*days, place.basis, place.holder) if part],
        "left": place.state not in GONE and row.state != REPLACED,
    }


async def on_entry(request: web.Request) -> web.StreamResponse:
    """A named person has it from the party that nothing is left at a place."""
    who = await reader(request)
    row, sent = await entry_of(request, who), await said(request, LONGEST)
    number = sent.get("place", "")
    deed = f"gone{number}"
    place = await tables.DisposalPlace.get_or_none(id=whole_number(number) or 0, disposal_id=row.id)
    if place is None:
        return see_other(f"/disposal/{row.id}")
    try:
        act = await act_of(who, deed, sent)
        typed = any(act.said.get(f"on_{part}") for part in ("year", "month", "day"))
        on = typed_day(act.said, "on")
        need(on or not typed, "on-unreadable", "Enter a day of the calendar, or leave it empty for today.")
        await gone(place.id, act.at, act.actor, on or who.present.calendar.day_of(moment()))
    except Refused as refusal:
        return await _show(request, who, row, wrong(refusal.every, deed, sent, language_of(request)))
    return see_other(f"/disposal/{row.id}")
