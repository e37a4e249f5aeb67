"""What managers do: accept, return, waive, acknowledge, extend. Every act has a named person."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from monitor import cases, tables
from monitor.language import Message
from monitor.obligations import acts
from monitor.questionnaire.entry import calendar_day
from monitor.web.console.looking import Wrong, duty_of, show_case, show_duty
from monitor.web.console.session import reader
from monitor.web.form.ending import one_line
from monitor.web.pages import language_of, moment, see_other

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.tables import Obligation
    from monitor.web.console.session import Reader

LONGEST = 2000


async def on_duty(request: web.Request) -> web.StreamResponse:
    """One act on one request; what is wrong comes back with the page, and nothing that was typed is lost."""
    who = await reader(request)
    duty = await duty_of(request, who)
    sent = {name: str(value)[:LONGEST] for name, value in (await request.post()).items() if isinstance(value, str)}
    deed = _DEEDS[request.match_info["deed"]]
    try:
        await _signed(who, sent)
        await deed(duty, who, sent, moment())
    except acts.Refused as refusal:
        language = language_of(request)
        errors = [{"text": refusal.message.in_(language), "href": f"#{request.match_info['deed']}"}]
        fresh = await tables.Obligation.get(id=duty.id)
        return await show_duty(request, who, fresh, Wrong(errors, sent))
    return see_other(f"/duty/{duty.id}")


async def _signed(who: Reader, sent: Mapping[str, str]) -> None:
    """Whoever acts says their name: an address may be shared, an act never is."""
    name = one_line(sent.get("by"))
    if not name:
        raise acts.Refused("by-missing", Message("Enter your name: the act is recorded under it."))
    await acts.person(who.person.email, moment(), name)


async def _accept(duty: Obligation, who: Reader, sent: Mapping[str, str], at: datetime) -> None:  # noqa: ARG001 - one shape for all
    await acts.accept(duty.id, at, who.actor)


async def _return(duty: Obligation, who: Reader, sent: Mapping[str, str], at: datetime) -> None:
    await acts.return_(duty.id, at, who.actor, sent.get("reason", "").strip())


async def _waive(duty: Obligation, who: Reader, sent: Mapping[str, str], at: datetime) -> None:
    until = _end_of(sent, who)
    await acts.waive(duty.id, at, who.actor, sent.get("reason", "").strip(), until)


async def _acknowledge(duty: Obligation, who: Reader, sent: Mapping[str, str], at: datetime) -> None:
    until = _end_of(sent, who)
    extended = who.everywhere and bool(sent.get("reason", "").strip())
    await acts.acknowledge(duty.id, at, who.actor, until, extended=extended)


async def _extend(duty: Obligation, who: Reader, sent: Mapping[str, str], at: datetime) -> None:
    day = _day(sent)
    if day is None:
        raise acts.Refused("day-missing", Message("Enter the new due date."))
    await acts.extend(duty.id, at, who.actor, day, "granted")
    await tables.Plea.filter(obligation_id=duty.id, kind="more-time", decision=None).update(
        decision="granted", decided_at=at
    )


async def _plea(duty: Obligation, who: Reader, sent: Mapping[str, str], at: datetime) -> None:
    await acts.decide_plea(duty.id, int(sent.get("plea") or 0), at, who.actor)


_DEEDS = {
    "accept": _accept,
    "return": _return,
    "waive": _waive,
    "acknowledge": _acknowledge,
    "extend": _extend,
    "plea": _plea,
}


def _day(sent: Mapping[str, str]) -> date | None:
    parts = [sent.get(f"until_{part}", "").strip() for part in ("year", "month", "day")]
    return calendar_day("-".join(parts) if parts[1] else parts[0])


def _end_of(sent: Mapping[str, str], who: Reader) -> datetime | None:
    """The end of the day that was named, in the group's zone."""
    day = _day(sent)
    return who.present.calendar.end_of(day) if day else None


async def on_case(request: web.Request) -> web.StreamResponse:
    """Take a case until a day."""
    who, at = await reader(request), moment()
    case = await tables.Case.get_or_none(id=int(request.match_info["id"]))
    if case is None or not who.sees(case.company_id):
        raise web.HTTPNotFound
    sent = {name: str(value)[:LONGEST] for name, value in (await request.post()).items() if isinstance(value, str)}
    try:
        await _signed(who, sent)
        await _take_case(case, who, sent, at)
    except acts.Refused as refusal:
        errors = [{"text": refusal.message.in_(language_of(request)), "href": "#acknowledge"}]
        return await show_case(request, who, case, Wrong(errors))
    return see_other(f"/case/{case.id}")


async def _take_case(case: tables.Case, who: Reader, sent: Mapping[str, str], at: datetime) -> None:
    until = _end_of(sent, who)
    if until is None or not at < until <= at + acts.LONGEST_PAUSE + timedelta(days=1):
        raise acts.Refused("until-too-far", Message("Name a day ahead, at most 30 days."))
    if not await cases.acknowledge(case.id, at, who.actor, until):
        raise acts.Refused("closed", Message("This case is closed already."))
