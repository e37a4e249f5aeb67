"""What a company owes itself, done."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from monitor import tables
from monitor.language import Message
from monitor.obligations import acts
from monitor.promises.deciding import Decision, decide
from monitor.refusal import Refused
from monitor.registry.roster import roster
from monitor.simulation.event import ThroughUs
from monitor.simulation.who import manager

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.simulation.event import Deed, Event


class Done(ThroughUs):
    do: Literal["done"]
    obligation: str
    on: date | None = None
    engagement: str | None = None
    company: str | None = None
    ref: str | None = None
    outcome: str | None = None
    reason: str = ""
    by: str | None = None


async def _done(event: Done, at: datetime) -> None:
    """The oldest of that kind that is open there."""
    open_ones = tables.OwnDuty.filter(kind=event.obligation, state="open")
    if event.ref:
        open_ones = open_ones.filter(ref=event.ref)
    company = event.company
    if event.engagement:
        company = (await (await roster()).engagement(event.engagement)).company
    if company or not event.ref:
        open_ones = open_ones.filter(company_id=company)
    of_it = open_ones.filter(engagement_id=event.engagement) if event.engagement else open_ones
    duty = await of_it.order_by("id").first() or await open_ones.order_by("id").first()
    if duty is None:
        raise Refused("nothing-owed", Message("Nothing of this kind is owed there."))
    actor = await acts.person(event.by or await manager(duty.company_id, at), at)
    await decide(duty, at, actor, Decision(event.outcome, event.reason, event.on))


DEEDS: Mapping[type[Event], Deed] = {Done: _done}

LINES: Mapping[str, str] = {
    "own-duty.opened": "deadline",
    "own-duty.overdue": "overdue",
    "own-duty.acknowledged": "acknowledged",
    "own-duty.done": "accepted",
    "own-duty.cancelled": "cancelled",
}
