"""マネジメントレビュー: once a year the management reads what the books say of the fiscal year, and decides.

Stage: a year that is over -> its review is owed by each company, and by the privacy office for the group. The figures
are kept as they were when a named person signed them off; their hash stands in the ledger.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from monitor import ledger, tables
from monitor.calendar import DAY
from monitor.duties import owing
from monitor.own_duties import MANAGEMENT_REVIEW
from monitor.promises.entries import REGISTER_LOCK
from monitor.promises.improving.figures import Span, figures
from monitor.reasons import harmless, keep
from monitor.refusal import need
from monitor.registry.roster import roster
from monitor.tables.plain import any_row
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.registry.roster import Roster
    from monitor.tables import OwnDuty

_STAMP = "reviewed-year"  #: the pulse that says up to which year the reviews have been begun


@dataclass(frozen=True, slots=True)
class Year:
    """A fiscal year, named by the calendar year in which it begins. `month`: the one with which it does."""

    number: int
    month: int

    @property
    def first(self) -> date:
        return date(self.number, self.month, 1)

    @property
    def last(self) -> date:
        return Year(self.number + 1, self.month).first - DAY

    @classmethod
    def of(cls, day: date, month: int) -> Year:
        return cls(day.year if day.month >= month else day.year - 1, month)

    @property
    def before(self) -> Year:
        return Year(self.number - 1, self.month)


def reference(company: str | None, year: int) -> str:
    return f"summary/{company}/{year}" if company else f"summary/{year}"


async def begin(at: datetime) -> int:
    """Begin the reviews of the year that is over, once."""
    present = await roster()
    terms, today = present.group.improvement, present.calendar.day_of(at)
    year = Year.of(today, terms.fiscal_year_begins).before
    stamp = f"{_STAMP}/{year.number}"
    if await any_row(tables.Pulse, "name = ?", stamp):
        return 0
    async with transaction():
        await alone(REGISTER_LOCK)
        if await tables.Pulse.exists(name=stamp):
            return 0
        if year.number >= (await _first(present, today)).number:
            await _owe(year, at, present)
        await tables.Pulse.filter(name__startswith=f"{_STAMP}/").delete()
        await tables.Pulse.create(name=stamp, at=at)
    return 1


async def _first(present: Roster, today: date) -> Year:
    """The first year that is reviewed: the one that was named, or the first that the books hold whole."""
    terms = present.group.improvement
    if terms.reviews_from is not None:
        return Year(terms.reviews_from, terms.fiscal_year_begins)
    seen: list[Any] = await tables.Engagement.all().order_by("first_seen_at").limit(1).values_list("first_seen_at")
    begun = present.calendar.day_of(seen[0][0]) if seen else today
    year = Year.of(begun, terms.fiscal_year_begins)
    return year if begun == year.first else Year(year.number + 1, year.month)


async def first_reviews(present: Roster, today: date) -> Mapping[str, date]:
    """By company, the last day of its first review: of a year at whose end it belonged to the group."""
    first = await _first(present, today)
    joined = {key: Year.of(one.member_from or first.first, first.month) for key, one in present.companies.items()}
    return {key: _due_on(Year(max(year.number, first.number), first.month), present) for key, year in joined.items()}


def _due_on(year: Year, present: Roster) -> date:
    return present.calendar.following(year.last + timedelta(days=present.group.improvement.review_days))


async def _owe(year: Year, at: datetime, present: Roster) -> None:
    due_on = _due_on(year, present)
    today = present.calendar.day_of(at)
    members = [key for key, one in present.companies.items() if one.member_on(year.last) and one.member_on(today)]
    for company in (None, *members):
        ref = reference(company, year.number)
        if not await tables.OwnDuty.exists(kind=MANAGEMENT_REVIEW, ref=ref):
            await owing.owe(MANAGEMENT_REVIEW, due_on, at, present, company_id=company, ref=ref)


def next_begin(at: datetime, present: Roster) -> datetime:
    """When the next year is over."""
    year = Year.of(present.calendar.day_of(at), present.group.improvement.fiscal_year_begins)
    return present.calendar.end_of(year.last)


async def signed(duty: OwnDuty, at: datetime, actor: str, outcome: str, reason: str, on: date | None) -> None:
    """A named person has read the figures, and says what follows from them."""
    need(reason.strip(), "reason-missing", "Write what you decide: auditors read it.")
    harmless(reason)
    async with transaction():
        held, present = await owing.held(duty.id), await roster()
        year = Year(int(held.ref.rpartition("/")[2]), present.group.improvement.fiscal_year_begins)
        found = await figures(Span(held.company_id, year.first, year.last), at, present)
        sha256 = hashlib.sha256(ledger.canonical(found).encode()).hexdigest()
        await tables.YearlySummary.create(
            ref=held.ref, company_id=held.company_id, year=year.number, figures=found, sha256=sha256,
            decision=reason.strip(), signed_by=actor, signed_at=at,
        )  # fmt: skip
        await owing.done(held, at, actor, outcome, reason, on)
        said = {"ref": held.ref, "figures_sha256": sha256, **await keep(reason, at)}
        await ledger.write([ledger.Event("summary.signed", held.ref, said, held.company_id, actor)], at)
