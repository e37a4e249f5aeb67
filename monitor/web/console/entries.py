"""Forms by which people enter something into a register: what they choose from, and all that is wrong at once."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.language import Message, say_instant
from monitor.web.console.act import NAMELESS, dayless, typed_day
from monitor.web.console.history import names_of
from monitor.web.console.looking import Wrong
from monitor.web.words import named

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from monitor.calendar import Calendar
    from monitor.refusal import Refused
    from monitor.web.console.session import Reader

Mistake = tuple[str, Message]  #: the field, and what is wrong with it
Options = list[dict[str, Any]]


def unsaid(
    deed: str, sent: Mapping[str, str], texts: Mapping[str, Message], days: Mapping[str, Message]
) -> list[Mistake]:
    """What is missing in a form. Of a day, what cannot be read as one is missing too."""
    found = [] if sent.get(f"{deed}_by", "").strip() else [("by", NAMELESS)]
    found += [(name, words) for name, words in texts.items() if not sent.get(f"{deed}_{name}", "").strip()]
    unread = [name for name in days if day_of(deed, name, sent) is None]
    return found + [(f"{name}_year", dayless(sent, f"{deed}_{name}", days[name])) for name in unread]


def day_of(deed: str, name: str, sent: Mapping[str, str]) -> date | None:
    return typed_day(sent, f"{deed}_{name}")


def shown(mistakes: Sequence[Mistake], deed: str, sent: Mapping[str, str], language: str) -> Wrong:
    """The page again, with all that is wrong, each at its field, and what was typed."""
    return Wrong([{"text": words.in_(language), "href": f"#{deed}_{name}"} for name, words in mistakes], sent)


def refused(no: Refused, deed: str, sent: Mapping[str, str], language: str, places: Mapping[str, str]) -> Wrong:
    """The same for what an act refuses. `places`: the field by the first word of its token."""
    name = places.get(no.reason.partition("-")[0], "by")
    return shown([(name, no.message)], deed, sent, language)


async def works(who: Reader, chosen: str, language: str) -> Options:
    """The engagements of the companies that the reader sees."""
    rows = tables.Engagement.filter(company_id__in=who.companies, retired_at=None).order_by("party_id", "key")
    found = await rows.values_list("key", "party_id")
    entries = await who.present.engagements(str(key) for key, _ in found)
    parties = await who.present.parties({str(party) for _, party in found})
    return [
        {
            "value": key,
            "text": f"{named(parties[party], language)}: {entries[key].title or key}",
            "selected": key == chosen,
        }
        for key, party in found
    ]


def companies(who: Reader, chosen: str, language: str) -> Options:
    return [
        {"value": key, "text": named(who.present.companies[key], language), "selected": key == chosen}
        for key in who.companies
        if key in who.present.companies
    ]


async def services(who: Reader, chosen: str) -> Options:
    """By which owners know the companies that the reader sees."""
    rows = await tables.Service.filter(retired_at=None).order_by("key")
    return [
        {"value": row.key, "text": str(row.spec.get("name") or row.key), "selected": row.key == chosen}
        for row in rows
        if row.spec["company"] in who.companies
    ]


async def serves(service: str, who: Reader) -> bool:
    """Whether a service is of a company that the reader sees; that one is not there at all, an act tells."""
    row = await tables.Service.get_or_none(key=service) if service else None
    return row is None or who.sees(str(row.spec["company"]))


def purposes(who: Reader, chosen: Collection[str], language: str) -> Options:
    return [
        {"value": key, "text": f"{key} {purpose_words(key, who, language)}", "checked": key in chosen}
        for key in who.present.purposes
    ]


def purpose_words(key: str, who: Reader, language: str) -> str:
    """In the words in which it is published, as far as it still is."""
    one = who.present.purposes.get(key)
    return ((one.text_ja or one.text) if language == "ja" else one.text) if one else key


async def course_of(
    subject: str, words: Mapping[str, Message], calendar: Calendar, language: str
) -> list[dict[str, Any]]:
    """What happened to an entry, from the ledger, newest first; what was written twice at one instant, once."""
    found = await tables.LedgerLine.filter(subject=subject).order_by("-seq")
    lines = list({(line.at, line.type): line for line in found}.values())
    names = await names_of(lines)
    return [
        {
            "at": say_instant(datetime.fromisoformat(line.at), calendar.zone, language),
            "iso": line.at,
            "what": words[line.type].in_(language),
            "detail": names.get(line.actor, ""),
            "seq": line.seq,
        }
        for line in lines
        if line.type in words
    ]
