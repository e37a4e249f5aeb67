"""The register of sub-entrustment: what was asked for, the tree below each work, the countries of the whole chain."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor import tables
from monitor.evidence import content_disposition
from monitor.language import Message, say_day
from monitor.own_duties import SUB_ENTRUSTMENT_DECISION
from monitor.promises.standing import standings_of
from monitor.promises.states import CHAIN_STATES
from monitor.promises.sub_entrustment import (
    Asking,
    consent,
    countries,
    end,
    failing,
    forest,
    handed,
    request,
    tree,
)
from monitor.promises.words import FAILURES
from monitor.refusal import Refused
from monitor.registry.format import OWING
from monitor.registry.suspension import SUSPENDED, stopped_now
from monitor.web.console.act import LONGEST, act_of, dayless, own_fields, typed, typed_day, wrong
from monitor.web.console.history import history
from monitor.web.console.looking import Wrong, console_page
from monitor.web.console.session import Reader, reader
from monitor.web.fields import one_line, said
from monitor.web.pages import language_of, moment, see_other
from monitor.web.words import named

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import date

    from monitor.promises.standing import Standing
    from monitor.promises.sub_entrustment import Node
    from monitor.tables import SubEntrustment
    from monitor.web.console.act import Act

_NO_DAY = Message("Enter the day.")
MANY = 500  #: entries that the page shows, the newest
#: The label of the kit that a state gets; all others are grey.
LABELS = {"requested": "open", "ended": "open", "undisclosed": "overdue"} | dict.fromkeys(
    ("approved", "active", "deletion_confirmed"), "accepted"
)
OVER = ("refused", "objected", "withdrawn", "ended", "deletion_confirmed")  #: no data goes there in any case
FORMULA = ("=", "+", "-", "@", "\t", "\r")  #: what a spreadsheet would compute


async def register_page(request_: web.Request) -> web.StreamResponse:
    """All requests of the companies that the reader may see, and where the data is handled."""
    who, language = await reader(request_), language_of(request_)
    keys = _companies(request_, who)
    rows = await tables.SubEntrustment.filter(company_id__in=keys).order_by("-id").limit(MANY)
    tops = await forest(keys, who.present)
    return console_page(
        request_, who, "sub-entrustments.html", rows=[await _row(row, who, language) for row in rows],
        works=_works(tops, who, language), countries=countries(tops).items(),
        failures=await _failures(tops, who, language), company=request_.query.get("company", ""),
    )  # fmt: skip


def _companies(request_: web.Request, who: Reader) -> list[str]:
    wished = request_.query.get("company", "")
    if wished and not who.sees(wished):
        raise web.HTTPNotFound
    return [wished] if wished else who.companies


def _works(tops: Sequence[Node], who: Reader, language: str) -> list[dict[str, str]]:
    """The works below which somebody works, by the way to their tree."""
    return [
        {"href": f"/chain/{top.entry.key}", "title": top.entry.title or top.entry.key, "name": top.name,
         "count": str(sum(1 for _ in top.walk()) - 1),
         "company": named(who.present.companies.get(top.entry.company) or who.present.group, language)}
        for top in tops if top.entry is not None and top.below
    ]  # fmt: skip


async def _failures(tops: Sequence[Node], who: Reader, language: str) -> list[dict[str, Any]]:
    """Works of which the books show one of the four ways in which supervision fails."""
    nodes = {node.entry.key: node for top in tops for node in top.walk() if node.entry and node.entry.state in OWING}
    titles = {key: node.entry.title or key for key, node in nodes.items() if node.entry}
    today, found = who.present.calendar.day_of(moment()), []
    for key, failed in (await failing(nodes.keys(), who.present, today)).items():
        words = [FAILURES[name].in_(language) for name in failed]
        found.append({"href": f"/chain/{key}", "title": titles[key], "name": nodes[key].name, "words": words})
    return found[:MANY]


async def _row(row: SubEntrustment, who: Reader, language: str) -> dict[str, Any]:
    entry = await who.present.engagement(row.engagement_id)
    return {
        "href": f"/sub-entrustment/{row.id}",
        "name": row.name,
        "work": entry.title or entry.key,
        "party": named(await who.present.party(entry.party), language),
        "label": LABELS.get(row.state, "cancelled"),
        "state": Message(CHAIN_STATES[row.state]).in_(language),
        "due": say_day(row.due_on, language) if row.due_on and row.state == "requested" else "",
        "company": named(who.present.companies.get(row.company_id) or who.present.group, language),
    }


async def countries_sheet(request_: web.Request) -> web.StreamResponse:
    """The countries of the whole chain, as CSV: one line for each country and party that handles data there."""
    who, language = await reader(request_), language_of(request_)
    out = io.StringIO()
    writer = csv.writer(out)
    heads = ("Country", "Party", "Work", "Company", "Level")
    writer.writerow([Message(head).in_(language) for head in heads])
    for top in await forest(_companies(request_, who), who.present):
        for node in top.walk():
            writer.writerows(_lines(node, top, who, language))
    headers = {"Content-Disposition": content_disposition("countries.csv")}
    return web.Response(body=out.getvalue().encode("utf-8-sig"), content_type="text/csv", headers=headers)


def _lines(node: Node, top: Node, who: Reader, language: str) -> list[list[str]]:
    entry = top.entry
    company = named(who.present.companies.get(entry.company if entry else "") or who.present.group, language)
    work = (entry.title or entry.key) if entry else ""
    said = [[country, node.name, work, company, str(node.depth)] for country in node.countries or ("?",)]
    return [[f"'{cell}" if cell.startswith(FORMULA) else cell for cell in line] for line in said]


async def entry_of(request_: web.Request, who: Reader) -> SubEntrustment:
    """The entry named in the path, if the reader may see it; to all others it does not exist."""
    row = await tables.SubEntrustment.get_or_none(id=int(request_.match_info["id"]))
    if row is None or not who.sees(row.company_id):
        raise web.HTTPNotFound
    return row


async def entry_page(request_: web.Request) -> web.StreamResponse:
    who = await reader(request_)
    return await _show(request_, who, await entry_of(request_, who))


async def _show(request_: web.Request, who: Reader, row: SubEntrustment, fault: Wrong | None = None) -> web.Response:
    fault, language = fault or Wrong(), language_of(request_)
    entry = await who.present.engagement(row.engagement_id)
    open_ones = tables.OwnDuty.filter(kind=SUB_ENTRUSTMENT_DECISION, state="open", ref=f"sub-entrustment/{row.id}")
    return console_page(
        request_, who, "sub-entrustment.html", status=fault.status, errors=fault.errors, said=fault.said, row=row,
        one=await _row(row, who, language), facts=_facts(row, language), chain=f"/chain/{entry.key}",
        duty=await open_ones.first(), my_number=entry.my_number, safety=_safety(row, language), above=entry,
        stopped=row.state not in OVER and await stopped_now(entry.key, who.present),
        history=await history(row, language, who.present.calendar),
    )  # fmt: skip


def _facts(row: SubEntrustment, language: str) -> list[tuple[str, str]]:
    def day(value: date | None) -> str:
        return say_day(value, language) if value else ""

    kinds = {"prior": "Approved one by one", "general": "Authorised in general, with time to object"}
    found = [
        (Message("Address"), row.address),
        (Message("Country"), row.country),
        (Message("What it does"), row.work),
        (Message("Items of personal data"), row.items),
        (Message("Agreed in the contract"), Message(kinds[row.authorisation]).in_(language)),
        (Message("Asked on"), day(row.requested_on)),
        (Message("To be decided by"), day(row.due_on)),
        (Message("First entruster's consent"), day(row.consent_on)),
        (Message("Begins on"), day(row.starts_on)),
        (Message("Decided on"), day(row.decided_on)),
        (Message("Conditions, or the reason"), row.conditions),
        (Message("Data was handed over on"), day(row.handed_on)),
        (Message("Last day"), day(row.ended_on)),
    ]
    return [(term.in_(language), value) for term, value in found if value]


SAFEGUARDS = {
    "measures": "Its measures were checked before",
    "contract": "Its contract has the same duties",
    "further": "It passes nothing on without consent in writing",
    "supervision": "It will be checked at least once a year",
}
ANSWERS = {"yes": "Yes", "no": "No", "partly": "In part"}


def _safety(row: SubEntrustment, language: str) -> list[tuple[str, str]]:
    """What the party answered about safeguards, in words."""
    pairs = [part.partition("=")[::2] for part in row.safety.split() if "=" in part]
    return [
        (Message(SAFEGUARDS[name]).in_(language), Message(ANSWERS.get(value, value)).in_(language))
        for name, value in pairs
        if name in SAFEGUARDS
    ]


async def on_entry(request_: web.Request) -> web.StreamResponse:
    """One act on an entry. What is wrong comes back with the page, and nothing that was typed is lost."""
    who, deed = await reader(request_), request_.match_info["deed"]
    row = await entry_of(request_, who)
    sent = await said(request_, LONGEST)
    try:
        await _DEEDS[deed](row, await act_of(who, deed, sent))
    except Refused as refusal:
        fault = wrong(refusal.every, deed, sent, language_of(request_))
        return await _show(request_, who, await entry_of(request_, who), fault)
    return see_other(f"/sub-entrustment/{row.id}")


def _day(act: Act) -> date:
    day = typed_day(act.said, "on")
    if day is None:
        raise Refused("on-missing", dayless(act.said, "on", _NO_DAY))
    return day


async def _consent(row: SubEntrustment, act: Act) -> None:
    await consent(row.id, _day(act), act.at, act.actor)


async def _handed(row: SubEntrustment, act: Act) -> None:
    await handed(row.engagement_id, row.party or row.name, _day(act), act.at, act.actor)


async def _end(row: SubEntrustment, act: Act) -> None:
    await end(row.id, _day(act), act.at, act.actor)


_DEEDS: dict[str, Callable[[SubEntrustment, Act], Awaitable[None]]] = {
    "consent": _consent,
    "handed": _handed,
    "end": _end,
}


async def chain_page(request_: web.Request) -> web.StreamResponse:
    """The tree below one work, and a request that came otherwise than by the form."""
    who = await reader(request_)
    return await _chain(request_, who, await _top(request_, who))


async def _top(request_: web.Request, who: Reader) -> Node:
    key = request_.match_info["key"]
    row = await tables.Engagement.get_or_none(key=key)
    if row is None or not who.sees(row.company_id):
        raise web.HTTPNotFound
    return await tree(key, who.present)


async def _chain(request_: web.Request, who: Reader, top: Node, fault: Wrong | None = None) -> web.Response:
    fault, language = fault or Wrong(), language_of(request_)
    assert top.entry is not None  # noqa: S101 - the root of a tree is a work
    return console_page(
        request_, who, "chain.html", status=fault.status, errors=fault.errors, said=fault.said, top=top,
        title=top.entry.title or top.entry.key, countries=countries([top]).items(),
        company_name=named(who.present.companies.get(top.entry.company) or who.present.group, language),
        nodes=await _nodes(top, who, language),
    )  # fmt: skip


async def _nodes(top: Node, who: Reader, language: str) -> list[dict[str, Any]]:
    """From above, each with what was decided on it, and with where its work stands."""
    works = [node.entry for node in top.walk() if node.entry]
    stand = await standings_of(works, who.present, who.present.calendar.day_of(moment()))
    return [_node(node, stand.get(node.entry.key) if node.entry else None, language) for node in top.walk()]


def _node(node: Node, stand: Standing | None, language: str) -> dict[str, Any]:
    asked = node.request
    words = CHAIN_STATES[asked.state] if asked else "In the registry"
    return {
        "name": node.name,
        "depth": node.depth,
        "countries": ", ".join(node.countries) or "?",
        "work": (node.entry.title or node.entry.key) if node.entry else (asked.work if asked else ""),
        "label": LABELS.get(asked.state, "cancelled") if asked else "",
        "state": Message(words).in_(language),
        "href": f"/sub-entrustment/{asked.id}" if asked else "",
        "place": f"/engagement/{node.entry.key}" if node.entry else "",
        "stands": stand.words(language) if stand else "",
        "stopped": stand is not None and stand.state == SUSPENDED,
    }


async def on_chain(request_: web.Request) -> web.StreamResponse:
    """Enter a request that came by letter, by telephone or by another form."""
    who = await reader(request_)
    top, sent = await _top(request_, who), await said(request_, LONGEST)
    own = own_fields("request", sent)
    try:
        act = await act_of(who, "request", sent)
        if typed(own, "on"):
            _day(act)
        asking = Asking(
            request_.match_info["key"], one_line(own.get("party")), typed_day(own, "on"),
            work=own.get("work", "").strip(), address=one_line(own.get("address")),
            country=one_line(own.get("country")).upper()[:2],
        )  # fmt: skip
        row = await request(asking, act.at, act.actor)
    except Refused as refusal:
        return await _chain(request_, who, top, wrong(refusal.every, "request", sent, language_of(request_)))
    return see_other(f"/sub-entrustment/{row.id}")
