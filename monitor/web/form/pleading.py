"""What the party can say beside its answers: more time, a colleague, not ours."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from checks.spelling import normal
from monitor import tables
from monitor.language import Message, say_short_day
from monitor.obligations import drafts
from monitor.questionnaire.entry import calendar_day, three_boxes
from monitor.refusal import Refused
from monitor.web.fields import said as typed
from monitor.web.form.ending import one_line
from monitor.web.form.opening import Opened, form_page, while_asked
from monitor.web.pages import see_other

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

FURTHEST = timedelta(days=90)
"""A wish for more time may name a day so far after T, or after today where T is past."""

Errors = list[dict[str, str]]


@while_asked
async def show(request: web.Request, found: Opened) -> web.StreamResponse:
    told = request.query.get("told", "")
    return await _page(request, found, told=told if told in _DEEDS else "")


async def _page(
    request: web.Request,
    found: Opened,
    *,
    errors: Errors | None = None,
    said: Mapping[str, str] | None = None,
    told: str = "",
) -> web.Response:
    status = 422 if errors else 200
    domains = sorted(_domains(found))
    return form_page(
        request, found, "help.html", status=status, errors=errors or [], said=said or {}, told=told, domains=domains,
        pleas=await standing(found),
    )  # fmt: skip


async def standing(found: Opened) -> list[str]:
    """What the party has asked for and nobody has decided on yet, the latest of each kind, in a sentence."""
    open_ones = tables.Plea.filter(obligation_id=found.duty.id, decision=None).exclude(kind="hand-over")
    latest = {plea.kind: plea for plea in await open_ones.order_by("id")}
    return [_standing(plea, found) for plea in latest.values()]


def _standing(plea: tables.Plea, found: Opened) -> str:
    language = found.language
    values = {"day": say_short_day(found.present.calendar.day_of(plea.made_at), language)}
    if plea.proposed_on is None:
        text = (
            "On {day} you told us that this is not for you. Please wait for our answer; until then the request stands."
        )
        return Message(text, values).in_(language)
    values["until"] = say_short_day(plea.proposed_on, language)
    text = "On {day} you asked for time until {until}. Please wait for our answer; until then the present date stands."
    return Message(text, values).in_(language)


@while_asked
async def plead(request: web.Request, found: Opened) -> web.StreamResponse:
    """One of three, each with a reason that a person has to write."""
    said = await typed(request, drafts.LONGEST)
    deed = _DEEDS.get(said.get("kind", ""))
    if deed is None:
        return see_other(f"{found.base}/help")
    errors = await deed(found, said)
    if errors:
        return await _page(request, found, errors=errors, said=said)
    return see_other(f"{found.base}/help?told={said['kind']}")


async def _more_time(found: Opened, said: Mapping[str, str]) -> Errors:
    wished = _wished(said)
    reason = said.get("reason", "").strip()
    after = max(found.duty.due_on, found.present.calendar.day_of(found.at))
    errors: Errors = []
    if wished is None or not after < wished <= after + FURTHEST:
        text = Message("Enter a day after {due}, at most {days} days later.", {"due": after, "days": FURTHEST.days})
        errors.append(_error("wished", text, found))
    if not reason:
        errors.append(_error("reason", Message("Say why more time is needed."), found))
    if not errors:
        await drafts.plead(found.duty.id, "more-time", reason, found.at, found.actor, proposed_on=wished)
    return errors


def _wished(said: Mapping[str, str]) -> date | None:
    return calendar_day(three_boxes(*(said.get(f"wished_{part}", "") for part in ("year", "month", "day"))))


async def _not_ours(found: Opened, said: Mapping[str, str]) -> Errors:
    text = said.get("why", "").strip()
    if not text:
        return [_error("why", Message("Say what is not right, so that the right company can be asked."), found)]
    await drafts.plead(found.duty.id, "not-ours", text, found.at, found.actor)
    return []


async def _hand_over(found: Opened, said: Mapping[str, str]) -> Errors:
    email = normal("NFKC", one_line(said.get("email"))).lower()  # a phone's keyboard types ｔａｎａｋａ＠
    domain = email.rpartition("@")[2]
    if "@" not in email or " " in email or domain not in _domains(found):
        text = Message(
            "Enter an address of your own company ({domains}).", {"domains": ", ".join(sorted(_domains(found)))}
        )
        return [_error("email", text, found)]
    if not found.submittable:
        return [_error("email", Message("Only those who can submit the answers can ask a colleague."), found)]
    try:
        await drafts.hand_over(found.duty.id, email, found.at, found.actor)
    except Refused as no:
        if no.reason != "too-many-colleagues":
            raise
        return [_error("email", no.message, found)]
    return []


_DEEDS = {"more-time": _more_time, "not-ours": _not_ours, "hand-over": _hand_over}


def _domains(found: Opened) -> set[str]:
    return {address.rpartition("@")[2].lower() for address in found.party.contacts}


def _error(name: str, text: Message, found: Opened) -> dict[str, str]:
    return {"field": name, "text": text.in_(found.language), "href": f"#{name}"}
