"""How close behind each other the looks of one walk begin.

Begun in one instant, handshakes hold each other up, and their times would tell of us and not of the parties: a dozen
at once record ten times what one takes. Spread over the whole beat, each finds the machine asleep and its caches cold,
and costs half as much again, in processor and in time. So they go in a row: the next begins as soon as one is back.
Whom a party keeps waiting does not keep the others; after a moment they pass it by.

That moment counts from when a look really began. Where looks need more of the processor than there is, the beginnings
come as late as everything else does, and the row slows down by itself instead of becoming a queue.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

HEADWAY = 0.002  #: seconds; a look takes a processor of today about one and a half thousandths


@dataclass
class Row:
    """The looks of one walk, each of which is `async with` a turn. `apart`: seconds after which the next passes by."""

    apart: float
    turnstile: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    def of(cls, endpoints: int, rhythm: float) -> Row:
        """So many as begin before the next walk, `rhythm` seconds from now."""
        return cls(min(HEADWAY, rhythm / max(1, endpoints)))

    def turn(self) -> Turn:
        return Turn(self)


@dataclass(eq=False)
class Turn:
    """Waited for, and kept until the look is back or has kept the others for long enough."""

    row: Row
    _over: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> None:
        if self.row.apart:
            await self.row.turnstile.acquire()
            self._over = asyncio.get_running_loop().call_later(self.row.apart, self._end)

    async def __aexit__(self, *_: object) -> None:
        self._end()

    def _end(self) -> None:
        over, self._over = self._over, None
        if over:
            over.cancel()
            self.row.turnstile.release()
