"""What the purposes of a work bring about: hand-overs, instructions, a purpose that is achieved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from monitor.promises.handing import Handed, hand_over
from monitor.promises.instructing import Instructed, achieve, instruct
from monitor.registry.lifecycle import standing
from monitor.registry.values import Day
from monitor.simulation.event import ThroughUs
from monitor.simulation.who import who

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.simulation.event import Deed, Event


class HandedOver(ThroughUs):
    """`direction`: out, to the party, or in, back from it. `anyway`: it has gone, though the work was suspended."""

    do: Literal["handed_over"]
    engagement: str
    on: Day
    records: int
    ref: str
    direction: Literal["out", "in"] = "out"
    medium: str = ""
    anyway: bool = False
    by: str | None = None


async def _handed_over(event: HandedOver, at: datetime) -> None:
    await standing(event.engagement)
    given = Handed(
        event.engagement, event.ref, event.records, event.on, event.direction, event.medium, anyway=event.anyway
    )
    await hand_over(given, at, await who(event, at))


class Instruction(ThroughUs):
    """An instruction in writing. `excludes`: own-use, training."""

    do: Literal["instructed"]
    engagement: str
    ref: str
    on: Day | None = None
    excludes: tuple[str, ...] = ()
    by: str | None = None


async def _instructed(event: Instruction, at: datetime) -> None:
    await standing(event.engagement)
    given = Instructed(event.engagement, event.ref, event.on, excludes=event.excludes)
    await instruct(given, at, await who(event, at))


class PurposeAchieved(ThroughUs):
    """`on`: the survey was over, everything was dispatched; today where nothing is said."""

    do: Literal["purpose_achieved"]
    engagement: str
    on: Day | None = None
    by: str | None = None


async def _purpose_achieved(event: PurposeAchieved, at: datetime) -> None:
    await standing(event.engagement)
    await achieve(event.engagement, event.on, at, await who(event, at))


DEEDS: Mapping[type[Event], Deed] = {
    HandedOver: _handed_over,
    Instruction: _instructed,
    PurposeAchieved: _purpose_achieved,
}

LINES: Mapping[str, str] = {
    "hand-over.entered": "state",
    "hand-over.confirmed": "state",
    "hand-over.left": "state",
    "instruction.recorded": "state",
    "engagement.purpose_achieved": "state",
}
