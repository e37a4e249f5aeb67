"""What old records lack while nobody is reminded of it yet: how many points, and from which day on that changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor import tables
from monitor.calendar import DAY
from monitor.registry.format import OWING, Engagement
from monitor.registry.knowing import known_of
from monitor.registry.selection import lacking, unwaived

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import date

    from monitor.registry.roster import Roster

CHUNK = 50  #: works looked into at a time: two hundred kept everybody waiting for a twentieth of a second


@dataclass(frozen=True, slots=True)
class Quiet:
    """`points`: what is missing, each matter of each work counted once. `on`: the first day on which one of the works
    is one of which its company is reminded.
    """

    points: int
    works: int
    on: date


async def quiet(company: str | None, present: Roster, today: date) -> Quiet | None:
    """Of one company, or of the whole group; nothing, where nothing is missing of which nobody is reminded yet."""
    found = [one async for one in _each(company, present, today)]
    if not found:
        return None
    return Quiet(sum(points for points, _ in found), len(found), min(on for _, on in found))


def reminded_from(entry: Engagement, seen_on: date, present: Roster) -> date:
    """From when on a company is reminded of what this work lacks."""
    since = max(seen_on, entry.starts_on)
    return present.calendar.following(since + present.group.supervision.on(since).list_patience * DAY)


async def _each(company: str | None, present: Roster, today: date) -> AsyncIterator[tuple[int, date]]:
    """How many points each work lacks, and from when on somebody is reminded of them."""
    last = ""
    while rows := await _some(company, last):
        last = rows[-1].key
        entries = {row.key: Engagement.model_validate(row.spec) for row in rows}
        known = await known_of(entries.values(), present, today)
        for row in rows:
            entry = entries[row.key]
            on = reminded_from(entry, present.calendar.day_of(row.first_seen_at), present)
            points = len(unwaived(lacking(entry, known[row.key]), entry, today))
            if points and today < on and await _lasts(entry, present, today):
                yield points, on


async def _some(company: str | None, after: str) -> list[tables.Engagement]:
    only = {"company_id": company} if company else {}
    rows = tables.Engagement.filter(key__gt=after, retired_at=None, state__in=OWING, **only)
    return await rows.order_by("key").limit(CHUNK)


async def _lasts(entry: Engagement, present: Roster, today: date) -> bool:
    last = await present.last_day(entry.key) if entry.under else entry.ends_on
    return last is None or today <= last
