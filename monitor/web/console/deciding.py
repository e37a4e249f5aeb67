"""What a company owes itself, on a page: what is to be decided, by when, what comes next, and the acts that end it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from monitor import tables
from monitor.language import Message, say_day
from monitor.letters.words import own_reference
from monitor.web.console.comparing import Change
from monitor.web.console.history import history, until_words
from monitor.web.console.looking import Wrong, console_page
from monitor.web.console.session import Reader, reader
from monitor.web.console.steps import next_steps
from monitor.web.pages import language_of, moment
from monitor.web.words import named, topic_name

if TYPE_CHECKING:
    from monitor.tables import OwnDuty


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
    wrong = wrong or Wrong()
    language, at, calendar = language_of(request), moment(), who.present.calendar
    party = await who.present.party(duty.party_id) if duty.party_id else None
    change = await Change.between(duty.about["known"], duty.about["changed"])
    return console_page(
        request, who, "own-duty.html", status=wrong.status, errors=wrong.errors, said=wrong.said, duty=duty,
        party_name=named(party, language), what=topic_name(duty.kind, language), url=duty.url,
        late=duty.state == "open" and at >= calendar.end_of(duty.due_on), facts=_facts(duty, who, language),
        change=change, rows=await change.passages(), history=await history(duty, language, calendar),
        steps=next_steps(duty, who.present, at, language),
    )  # fmt: skip


def _facts(duty: OwnDuty, who: Reader, language: str) -> list[tuple[str, str]]:
    owner = who.present.companies.get(duty.company_id or "") or who.present.group
    found = [
        (Message("Responsible company"), named(owner, language)),
        (Message("Due"), say_day(duty.due_on, language)),
        (Message("Reference"), own_reference(duty.id)),
    ]
    if duty.paused_until:
        found.append((Message("Taken in hand"), until_words(duty.paused_until, who.present.calendar, language)))
    return [(term.in_(language), value) for term, value in found]
