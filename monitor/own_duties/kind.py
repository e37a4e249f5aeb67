"""One kind of duty that a company owes itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from monitor.language import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

DONE = "done"
FOUND = "found"  #: what a spot check may end with
_DONE: Mapping[str, Message] = MappingProxyType({DONE: Message("It is done")})


@dataclass(frozen=True, slots=True)
class OwnKind:
    """`outcomes`: how it may end, each with the words on its button, the usual one first. `explained`: those for which
    a reason has to be given. `statutory`: a law runs the clock. `lapses`: how it may end by itself, because nobody said
    anything in time.
    """

    title: Message
    task: Message
    outcomes: Mapping[str, Message] = field(default_factory=lambda: _DONE)
    explained: frozenset[str] = frozenset()
    statutory: bool = False
    lapses: Mapping[str, Message] = field(default_factory=dict)
    before: tuple[int, ...] = (1,)

    def ended(self, outcome: str) -> Message | None:
        """The words for how it ended, by a person's word or by itself."""
        return self.outcomes.get(outcome) or self.lapses.get(outcome)

    @property
    def decides(self) -> bool:
        """Whether somebody has to decide, rather than see to it that something is done."""
        return DONE not in self.outcomes
