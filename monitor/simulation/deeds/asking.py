"""What is asked of a party, and what people do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from monitor.inbound.acts import Bounce as Returned
from monitor.inbound.acts import bounced
from monitor.language import Message
from monitor.obligations import acts
from monitor.obligations.authority import Authority
from monitor.obligations.declining import Declining, decline, take_back
from monitor.outbox.lost import latest_to
from monitor.pause import Pause
from monitor.promises.lifecycle import Leave, let_be
from monitor.promises.sub_entrustment import named
from monitor.reasons import harmless
from monitor.refusal import Refused
from monitor.registry.format import WAIVED
from monitor.registry.roster import roster
from monitor.registry.values import Day
from monitor.simulation.event import DutyEvent, Instant, ThroughUs
from monitor.simulation.who import live, owed, who
from monitor.tables.duty import DECLINED
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.simulation.event import Deed, Event


class Submit(DutyEvent):
    do: Literal["submit"]
    by: str | None = None
    sub_parties: tuple[str, ...] = ()


async def _submit(event: Submit, at: datetime) -> None:
    """`sub_parties`: whom the party names in it as working below. Who declined may answer after all, as on the page."""
    harmless(*event.sub_parties)
    duty = await owed(event)
    if duty and duty.state == DECLINED:
        await take_back(duty.id, at, "vendor")
    await acts.submit(await live(event), at)
    if event.sub_parties:
        await named(event.engagement, event.sub_parties, at, "vendor")


class Accept(DutyEvent):
    do: Literal["accept"]
    by: str | None = None


async def _accept(event: Accept, at: datetime) -> None:
    await acts.accept(await live(event), at, await who(event, at))


class Return(DutyEvent):
    do: Literal["return"]
    by: str | None = None
    reason: str = ""


async def _return(event: Return, at: datetime) -> None:
    await acts.return_(await live(event), at, await who(event, at), event.reason)


class Waive(DutyEvent):
    do: Literal["waive"]
    by: str | None = None
    reason: str = ""
    until: Instant | None = None


async def _waive(event: Waive, at: datetime) -> None:
    actor = await acts.person(event.by, at) if event.by else ""
    if event.obligation in WAIVED and not await owed(event):
        last = (await roster()).calendar.day_ending(_until(event))
        await let_be(event.engagement, Leave(event.obligation, event.by or "", event.reason, last), at, actor)
        return
    await acts.waive(await live(event), at, actor, event.reason, _until(event), authority=Authority.SCRIPT)


class Acknowledge(DutyEvent):
    do: Literal["acknowledge"]
    by: str | None = None
    until: Instant | None = None
    reason: str = ""


async def _acknowledge(event: Acknowledge, at: datetime) -> None:
    desks = {address.lower() for address in (await roster()).group.privacy_office}
    pause = Pause(_until(event), event.reason, office=(event.by or "").lower() in desks)
    await acts.acknowledge(await live(event), at, await who(event, at), pause)


class Decline(DutyEvent):
    do: Literal["decline"]
    reason: str = ""
    offered: str = ""
    price_consulted_on: Day | None = None


async def _decline(event: Decline, at: datetime) -> None:
    said = Declining(event.reason, event.offered, event.price_consulted_on)
    await decline(await live(event), at, "vendor", said)


class Bounce(ThroughUs):
    do: Literal["bounce"]
    to: str
    hard: bool = True


async def _bounce(event: Bounce, at: datetime) -> None:
    """The last letter to that address comes back, as its server would send it back."""
    mail = await latest_to(event.to)
    if mail is None:
        raise Refused("nothing-sent", Message("No mail was sent to this address."))
    said = Returned(event.to.lower(), event.hard, "5.1.1" if event.hard else "4.2.2")
    async with transaction():
        await bounced(mail, said, await roster(), at)


def _until(event: Waive | Acknowledge) -> datetime:
    if event.until is None:
        raise Refused("until-missing", Message("Say until when."))
    return event.until


DEEDS: Mapping[type[Event], Deed] = {
    Submit: _submit,
    Accept: _accept,
    Return: _return,
    Waive: _waive,
    Acknowledge: _acknowledge,
    Decline: _decline,
    Bounce: _bounce,
}

LINES: Mapping[str, str] = {
    "obligation.opened": "opened",
    "obligation.due_moved": "due_moved",
    "obligation.overdue": "overdue",
    "obligation.submitted": "submitted",
    "obligation.accepted": "accepted",
    "obligation.returned": "returned",
    "obligation.waived": "waived",
    "obligation.acknowledged": "acknowledged",
    "obligation.cancelled": "cancelled",
    "obligation.declined": "state",
}
