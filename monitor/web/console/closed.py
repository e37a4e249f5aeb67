"""What is over: requests accepted, waived or cancelled, with when and by whom, as the ledger has it, newest first."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor import tables
from monitor.language import Message, say_instant
from monitor.web.console.history import names_of
from monitor.web.console.looking import console_page
from monitor.web.console.session import Reader, reader
from monitor.web.pages import language_of
from monitor.web.words import named, topic_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.tables import LedgerLine

A_PAGE = 50
ENDS = ("obligation.accepted", "obligation.waived", "obligation.cancelled")


async def closed_page(request: web.Request) -> web.StreamResponse:
    """One page of what is over in the companies that the reader may see."""
    who = await reader(request)
    company, number = request.query.get("company", ""), _number(request.query.get("page", ""))
    if company and not who.sees(company):
        raise web.HTTPNotFound
    wanted = tables.LedgerLine.filter(type__in=ENDS, company__in=[company] if company else who.companies)
    lines = await wanted.order_by("-seq").offset((number - 1) * A_PAGE).limit(A_PAGE + 1)
    rows = await _rows(lines[:A_PAGE], who, language_of(request))
    later = _address(number - 1, company) if number > 1 else None
    earlier = _address(number + 1, company) if len(lines) > A_PAGE else None
    return console_page(request, who, "closed.html", rows=rows, previous=later, next=earlier)


def _number(text: str) -> int:
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 6 else 1  # noqa: PLR2004 - enough


def _address(number: int, company: str) -> str:
    return f"/closed?page={number}" + (f"&company={company}" if company else "")


async def _rows(lines: Sequence[LedgerLine], who: Reader, language: str) -> list[dict[str, Any]]:
    ids = {line.seq: int(line.subject.removeprefix("obligation/")) for line in lines}
    duties = await tables.Obligation.in_bulk(set(ids.values()), "id")
    parties = await who.present.parties({duty.party_id for duty in duties.values()})
    works = await who.present.engagements({duty.engagement_id for duty in duties.values()})
    names, zone = await names_of(lines), who.present.calendar.zone
    return [
        {
            "href": f"/duty/{duty.id}",
            "party_name": named(parties[duty.party_id], language),
            "title": works[duty.engagement_id].title or duty.engagement_id,
            "what": topic_name(duty.kind, language),
            "state": line.type.removeprefix("obligation."),
            "when": say_instant(datetime.fromisoformat(line.at), zone, language),
            "by": names.get(line.actor) or Message("by itself").in_(language),
            "company_name": named(who.present.companies.get(line.company), language),
        }
        for line in lines
        if (duty := duties.get(ids[line.seq]))
    ]
