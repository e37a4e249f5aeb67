"""The yearly summary of a company or of the group, on a page that can be printed, and as CSV."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor import tables
from monitor.evidence import content_disposition
from monitor.language import Message, say_day, say_instant
from monitor.letters.words import SEVERITIES, said
from monitor.own_duties import MANAGEMENT_REVIEW
from monitor.promises.improving.figures import Span, figures
from monitor.promises.improving.yearly import Year, reference
from monitor.web.console.looking import Wrong
from monitor.web.console.passing import LINK, company_name, page_of
from monitor.web.console.session import Reader, reader
from monitor.web.console.sheet import as_csv
from monitor.web.pages import language_of, moment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.tables import OwnDuty, YearlySummary

TITLE = Message("Yearly summaries")
SECTIONS: Mapping[str, Message] = {
    "works": Message("Works in force"),
    "attestations": Message("Attestations that were due"),
    "findings": Message("Findings of answers"),
    "checks": Message("Failing checks"),
    "conduct": Message("Conduct that is not as promised"),
    "incidents": Message("Incidents with personal data"),
    "requests": Message("Requests of owners"),
    "corrections": Message("Corrections of the company's own accord"),
    "complaints": Message("Complaints"),
    "waivers": Message("What was let be"),
    "actions": Message("Corrective actions"),
}
ROWS: Mapping[str, Message] = {
    "of-tier": Message("Tier"),
    "parties": Message("Parties"),
    "on-time": Message("Answered on time"),
    "late": Message("Answered late"),
    "overdue": Message("Overdue, not answered"),
    "waived": Message("Waived"),
    "not-due": Message("Not due yet"),
    "opened": Message("Opened in the year"),
    "closed": Message("Closed in the year"),
    "left": Message("Still open"),
    "told": Message("Told by parties"),
    "reportable": Message("Of these, to be reported"),
    "persons": Message("Persons that they may concern"),
    "reported": Message("Reported to the Commission"),
    "longest-day": Message("The latest preliminary report, on day"),
    "arrived": Message("Arrived in the year"),
    "answered": Message("Of these, answered"),
    "longest": Message("The longest took, in days"),
    "answered-late": Message("Answered after their day"),
    "settled": Message("Of these, settled"),
    "found": Message("Became known in the year"),
    "corrected": Message("Of these, corrected everywhere"),
    "no-error": Message("Of these, no error after all"),
    "corrected-late": Message("Closed after their day"),
    "requests": Message("Requests to parties that are waived"),
    "lacking": Message("Waivers of what a work lacks"),
    "risks": Message("Accepted risks"),
    "ordered": Message("Ordered in the year"),
    "carried-out": Message("Carried out in the year"),
    "effective": Message("Found to be effective"),
    "not-effective": Message("Found to be without effect"),
    "action-overdue": Message("Overdue"),
}
_WHAT, _FIGURE, _ALL = Message("What is counted"), Message("Figure"), Message("All of them")


@dataclass(frozen=True)
class Summary:
    """One fiscal year of a company (none: of the group), as it is now, or as it was when it was signed off."""

    company: str | None
    year: Year
    sections: Sequence[dict[str, Any]]
    signed: YearlySummary | None
    duty: OwnDuty | None

    @property
    def ref(self) -> str:
        return reference(self.company, self.year.number)


async def _summary(request: web.Request, who: Reader) -> Summary:
    company, number = request.match_info.get("company"), int(request.match_info["year"])
    today = who.present.calendar.day_of(moment())
    year = Year(number, who.present.group.improvement.fiscal_year_begins)
    unknown = company is not None and company not in who.present.companies
    if unknown or not who.sees(company) or not number >= 2000 or year.first > today:  # noqa: PLR2004 - the oldest year
        raise web.HTTPNotFound
    ref = reference(company, number)
    signed = await tables.YearlySummary.get_or_none(ref=ref)
    duty = await tables.OwnDuty.filter(kind=MANAGEMENT_REVIEW, ref=ref).order_by("-id").first()
    found = await figures(Span(company, year.first, year.last), moment(), who.present) if signed is None else None
    return Summary(company, year, signed.figures if signed else found or (), signed, duty)


def _line(row: Mapping[str, Any], language: str) -> str:
    """What a row counts, in words, with the tier or severity."""
    words, of = ROWS[row["name"]].in_(language), row.get("of", "")
    if row["name"] == "of-tier":
        return f"{words} {of}"
    return f"{words}{Message(': ').in_(language)}{said(SEVERITIES, of, language)}" if of else words


async def summary_page(request: web.Request) -> web.StreamResponse:
    who, language = await reader(request), language_of(request)
    found = await _summary(request, who)
    shown = [
        {"caption": SECTIONS[one["name"]].in_(language), "none": ""} | _table(one["rows"], language)
        for one in found.sections
    ]
    title = Message("Summary of the fiscal year {year}", {"year": found.year.number})
    return page_of(
        request, who, Wrong(), title=title.in_(language), name=company_name(found.company or "", who, language),
        facts=await _facts(found, who, language), back={"href": "/summaries", "text": TITLE.in_(language)},
        tables=shown, ways=_ways(found, language),
    )  # fmt: skip


def _table(rows: Sequence[Mapping[str, Any]], language: str) -> dict[str, Any]:
    """What is counted by severity has a column for each of them and one for all, so that it is read at a glance."""
    if not any(row.get("of") in SEVERITIES for row in rows):
        shown = [[_line(row, language), f"{row['value']:,}"] for row in rows]
        return {"columns": [_WHAT.in_(language), _FIGURE.in_(language)], "rows": shown}
    levels = [*SEVERITIES][::-1]
    heads = [_WHAT.in_(language), *(said(SEVERITIES, level, language) for level in levels), _ALL.in_(language)]
    return {"columns": heads, "rows": [_by_severity(name, rows, levels, language) for name in _names(rows)]}


def _names(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(str(row["name"]) for row in rows))


def _by_severity(name: str, rows: Sequence[Mapping[str, Any]], levels: Sequence[str], language: str) -> list[str]:
    counts = {row.get("of", ""): row["value"] for row in rows if row["name"] == name}
    return [
        ROWS[name].in_(language),
        *(f"{counts[level]:,}" if level in counts else "" for level in levels),
        f"{sum(counts.values()):,}",
    ]


async def _facts(found: Summary, who: Reader, language: str) -> list[tuple[str, str]]:
    begin, end = say_day(found.year.first, language), say_day(found.year.last, language)
    told = [(Message("Fiscal year"), Message("{begin} to {end}", {"begin": begin, "end": end}).in_(language))]
    zone = who.present.calendar.zone
    if found.signed is None:
        told.append((Message("Figures as of"), say_instant(moment(), zone, language)))
        if found.duty:
            told.append((Message("To be reviewed by"), say_day(found.duty.due_on, language)))
    else:
        person = await tables.Person.get_or_none(id=int(found.signed.signed_by.removeprefix("person/")))
        told.append((Message("Signed off by"), (person.name or person.email) if person else ""))
        told.append((Message("Signed off"), say_instant(found.signed.signed_at, zone, language)))
        told.append((Message("Decision"), found.signed.decision))
        told.append((Message("Hash of the figures"), found.signed.sha256))
    return [(term.in_(language), text) for term, text in told if text]


def _ways(found: Summary, language: str) -> list[dict[str, str]]:
    ways = [(f"/{found.ref}.csv", Message("All of it as CSV"))]
    if found.duty and found.duty.state == "open":
        ways.insert(0, (f"/own-duty/{found.duty.id}", Message("Sign it off, with a decision")))
    if found.signed:
        place = f"company/{found.company}" if found.company else "group"
        ways.append((f"/corrective-actions/for/{place}", Message("Order a corrective action")))
    return [{"href": href, "text": words.in_(language)} for href, words in ways]


async def summary_sheet(request: web.Request) -> web.StreamResponse:
    who, language = await reader(request), language_of(request)
    found = await _summary(request, who)
    rows = [
        (SECTIONS[one["name"]].in_(language), _line(row, language), row["value"])
        for one in found.sections
        for row in one["rows"]
    ]
    heads = [Message("Section").in_(language), _WHAT.in_(language), _FIGURE.in_(language)]
    headers = {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": content_disposition(f"{found.ref.replace('/', '-')}.csv"),
    }
    return web.Response(body=as_csv(heads, rows), headers=headers)


async def summaries_page(request: web.Request) -> web.StreamResponse:
    """The year that runs and those that can be looked back on, for each company that the reader sees."""
    who, language = await reader(request), language_of(request)
    present = who.present
    now = Year.of(present.calendar.day_of(moment()), present.group.improvement.fiscal_year_begins)
    owners: list[str | None] = [*([None] if who.everywhere else []), *who.companies]
    years = [now.number, *sorted(await _known(), reverse=True)]
    signed = {str(ref) for ref in await tables.YearlySummary.all().values_list("ref", flat=True)}
    open_ones = tables.OwnDuty.filter(kind=MANAGEMENT_REVIEW, state="open")
    owed = {str(ref) for ref in await open_ones.values_list("ref", flat=True)}
    rows = [
        [
            LINK.format(f"/{reference(company, year)}", str(year)),
            company_name(company or "", who, language),
            _state(reference(company, year), signed, owed, language),
        ]
        for year in dict.fromkeys(years)
        for company in owners
    ]
    heads = [Message(text).in_(language) for text in ("Fiscal year", "Company", "State")]
    intro = Message(
        "What the books say of each fiscal year. Once it is over, the management reviews it, decides what has to be"
        " better, and signs it off; the figures stay as they were then."
    )
    table = {"caption": TITLE.in_(language), "columns": heads, "rows": rows, "none": ""}
    return page_of(request, who, Wrong(), title=TITLE.in_(language), intro=intro.in_(language), tables=[table])


async def _known() -> set[int]:
    """The years of which a review was owed."""
    refs = await tables.OwnDuty.filter(kind=MANAGEMENT_REVIEW).values_list("ref", flat=True)
    return {int(str(ref).rpartition("/")[2]) for ref in refs}


def _state(ref: str, signed: set[str], owed: set[str], language: str) -> str:
    if ref in signed:
        return Message("Signed off").in_(language)
    return Message("To be reviewed" if ref in owed else "Still running").in_(language)
