"""An act that is not possible now: said with a token for scripts and a sentence for people."""

from __future__ import annotations

from typing import Any

from monitor.language import Message


class Refused(Exception):  # noqa: N818 - what happens to the act
    """The act is not possible now. `reason` is a token for scripts, and names the field that it is about by its first
    word (`until-past`); `message` is for people.
    """

    def __init__(self, reason: str, message: Message) -> None:
        super().__init__(reason)
        self.reason, self.message = reason, message


def need(condition: object, reason: str, text: str, **values: Any) -> None:
    """Go on only if that holds."""
    if not condition:
        raise Refused(reason, Message(text, values))
