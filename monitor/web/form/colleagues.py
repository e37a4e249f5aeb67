"""Who holds a link to this request, and letting colleagues in: to read, to prepare their part, or to submit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.language import Message, listed, say_instant
from monitor.obligations import colleagues, signing
from monitor.questionnaire import holds_my_number
from monitor.reasons import MY_NUMBER
from monitor.refusal import Refused
from monitor.registry.values import email_typed
from monitor.web.fields import fields, one_line, whole_number
from monitor.web.form.opening import Opened, form_page, through_link, while_asked
from monitor.web.pages import see_other
from monitor.web.words import HOLDS, MAY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiohttp import web

    from monitor.obligations.drafts import Draft
    from monitor.tables import Colleague
    from monitor.web.form.filling import Filling

Errors = list[dict[str, str]]


async def holders(found: Opened) -> list[dict[str, Any]]:
    """Everybody who holds a link: the registered contact first, and each colleague with what they may do. A colleague
    is shown by the name that the contact gave them; an address only as far as its owner recognises it, because any of
    them may have passed the link on.
    """
    contact = await signing.contact_of(found.duty, found.link, found.party)
    first = {
        "id": 0,
        "who": signing.masked(contact),
        "may": _say(MAY[colleagues.SUBMIT], found),
        "parts": "",
        "state": "",
    }
    rows = [
        first
        | {
            "holds": True,
            "withdrawable": False,
            "me": found.colleague is None and found.standing is not signing.Standing.GONE,
        }
    ]
    return rows + [_row(one, found) for one in await colleagues.of(found.duty.id)]


def _row(one: Colleague, found: Opened) -> dict[str, Any]:
    email = signing.masked(one.contact.email)
    titles = [
        section.title.in_(found.language) for section in found.questionnaire.sections if section.id in one.sections
    ]
    return {
        "id": one.id,
        "who": f"{one.name} ({email})" if one.name else email,
        "may": _say(MAY[one.grade], found),
        "parts": listed(titles, found.language, " / "),
        "state": Message(HOLDS[one.state]).in_(found.language),
        "holds": one.state == colleagues.GIVEN,
        "withdrawable": one.state in (colleagues.GIVEN, colleagues.WAITS),
        "me": found.colleague is not None and found.colleague.id == one.id,
    }


async def holding(found: Opened) -> list[dict[str, Any]]:
    """Those of them whose link opens something, for the first page."""
    return [row for row in await holders(found) if row["holds"]]


async def changed_by(actor: str, found: Filling) -> str:
    """Whose link an answer was saved by, in words; empty where nobody is to be named."""
    link = await tables.Link.get_or_none(id=actor.removeprefix("link/")) if actor.startswith("link/") else None
    if link is None:
        return ""
    if actor == found.actor:
        return Message("by this link").in_(found.language)
    one = await tables.Colleague.get_or_none(obligation_id=found.duty.id, contact_id=link.contact_id or 0)
    reader = signing.masked(await signing.reader_of(found.duty, link, found.party))
    return f"{one.name} ({reader})" if one and one.name else reader


async def last_saved(draft: Draft, found: Filling) -> str:
    """When the draft was saved last, and by whom: nobody has to wonder whether the work of yesterday is there."""
    if draft.saved is None:
        return ""
    at, actor = draft.saved
    when, who = say_instant(at, found.present.calendar.zone, found.language), await changed_by(actor, found)
    text = "Last saved {when} ({who})." if who else "Last saved {when}."
    return Message(text, {"when": when, "who": who}).in_(found.language)


@through_link
async def show(request: web.Request, found: Opened) -> web.StreamResponse:
    """Who holds a link; for the registered contact, with the form that names another one."""
    return await _page(request, found)


async def _page(
    request: web.Request, found: Opened, errors: Errors | None = None, said: Mapping[str, Sequence[str]] | None = None
) -> web.Response:
    said = said or {}
    chosen = said.get("sections", ())
    grade = next(iter(said.get("grade", ())), colleagues.DRAFT)
    return form_page(
        request, found, "colleagues.html",
        status=422 if errors else 200,
        errors=errors or [],
        said={name: values[0] for name, values in said.items() if values},
        holders=await holders(found),
        grades=[
            {"value": one, "text": _say(text, found), "checked": one == grade, "hint": _say(HINTS[one], found)}
            for one, text in GRADES.items()
        ],
        sections=[
            {"value": one.id, "text": one.title.in_(found.language), "checked": one.id in chosen}
            for one in found.questionnaire.sections
        ],
        domains=sorted(colleagues.domains(found.party)),
        can_name=found.owner and found.submittable,
        told=request.query.get("told", ""),
        leaves=_leaves(found),
    )  # fmt: skip


def _leaves(found: Opened) -> str:
    """When a letter that is written now leaves; nothing where it does so at once."""
    calendar = found.present.calendar
    leaves = calendar.next_sending(found.at)
    return say_instant(leaves, calendar.zone, found.language) if leaves > found.at else ""


GRADES = {
    colleagues.DRAFT: "Prepare answers",
    colleagues.VIEW: "Read only",
    colleagues.SUBMIT: "Prepare and submit",
}
HINTS = {
    colleagues.DRAFT: "You submit them by your own link.",
    colleagues.VIEW: "For whoever wants to read the answers before they are submitted.",
    colleagues.SUBMIT: "In your place. You get the receipt.",
}


def _say(text: str, found: Opened) -> str:
    return Message(text).in_(found.language)


@while_asked
async def change(request: web.Request, found: Opened) -> web.StreamResponse:
    """Name a colleague, or withdraw the link of one. Only by the link of a registered contact."""
    if not found.owner:
        return see_other(f"{found.base}/colleagues")
    sent: dict[str, list[str]] = {}
    for name, value in await fields(request):
        sent.setdefault(name, []).append(value)
    number = whole_number(next(iter(sent.get("withdraw", ())), ""))
    if number is not None:
        await colleagues.withdraw(found.duty.id, number, found.at, found.actor)
        return see_other(f"{found.base}/colleagues?told=withdrawn")
    return await _name(request, found, sent)


async def _name(request: web.Request, found: Opened, sent: Mapping[str, list[str]]) -> web.StreamResponse:
    named = _named(found, sent)
    errors = _wrong(found, named)
    if errors:
        return await _page(request, found, errors, sent)
    own = named.email.rpartition("@")[2] in colleagues.domains(found.party)
    try:
        state, letter = await colleagues.hand_over(found.link, named, found.at, own=own)
    except Refused as no:
        if no.reason != "too-many-colleagues":
            raise
        return await _page(request, found, [_error("email", no.message, found)], sent)
    told = "changed" if state == colleagues.GIVEN and not letter else state
    return see_other(f"{found.base}/colleagues?told={told}")


def _named(found: Opened, sent: Mapping[str, list[str]]) -> colleagues.Named:
    grade = next(iter(sent.get("grade", ())), colleagues.DRAFT)
    chosen = set(sent.get("sections", ())) if grade == colleagues.DRAFT else set()
    parts = tuple(one.id for one in found.questionnaire.sections if one.id in chosen)
    one = {name: one_line(next(iter(sent.get(name, ())), "")) for name in ("name", "email")}
    return colleagues.Named(email_typed(one["email"]), one["name"], grade, parts)


def _wrong(found: Opened, named: colleagues.Named) -> Errors:
    errors = []
    if not named.email:
        errors.append(_error("email", Message("Enter an address like name@company.example."), found))
    elif named.email in {address.lower() for address in found.party.contacts}:
        text = "This address is registered and is asked already. Enter the address of somebody else."
        errors.append(_error("email", Message(text), found))
    if holds_my_number(named.name):
        errors.append(_error("name", MY_NUMBER, found))
    if named.grade not in colleagues.GRADES:
        errors.append(_error("grade", Message("Choose what your colleague may do."), found))
    return errors


def _error(name: str, text: Message, found: Opened) -> dict[str, str]:
    return {"field": name, "text": text.in_(found.language), "href": f"#{name}"}
