"""An accepted certificate goes onto the books, place by place, in the transaction of its acceptance.

What follows from a place that is not gone yet (a purge to be confirmed, a hold to be looked at again) is begun right
after by the promise of disposal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import ledger, tables
from monitor.asked import frozen
from monitor.obligations.disposal import OVER, besides, certified, standing
from monitor.questionnaire import thaw_answers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.calendar import Calendar
    from monitor.obligations.disposal import Certified
    from monitor.tables import Disposal, Obligation, Submission

REPLACED = "replaced"


async def book(duty: Obligation, answer: Submission | None, calendar: Calendar, at: datetime, actor: str) -> None:
    """Write what was certified. A later certificate of the same work stands in the place of the ones before."""
    places = await _places(duty, answer)
    await tables.Disposal.filter(engagement_id=duty.engagement_id).update(state=REPLACED, turns_at=at)
    made = await tables.Disposal.create(
        obligation_id=duty.id,
        engagement_id=duty.engagement_id,
        company_id=duty.company_id,
        party_id=duty.party_id,
        state=standing(place.state for place in places),
        accepted_on=calendar.day_of(at),
        turns_at=at,
    )
    await tables.DisposalPlace.bulk_create([_row(made, place) for place in places])
    await ledger.write([event("confirmed" if made.state == OVER else "state", made, actor)], at)


async def held(engagement: str) -> list[Disposal]:
    """What certificates of that work came to, locked within the caller's transaction."""
    return await tables.Disposal.filter(engagement_id=engagement).order_by("id").select_for_update()


async def _places(duty: Obligation, answer: Submission | None) -> Sequence[Certified]:
    """The places that were asked about, and what was named as left beside them. Nothing is known of single places where
    a simulation accepts what nobody has filled in.
    """
    if answer is None or not duty.request_id:
        return ()
    said = thaw_answers(answer.answers)
    return [*certified(await frozen(duty.request_id), said), *besides(said)]


def _row(made: Disposal, place: Certified) -> tables.DisposalPlace:
    return tables.DisposalPlace(
        disposal_id=made.id,
        name=place.name,
        kind=place.kind,
        state=place.state,
        done_on=place.on,
        purge_by=place.purge_by,
        basis=place.basis,
        holder=place.holder,
        review_on=place.review_on,
    )


def event(kind: str, made: Disposal, actor: str = ledger.SYSTEM, **data: str) -> ledger.Event:
    facts = {"engagement": made.engagement_id, "obligation": "deletion", "party": made.party_id, "state": made.state}
    return ledger.Event(f"disposal.{kind}", f"disposal/{made.id}", facts | data, made.company_id, actor)
