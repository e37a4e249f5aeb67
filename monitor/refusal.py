"""An act that is not possible now: said with a token for scripts and a sentence for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.language import Message

if TYPE_CHECKING:
    from collections.abc import Callable

    Check = Callable[[], object]


class Refused(Exception):  # noqa: N818 - what happens to the act
    """The act is not possible now. `reason` is a token for scripts, and names the field that it is about by its first
    word (`until-past`); `message` is for people. `others`: what stands in the way as well.
    """

    def __init__(self, reason: str, message: Message, *others: Refused) -> None:
        super().__init__(reason)
        self.reason, self.message, self.others = reason, message, others

    @property
    def every(self) -> tuple[Refused, ...]:
        """All that stands in the way."""
        return (self, *self.others)


def need(condition: object, reason: str, text: str, **values: Any) -> None:
    """Go on only if that holds."""
    if not condition:
        raise Refused(reason, Message(text, values))


def together(*checks: Check) -> None:
    """Make all of these checks and refuse once, with everything that they refuse: whoever fills in a form hears of all
    its mistakes at the same time.
    """
    found: list[Refused] = []
    for check in checks:
        try:
            check()
        except Refused as no:
            found += no.every
    if found:
        raise Refused(found[0].reason, found[0].message, *found[1:])
