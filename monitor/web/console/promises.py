"""What the group has promised, company by company, and how it stands: each promise with its freshest evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor.conduct import TEXTS_DISAGREE, rule_of
from monitor.evidence import content_disposition
from monitor.language import Message, say_day
from monitor.promises.matrix.judging import RED, tally
from monitor.promises.matrix.sheet import workbook
from monitor.promises.matrix.table import matrix
from monitor.promises.matrix.words import MEANINGS, NAMES, TAGS, age_words
from monitor.web.console.looking import console_page
from monitor.web.console.session import Reader, reader
from monitor.web.console.sheet import XLSX
from monitor.web.pages import language_of, moment
from monitor.web.site import SITE
from monitor.web.words import named, topic_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.promises.matrix.judging import Cell, Seen
    from monitor.promises.matrix.reading import Row

SHOWN = 3  #: things of one promise that are open, that are linked one by one


async def promises_page(request: web.Request) -> web.StreamResponse:
    """All companies in figures, or one company promise by promise."""
    who, language = await reader(request), language_of(request)
    found = await matrix(moment(), _whose(request, who))
    chosen = next(iter(found)) if len(found) == 1 else None
    legend = [{"tag": TAGS[state], "name": NAMES[state].in_(language), "text": text.in_(language)}
              for state, text in MEANINGS.items()]  # fmt: skip
    terms = who.present.group.promises
    return console_page(
        request, who, "promises.html", legend=legend, chosen=chosen, months=terms.evidence_months, days=terms.look_days,
        name=_named(chosen, who, language) if chosen else "", several=len(who.companies) > 1,
        figures=[_figures(key, cells, who, language) for key, cells in found.items()],
        rows=[_row(cell, who, language) for cell in found[chosen]] if chosen else [],
    )  # fmt: skip


async def promises_sheet(request: web.Request) -> web.StreamResponse:
    """The same as a workbook."""
    who, language, at = await reader(request), language_of(request), moment()
    found = await matrix(at, _whose(request, who))
    names = {key: _named(key, who, language) for key in found}
    body = workbook(found, names, request.app[SITE].base_url, language)
    name = f"promises-{who.present.calendar.day_of(at).isoformat()}.xlsx"
    return web.Response(body=body, headers={"Content-Type": XLSX, "Content-Disposition": content_disposition(name)})


def _whose(request: web.Request, who: Reader) -> list[str] | None:
    wished = request.query.get("company", "")
    if wished and not who.sees(wished):
        raise web.HTTPNotFound
    if wished:
        return [wished]
    return None if who.everywhere else who.companies


def _named(key: str, who: Reader, language: str) -> str:
    return named(who.present.companies[key], language)


def _figures(key: str, cells: Sequence[Cell], who: Reader, language: str) -> dict[str, Any]:
    counts = tally(cells)
    return {
        "name": _named(key, who, language),
        "href": f"/promises?company={key}",
        "red": sum(counts[state] for state in RED),
        "counts": {state.value: count for state, count in counts.items()},
    }


def _row(cell: Cell, who: Reader, language: str) -> dict[str, Any]:
    return {
        "code": cell.clause.code,
        "title": cell.clause.title.in_(language),
        "tag": TAGS[cell.state],
        "state": NAMES[cell.state].in_(language),
        "why": cell.why.in_(language) if cell.why else "",
        "evidence": [_evidence(one, cell, who, language) for one in cell.seen],
        "wanted": [[{"title": one.title.in_(language), "href": one.where} for one in need] for need in cell.lacks],
        "open": [_open(name, row, who, language) for name, row in cell.troubles[:SHOWN]],
        "more": max(len(cell.troubles) - SHOWN, 0),
    }


def _evidence(one: Seen, cell: Cell, who: Reader, language: str) -> dict[str, Any]:
    """What belongs to nobody in particular may be read by all, what is another company's by those who see that one."""
    return {
        "title": one.source.title.in_(language),
        "day": say_day(one.row.on, language),
        "age": age_words(max((cell.today - one.row.on).days, 0), language),
        "old": one.until < cell.today,
        "count": one.count,
        "href": one.row.href if not one.row.company or who.sees(one.row.company) else "",
    }


def _open(name: str, row: Row, who: Reader, language: str) -> dict[str, str]:
    """What of the group itself is open is the privacy office's to read."""
    sort, _, kind = name.partition(":")
    rule = {"rule": kind, "text": TEXTS_DISAGREE}.get(sort)
    what = rule_of(rule).title.in_(language) if rule else topic_name(kind, language)
    since = Message("since {day}", {"day": say_day(row.on, language)}).in_(language)
    return {"what": what, "since": since, "href": row.href if who.sees(row.company or None) else ""}
