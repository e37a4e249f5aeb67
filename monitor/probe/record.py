"""What happens during one hop, written down where it happens.

The resolver and the socket opener each know one moment of a visit and are not handed the visit itself; they find its
record in a context variable, which every task started for it inherits.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from checks.answers import Phases, Tls, Trouble

if TYPE_CHECKING:
    import asyncio

    from checks.detail import Detail

Address = tuple[str, int] | tuple[str, int, int, int]


@dataclass(slots=True)
class Record:
    """Instants are seconds of `perf_counter`, 0 where that point was not reached."""

    began: float
    named: float = 0.0
    connected: float = 0.0
    secured: float = 0.0
    answered: float = 0.0
    ended: float = 0.0
    refused: tuple[Trouble, Detail] | None = None  #: the guard's answer, if it had to refuse an address
    opened: Address | None = None  #: the last address that it let through
    transport: asyncio.BaseTransport | None = None
    peer: str = ""
    tls: Tls | None = None
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    truncated: bool = False
    room: int = 0  #: bytes of a body that are read

    def phases(self) -> Phases:
        """Each phase lasts from the point before it; one that was not finished has the time until the end."""
        named = self.named or self.began
        connected = self.connected or self.ended
        secured = self.secured or self.ended
        answered = self.answered or self.ended
        points = (self.began, named, connected, secured, answered, self.ended)
        return Phases(*(max(0.0, after - before) * 1000 for before, after in pairwise(points)))

    def drop(self) -> None:
        """Let the connection go at once. A polite TLS good-bye would wait up to half a minute for the other side's."""
        if self.transport is not None:
            self.transport.abort()  # type: ignore[attr-defined] # every stream transport has it
            self.transport = None


CURRENT: ContextVar[Record | None] = ContextVar("record", default=None)
