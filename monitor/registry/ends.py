"""Since when nothing is owed under an engagement: what is marked whenever the registry changes.

The clock of what is kept begins with it. It begins anew where a file brings an engagement back to life.
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
