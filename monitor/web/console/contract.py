"""The contract of one work on its page: what is on record of it, and entering more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.language import Message, say_day
from monitor.promises.contracts import enter_terms
from monitor.promises.words import CLAUSE_WORDS
from monitor.refusal import need
from monitor.registry.format import CLAUSES
from monitor.web.console.act import typed, typed_day
from monitor.web.fields import whole_number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from monitor.registry.format import Engagement
    from monitor.web.console.act import Act

DAYS = {"on": "signed_on", "expires": "expires_on", "review": "review_on"}  #: a field of the form -> what it is of


def facts_of(entry: Engagement, today: date, language: str) -> Iterator[tuple[Message, str]]:
    """What is on record, each under its name; nothing where nothing is."""

    def day(value: date | None) -> str:
        return say_day(value, language) if value else ""

    contract = entry.contract
    last = contract.term_end(today)
    between = "、" if language == "ja" else ", "
    yield Message("Contract signed on"), day(contract.signed_on)
    yield Message("Clauses in the contract"), between.join(map(str, sorted(contract.clauses)))
    yield Message("Contract runs until"), day(last)
    if contract.auto_renew and last:
        notice = contract.notice_by(today)
        yield Message("Last day for notice; after it the contract renews itself"), day(notice)
    yield Message("Contract read again on"), day(contract.review_on)


def boxes_of(entry: Engagement, language: str) -> list[dict[str, Any]]:
    """The eight matters of a contract, those that it has ticked."""
    return [
        {
            "value": f"clause_{number}",
            "text": f"{number} {CLAUSE_WORDS[number].in_(language)}",
            "checked": number in entry.contract.clauses,
        }
        for number in CLAUSES
    ]


async def enter(key: str, act: Act) -> None:
    """What the contract has; what was known of it stays where nothing is said."""
    terms: dict[str, Any] = {"clauses": [n for n in CLAUSES if act.said.get(f"clause_{n}") == "yes"]}
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
