"""What people decide about an engagement before it, in it, and at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import ConfigDict

from monitor.obligations.acts import person
from monitor.promises import lifecycle
from monitor.registry.lifecycle import standing
from monitor.registry.roster import roster
from monitor.simulation.event import ThroughUs
from monitor.simulation.who import who

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.simulation.event import Deed, Event


class Activate(ThroughUs):
    do: Literal["activate"]
    engagement: str
    by: str | None = None


async def _activate(event: Activate, at: datetime) -> None:
    await standing(event.engagement)
    await lifecycle.activate(event.engagement, at, await who(event, at))


class Close(ThroughUs):
    do: Literal["close"]
    engagement: str
    by: str | None = None


async def _close(event: Close, at: datetime) -> None:
    await standing(event.engagement)
    await lifecycle.close(event.engagement, at, await who(event, at))


class Move(ThroughUs):
    do: Literal["move"]
    engagement: str
    to: str
    reason: str = ""
    by: str | None = None


async def _move(event: Move, at: datetime) -> None:
    await standing(event.engagement)
    await lifecycle.step(event.engagement, event.to, at, await who(event, at), event.reason)


class Ask(ThroughUs):
    do: Literal["ask"]
    engagement: str
    by: str | None = None


async def _ask(event: Ask, at: datetime) -> None:
    await standing(event.engagement)
    await lifecycle.ask(event.engagement, at, await who(event, at))


class Set(ThroughUs):
    """Beside who and when, any field of the engagement."""

    model_config = ConfigDict(extra="allow", frozen=True)

    do: Literal["set"]
    engagement: str
    by: str | None = None

    @property
    def values(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


async def _set(event: Set, at: datetime) -> None:
    await standing(event.engagement)
    desks = {address.lower() for address in (await roster()).group.privacy_office}
    actor = await person(event.by, at) if event.by else await who(event, at)
    values, office = event.values, (event.by or "").lower() in desks
    to = values.pop("state", None)
    if values or to is None:
        await lifecycle.amend(event.engagement, values, at, actor, office=office)
    if to is not None:
        await lifecycle.step(event.engagement, str(to), at, actor, event.do)


DEEDS: Mapping[type[Event], Deed] = {
    Activate: _activate,
    Close: _close,
    Move: _move,
    Ask: _ask,
    Set: _set,
}

LINES: Mapping[str, str] = {
    "engagement.state": "state",
    "engagement.waived": "waived",
    "engagement.amended": "amended",
    "evidence.erased": "erased",
}
