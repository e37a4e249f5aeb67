"""What is entered again under a reference: alike, or refused with the name of what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.language import Message
from monitor.refusal import Refused
from monitor.registry.lacks import Listed

if TYPE_CHECKING:
    from collections.abc import Mapping


def alike(known: Any, said: Any, parts: Mapping[str, Message]) -> None:
    """Refuse what is entered otherwise than it is on record. What is left out says nothing, and what has no value on
    record is still open. `parts`: what both have, and what it is called.
    """
    other = [words for name, words in parts.items() if _differ(getattr(known, name), getattr(said, name))]
    if other:
        raise Refused(
            "ref-taken",
            Message(
                "This reference is on record otherwise: {what}. Enter it as it is there, or choose another reference.",
                {"what": Listed("", {"parts": other})},
            ),
        )


def _differ(held: Any, said: Any) -> bool:
    """Purposes are the same in any order."""
    if isinstance(said, (list, tuple)):
        held, said = {*held}, {*said}
    return bool(said) and held is not None and said != held
