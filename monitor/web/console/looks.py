"""The register of looks: what is looked at from outside, how each look ended and when the next one is; and one of them,
with how it has fared. The board tells only of what fails; whoever supervises shows here that the rest was looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web
from tortoise.expressions import Subquery

from checks.contract import Verdict
from monitor import tables
from monitor.archive.recall import latest
from monitor.language import Message, say_instant
from monitor.web.console.course import course, row_of
from monitor.web.console.looking import console_page
from monitor.web.console.paging import A_PAGE, Pages, page_number
from monitor.web.console.session import Reader, reader
from monitor.web.pages import language_of, moment
from monitor.web.site import SITE
from monitor.web.words import named, topic_name, whose

if TYPE_CHECKING:
    from datetime import datetime

    from tortoise.queryset import QuerySet

    from monitor.tables import Watch

LATEST = 20


async def looks_page(request: web.Request) -> web.StreamResponse:
    """All that is looked at for the companies that the reader may see; of one party, where the address names it."""
    who, language, number = await reader(request), language_of(request), page_number(request)
    party = request.query.get("party", "")
    found = _seen_by(who).filter(party_id=party) if party else _seen_by(who)
    pages = Pages.of("/looks", number, await found.count(), {"party": party})
    some = found.order_by("party_id", "url", "check_kind", "id").offset((number - 1) * A_PAGE).limit(A_PAGE)
    return console_page(request, who, "looks.html", rows=await _rows(await some, who, language), pages=pages)


def _seen_by(who: Reader) -> QuerySet[Watch]:
    """What the group has published itself is the privacy office's alone."""
    live = tables.Watch.filter(retired_at=None)
    if who.everywhere:
        return live
    engaged = tables.Engagement.filter(company_id__in=who.companies, retired_at=None)
    return live.filter(party_id__in=Subquery(engaged.values("party_id")))


async def _rows(watches: list[Watch], who: Reader, language: str) -> list[dict[str, Any]]:
    parties = await who.present.parties({watch.party_id for watch in watches if watch.party_id})
    zone = who.present.calendar.zone
    return [
        {
            "href": f"/look/{watch.id}",
            "party_name": named(parties.get(watch.party_id or "") or who.present.group, language),
            "url": watch.url,
            "what": topic_name(watch.check_kind, language),
            "state": standing(watch),
            "last": say_instant(watch.last_at, zone, language) if watch.last_at else "",
            "next": say_instant(watch.next_at, zone, language) if watch.next_at else "",
        }
        for watch in watches
    ]


def standing(watch: Watch) -> str:
    """How a watch stands, as a label of the kit. One failure that nobody has confirmed is none yet, and is told so."""
    if watch.last_verdict is None:
        return "unstarted"
    if watch.last_verdict == Verdict.UNKNOWN:
        return "unknown"
    if watch.settled == Verdict.FAIL:
        return "failing" if watch.last_verdict == Verdict.FAIL else "recovering"
    return str(watch.last_verdict)


async def look_page(request: web.Request) -> web.StreamResponse:
    """One check of one address."""
    who, language, at = await reader(request), language_of(request), moment()
    watch = await _seen_by(who).get_or_none(id=int(request.match_info["id"]))
    if watch is None:
        raise web.HTTPNotFound
    calendar, rules = who.present.calendar, request.app[SITE].rules
    looks = await latest(watch.id, LATEST)
    return console_page(
        request, who, "look.html", state=standing(watch), facts=_facts(watch, who, language),
        party_name=await whose(watch.party_id, who.present, language), what=topic_name(watch.check_kind, language),
        cases=[case.id for case in await _cases(watch) if who.sees(case.company_id)],
        course=await course(watch.id, at, calendar, language),
        looks=[row_of(look, rules, calendar.zone, language) for look in looks],
    )  # fmt: skip


def _facts(watch: Watch, who: Reader, language: str) -> list[tuple[str, str]]:
    zone = who.present.calendar.zone

    def instant(when: datetime | None) -> str:
        return say_instant(when, zone, language) if when else ""

    found = [
        (Message("Address"), watch.url),
        (Message("Looked at since"), instant(watch.first_seen_at)),
        (Message("How often"), _rhythm(watch.every, language)),
        (Message("Last look"), instant(watch.last_at)),
        (Message("Next look"), instant(watch.next_at)),
        (Message("Not assessed since"), instant(watch.unknown_since)),
    ]
    return [(term.in_(language), said) for term, said in found if said]


def _rhythm(seconds: int, language: str) -> str:
    minutes, rest = divmod(seconds, 60)
    if rest:
        return Message("every {count} s", {"count": seconds}).in_(language)
    hours, rest = divmod(minutes, 60)
    if rest:
        return Message("every {count} min", {"count": minutes}).in_(language)
    return Message("every {count} h", {"count": hours}).in_(language)


async def _cases(watch: Watch) -> list[tables.Case]:
    """The open cases that speak of it."""
    return await tables.Case.filter(watch_id=watch.id, closed_at=None).order_by("id")
