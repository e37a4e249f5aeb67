"""Which works: all, those of one company, with one party, or those that ran in one fiscal year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tortoise.expressions import Q

from monitor import tables
from monitor.promises.improving.yearly import Year

if TYPE_CHECKING:
    from datetime import date

    from monitor.registry.roster import Roster


@dataclass(frozen=True, slots=True)
class Choice:
    """`first`, `last`: days of the fiscal year, both of which belong to it; without them, whenever. `among`: of these
    companies alone.
    """

    company: str | None = None
    party: str | None = None
    first: date | None = None
    last: date | None = None
    among: frozenset[str] | None = None

    @classmethod
    def of(cls, company: str | None, party: str | None, year: int | None, present: Roster) -> Choice:
        """`year`: the calendar year in which the group's fiscal year begins."""
        if year is None:
            return cls(company, party)
        span = Year(year, present.group.improvement.fiscal_year_begins)
        return cls(company, party, span.first, span.last)

    def took_place(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


async def chosen(choice: Choice) -> list[str]:
    """The keys of the works, by company. What has left the registry is told in the years in which it ran."""
    rows = tables.Engagement.all()
    if choice.among is not None:
        rows = rows.filter(company_id__in=choice.among)
    if choice.company:
        rows = rows.filter(company_id=choice.company)
    if choice.party:
        rows = rows.filter(party_id=choice.party)
    if choice.first and choice.last:
        rows = rows.filter(starts_on__lte=choice.last).filter(_not_over_before(choice.first))
    else:
        rows = rows.filter(retired_at=None)
    return [str(key) for key in await rows.order_by("company_id", "key").values_list("key", flat=True)]


def _not_over_before(first: date) -> Q:
    """A work is over when nothing is owed any more; one whose last day has passed may still owe the deletion."""
    return Q(over_on=None) | Q(over_on__gte=first)
