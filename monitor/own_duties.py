"""The kinds of duty that a company owes itself: what it is called, what has to be done, how it may end.

A literal table: its page, its mails, its board row and the command line read from it. What brings such a duty about,
and what follows from its end, stands in the room of the promise that it belongs to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from monitor.language import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

DONE = "done"
_DONE: Mapping[str, Message] = MappingProxyType({DONE: Message("It is done")})


@dataclass(frozen=True, slots=True)
class OwnKind:
    """`outcomes`: how it may end, each with the words on its button, the usual one first. `explained`: those for which
    a reason has to be given. `statutory`: a law runs the clock.
    """

    title: Message
    task: Message
    outcomes: Mapping[str, Message] = field(default_factory=lambda: _DONE)
    explained: frozenset[str] = frozenset()
    statutory: bool = False


CHANGE_REVIEW = "change-review"

OWN_DUTIES: Mapping[str, OwnKind] = {
    CHANGE_REVIEW: OwnKind(
        Message("Decision on a changed text"),
        Message(
            "A party has changed what it publishes. Say whether that is acceptable, or what has to be done about it."
        ),
        {"acceptable": Message("This change is acceptable"), "needs-action": Message("This change needs action")},
        frozenset({"needs-action"}),
    ),
}


def own_kind(name: str) -> OwnKind:
    """The kind of that name; one that has left the table since stands for itself."""
    return OWN_DUTIES.get(name) or OwnKind(Message(name), Message(""))
