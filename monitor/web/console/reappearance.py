"""Why a confirmed deletion is open again, as its page tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.cause import seen_again
from monitor.registry.places import AGAIN, GONE

if TYPE_CHECKING:
    from monitor.calendar import Calendar
    from monitor.tables import Obligation


async def reappeared(duty: Obligation, calendar: Calendar) -> dict[str, Any] | None:
    """When and where it was seen, whether it is there still, the case that runs, and what had been accepted before."""
    seen = seen_again(duty, calendar)
    if seen is None:
        return None
    about = {"watch__party_id": duty.party_id, "watch__url__in": seen.urls}
    cases = tables.Case.filter(**about, check_kind=GONE, company_id=duty.company_id).order_by("-id")
    accepted = tables.Obligation.filter(engagement_id=duty.engagement_id, kind=duty.kind, id__lt=duty.id)
    return {
        "day": seen.day,
        "places": seen.places,
        "tested": seen.tested,
        "serving": await tables.FindingRow.filter(**about, rule=AGAIN, closed_at=None).exists(),
        "case": next(iter(await cases.limit(1).values_list("id", flat=True)), None),
        "before": next(
            iter(await accepted.filter(state="accepted").order_by("-id").values_list("id", flat=True)), None
        ),
    }
