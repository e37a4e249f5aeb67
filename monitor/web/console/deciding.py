"""What a company owes itself, on a page: what is to be done, by when, what comes next, and the acts that end it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor import tables
from monitor.duties import owing
from monitor.language import Message, say_day
from monitor.letters.words import own_reference
from monitor.own_duties import CHANGE_REVIEW, own_kind, storage
from monitor.promises.deciding import Decision, decide
from monitor.refusal import Refused
from monitor.web.console.act import LONGEST, NAMELESS, act_of, dayless, own_fields, typed, typed_day, wrong
from monitor.web.console.comparing import Change
from monitor.web.console.history import history, until_words
from monitor.web.console.looking import Wrong, console_page
from monitor.web.console.matters import label, matter
from monitor.web.console.session import Reader, reader
from monitor.web.console.steps import next_steps
from monitor.web.fields import said
from monitor.web.pages import language_of, moment, see_other

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from monitor.tables import OwnDuty
    from monitor.web.console.act import Act

ACKNOWLEDGE = "acknowledge"
REASONLESS = Message("Write the reason: auditors read it.")
UNREADABLE = Message("Enter a day of the calendar, or leave it empty if it was today.")


async def own_duty_of(request: web.Request, who: Reader) -> OwnDuty:
    """The duty named in the path, if the reader may see it; to all others it does not exist."""
    duty = await tables.OwnDuty.get_or_none(id=int(request.match_info["id"]))
    if duty is None or not who.sees(duty.company_id):
        raise web.HTTPNotFound
    return duty


async def own_duty_page(request: web.Request) -> web.StreamResponse:
    who = await reader(request)
    return await show_own_duty(request, who, await own_duty_of(request, who))


async def show_own_duty(request: web.Request, who: Reader, duty: OwnDuty, wrong: Wrong | None = None) -> web.Response:
    wrong, kind = wrong or Wrong(), own_kind(duty.kind)
    language, at, calendar = language_of(request), moment(), who.present.calendar
    about = await matter(duty, who.present, language)
    change, late = await _change(duty), duty.state == "open" and at >= calendar.end_of(duty.due_on)
    return console_page(
        request, who, "own-duty.html", status=wrong.status, errors=wrong.errors, said=wrong.said, duty=duty,
        about=about, what=kind.title.in_(language), task=kind.task.in_(language), url=duty.url,
        outcomes=_outcomes(duty, language), decides=kind.decides, label=label(duty, language, late=late),
        facts=[*about.facts, *_facts(duty, who, language)],
        change=change, rows=await change.passages() if change else [],
        history=await history(duty, language, calendar), steps=next_steps(duty, who.present, at, language),
    )  # fmt: skip


async def _change(duty: OwnDuty) -> Change | None:
    """The two texts that are to be compared, where it is that."""
    if duty.kind != CHANGE_REVIEW:
        return None
    return await Change.between(duty.about["known"], duty.about["changed"])


def _outcomes(duty: OwnDuty, language: str) -> list[dict[str, Any]]:
    """How it may end, the usual way first."""
    kind = own_kind(duty.kind)
    return [
        {"name": name, "words": words.in_(language), "explained": name in kind.explained}
        for name, words in kind.outcomes.items()
    ]


def _facts(duty: OwnDuty, who: Reader, language: str) -> list[tuple[str, str]]:
    place = storage(duty.about, language)
    found = [(Message("Place of storage"), place)] if place else []
    found += [(Message("Due"), say_day(duty.due_on, language)), (Message("Reference"), own_reference(duty.id))]
    if duty.state == "open" and duty.paused_until:
        until = until_words(duty.paused_until, who.present.calendar, language, duty.paused_why)
        found.append((Message("Taken in hand"), until))
    return [(term.in_(language), value) for term, value in found]


async def on_own_duty(request: web.Request) -> web.StreamResponse:
    """One act on what a company owes itself. All that is wrong comes back with the page, and nothing typed is lost."""
    who, deed = await reader(request), request.match_info["deed"]
    duty = await own_duty_of(request, who)
    if deed != ACKNOWLEDGE and deed not in own_kind(duty.kind).outcomes:
        raise web.HTTPNotFound
    sent = await said(request, LONGEST)
    refusals = list(_mistakes(duty.kind, deed, own_fields(deed, sent)))
    if not refusals:
        try:
            await _act(duty, deed, await act_of(who, deed, sent))
        except Refused as refusal:
            refusals = [refusal]
    if refusals:
        fresh = await tables.OwnDuty.get(id=duty.id)
        return await show_own_duty(request, who, fresh, wrong(refusals, deed, sent, language_of(request)))
    return see_other(f"/own-duty/{duty.id}")


def _mistakes(kind: str, deed: str, sent: Mapping[str, str]) -> Iterator[Refused]:
    """What is missing or unreadable in a form, all of it."""
    if not sent.get("by", "").strip():
        yield Refused("by-missing", NAMELESS)
    if deed == ACKNOWLEDGE:
        if typed_day(sent, "until") is None:
            yield Refused("until-missing", dayless(sent, "until"))
        return
    if deed in own_kind(kind).explained and not sent.get("reason", "").strip():
        yield Refused("reason-missing", REASONLESS)
    if typed(sent, "on") and typed_day(sent, "on") is None:
        yield Refused("on-unreadable", dayless(sent, "on", UNREADABLE))


async def _act(duty: OwnDuty, deed: str, act: Act) -> None:
    if deed == ACKNOWLEDGE:
        await owing.acknowledge(duty.id, act.at, act.actor, act.pause)
        return
    made = Decision(deed, act.reason, typed_day(act.said, "on"), act.said.get("read", ""))
    await decide(duty, act.at, act.actor, made)
