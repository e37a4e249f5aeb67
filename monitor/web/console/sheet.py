"""The register of findings as a sheet: .xlsx for people, CSV for programs. Both hold what the page is filtered by."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor import tables
from monitor.evidence import content_disposition
from monitor.language import Message
from monitor.letters.words import SEVERITIES, duty_reference, said
from monitor.remediation.rules import unsettled
from monitor.web.console.register import Register, Wanted
from monitor.web.console.remedies import told
from monitor.web.console.session import reader
from monitor.web.pages import language_of, moment
from monitor.workbooks import new_workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from monitor.calendar import Calendar
    from monitor.tables import Remediation
    from monitor.web.console.remedies import Entry

Line = tuple[Any, ...]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATES = {
    "unsettled": "To be put right",
    "overdue": "Overdue",
    "remediating": "Being put right",
    "reported": "Reported, to review",
    "fixed": "Reported as put right",
    "verified": "Verified",
    "accepted_risk": "Risk accepted",
    "dismissed": "Withdrawn",
    "lapsed": "Over with the work",
}
WAYS = {
    "evidence": "by evidence that was handed in",
    "person": "seen by a person",
    "look": "by a look of ours",
}
PERSON = "person/"
FORMULA = ("=", "+", "-", "@", "\t", "\r")  #: what a spreadsheet would compute


async def findings_sheet(request: web.Request) -> web.StreamResponse:
    """The whole of what the page shows a part of."""
    who, at, language = await reader(request), moment(), language_of(request)
    entries = await Register(who, Wanted.of(request), at).whole()
    shown, names = await told(entries, who, language), await _names(entries)
    calendar = who.present.calendar
    rows = [
        _line(one, language) + _evidence(entry.row, names, calendar, language)
        for one, entry in zip(shown, entries, strict=True)
    ]
    heads, ending = _heads(language), request.match_info["ending"]
    body, kind = (as_csv(heads, rows), "text/csv; charset=utf-8") if ending == "csv" else (_xlsx(heads, rows), XLSX)
    name = f"findings-{who.present.calendar.day_of(at).isoformat()}.{ending}"
    return web.Response(body=body, headers={"Content-Type": kind, "Content-Disposition": content_disposition(name)})


def _heads(language: str) -> list[str]:
    heads = (
        Message("Number"), Message("Company"), Message("Party"), Message("Work"), Message("Question"),
        Message("Finding"), Message("What to do"), Message("Severity"), Message("State"), Message("To be put right by"),
        Message("First found"), Message("Times found"), Message("Owner"), Message("Risk accepted until"),
        Message("Approved by"), Message("Why the risk was accepted"), Message("Promised by the party for"),
        Message("Verified on"), Message("Verified how"), Message("Verified by"), Message("Reference"),
    )  # fmt: skip
    return [head.in_(language) for head in heads]


def _line(one: dict[str, Any], language: str) -> Line:
    state = Message(STATES[one["state"]]).in_(language)
    due = one["due_on"] if one["due"] and one["state"] != "accepted_risk" else None
    return (
        one["id"], one["company_name"], one["party_name"], one["title"], one["question"], one["name"], one["advice"],
        said(SEVERITIES, one["severity"], language), state, due, one["first_on"], one["times"], one["owner"],
    )  # fmt: skip


async def _names(entries: Iterable[Entry]) -> dict[str, str]:
    """What the people are called who accepted risks or verified, by the name under which the rows know them."""
    actors = {actor for one in entries for actor in (one.row.risk_by, str(one.row.proof.get("by", "")))}
    ids = [int(actor.removeprefix(PERSON)) for actor in actors if actor.startswith(PERSON)]
    return {f"{PERSON}{row.id}": row.name or row.email for row in await tables.Person.filter(id__in=ids)} if ids else {}


def _evidence(row: Remediation, names: Mapping[str, str], calendar: Calendar, language: str) -> Line:
    """Who has decided what on it, until when, and why: what an auditor asks for."""
    risk = row.state == "accepted_risk"
    until = calendar.day_ending(row.risk_until) if risk and row.risk_until else None
    accepted = (until, names.get(row.risk_by, ""), row.risk_why) if risk else (None, "", "")
    seen: Line = (None, "", "")
    if row.state == "verified" and row.settled_at:
        how = Message(WAYS.get(str(row.proof.get("how")), "")).in_(language)
        seen = (calendar.day_of(row.settled_at), how, names.get(str(row.proof.get("by", "")), ""))
    return (*accepted, row.promised_on if unsettled(row) else None, *seen, duty_reference(row.origin.obligation_id))


def as_csv(heads: list[str], rows: Sequence[Line]) -> bytes:
    """UTF-8 with the mark by which Excel knows it, and an apostrophe before what Excel would compute."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([heads, *([_harmless(cell) for cell in row] for row in rows)])
    return text.getvalue().encode("utf-8-sig")


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _xlsx(heads: list[str], rows: Sequence[Line]) -> bytes:
    made = io.BytesIO()
    with new_workbook(made) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        days = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, heads, bold)
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                sheet.write(number, column, cell, *([days] if hasattr(cell, "isoformat") else []))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(rows), len(heads) - 1)
        sheet.autofit()
    return made.getvalue()
