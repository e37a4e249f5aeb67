"""What is known of engagements beside their entries: reviews that were accepted, purposes that are published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import tables
from monitor.registry.format import duties_of
from monitor.registry.selection import Known

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from monitor.registry.format import Engagement
    from monitor.registry.roster import Roster

REVIEW = "selection"  #: what the party is asked before anything is entrusted


async def known_of(entries: Iterable[Engagement], present: Roster, today: date) -> Mapping[str, Known]:
    """By key of the engagement. A review that was accepted here counts beside one taken over from an old ledger."""
    entries = list(entries)
    published = frozenset(await _published())
    accepted = await reviewed([entry.key for entry in entries])
    months = present.group.supervision.on(today).selection_months
    return {
        entry.key: Known(
            later(accepted.get(entry.key), entry.selection.accepted_on),
            published,
            today,
            months,
            duties_of(entry.purposes, present.purposes),
            present.group.contract_clauses,
        )
        for entry in entries
    }


async def _published() -> list[str]:
    return [str(key) for key in await tables.Purpose.filter(retired_at=None).values_list("key", flat=True)]


async def reviewed(keys: Sequence[str]) -> dict[str, date]:
    """When the last selection review of each was accepted here."""
    reviews = tables.Obligation.filter(engagement_id__in=keys, kind=REVIEW, accepted_on__not_isnull=True)
    return dict(await reviews.order_by("accepted_on").values_list("engagement_id", "accepted_on"))


def later(one: date | None, other: date | None) -> date | None:
    """The later of two days, of which either may be unknown."""
    return max((day for day in (one, other) if day), default=None)
