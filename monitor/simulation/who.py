"""Who acts in a script, and on what: the same people and duties as on the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.language import Message
from monitor.obligations import acts
from monitor.refusal import Refused
from monitor.registry.roster import roster
from monitor.tables.duty import LIVE

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.simulation.event import DutyEvent
    from monitor.tables import Obligation


async def owed(event: DutyEvent) -> Obligation | None:
    """What is owed of that kind there."""
    found = tables.Obligation.filter(engagement_id=event.engagement, kind=event.obligation, state__in=LIVE)
    return await found.order_by("-id").first()


async def live(event: DutyEvent) -> int:
    duty = await owed(event)
    if duty is None:
        raise Refused("nothing-owed", Message("Nothing of this kind is owed there."))
    return duty.id


async def who(event: Any, at: datetime) -> str:
    """Whoever acts in a script; where it names nobody, the first reviewer of the responsible company."""
    if event.by:
        return await acts.person(event.by, at)
    company = (await (await roster()).engagement(event.engagement)).company
    return await acts.person(await manager(company, at), at)


async def acting(by: str | None, company: str | None, at: datetime) -> str:
    """Whoever acts where no duty says for whom: as named, else the first of the company's people who decide."""
    known = company if company in (await roster()).companies else None
    return await acts.person(by or await manager(known, at), at)


async def manager(company: str | None, at: datetime) -> str:
    """The first of a company's people who decide."""
    present = await roster()
    readers = present.audience(company, ["reviewer"], present.calendar.day_of(at))
    return next((people[0] for people in readers.values()), "nobody@unknown.example")
