"""Since when nothing is owed under an engagement, and while no data is to go there: what is marked whenever the
registry changes, by a file or by a person.

The clock of what is kept begins with the first. It begins anew where a file brings an engagement back to life.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import tables
from monitor.registry.format import SINGLES, Engagement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.registry.differences import Change

OVER = frozenset({"closed", "rejected"})  #: states in which nothing is owed, and nothing will be


async def mark(changes: Sequence[Change], at: datetime) -> None:
    """What these changes made over is looked at next; so is all that waits, where the group's own numbers changed."""
    engaged = [change for change in changes if change.kind == "engagement"]
    await _suspensions(engaged, at)
    over = [change.key for change in engaged if _over(change)]
    going_on = [change.key for change in engaged if not _over(change) and change.action != "add"]
    await tables.Engagement.filter(key__in=over).update(erase_at=at)
    await tables.Engagement.filter(key__in=going_on).update(over_on=None, erase_at=None, erased_on=None)
    if any(change.kind in SINGLES and change.action != "add" for change in changes):
        await tables.Engagement.filter(erase_at__not_isnull=True).update(erase_at=at)
        await tables.OwnerRequest.filter(erase_at__not_isnull=True).update(erase_at=None)
        await tables.Correction.filter(erase_at__not_isnull=True).update(erase_at=None)
        await tables.OptOut.filter(erase_at__not_isnull=True).update(erase_at=at)


def _over(change: Change) -> bool:
    entry = change.entry
    return change.action == "retire" or (isinstance(entry, Engagement) and entry.state in OVER)


async def _suspensions(engaged: Sequence[Change], at: datetime) -> None:
    """A suspension begins with its state and ends with it, whatever the next one is."""
    stopped = [change.key for change in engaged if _stopped(change)]
    going_on = tables.Suspension.filter(ended_at=None)
    known = {str(key) for key in await going_on.values_list("engagement_id", flat=True)}
    fresh = [tables.Suspension(engagement_id=key, begun_at=at) for key in stopped if key not in known]
    await tables.Suspension.bulk_create(fresh)
    ended = known & {change.key for change in engaged} - set(stopped)
    await going_on.filter(engagement_id__in=ended).update(ended_at=at)


def _stopped(change: Change) -> bool:
    entry = change.entry
    return change.action != "retire" and isinstance(entry, Engagement) and entry.state == "suspended"
