"""Who belongs to the group: each operation is worked out and read before it is done, by the privacy office."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor import tables
from monitor.language import Message, say_day
from monitor.promises.membership.joining import join, joining
from monitor.promises.membership.leaving import leave, leaving
from monitor.promises.membership.report import Effect, facts_of
from monitor.promises.membership.succeeding import (
    loose_works,
    reassign,
    reassignment,
    rename,
    renaming,
    succeed,
    succession,
)
from monitor.refusal import Refused
from monitor.web.console.act import LONGEST, act_of
from monitor.web.console.entries import course_of, day_of, refused, shown, unsaid
from monitor.web.console.joint_uses import BASES
from monitor.web.console.looking import Wrong, console_page
from monitor.web.console.session import Reader, reader
from monitor.web.fields import fields, one_line
from monitor.web.pages import language_of, moment, see_other
from monitor.web.words import named

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import date

    from monitor.promises.membership.report import Facts, Report
    from monitor.registry.format import Company
    from monitor.web.console.act import Act

EFFECTS: Mapping[str, Message] = {
    "membership-ends": Message("The last day of membership is {on}. From the day after, none of its people gets mail."),
    "membership-begins": Message("It is a member of the group from {on} on."),
    "joint-use-ends": Message("Its joint use ends with {on}."),
    "joint-use-begins": Message("It is a joint user from {on} on, of data acquired earlier too."),
    "earlier-refused": Message(
        "It is a joint user from {on} on, only of data acquired from then on. Data of earlier notices stays closed to"
        " it."
    ),
    "work-ends": Message("The joint use with this party ends with {on}; return or deletion is owed by {due}."),
    "work-never-begins": Message("This has not begun, and does not begin any more."),
    "work-moves": Message("It goes on with the other company, with everything that is asked and owed in it."),
    "deletion-owed": Message("It returns or erases what it holds, and the group confirms that by {due}."),
    "notice-owed": Message("The notice is brought up to date by {due}."),
    "successor-needed": Message("Another responsible company, or an end, is needed by {on}."),
    "responsible-needed": Message(
        "Another party responsible for the management is needed, announced before {on} is over."
    ),
    "responsible-moves": Message("The other company is responsible for the management from {on} on."),
    "name-changes": Message("Its name changes; what it may use does not."),
}
_WORDS: Mapping[str, Message] = {
    "membership.ends": Message("It leaves the group"),
    "membership.begins": Message("It joins the group"),
    "membership.succeeded": Message("Another company takes over its business"),
    "membership.renamed": Message("It gets another name"),
}
_DAY, _COMPANY, _NAME = Message("Name a day."), Message("Choose a company."), Message("Enter the new name.")
_PLACES = {"day": "on_year", "successor": "successor", "name": "name", "works": "works", "company": "successor"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """An operation as a form says it."""

    deed: str
    on: date | None
    other: str = ""
    names: tuple[str, str] = ("", "")
    basis: str = "original"
    works: tuple[str, ...] = ()

    @property
    def new_names(self) -> dict[str, Any]:
        return {"name": self.names[0], "name_ja": self.names[1] or None}


async def membership_page(request: web.Request) -> web.StreamResponse:
    who, language = await _office(request), language_of(request)
    day = who.present.calendar.day_of(moment())
    rows = [
        {
            "key": key, "name": named(one, language), "now": one.member_on(day),
            "since": say_day(one.member_from, language) if one.member_from else "",
            "until": say_day(one.member_until, language) if one.member_until else "",
            "left": len(loose_works((await facts_of(key, moment(), who.present)).works, key, one.member_until))
            if one.member_until else 0,
        }
        for key, one in sorted(who.present.companies.items())
    ]  # fmt: skip
    return console_page(request, who, "membership.html", rows=rows)


async def _office(request: web.Request) -> Reader:
    who = await reader(request)
    if not who.everywhere:
        raise web.HTTPNotFound
    return who


async def company_page(request: web.Request) -> web.StreamResponse:
    who = await _office(request)
    return await _show(request, who, _company(request, who))


def _company(request: web.Request, who: Reader) -> Company:
    company = who.present.companies.get(request.match_info["company"])
    if company is None:
        raise web.HTTPNotFound
    return company


async def _show(
    request: web.Request, who: Reader, company: Company, wrong: Wrong | None = None, report: Report | None = None
) -> web.Response:
    wrong, language = wrong or Wrong(), language_of(request)
    facts = await facts_of(company.key, moment(), who.present)
    own = [one for one in facts.works if one.company == company.key]
    others = [
        {"value": key, "text": named(one, language)}
        for key, one in sorted(who.present.companies.items())
        if key != company.key and one.member_on(facts.today)
    ]
    return console_page(
        request, who, "membership-company.html", status=wrong.status, errors=wrong.errors, said=wrong.said,
        company=company, name=named(company, language), member=company.member_on(facts.today),
        since=say_day(company.member_from, language) if company.member_from else "",
        until=say_day(company.member_until, language) if company.member_until else "",
        others=others, works=await _works(own, who, wrong.said, language),
        bases=[{"value": key, "text": words.in_(language), "checked": wrong.said.get("join_basis", "original") == key}
               for key, words in BASES.items()],
        report=[await _effect(effect, who, language) for effect in report.effects] if report else None,
        doing=request.match_info.get("deed", ""),
        history=await course_of(f"company/{company.key}", _WORDS, who.present.calendar, language),
    )  # fmt: skip


async def _works(works: list[Any], who: Reader, said: Mapping[str, str], language: str) -> list[dict[str, Any]]:
    parties = await who.present.parties({one.party for one in works})
    chosen = said.get("works", "").split()
    return [
        {
            "value": one.key, "text": f"{named(parties[one.party], language)}: {one.title or one.key}",
            "checked": one.key in chosen,
        }
        for one in works
    ]  # fmt: skip


async def _effect(effect: Effect, who: Reader, language: str) -> tuple[str, str]:
    """What it is about, and what happens to it."""
    on = say_day(effect.on, language) if effect.on else ""
    due = say_day(effect.due_on, language) if effect.due_on else ""
    said = Message(EFFECTS[effect.what].text, {"on": on, "due": due}).in_(language)
    if effect.kind == "engagement":
        entry = await who.present.engagement(effect.key)
        party = await who.present.party(entry.party)
        return f"{named(party, language)}: {entry.title or entry.key}", said
    if effect.kind == "joint_use":
        row = await tables.JointUse.get(key=effect.key)
        name = (row.spec.get("name_ja") if language == "ja" else None) or row.spec.get("name") or effect.key
        return f"{Message('Joint use').in_(language)}: {name}", said
    return named(who.present.companies[effect.key], language), said


async def on_company(request: web.Request) -> web.StreamResponse:
    """Work an operation out and show its report; with `sure`, do it. What is wrong comes back with the page."""
    who, deed, language = await _office(request), request.match_info["deed"], language_of(request)
    company = _company(request, who)
    pairs = await fields(request)
    sent = {name: value[:LONGEST] for name, value in pairs}
    sent["works"] = " ".join(value for name, value in pairs if name == f"{deed}_works")
    mistakes = unsaid(deed, sent, *_NEEDS[deed])
    if mistakes:
        return await _show(request, who, company, shown(mistakes, deed, sent, language))
    wanted = _wanted(deed, sent)
    try:
        report = _REPORTS[deed](await facts_of(company.key, moment(), who.present), wanted)
        if not sent.get("sure"):
            return await _show(request, who, company, Wrong((), sent), report)
        await _DEEDS[deed](company.key, wanted, await act_of(who, deed, sent))
    except Refused as no:
        return await _show(request, who, company, refused(no, deed, sent, language, _PLACES))
    return see_other(f"/membership/{company.key}")


def _wanted(deed: str, sent: Mapping[str, str]) -> Wanted:
    own = {name.removeprefix(f"{deed}_"): value for name, value in sent.items() if name.startswith(f"{deed}_")}
    names = one_line(own.get("name")), one_line(own.get("name_ja"))
    basis = own.get("basis", "original")
    works = tuple(sent.get("works", "").split())
    return Wanted(
        deed, day_of(deed, "on", sent), own.get("successor", ""), names, basis if basis in BASES else "original", works
    )


def _on(wanted: Wanted) -> date:
    assert wanted.on is not None  # noqa: S101 - its form needs it
    return wanted.on


async def _leave(company: str, wanted: Wanted, act: Act) -> None:
    await leave(company, _on(wanted), act.at, act.actor)


async def _join(company: str, wanted: Wanted, act: Act) -> None:
    await join(company, _on(wanted), wanted.basis, act.at, act.actor)  # type: ignore[arg-type] # one of the table


async def _succeed(company: str, wanted: Wanted, act: Act) -> None:
    await succeed(company, wanted.other, _on(wanted), act.at, act.actor)


async def _rename(company: str, wanted: Wanted, act: Act) -> None:
    await rename(company, wanted.new_names, _on(wanted), act.at, act.actor)


async def _reassign(company: str, wanted: Wanted, act: Act) -> None:
    await reassign(company, wanted.works, wanted.other, act.at, act.actor)


_NEEDS: Mapping[str, tuple[Mapping[str, Message], Mapping[str, Message]]] = {
    "leave": ({}, {"on": _DAY}),
    "join": ({}, {"on": _DAY}),
    "succeed": ({"successor": _COMPANY}, {"on": _DAY}),
    "rename": ({"name": _NAME}, {"on": _DAY}),
    "reassign": ({"successor": _COMPANY}, {}),
}
_REPORTS: Mapping[str, Callable[[Facts, Wanted], Report]] = {
    "leave": lambda facts, wanted: leaving(facts, _on(wanted)),
    "join": lambda facts, wanted: joining(facts, _on(wanted), wanted.basis),  # type: ignore[arg-type] # one of the table
    "succeed": lambda facts, wanted: succession(facts, wanted.other, _on(wanted)),
    "rename": lambda facts, wanted: renaming(facts, wanted.new_names, _on(wanted)),
    "reassign": lambda facts, wanted: reassignment(facts, wanted.works, wanted.other),
}
_DEEDS: Mapping[str, Callable[[str, Wanted, Act], Awaitable[None]]] = {
    "leave": _leave,
    "join": _join,
    "succeed": _succeed,
    "rename": _rename,
    "reassign": _reassign,
}
