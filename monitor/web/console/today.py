"""Today: what is open in the reader's companies, worst first, a page at a time."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from aiohttp import web

from monitor.board import DECIDING, part
from monitor.conduct import rule_of
from monitor.language import Message, say_day, say_instant, say_short_day
from monitor.letters.words import ROLES, WAITING, said
from monitor.own_duties import own_kind
from monitor.references import called
from monitor.registry.roster import RISING
from monitor.web.console.looking import console_page
from monitor.web.console.paging import A_PAGE, Pages, page_number
from monitor.web.console.session import Reader, reader
from monitor.web.pages import language_of, moment
from monitor.web.words import named, topic_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.board import Row

#: How long we have kept it: since today, and since before.
REVIEW = ("to review since today", "to review since {day} ({days} days)")
DECISION = ("to decide since today", "to decide since {day} ({days} days)")
DEED = ("to do since today", "to do since {day} ({days} days)")


async def board_page(request: web.Request) -> web.StreamResponse:
    """Today: what is overdue or failing first, then what waits for the reader's review, then what runs."""
    who, at = await reader(request), moment()
    company, number = request.query.get("company", ""), page_number(request)
    if company and not who.sees(company):
        raise web.HTTPNotFound
    whose = [company] if company else None if who.everywhere else who.companies
    begin, language = (number - 1) * A_PAGE, language_of(request)
    shown = await part(at, whose, begin, A_PAGE)
    rows = await _told(shown.rows, who, language)
    pages = Pages.of("/", number, shown.figures.rows, {"company": company})
    return console_page(request, who, "board.html", rows=rows, counts=shown.figures, pages=pages)


async def _told(rows: Sequence[Row], who: Reader, language: str) -> Sequence[Row]:
    """Rows of the board with what things are called."""
    parties = await who.present.parties({row["party"] for row in rows if row["party"]})
    engagements = await who.present.engagements({row["engagement"] for row in rows if row.get("engagement")})
    for row in rows:
        owner = who.present.companies.get(row["company"] or "")
        row["company_name"] = named(owner or who.present.group, language)
        row["party_name"] = named(parties.get(row["party"]), language)
        entry = called(row.get("ref") or "", language, row.get("rule"))
        row["title"] = engagements[row["engagement"]].title if row.get("engagement") else row["url"] or entry
        row["state"] = _shown(row)
        row["href"] = f"/{row['id'].replace('obligation/', 'duty/').replace('watch/', 'look/')}"
        row["what"] = (
            rule_of(rule).title.in_(language)
            if (rule := row.get("rule"))
            else topic_name(row.get("obligation") or row["check"], language)
        )
        row["when"], row["due"] = _when(row, language, who)
        row["told"] = _highest(row["level"], language)
    return rows


def _shown(row: Row) -> str:
    """The label of its state: what the company owes itself is decided or done, and conduct is corrected."""
    if row.get("rule"):
        return "conduct"
    deed = row["state"] == DECIDING and row["obligation"] not in WAITING and not own_kind(row["obligation"]).decides
    return "owed" if deed else str(row["state"])


def _when(row: Row, language: str, who: Reader) -> tuple[str, str]:
    """The day that counts and, where it is our turn and that is another, the party's own."""
    due = say_day(date.fromisoformat(row["due_on"]), language) if row.get("due_on") else ""
    if "waits_since" not in row:
        return due or say_instant(datetime.fromisoformat(row["since"]), who.present.calendar.zone, language), ""
    since_on = date.fromisoformat(row["waits_since"])
    values = {
        "day": say_short_day(since_on, language, who.present.calendar.day_of(moment())),
        "days": row["waits_days"],
    }
    since = {"submitted": REVIEW, "owed": DEED}.get(row["state"], DECISION)
    waits = Message(since[row["waits_days"] > 0], values).in_(language)
    return waits, Message("due {day}", {"day": due}).in_(language) if due else ""


def _highest(level: int, language: str) -> str:
    """The highest of the company's people that a mail has reached."""
    if not level:
        return ""
    return Message("up to {role}", {"role": said(ROLES, RISING[level - 1], language)}).in_(language)
