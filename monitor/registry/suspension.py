"""Whether data may go to the party of a work on a day: not while that work, or one above it in the tree, is suspended.

A suspension is marked where it was decided on (`monitor.registry.ends`) and holds for everything below, which is worked
out here and written nowhere: what is below is back when the one above is back. Whoever gives nothing more to a party
does not go on giving it to those whom that party entrusts (APPI 25; General Guidelines 3-4-4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor import tables

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from monitor.calendar import Calendar
    from monitor.registry.format import Engagement
    from monitor.registry.roster import Roster

SUSPENDED = "suspended"  #: a state, and the token of a refusal


@dataclass(frozen=True, slots=True)
class Stop:
    """Since when nothing may go there, and because of which work: `above` the one that is asked about, or itself."""

    since: date
    work: Engagement
    above: bool


async def stopped(key: str, day: date, present: Roster) -> Stop | None:
    """What kept data from going to the party of a work on that day; none, where it could go. Its own suspension counts
    first, then the nearest above. On the day on which a work was made active again it could.
    """
    line = [await present.engagement(key), *await present.line_above(key)]
    marks = tables.Suspension.filter(engagement_id__in=[entry.key for entry in line]).order_by("-id")
    held = [(row.engagement_id, begun) for row in await marks if (begun := _begun(row, day, present.calendar))]
    since = dict(reversed(held))  # of two that hold that day the later one
    return next((Stop(since[one.key], one, one.key != key) for one in line if one.key in since), None)


def _begun(row: tables.Suspension, day: date, calendar: Calendar) -> date | None:
    begun = calendar.day_of(row.begun_at)
    return begun if begun <= day and (row.ended_at is None or day < calendar.day_of(row.ended_at)) else None


def nearest(line: Iterable[Engagement]) -> Engagement | None:
    """The first of these works that is suspended now, if one is. Pure."""
    return next((entry for entry in line if entry.state == SUSPENDED), None)


async def stopped_now(key: str, present: Roster) -> bool:
    """Whether a work is suspended at present, itself or by one above it."""
    return nearest([await present.engagement(key), *await present.line_above(key)]) is not None
