"""The public notice of joint use, as the register has it on a day: what the page shows, and what is kept of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor import ledger

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from monitor.registry.format import Company, JointUse, Party, Purpose


@dataclass(frozen=True, slots=True)
class Person:
    """A legal entity as a notice names it, in one language."""

    name: str
    address: str = ""
    representative: str = ""


@dataclass(frozen=True, slots=True)
class Joined:
    """A joint user: since when, where that matters, and on what earlier data may be used."""

    name: str
    since: date | None = None
    until: date | None = None
    basis: str = "original"


@dataclass(frozen=True)
class Notice:
    """One joint use in one language."""

    key: str
    name: str
    items: tuple[str, ...]
    scope: str
    members: tuple[Joined, ...]
    purposes: tuple[str, ...]
    responsible: Person | None
    following: Person | None
    following_from: date | None


@dataclass(frozen=True)
class Cast:
    """Whoever a notice may name."""

    companies: Mapping[str, Company]
    parties: Mapping[str, Party]
    purposes: Mapping[str, Purpose]


def notice(use: JointUse, cast: Cast, day: date, language: str) -> Notice:
    """What is to be shown on that day. Pure.

    A company that has left the group is no joint user any more, whatever the register forgot to say of it.
    """
    here = language == "ja"
    following = use.next_responsible if use.next_responsible and use.next_responsible.begins > day else None
    return Notice(
        use.key,
        (use.name_ja if here else None) or use.name or "",
        (use.items_ja if here else ()) or use.items,
        (use.scope_ja if here else None) or use.scope or "",
        tuple(_members(use, cast, day, language)),
        tuple(_purpose(cast.purposes[key], language) for key in use.purposes if key in cast.purposes),
        _person(cast.companies.get(use.responsible_on(day) or ""), language),
        _person(cast.companies.get(following.company), language) if following else None,
        following.begins if following else None,
    )


def _members(use: JointUse, cast: Cast, day: date, language: str) -> list[Joined]:
    found = []
    for one in use.members_on(day):
        company = cast.companies.get(one.company or "")
        entity = company or cast.parties.get(one.party or "")
        if entity is None or (company is not None and not company.member_on(day)):
            continue
        ends = [last for last in (one.until, company.member_until if company else None) if last]
        found.append(Joined(_named(entity, language), one.begins, min(ends, default=None), one.basis))
    return found


def _named(entity: Company | Party, language: str) -> str:
    return (entity.name_ja if language == "ja" else None) or entity.name


def _person(company: Company | None, language: str) -> Person | None:
    if company is None:
        return None
    return Person(_named(company, language), company.address or "", company.representative or "")


def _purpose(purpose: Purpose, language: str) -> str:
    return (purpose.text_ja if language == "ja" else None) or purpose.text


def kept(found: Notice) -> tuple[str, str]:
    """Its text as it is kept, and the hash of it."""
    text = ledger.canonical(_plain(found))
    return text, hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value if value is None or isinstance(value, str) else value.isoformat()
