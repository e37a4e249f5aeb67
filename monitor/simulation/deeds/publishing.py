"""Statistics that are looked at before they are published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from monitor import tables
from monitor.language import Message
from monitor.promises.statistics import Made, decide_on, enter_statistics, published
from monitor.refusal import Refused
from monitor.registry.roster import roster
from monitor.registry.values import Day
from monitor.simulation.event import ThroughUs
from monitor.simulation.who import acting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.simulation.event import Deed, Event
    from monitor.tables import StatisticsReview


class Statistics(ThroughUs):
    """`smallest_group`: how many people the smallest group has; `reviewer`: who is to look at them."""

    do: Literal["statistics"]
    ref: str
    engagement: str | None = None
    company: str | None = None
    what: str = ""
    method: str = ""
    smallest_group: int = 0
    reviewer: str = ""
    by: str | None = None


async def _statistics(event: Statistics, at: datetime) -> None:
    made = Made(
        event.ref, event.what, event.method, event.smallest_group, event.reviewer, event.engagement or "",
        event.company or "",
    )  # fmt: skip
    row = await tables.Engagement.get_or_none(key=event.engagement) if event.engagement else None
    await enter_statistics(made, at, await acting(event.by, row.company_id if row else event.company, at))


class StatisticsDecided(ThroughUs):
    do: Literal["statistics_decided"]
    ref: str
    company: str | None = None
    outcome: Literal["signed-off", "refused"] = "signed-off"
    reason: str = ""
    by: str | None = None


async def _decided(event: StatisticsDecided, at: datetime) -> None:
    row = await _entered(event.ref, event.company)
    await decide_on(row.id, event.outcome, event.reason, at, await acting(event.by, row.company_id, at))


class StatisticsPublished(ThroughUs):
    """`on`: the day on which they went out, today where nothing is said."""

    do: Literal["statistics_published"]
    ref: str
    company: str | None = None
    on: Day | None = None
    by: str | None = None


async def _published(event: StatisticsPublished, at: datetime) -> None:
    row, today = await _entered(event.ref, event.company), (await roster()).calendar.day_of(at)
    await published(row.id, event.on or today, at, await acting(event.by, row.company_id, at))


async def _entered(ref: str, company: str | None) -> StatisticsReview:
    """Those of that reference; of the company, where several have one of it."""
    found = tables.StatisticsReview.filter(ref=ref).order_by("id")
    row = await (found.filter(company_id=company) if company else found).first()
    if row is None:
        raise Refused("no-such-statistics", Message("No statistics of this reference have been entered."))
    return row


DEEDS: Mapping[type[Event], Deed] = {
    Statistics: _statistics,
    StatisticsDecided: _decided,
    StatisticsPublished: _published,
}

LINES: Mapping[str, str] = {
    "statistics.entered": "state",
    "statistics.signed-off": "state",
    "statistics.refused": "state",
    "statistics.published": "state",
}
