"""What the party can say beside its answers: more time, not ours, another person, no answer; and what came of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from monitor.language import Message, say_instant, say_short_day
from monitor.obligations import signing
from monitor.obligations.declining import Declining, decline, take_back
from monitor.obligations.holding import NOT_OPEN
from monitor.obligations.pleading import LONGEST, plead
from monitor.questionnaire.entry import calendar_day, three_boxes
from monitor.refusal import Refused
from monitor.registry.values import email_typed
from monitor.tables.duty import DECLINE, DECLINED, MORE_TIME, NOT_OURS, WRONG_PERSON
from monitor.web.fields import one_line
from monitor.web.fields import said as typed
from monitor.web.form.opening import Opened, form_page, through_link, while_asked
from monitor.web.form.saying import heard_at, told_so_far
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
    return form_page(
        request, found, "help.html", status=422 if errors else 200, errors=errors or [], said=said or {}, told=told,
        pleas=await told_so_far(found), heard=await heard_at(found),
    )  # fmt: skip


@while_asked
async def say(request: web.Request, found: Opened) -> web.StreamResponse:
    """One of four, each with words that a person has to write."""
    said = await typed(request, LONGEST)
    kind = said.get("kind", "")
    deed = _DEEDS.get(kind)
    if deed is None or (kind in _OWNERS and not found.owner):
        return see_other(f"{found.base}/help")
    try:
        errors = await deed(found, said)
    except Refused as no:
        if no.reason == NOT_OPEN:
            raise
        errors = [{"field": kind, "text": no.message.in_(found.language), "href": "#main"}]
    if errors:
        return await _page(request, found, errors=errors, said=said)
    return see_other(f"{found.base}/" if kind == DECLINE else f"{found.base}/help?told={kind}")


async def _more_time(found: Opened, said: Mapping[str, str]) -> Errors:
    wished = _day(said, "wished")
    reason = said.get("reason", "").strip()
    after = max(found.duty.due_on, found.present.calendar.day_of(found.at))
    errors: Errors = []
    if wished is None or not after < wished <= after + FURTHEST:
        text = Message("Enter a day after {due}, at most {days} days later.", {"due": after, "days": FURTHEST.days})
        errors.append(_error("wished", text, found))
    if not reason:
        errors.append(_error("reason", Message("Say why more time is needed."), found))
    if not errors:
        await plead(found.duty.id, MORE_TIME, reason, found.at, found.actor, proposed_on=wished)
    return errors


def _typed_day(said: Mapping[str, str], name: str) -> str:
    return three_boxes(*(said.get(f"{name}_{part}", "") for part in ("year", "month", "day")))


def _day(said: Mapping[str, str], name: str) -> date | None:
    return calendar_day(_typed_day(said, name))


async def _not_ours(found: Opened, said: Mapping[str, str]) -> Errors:
    text = said.get("why", "").strip()
    if not text:
        return [_error("why", Message("Say what is not right, so that the right company can be asked."), found)]
    await plead(found.duty.id, NOT_OURS, text, found.at, found.actor)
    return []


async def _wrong_person(found: Opened, said: Mapping[str, str]) -> Errors:
    name = one_line(said.get("person_name"))
    email = email_typed(one_line(said.get("person_email")))
    errors: Errors = []
    if not name:
        errors.append(_error("person_name", Message("Enter the name of the person who should be asked."), found))
    if not email:
        text = Message("Enter the email address of the person who should be asked, such as name@example.com.")
        errors.append(_error("person_email", text, found))
    if not errors:
        asked = await signing.reader_of(found.duty, found.link, found.party)
        about = {"name": name, "email": email, "from": asked}
        note = said.get("person_note", "").strip()
        await plead(found.duty.id, WRONG_PERSON, note, found.at, found.actor, about=about)
    return errors


async def _decline(found: Opened, said: Mapping[str, str]) -> Errors:
    reason, offered = said.get("decline_reason", "").strip(), said.get("decline_offered", "").strip()
    talked, boxes = _day(said, "talked"), _typed_day(said, "talked").strip("-")
    errors: Errors = []
    if not reason:
        errors.append(_error("decline_reason", Message("Say why you cannot answer."), found))
    if boxes and (talked is None or talked > found.present.calendar.day_of(found.at)):
        text = Message("Enter the day of the talk, not later than today, or leave all three fields empty.")
        errors.append(_error("talked", text, found))
    if not errors:
        await decline(found.duty.id, found.at, found.actor, Declining(reason, offered, talked))
    return errors


_DEEDS = {MORE_TIME: _more_time, NOT_OURS: _not_ours, WRONG_PERSON: _wrong_person, DECLINE: _decline}
_OWNERS = {WRONG_PERSON, DECLINE}  #: what only who was asked can say: a colleague speaks for nobody


def _error(name: str, text: Message, found: Opened) -> dict[str, str]:
    return {"field": name, "text": text.in_(found.language), "href": f"#{name}"}


async def declined(request: web.Request, found: Opened, *, wrong: bool = False) -> web.Response:
    """What was said stands on the page, and the way back: who declines may answer after all, at any time."""
    said, language, errors = found.duty.declined, found.language, []
    if wrong:
        text = Message("Tick this if you will answer after all.")
        errors = [{"field": "willing", "text": text.in_(language), "href": "#willing"}]
    talked = said["price_consulted_on"]
    calendar = found.present.calendar
    heard = calendar.next_sending(found.duty.since or found.at)
    facts = [
        (Message("You wrote"), said["reason"]),
        (Message("You offer instead"), said["offered"]),
        (Message("Cost talked about"), say_short_day(date.fromisoformat(talked), language) if talked else ""),
    ]
    return form_page(
        request, found, "declined.html", status=422 if wrong else 200, errors=errors,
        on=say_short_day(calendar.day_of(heard), language),
        heard=say_instant(heard, calendar.zone, language) if heard > found.at else "",
        told=[(name.in_(language), words) for name, words in facts if words],
        mine=found.owner,
    )  # fmt: skip


@through_link
async def resume(request: web.Request, found: Opened) -> web.StreamResponse:
    """Answer after all. A machine that presses the button has not ticked the box, and changes nothing."""
    if found.duty.state != DECLINED or not found.owner:
        return see_other(f"{found.base}/")
    said = await typed(request, LONGEST)
    if not said.get("willing"):
        return await declined(request, found, wrong=True)
    try:
        await take_back(found.duty.id, found.at, found.actor)
    except Refused:
        return see_other(f"{found.base}/")
    return see_other(f"{found.base}/tasks")
