"""What an operation on the membership leads to, as one report: read by a person before it is done, and then done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.promises.joint_use.register import joint_uses
from monitor.refusal import need
from monitor.registry.roster import roster

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from monitor.calendar import Calendar
    from monitor.registry.apply import Wish
    from monitor.registry.format import Company, Engagement, JointUse
    from monitor.registry.roster import Roster

#: What may follow, by token.
MEMBERSHIP_ENDS, MEMBERSHIP_BEGINS = "membership-ends", "membership-begins"
JOINT_USE_ENDS, JOINT_USE_BEGINS = "joint-use-ends", "joint-use-begins"
EARLIER_REFUSED = "earlier-refused"
WORK_ENDS, WORK_NEVER_BEGINS, WORK_MOVES = "work-ends", "work-never-begins", "work-moves"
DELETION_OWED, NOTICE_OWED = "deletion-owed", "notice-owed"
SUCCESSOR_NEEDED, RESPONSIBLE_NEEDED, RESPONSIBLE_MOVES = "successor-needed", "responsible-needed", "responsible-moves"
NAME_CHANGES = "name-changes"


@dataclass(frozen=True, slots=True)
class Effect:
    """One consequence: what, of which entry (`kind` and `key`), on which day, and by when something is owed for it."""

    what: str
    kind: str
    key: str
    on: date | None = None
    due_on: date | None = None
    basis: str = ""


@dataclass(frozen=True)
class Report:
    """All consequences of one operation, and the fields of the registry that it sets."""

    company: str
    effects: tuple[Effect, ...] = ()
    wishes: tuple[Wish, ...] = ()

    def of(self, *what: str) -> list[Effect]:
        return [effect for effect in self.effects if effect.what in what]


@dataclass(frozen=True)
class Facts:
    """What an operation needs to know. `works`: those of the company, and those in which it is the joint user."""

    company: Company
    companies: Mapping[str, Company]
    uses: Mapping[str, JointUse]
    works: tuple[Engagement, ...]
    today: date
    calendar: Calendar


@dataclass
class Draft:
    """A report in the making."""

    company: str
    effects: list[Effect] = field(default_factory=list)
    wishes: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def add(self, effect: Effect, **values: Any) -> None:
        self.effects.append(effect)
        if values:
            self.wish(effect.kind, effect.key, **values)

    def wish(self, kind: str, key: str, **values: Any) -> None:
        self.wishes.setdefault((kind, key), {}).update(values)

    def report(self) -> Report:
        wishes = tuple((kind, key, values) for (kind, key), values in self.wishes.items())
        return Report(self.company, tuple(self.effects), wishes)


async def facts_of(company: str, at: datetime, present: Roster | None = None) -> Facts:
    """Raises `Refused` where there is no such company."""
    present = present or await roster()
    need(company in present.companies, "company-unknown", "There is no such company.")
    rows = await tables.Engagement.filter(retired_at=None).order_by("key").values_list("key", "company_id", "party_id")
    keys = [key for key, owner, party in rows if company in (owner, party)]
    entries = await present.engagements(keys)
    works = tuple(entries[key] for key in keys if _concerns(entries[key], company))
    today = present.calendar.day_of(at)
    return Facts(present.companies[company], present.companies, await joint_uses(), works, today, present.calendar)


def _concerns(work: Engagement, company: str) -> bool:
    """A party of the same key is the same legal entity. What others entrust to it goes on, in the group or outside."""
    return work.company == company or work.kind == "joint_user"
