"""What is over: requests accepted, waived or cancelled, what the company itself has done, conduct that was put right,
checks that pass again; when and by whom, as the ledger has it, newest first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from aiohttp import web

from monitor import tables
from monitor.language import Message, say_instant
from monitor.web.console.history import names_of
from monitor.web.console.looking import console_page
from monitor.web.console.matters import Label, label
from monitor.web.console.paging import page_number
from monitor.web.console.session import Reader, reader
from monitor.web.pages import language_of
from monitor.web.words import case_name, named, topic_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.registry.format import Engagement, Party
    from monitor.tables import Case, LedgerLine, Obligation, OwnDuty

A_PAGE = 50
ENDS = ("obligation.accepted", "obligation.waived", "obligation.cancelled", "own-duty.done", "case.closed")


async def closed_page(request: web.Request) -> web.StreamResponse:
    """One page of what is over in the companies that the reader may see."""
    who = await reader(request)
    company, number = request.query.get("company", ""), page_number(request)
    if company and not who.sees(company):
        raise web.HTTPNotFound
    whose = [company] if company else [*who.companies, *([""] if who.everywhere else ())]
    wanted = tables.LedgerLine.filter(type__in=ENDS, company__in=whose)
    lines = await wanted.order_by("-seq").offset((number - 1) * A_PAGE).limit(A_PAGE + 1)
    rows = await _rows(lines[:A_PAGE], who, language_of(request))
    later = _address(number - 1, company) if number > 1 else None
    earlier = _address(number + 1, company) if len(lines) > A_PAGE else None
    return console_page(request, who, "closed.html", rows=rows, previous=later, next=earlier)


def _address(number: int, company: str) -> str:
    return f"/closed?page={number}" + (f"&company={company}" if company else "")


async def _rows(lines: Sequence[LedgerLine], who: Reader, language: str) -> list[dict[str, Any]]:
    found = await _Found.of(lines, who)
    names, zone = await names_of(lines), who.present.calendar.zone
    return [
        {
            **told,
            "when": say_instant(datetime.fromisoformat(line.at), zone, language),
            "by": names.get(line.actor) or Message("by itself").in_(language),
            "company_name": named(who.present.companies.get(line.company or "") or who.present.group, language),
        }
        for line in lines
        if (told := found.told(line, language))
    ]


@dataclass(frozen=True)
class _Found:
    """What the lines are about, by the subject of each."""

    rows: Mapping[str, Obligation | OwnDuty | Case]
    parties: Mapping[str, Party]
    works: Mapping[str, Engagement]

    @classmethod
    async def of(cls, lines: Sequence[LedgerLine], who: Reader) -> Self:
        rows: dict[str, Obligation | OwnDuty | Case] = {}
        for name, model in _MODELS.items():
            ids = [int(line.subject.rpartition("/")[2]) for line in lines if line.subject.startswith(f"{name}/")]
            rows |= {f"{name}/{row.id}": row for row in await model.filter(id__in=ids)} if ids else {}
        parties = await who.present.parties({row.party_id for row in rows.values() if row.party_id})
        works = await who.present.engagements({row.engagement_id for row in rows.values() if row.engagement_id})
        return cls(rows, parties, works)

    def told(self, line: LedgerLine, language: str) -> dict[str, Any]:
        """Where it is, of whom and what, and how it ended."""
        row = self.rows.get(line.subject)
        if row is None or not _still(row, line):
            return {}
        ended = _ended(row, line, language)
        work = self.works.get(row.engagement_id or "")
        beside = "" if isinstance(row, tables.Obligation) else row.url or row.ref
        return {
            "href": f"/{line.subject.replace('obligation/', 'duty/')}",
            "party_name": named(self.parties.get(row.party_id or ""), language),
            "title": (work.title or work.key) if work else beside,
            "what": case_name(row, language) if isinstance(row, tables.Case) else topic_name(row.kind, language),
            "state": ended.state,
            "words": ended.words,
        }


def _still(row: Obligation | OwnDuty | Case, line: LedgerLine) -> bool:
    """Whether it is over since that line. A case that fails again soon after it was closed goes on, and its last end is
    the one that counts.
    """
    return not isinstance(row, tables.Case) or row.closed_at == datetime.fromisoformat(line.at)


def _ended(row: Obligation | OwnDuty | Case, line: LedgerLine, language: str) -> Label:
    if isinstance(row, tables.Obligation):
        return Label(line.type.removeprefix("obligation."))
    if isinstance(row, tables.OwnDuty):
        return label(row, language)
    if row.rule:
        return Label("corrected")
    return Label("pass") if row.mended else Label("cancelled", Message("No longer followed").in_(language))


_MODELS: Mapping[str, Any] = {"obligation": tables.Obligation, "own-duty": tables.OwnDuty, "case": tables.Case}
