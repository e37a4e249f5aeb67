"""委託契約に定める事項: which matters a contract of entrustment has, by versions with the day from which each holds.

Law, guidelines and the group itself come to want more of a contract as time goes. What was agreed on stays good until
it is read again or renewed: it is held to the version of the day on which it was agreed on last. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from monitor.language import Message
from monitor.registry.format import BEFORE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from monitor.registry.format import Engagement
    from monitor.registry.format.clauses import ContractClauses

#: The eight matters (PrivacyMark J.9.4; General Guidelines 3-4-4 (2)).
EIGHT: Mapping[int, Message] = {
    1: Message("Responsibilities of both sides"),
    2: Message("Security of the personal data"),
    3: Message("Entrusting further"),
    4: Message("Content and frequency of reports on the handling"),
    5: Message("That the company can check, regularly and when needed"),
    6: Message("What follows from a breach of the contract"),
    7: Message("Reporting of incidents"),
    8: Message("What is done with the data after the end"),
}


@dataclass(frozen=True, slots=True)
class Version:
    """What a contract has that is agreed on from `since` on; `source`: who wants it."""

    since: date
    source: Message
    clauses: Mapping[int, Message]


#: A later revision is a row more. Contracts from before the first are held to the first.
VERSIONS: tuple[Version, ...] = (
    Version(date(2022, 4, 1), Message("PrivacyMark guidelines J.9.4 (JIS Q 15001:2017)"), EIGHT),
    Version(date(2024, 10, 1), Message("PrivacyMark guidelines J.9.4 (JIS Q 15001:2023)"), EIGHT),
)
OWN_SOURCE = Message("the group's own rules")


class Named(Message):
    """What somebody has named themselves, in one language or in both."""

    def in_(self, language: str) -> str:
        return str(self.values.get(language) or self.text)


def version_on(own: Sequence[ContractClauses], day: date) -> Version:
    """What a contract has to have that is agreed on on that day."""
    begun = [one for one in VERSIONS if one.since <= day] or [VERSIONS[0]]
    found = begun[-1]
    for more in sorted((one for one in own if one.begins <= day), key=lambda one: one.begins):
        source = Named(more.source) if more.source else OWN_SOURCE
        both = Message("{one}; {other}", {"one": found.source, "other": source})
        found = Version(max(found.since, more.begins), both, {**found.clauses, **_titles(more)})
    return found


def _titles(more: ContractClauses) -> dict[int, Message]:
    return {one.number: Named(one.title, {"ja": one.title_ja}) for one in more.clause}


def titles(own: Iterable[ContractClauses]) -> dict[int, Message]:
    """Every matter that has ever been wanted or will be, by its number."""
    return {**EIGHT, **{number: title for more in own for number, title in _titles(more).items()}}


def agreed_on(entry: Engagement, today: date) -> date:
    """When what its contract has was agreed on last: signed, read again, or renewed for another term. Where nobody
    knows when it was signed, it was with the work that it is about; what is not entrusted yet is decided on today.
    """
    contract = entry.contract
    signed = contract.signed_on or (today if entry.state in BEFORE else entry.starts_on)
    return max([signed, *_again(entry, today)])


def _again(entry: Engagement, today: date) -> Iterator[date]:
    begun, _ = entry.contract.term_running(today)
    yield from (day for day in (entry.contract.read_on, begun) if day and day <= today)


def unknown(entry: Engagement, own: Iterable[ContractClauses]) -> list[int]:
    """The numbers of an entry that stand for nothing."""
    return sorted(set(entry.contract.clauses) - titles(own).keys())
