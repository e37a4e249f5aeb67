"""What has had its time goes: blocks first, figures much later; what was seen when no block names it any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import tables
from monitor.archive.recall import handfuls

if TYPE_CHECKING:
    from datetime import date

_AT_ONCE = 2000


async def forget(blocks_before: date, figures_before: date) -> None:
    """Blocks of days before the one, figures of days before the other; found through the index of each watch."""
    for watches in await handfuls():
        await tables.LookBlock.filter(watch_id__in=watches, day__lt=blocks_before).delete()
        await tables.LookDay.filter(watch_id__in=watches, day__lt=figures_before).delete()


async def forget_evidence(day: date) -> int:
    """Some of what was to be kept until before that day; how much."""
    spent = tables.LookEvidence.filter(keep_until__lt=day).order_by("keep_until").limit(_AT_ONCE)
    ids = await spent.values_list("id", flat=True)
    if ids:
        await tables.LookEvidence.filter(id__in=list(ids), keep_until__lt=day).delete()
    return len(ids)
