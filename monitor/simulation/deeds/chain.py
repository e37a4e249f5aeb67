"""Sub-entrustment, and return and deletion place by place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from monitor import plugins
from monitor.obligations.disposal import Certified
from monitor.promises.disposal import Certificate as Given
from monitor.promises.disposal import certify, order
from monitor.promises.sub_entrustment import Asking, handed, request
from monitor.registry.lifecycle import standing
from monitor.registry.values import Day
from monitor.simulation.event import DutyEvent, ThroughUs
from monitor.simulation.who import live, who

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.simulation.event import Deed, Event


class SubEntrust(ThroughUs):
    do: Literal["sub_entrust"]
    engagement: str
    party: str
    requested_on: Day | None = None
    authorisation: Literal["prior", "general"] | None = None
    starts_on: Day | None = None
    consent_on: Day | None = None
    country: str = ""
    work: str = ""


async def _sub_entrust(event: SubEntrust, at: datetime) -> None:
    said = Asking(
        event.engagement, event.party, event.requested_on, event.authorisation or "", country=event.country,
        work=event.work, starts_on=event.starts_on, consent_on=event.consent_on,
    )  # fmt: skip
    await request(said, at, "vendor")


class DataHanded(ThroughUs):
    do: Literal["data_handed"]
    engagement: str
    party: str
    on: Day


async def _data_handed(event: DataHanded, at: datetime) -> None:
    await handed(event.engagement, event.party, event.on, at, "vendor")


class PlaceSaid(BaseModel):
    """One place of a certificate, as an event says it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    state: Literal[
        "deleted", "returned", "backup_pending", "legal_hold", "returned_not_deleted", "vendor_own_duty", "disputed",
        "remaining",
    ]  # fmt: skip
    on: Day | None = None
    purge_by: Day | None = None
    basis: str = ""
    review_on: Day | None = None
    until: Day | None = None

    def certified(self) -> Certified:
        day = self.purge_by or self.until
        return Certified(self.name, self.state, self.on, day, self.basis, self.review_on)


class Certificate(DutyEvent):
    do: Literal["certificate"]
    obligation: str = "deletion"
    places: tuple[PlaceSaid, ...] = ()
    text: str = ""


async def _certificate(event: Certificate, at: datetime) -> None:
    given = Given([place.certified() for place in event.places], event.text)
    await certify(await live(event), plugins.shelf(), given, at)


class OrderDeletion(ThroughUs):
    """`trigger`: what brings it about, as on the page of the work."""

    do: Literal["order_deletion"]
    engagement: str
    trigger: str = ""
    reason: str = ""
    by: str | None = None


async def _order_deletion(event: OrderDeletion, at: datetime) -> None:
    await standing(event.engagement)
    await order(event.engagement, event.trigger, event.reason, at, await who(event, at))


DEEDS: Mapping[type[Event], Deed] = {
    SubEntrust: _sub_entrust,
    DataHanded: _data_handed,
    Certificate: _certificate,
    OrderDeletion: _order_deletion,
}

_TOLD = ("approved", "active", "refused", "objected", "withdrawn", "ended")
LINES: Mapping[str, str] = {
    **{
        f"sub-entrustment.{state}": "state"
        for state in ("approved", "active", "refused", "objected", "withdrawn", "ended")
    },
    "disposal.state": "state",
    "disposal.over": "state",
    "engagement.deletion_ordered": "state",
}
