"""What is over: requests accepted, waived or cancelled, and decisions that were made, with when and by whom, as the
ledger has it, newest first.
"""

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
    from collections.abc import Mapping, Sequence

    from monitor.registry.format import Engagement
    from monitor.tables import LedgerLine

A_PAGE = 50
DECIDED = "own-duty.done"
ENDS = ("obligation.accepted", "obligation.waived", "obligation.cancelled", DECIDED)


async def closed_page(request: web.Request) -> web.StreamResponse:
    """One page of what is over in the companies that the reader may see."""
    who = await reader(request)
    company, number = request.query.get("company", ""), _number(request.query.get("page", ""))
    if company and not who.sees(company):
        raise web.HTTPNotFound
    whose = [company] if company else [*who.companies, *([""] if who.everywhere else ())]
    wanted = tables.LedgerLine.filter(type__in=ENDS, company__in=whose)
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
    asked = await tables.Obligation.in_bulk(_ids(lines, own=False), "id")
    own = await tables.OwnDuty.in_bulk(_ids(lines, own=True), "id")
    about = {duty.party_id for duty in asked.values()} | {str(duty.party_id) for duty in own.values()}
    parties = await who.present.parties(about)
    works = await who.present.engagements({duty.engagement_id for duty in asked.values()})
    names, zone = await names_of(lines), who.present.calendar.zone
    rows: list[dict[str, Any]] = []
    for line in lines:
        known: Mapping[int, tables.Obligation | tables.OwnDuty] = own if line.type == DECIDED else asked
        duty = known.get(_id(line))
        if duty is not None:
            rows.append({
                **_ended(line, duty, works),
                "party_name": named(parties.get(str(duty.party_id)), language),
                "what": topic_name(duty.kind, language),
                "when": say_instant(datetime.fromisoformat(line.at), zone, language),
                "by": names.get(line.actor) or Message("by itself").in_(language),
                "company_name": named(who.present.companies.get(line.company or "") or who.present.group, language),
            })  # fmt: skip
    return rows


def _id(line: LedgerLine) -> int:
    return int(line.subject.rpartition("/")[2])


def _ids(lines: Sequence[LedgerLine], *, own: bool) -> set[int]:
    return {_id(line) for line in lines if (line.type == DECIDED) is own}


def _ended(
    line: LedgerLine, duty: tables.Obligation | tables.OwnDuty, works: Mapping[str, Engagement]
) -> dict[str, str]:
    """Where it is, of what, and how it ended."""
    if isinstance(duty, tables.OwnDuty):
        return {"href": f"/own-duty/{duty.id}", "title": duty.url, "state": duty.outcome}
    title = works[duty.engagement_id].title or duty.engagement_id
    return {"href": f"/duty/{duty.id}", "title": title, "state": line.type.removeprefix("obligation.")}
