"""A named person says how something ended that a company owed itself: what follows, by kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.duties import changes, owing
from monitor.own_duties import CHANGE_REVIEW, own_kind
from monitor.refusal import need
from monitor.registry.roster import roster

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import date, datetime

    from monitor.tables import OwnDuty


@dataclass(frozen=True, slots=True)
class Decision:
    """`outcome`: one of the kind's, none for the usual one. `on`: the day on which it was done, if not today. `read`:
    the hash of the text that the person had before them, where there is one.
    """

    outcome: str | None = None
    reason: str = ""
    on: date | None = None
    read: str = ""

    def of(self, kind: str) -> str:
        return self.outcome or next(iter(own_kind(kind).outcomes))


async def decide(duty: OwnDuty, at: datetime, actor: str, decision: Decision) -> None:
    """In a transaction of its own. Raises `Refused`."""
    today = (await roster()).calendar.day_of(at)
    outcomes = own_kind(duty.kind).outcomes
    need(decision.of(duty.kind) in outcomes, "no-such-outcome", "Choose one of the ways in which this can end.")
    need(decision.on is None or decision.on <= today, "on-future", "Name today or a day before it.")
    await _DECIDE.get(duty.kind, _settle)(duty, at, actor, decision)


async def _settle(duty: OwnDuty, at: datetime, actor: str, decision: Decision) -> None:
    await owing.settle(duty.id, at, actor, decision.of(duty.kind), decision.reason, decision.on)


async def _change(duty: OwnDuty, at: datetime, actor: str, decision: Decision) -> None:
    await changes.decide(duty.id, at, actor, decision.of(duty.kind), decision.reason, decision.read)


_DECIDE: Mapping[str, Callable[[OwnDuty, datetime, str, Decision], Awaitable[None]]] = {
    CHANGE_REVIEW: _change,
}
