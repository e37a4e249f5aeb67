"""What managers do: accept, return, waive, acknowledge, extend. Every act has a named person.

A page holds several forms, so a field carries the name of its act: `waive_by`, `waive_reason`, `waive_until_year`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from monitor import cases, tables
from monitor.language import Message
from monitor.obligations import acts
from monitor.questionnaire.entry import calendar_day
from monitor.web.console.looking import Wrong, case_of, duty_of, show_case, show_duty
from monitor.web.console.session import reader
from monitor.web.fields import said
from monitor.web.form.ending import one_line
from monitor.web.pages import language_of, moment, see_other

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from aiohttp import web

    from monitor.tables import Obligation
    from monitor.web.console.session import Reader

LONGEST = 2000
FIELDS = {"by": "by", "reason": "reason", "until": "until_year", "day": "until_year", "not-later": "until_year"}


@dataclass(frozen=True)
class Act:
    """One act: by whom, under which name, and what its form said."""

    who: Reader
    actor: str
    said: Mapping[str, str]
    at: datetime

    @property
    def reason(self) -> str:
        return self.said.get("reason", "").strip()

    @property
    def day(self) -> date | None:
        parts = [self.said.get(f"until_{part}", "").strip() for part in ("year", "month", "day")]
        return calendar_day("-".join(parts) if parts[1] else parts[0])

    @property
    def until(self) -> datetime | None:
        """The end of the day that was named, in the group's zone."""
        return self.who.present.calendar.end_of(self.day) if self.day else None

    @property
    def why_longer(self) -> str:
        """The privacy office may pause beyond thirty days, if it says why."""
        return self.reason if self.who.everywhere else ""


async def on_duty(request: web.Request) -> web.StreamResponse:
    """One act on one request; what is wrong comes back with the page, and nothing that was typed is lost."""
    who, deed = await reader(request), request.match_info["deed"]
    duty = await duty_of(request, who)
    sent = await said(request, LONGEST)
    try:
        await _DEEDS[deed](duty, await _act(who, deed, sent))
    except acts.Refused as refusal:
        fresh = await tables.Obligation.get(id=duty.id)
        return await show_duty(request, who, fresh, _wrong(refusal, deed, sent, language_of(request)))
    return see_other(f"/duty/{duty.id}")


async def on_case(request: web.Request) -> web.StreamResponse:
    """Take a case until a day."""
    who = await reader(request)
    case = await case_of(request, who)
    sent = await said(request, LONGEST)
    try:
        await _take_case(case, await _act(who, "acknowledge", sent))
    except acts.Refused as refusal:
        return await show_case(request, who, case, _wrong(refusal, "acknowledge", sent, language_of(request)))
    return see_other(f"/case/{case.id}")


async def _act(who: Reader, deed: str, sent: Mapping[str, str]) -> Act:
    """Whoever acts says their name: an address may be shared, an act never is."""
    own = {name.removeprefix(f"{deed}_"): value for name, value in sent.items()}
    name, at = one_line(own.get("by")), moment()
    if not name:
        raise acts.Refused("by-missing", Message("Enter your name: the act is recorded under it."))
    await who.sign(name)
    return Act(who, await acts.person(who.person.email, at, name), own, at)


def _wrong(refusal: acts.Refused, deed: str, sent: Mapping[str, str], language: str) -> Wrong:
    field = FIELDS.get(refusal.reason) or FIELDS.get(refusal.reason.partition("-")[0], "by")
    return Wrong([{"text": refusal.message.in_(language), "href": f"#{deed}_{field}"}], sent)


async def _accept(duty: Obligation, act: Act) -> None:
    await acts.accept(duty.id, act.at, act.actor)


async def _return(duty: Obligation, act: Act) -> None:
    await acts.return_(duty.id, act.at, act.actor, act.reason)


async def _waive(duty: Obligation, act: Act) -> None:
    await acts.waive(duty.id, act.at, act.actor, act.reason, act.until)


async def _acknowledge(duty: Obligation, act: Act) -> None:
    await acts.acknowledge(duty.id, act.at, act.actor, act.until, act.why_longer)


async def _extend(duty: Obligation, act: Act) -> None:
    if act.day is None:
        raise acts.Refused("day-missing", Message("Enter the new due date."))
    await acts.extend(duty.id, act.at, act.actor, act.day)


async def _plea(duty: Obligation, act: Act) -> None:
    number = act.said.get("plea", "")
    await acts.decide_pleas(duty.id, int(number) if number.isascii() and number.isdigit() else 0, act.at, act.actor)


_DEEDS: dict[str, Callable[[Obligation, Act], Awaitable[None]]] = {
    "accept": _accept,
    "return": _return,
    "waive": _waive,
    "acknowledge": _acknowledge,
    "extend": _extend,
    "plea": _plea,
}


async def _take_case(case: tables.Case, act: Act) -> None:
    if act.until is None or act.until <= act.at:
        raise acts.Refused("until-past", Message("Name a day ahead."))
    if act.until > act.at + acts.LONGEST_PAUSE + timedelta(days=1) and not act.why_longer:
        raise acts.Refused("until-too-far", Message("Name a day at most 30 days ahead."))
    if not await cases.acknowledge(case.id, act.at, act.actor, act.until, act.why_longer):
        raise acts.Refused("closed", Message("This case is closed already."))
