"""What the states of a promise are called, and what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.language import Message
from monitor.promises.matrix.judging import State

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES: Mapping[State, Message] = {
    State.TROUBLE: Message("Open trouble"),
    State.MISSING: Message("Evidence missing"),
    State.STALE: Message("Evidence too old"),
    State.PROVED: Message("Proved"),
    State.NOTHING: Message("Nothing to show"),
}
MEANINGS: Mapping[State, Message] = {
    State.TROUBLE: Message(
        "Something that belongs to the promise is overdue, fails when looked at, or is to be corrected. Red."
    ),
    State.MISSING: Message(
        "The promise applies to the company, and something that has to show that it is kept is not on record. Red."
    ),
    State.STALE: Message("There is evidence, and all of it is older than it may be."),
    State.PROVED: Message("There is evidence that is young enough, and nothing open speaks against it."),
    State.NOTHING: Message(
        "The company has no work of this kind, nothing of this kind has happened, or it is not due yet."
    ),
}
#: The tag of the kit that a state gets on pages: a sign, a tone and the word.
TAGS: Mapping[State, str] = {
    State.TROUBLE: "failing",
    State.MISSING: "overdue",
    State.STALE: "returned",
    State.PROVED: "accepted",
    State.NOTHING: "scheduled",
}


def age_words(days: int | None, language: str) -> str:
    if days is None:
        return ""
    return Message("today").in_(language) if not days else Message("{days} days ago", {"days": days}).in_(language)
