"""What a company owes itself, done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from monitor import tables
from monitor.language import Message
from monitor.obligations import KINDS, acts
from monitor.obligations.vouching import vouch
from monitor.promises.deciding import Decision, decide
from monitor.refusal import Refused
from monitor.registry.roster import roster
from monitor.registry.values import Day
from monitor.simulation.event import ThroughUs
from monitor.simulation.who import manager
from monitor.tables.duty import ASKED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.simulation.event import Deed, Event


class Done(ThroughUs):
    do: Literal["done"]
    obligation: str
    on: Day | None = None
    engagement: str | None = None
    company: str | None = None
    ref: str | None = None
    outcome: str | None = None
    reason: str = ""
    by: str | None = None


async def _done(event: Done, at: datetime) -> None:
    """The oldest of that kind that is open there."""
    open_ones = tables.OwnDuty.filter(kind=event.obligation, state="open")
    if event.obligation in KINDS and (event.engagement or not await open_ones.exists()):
        await _done_by_party(event, at)
        return
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


async def _done_by_party(event: Done, at: datetime) -> None:
    """What a party was asked for is done, as a person has heard: the oldest of that kind under each engagement. What it
    has handed in is accepted.
    """
    which = {"engagement_id": event.engagement, "company_id": event.company, "subject": event.ref}
    asked = tables.Obligation.filter(kind=event.obligation, state__in=(*ASKED, "submitted"))
    duties = await asked.filter(**{name: value for name, value in which.items() if value}).order_by("-id")
    oldest = {duty.engagement_id: duty for duty in duties}
    if not oldest:
        raise Refused("nothing-owed", Message("Nothing of this kind is owed there."))
    for duty in sorted(oldest.values(), key=lambda one: one.engagement_id):
        actor = await acts.person(event.by or await manager(duty.company_id, at), at)
        if duty.state == "submitted":
            await acts.accept(duty.id, at, actor)
        else:
            await vouch(duty.id, at, actor, event.on)


DEEDS: Mapping[type[Event], Deed] = {Done: _done}

LINES: Mapping[str, str] = {
    "own-duty.opened": "deadline",
    "own-duty.overdue": "overdue",
    "own-duty.acknowledged": "acknowledged",
    "own-duty.done": "accepted",
    "own-duty.cancelled": "cancelled",
}
