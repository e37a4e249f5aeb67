"""How the supervision gets better: corrective actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from monitor.obligations import acts
from monitor.promises.improving.actions import Ordered, order
from monitor.promises.improving.sources import source_of
from monitor.registry.values import Day
from monitor.simulation.event import ThroughUs
from monitor.simulation.who import acting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.simulation.event import Deed, Event


class CorrectiveAction(ThroughUs):
    """`source`: the entry that it comes from, such as `complaint/1`; without one, a company's own accord. `owner`: the
    address of who sees to it.
    """

    do: Literal["corrective_action"]
    due_on: Day
    source: str = ""
    company: str | None = None
    action: str = "-"
    cause: str = ""
    by: str | None = None
    owner: str | None = None


async def _corrective_action(event: CorrectiveAction, at: datetime) -> None:
    source = await source_of(event.source) if event.source else None
    actor = await acting(event.by, source.company if source else event.company, at)
    owner = await acts.person(event.owner, at) if event.owner else ""
    said = Ordered(event.action, event.due_on, event.cause, event.source, event.company, owner)
    await order(said, at, actor)


DEEDS: Mapping[type[Event], Deed] = {CorrectiveAction: _corrective_action}

LINES: Mapping[str, str] = {}
