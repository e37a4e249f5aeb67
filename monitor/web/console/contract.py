"""The contract of one work on its page: what is on record of it, and entering more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.language import Message, listed, say_day
from monitor.promises.contracts import enter_terms
from monitor.refusal import need
from monitor.registry.clauses import agreed_on, titles, version_on
from monitor.registry.lacks import titled
from monitor.registry.roster import roster
from monitor.registry.selection import entrusted
from monitor.web.console.act import typed, typed_day
from monitor.web.fields import whole_number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from monitor.registry.clauses import Version
    from monitor.registry.format import Engagement
    from monitor.registry.selection import Known
    from monitor.web.console.act import Act

DAYS = {"on": "signed_on", "expires": "expires_on", "review": "review_on"}  #: a field of the form -> what it is of


def facts_of(entry: Engagement, known: Known, language: str) -> Iterator[tuple[Message, str]]:
    """What is on record, each under its name; nothing where nothing is."""

    def day(value: date | None) -> str:
        return say_day(value, language) if value else ""

    contract, today = entry.contract, known.today
    last = contract.term_end(today)
    yield Message("Contract signed on"), day(contract.signed_on)
    yield Message("Clauses in the contract"), listed(map(str, sorted(contract.clauses)), language)
    yield from _versions(entry, known, language)
    yield Message("Contract runs until"), day(last)
    if contract.auto_renew and last:
        notice = contract.notice_by(today)
        yield Message("Last day for notice; after it the contract renews itself"), day(notice)
    yield Message("Contract last read or renewed on"), day(contract.read_on)
    yield Message("Contract read again on"), day(contract.review_on)


def _versions(entry: Engagement, known: Known, language: str) -> Iterator[tuple[Message, str]]:
    """By what it is judged, and what has come to be wanted since, of which it is asked when it is read next."""
    if not entrusted(entry):
        return
    held_to, newest = version_on(known.own, agreed_on(entry, known.today)), version_on(known.own, known.today)
    yield Message("Clauses asked for by"), _told(held_to, language)
    added = sorted(newest.clauses.keys() - held_to.clauses.keys())
    if added:
        more = [titled(str(number), newest.clauses[number]).in_(language) for number in added]
        yield Message("Newer version of the clauses"), _told(newest, language)
        yield Message("Asked for when the contract is read again or renewed"), listed(more, language)


def _told(version: Version, language: str) -> str:
    return Message("{source}, since {day}", {"source": version.source, "day": version.since}).in_(language)


def boxes_of(entry: Engagement, known: Known, language: str) -> list[dict[str, Any]]:
    """What is wanted of contracts today, and what this one has besides; what it has is ticked."""
    named = titles(known.own)
    return [
        {
            "value": f"clause_{number}",
            "text": f"{number} {named[number].in_(language)}",
            "checked": number in entry.contract.clauses,
        }
        for number in sorted({*version_on(known.own, known.today).clauses, *entry.contract.clauses} & named.keys())
    ]


async def enter(key: str, act: Act) -> None:
    """What the contract has; what was known of it stays where nothing is said."""
    numbers = sorted(titles((await roster()).group.contract_clauses))
    terms: dict[str, Any] = {"clauses": [n for n in numbers if act.said.get(f"clause_{n}") == "yes"]}
    for name, field in DAYS.items():
        day = typed_day(act.said, name)
        need(day or not typed(act.said, name), f"{name}-missing", "Enter the day.")
        terms |= {field: day.isoformat()} if day else {}
    if act.said.get("itself") in {"yes", "no"}:
        terms["auto_renew"] = act.said["itself"] == "yes"
    notice = act.said.get("notice", "").strip()
    days = whole_number(notice)
    need(not notice or days is not None, "notice-missing", "Enter a number of days.")
    terms |= {"notice_days": days} if notice else {}
    await enter_terms(key, terms, act.at, act.actor, office=act.who.everywhere)
