"""A case on its page: a failing check, or conduct that is not as promised, which a person puts right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from checks.contract import Severity
from monitor import cases, tables
from monitor.cases.conduct import conclude
from monitor.conduct import rule_of
from monitor.language import Message, say_instant
from monitor.letters.words import case_reference
from monitor.refusal import Refused
from monitor.web.console import acting
from monitor.web.console.act import LONGEST, NAMELESS, act_of, dayless, own_fields, typed_day, wrong
from monitor.web.console.history import history, until_words
from monitor.web.console.improving import measures
from monitor.web.console.looking import Wrong, case_of, console_page, show_case
from monitor.web.console.matters import matter
from monitor.web.console.session import Reader, reader
from monitor.web.console.steps import next_steps
from monitor.web.console.versions import version_words
from monitor.web.fields import said
from monitor.web.pages import language_of, moment, see_other

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from monitor.tables import Case

MEND = "mend"
REASONLESS = Message("Write how it was put right: auditors read it.")


async def case_page(request: web.Request) -> web.StreamResponse:
    """One case: what was found, since when, what comes next."""
    who = await reader(request)
    case = await case_of(request, who)
    return await (show_conduct if case.rule else show_case)(request, who, case)


async def show_conduct(request: web.Request, who: Reader, case: Case, wrong: Wrong | None = None) -> web.Response:
    wrong, rule = wrong or Wrong(), rule_of(case.rule)
    language, at, calendar = language_of(request), moment(), who.present.calendar
    about = await matter(case, who.present, language)
    return console_page(
        request, who, "conduct.html", status=wrong.status, errors=wrong.errors, said=wrong.said, case=case,
        about=about, what=rule.title.in_(language), why=rule.why.in_(language), remedy=rule.remedy.in_(language),
        found=Message.of(case.said).in_(language) if case.said else "", severity=Severity(case.severity).word,
        facts=[*about.facts, *_facts(case, who, language)], steps=next_steps(case, who.present, at, language),
        measures=await measures(f"case/{case.id}", language), history=await history(case, language, calendar),
    )  # fmt: skip


def _facts(case: Case, who: Reader, language: str) -> list[tuple[str, str]]:
    calendar = who.present.calendar
    found = [(Message("Found"), say_instant(case.opened_at, calendar.zone, language))]
    if case.url:
        found.append((Message("Address"), case.url))
    if case.closed_at is None and case.paused_until:
        found.append((Message("Taken in hand"), until_words(case.paused_until, calendar, language, case.paused_why)))
    if case.closed_at:
        found.append((Message("Put right"), say_instant(case.closed_at, calendar.zone, language)))
    if case.rule_since:
        versioned = version_words(case.rule_version, case.rule_since)
        found.append((Message("Version of the rule"), versioned.in_(language)))
    found.append((Message("Reference"), case_reference(case.id)))
    return [(term.in_(language), value) for term, value in found]


async def on_case(request: web.Request) -> web.StreamResponse:
    """One act on a case. Of conduct, all that is wrong comes back with the page, and nothing typed is lost."""
    who, deed = await reader(request), request.match_info["deed"]
    case = await case_of(request, who)
    if not case.rule:
        return await acting.on_case(request)
    sent = await said(request, LONGEST)
    refusals = list(_mistakes(deed, own_fields(deed, sent)))
    if not refusals:
        try:
            await _act(request, who, case, sent)
        except Refused as refusal:
            refusals = [refusal]
    if refusals:
        fresh = await tables.Case.get(id=case.id)
        return await show_conduct(request, who, fresh, wrong(refusals, deed, sent, language_of(request)))
    return see_other(f"/case/{case.id}")


def _mistakes(deed: str, sent: Mapping[str, str]) -> Iterator[Refused]:
    if not sent.get("by", "").strip():
        yield Refused("by-missing", NAMELESS)
    if deed == MEND and not sent.get("reason", "").strip():
        yield Refused("reason-missing", REASONLESS)
    if deed == "acknowledge" and typed_day(sent, "until") is None:
        yield Refused("until-missing", dayless(sent, "until"))


async def _act(request: web.Request, who: Reader, case: Case, sent: Mapping[str, str]) -> None:
    """What fails can be muted until it passes; of conduct somebody answers for the silence by taking it in hand."""
    deed = request.match_info["deed"]
    if deed not in {MEND, "acknowledge"}:
        raise web.HTTPNotFound
    act = await act_of(who, deed, sent)
    if deed == MEND:
        await conclude(case.id, act.at, act.actor, act.reason)
    else:
        await cases.acknowledge(case.id, act.at, act.actor, act.pause)
