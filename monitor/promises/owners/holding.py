"""Who holds the data that an owner's request is about: engagements by their purposes, and those below them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import tables

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from monitor.registry.format import Engagement
    from monitor.registry.roster import Roster


async def holders(
    company: str, service: Iterable[str], purposes: Collection[str], day: date, present: Roster
) -> list[str]:
    """The engagements in force on that day that hold data for one of the purposes: those of the company, or those that
    the service names, and all that hang below them.
    """
    named = sorted(set(service))
    rows = tables.Engagement.filter(retired_at=None)
    top = rows.filter(key__in=named) if named else rows.filter(company_id=company)
    keys = {str(key) for key in await top.values_list("key", flat=True)}
    keys |= await _below(keys)
    entries = await present.engagements(keys)
    found = []
    for key in sorted(keys):
        if not entries[key].in_force_on(day, await present.last_day(key)):
            continue
        if not purposes or set(purposes) & {*await _purposes(entries[key], present)}:
            found.append(key)
    return found


async def _below(keys: Iterable[str]) -> set[str]:
    found: set[str] = set()
    step = set(keys)
    while step:
        rows = await tables.Engagement.filter(under__in=list(step), retired_at=None).values_list("key", flat=True)
        step = {str(key) for key in rows} - found
        found |= step
    return found


async def _purposes(entry: Engagement, present: Roster) -> Iterable[str]:
    """Its own; of one that names none, those of the next above it that does."""
    line = [entry, *await present.line_above(entry.key)]
    return next((one.purposes for one in line if one.purposes), ())
