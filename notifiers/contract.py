"""What a notifier is handed and what it may answer.

A notifier carries one finished letter to the people in `to`. It knows two ways to fail: `Temporary` (try again, not
before `delay`) and `Permanent` (this letter will never get through to these people). Everything else that it raises
is a bug and is treated as one. Returning a `Receipt` means that the other side has taken responsibility.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Letter:
    """A finished letter. `message_id` is stable over every attempt, so that a repeat after a crash is recognisable."""

    message_id: str  #: with angle brackets
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    language: str  #: `ja` or `en`
    sender_name: str = ""
    reply_to: str = ""
    references: tuple[str, ...] = ()  #: the root of every obligation or case in the letter
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The other side's answer: its words (for the record), and the addresses that it refused for good while it took others."""

    reply: str
    refused: Mapping[str, str] = field(default_factory=dict)


class Temporary(Exception):  # noqa: N818 - the house's word for it
    """Not now. The letter stays in the outbox; `delay` is the other side's wish, if it had one."""

    def __init__(self, reason: str, delay: timedelta | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.delay = delay


class Permanent(Exception):  # noqa: N818 - the house's word for it
    """Never. Somebody has to be told, and another address tried."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Notifier(Protocol):
    """A channel. `send` is called outside every transaction and under a deadline."""

    async def send(self, letter: Letter) -> Receipt: ...

    async def aclose(self) -> None: ...
