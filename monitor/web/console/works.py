"""The register of works: each engagement with its state and what it lacks; and the one list of all that is missing."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor import tables
from monitor.evidence import content_disposition
from monitor.language import Message, say_day
from monitor.promises.classing import CLASSES
from monitor.promises.quiet import reminded_from
from monitor.promises.standing import standings_of
from monitor.promises.sub_entrustment import failing
from monitor.promises.trustees.choosing import Choice
from monitor.promises.trustees.making import make
from monitor.promises.words import FAILURES, waived_words
from monitor.registry.format import BEFORE, OWING, Engagement
from monitor.registry.knowing import known_of
from monitor.registry.lacks import lack_words
from monitor.registry.selection import before_entrusting, lacking, unwaived
from monitor.web.console.looking import console_page
from monitor.web.console.paging import page_number
from monitor.web.console.session import Reader, reader
from monitor.web.console.sheet import XLSX
from monitor.web.pages import language_of, moment
from monitor.web.words import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.registry.selection import Known

A_PAGE = 100
#: The label of the kit that a state gets.
LABELS = {
    "active": "accepted",
    "ending": "accepted",
    "suspended": "overdue",
    "closed": "cancelled",
    "rejected": "cancelled",
}


def companies(request: web.Request, who: Reader) -> list[str]:
    """Those that are asked for, of those that the reader may see."""
    wished = request.query.get("company", "")
    if wished and not who.sees(wished):
        raise web.HTTPNotFound
    return [wished] if wished else who.companies


async def works_page(request: web.Request) -> web.StreamResponse:
    """All works of the companies that the reader may see, by key."""
    who, language, number = await reader(request), language_of(request), page_number(request)
    found = tables.Engagement.filter(company_id__in=companies(request, who), retired_at=None).order_by("key")
    specs = await found.offset((number - 1) * A_PAGE).limit(A_PAGE + 1).values_list("spec", flat=True)
    entries = [Engagement.model_validate(spec) for spec in specs[:A_PAGE]]
    address = request.query.get("company") and f"company={request.query['company']}&"
    return console_page(
        request, who, "works.html", rows=await rows_of(entries, who, language),
        company=request.query.get("company", ""),
        previous=f"/engagements?{address or ''}page={number - 1}" if number > 1 else None,
        next=f"/engagements?{address or ''}page={number + 1}" if len(specs) > A_PAGE else None,
    )  # fmt: skip


async def trustees_sheet(request: web.Request) -> web.StreamResponse:
    """委託先管理台帳 of the companies that the reader may see."""
    who = await reader(request)
    today = who.present.calendar.day_of(moment())
    wished, among = request.query.get("company") or None, frozenset(companies(request, who))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "trustees.xlsx"
        await make(file, Choice(wished, among=among), who.present, today, language_of(request))
        body = await asyncio.to_thread(file.read_bytes)
    name = f"trustees-{today.isoformat()}.xlsx"
    return web.Response(body=body, headers={"Content-Type": XLSX, "Content-Disposition": content_disposition(name)})


async def rows_of(entries: Sequence[Engagement], who: Reader, language: str) -> list[dict[str, Any]]:
    parties = await who.present.parties({entry.party for entry in entries})
    today = who.present.calendar.day_of(moment())
    known, stand = await known_of(entries, who.present, today), await standings_of(entries, who.present, today)
    return [
        {
            "href": f"/engagement/{entry.key}",
            "title": entry.title or entry.key,
            "party": named(parties[entry.party], language),
            "company": named(who.present.companies.get(entry.company) or who.present.group, language),
            "state": stand[entry.key].words(language),
            "label": LABELS.get(stand[entry.key].state, "open"),
            "since": stand[entry.key].briefly(language),
            "tier": entry.effective_tier,
            "class": CLASSES[entry.class_].in_(language) if entry.class_ else "",
            "lacks": gaps(entry, known[entry.key], language),
        }
        for entry in entries
    ]


def gaps(entry: Engagement, known: Known, language: str) -> str:
    """What is missing and not waived, in words."""
    found = before_entrusting(entry, known) if entry.state in BEFORE else lacking(entry, known)
    left = unwaived(found, entry, known.today) if entry.state in BEFORE | OWING else []
    return lack_words(left).in_(language) if left else ""


async def lacking_page(request: web.Request) -> web.StreamResponse:
    """All that the records of works in force lack, what of it is let be for a while, and what shows that supervision
    fails: one list.
    """
    who, language, number = await reader(request), language_of(request), page_number(request)
    keys, today = companies(request, who), who.present.calendar.day_of(moment())
    rows = tables.Engagement.filter(company_id__in=keys, retired_at=None, state__in=OWING)
    found = {row.key: (Engagement.model_validate(row.spec), row) for row in await rows.order_by("company_id", "key")}
    known = await known_of([entry for entry, _ in found.values()], who.present, today)
    failures = await failing(found, who.present, today)
    missing = [key for key, (entry, _) in found.items() if key in failures or lacking(entry, known[key])]
    begin = (number - 1) * A_PAGE
    shown = [found[key] for key in missing[begin : begin + A_PAGE]]
    told = await rows_of([entry for entry, _ in shown], who, language)
    for row, (entry, stored) in zip(told, shown, strict=True):
        day = reminded_from(entry, who.present.calendar.day_of(stored.first_seen_at), who.present)
        row["until"] = say_day(day, language) if row["lacks"] else ""
        row["failures"] = [FAILURES[name].in_(language) for name in failures.get(entry.key, ())]
        row["waived"] = [
            waived(entry, one.what, known[entry.key], language) for one in entry.waiver if today <= one.until
        ]
    return console_page(
        request, who, "lacking.html", rows=told, count=len(missing),
        patience=who.present.group.supervision.on(today).list_patience,
        duties=await tables.OwnDuty.filter(kind="lacking", state="open", company_id__in=keys).order_by("due_on", "id"),
        previous=f"/lacking?page={number - 1}" if number > 1 else None,
        next=f"/lacking?page={number + 1}" if len(missing) > begin + A_PAGE else None,
    )  # fmt: skip


def waived(entry: Engagement, what: str, known: Known, language: str) -> str:
    """A waiver in a line: what, by whom, why, up to when."""
    one = next(one for one in entry.waiver if one.what == what)
    values = {
        "what": waived_words(one.what, known.own).in_(language),
        "by": one.by,
        "reason": one.reason,
        "day": one.until,
    }
    return Message("{what}: waived by {by} until {day} ({reason})", values).in_(language)
