"""What changes in the registry, in the calendar, and in the service itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from monitor import tables
from monitor.language import Message
from monitor.refusal import Refused
from monitor.registry.apply import set_fields
from monitor.registry.roster import roster
from monitor.registry.values import Day
from monitor.simulation.event import Event, Instant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.simulation.event import Deed


class Down(Event):
    do: Literal["down"]
    until: Instant


async def _down(event: Down, at: datetime) -> None:
    """The world sees to it before anything else happens at that instant."""


class CloseDay(Event):
    do: Literal["close_day"]
    day: Day


async def _close_day(event: CloseDay, at: datetime) -> None:
    closed = (await roster()).group.extra_closed
    await set_fields("group", "group", {"extra_closed": sorted({*closed, event.day})}, at)


class End(Event):
    do: Literal["end"]
    engagement: str
    on: Day


async def _end(event: End, at: datetime) -> None:
    if not await tables.Engagement.exists(key=event.engagement):
        raise Refused("no-such-engagement", Message("There is no such engagement."))
    await set_fields("engagement", event.engagement, {"ends_on": event.on}, at)


DEEDS: Mapping[type[Event], Deed] = {
    Down: _down,
    CloseDay: _close_day,
    End: _end,
}
