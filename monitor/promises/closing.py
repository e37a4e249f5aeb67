"""What is still owed under an engagement that somebody wants to close."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import tables
from monitor.duties.owing import cancel
from monitor.own_duties import (
    CLASS_REVIEW,
    CONTRACT_RENEWAL,
    CONTRACT_REVIEW,
    HANDLER_LIST,
    LACKING,
    NECESSITY_REVIEW,
    SPOT_CHECK,
    TRANSFER_CHECK,
)
from monitor.registry.format import OWING, Engagement
from monitor.registry.places import DELETION, acceptances, confirmed, emptied
from monitor.registry.roster import unkept
from monitor.tables.duty import LIVE

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.registry.roster import Roster

#: What a company owes itself only while the work lasts.
WITH_IT = frozenset(
    {NECESSITY_REVIEW, CLASS_REVIEW, CONTRACT_RENEWAL, CONTRACT_REVIEW, LACKING, TRANSFER_CHECK, HANDLER_LIST}
)


async def still_owed(entry: Engagement, at: datetime) -> list[str]:
    """What is open under it, by kind; the return or deletion of the data; and the keys of engagements below of which
    the same holds. Nothing: it may be closed.
    """
    present = await unkept()
    today = present.calendar.day_of(at)
    found = [*await _asked(entry.key), *await _own(entry.key)]
    whole = [entry, *(one for one in await all_below(entry.key) if one.state in OWING)]
    left = {one.key for one in whole if await _owes_return(one, present, today)}
    left -= await emptied(left, present, today)
    if entry.key in left and (not found or not await _accepted(entry, present, today)):
        found.append(DELETION)  # what a certificate names as left stands there by the name of its own duty
    return list(dict.fromkeys([*found, *(one.key for one in whole[1:] if one.key in left)]))


async def drop_own_duties(key: str, at: datetime) -> None:
    """What a company owed itself only while the work lasted ends with it."""
    going = tables.OwnDuty.filter(engagement_id=key, state="open", kind__in=WITH_IT)
    for duty in await going.order_by("id").select_for_update():
        await cancel(duty, "engagement-closed", at)


async def _asked(key: str) -> list[str]:
    open_ones = tables.Obligation.filter(engagement_id=key, state__in=LIVE).exclude(state="scheduled")
    return [str(kind) for kind in await open_ones.order_by("id").values_list("kind", flat=True)]


async def _own(key: str) -> list[str]:
    open_ones = tables.OwnDuty.filter(engagement_id=key, state="open").exclude(kind__in=WITH_IT | {SPOT_CHECK})
    return [str(kind) for kind in await open_ones.order_by("id").values_list("kind", flat=True)]


async def _owes_return(entry: Engagement, present: Roster, today: date) -> bool:
    """Whether anything is to be returned or erased at its end."""
    last_day = await present.last_day(entry.key)
    return entry.owes_return_on(min(today, last_day or today))


async def _accepted(entry: Engagement, present: Roster, today: date) -> bool:
    """Whether the return or deletion after its end was accepted, whatever the certificate names as left."""
    accepted = await acceptances([entry.key], present.calendar)
    return confirmed(entry, await present.last_day(entry.key), today, accepted[entry.key])


async def all_below(key: str) -> list[Engagement]:
    """All engagements below in the tree, however deep."""
    found: list[Engagement] = []
    edge = [key]
    while edge:
        rows = tables.Engagement.filter(under__in=edge, retired_at=None).order_by("key")
        level = [Engagement.model_validate(spec) for spec in await rows.values_list("spec", flat=True)]
        level = [entry for entry in level if entry.key not in {one.key for one in found}]
        found += level
        edge = [entry.key for entry in level]
    return found
