"""How close behind each other the looks of one walk begin.

Begun in one instant, handshakes hold each other up, and their times would tell of us and not of the parties; spread
over the whole beat, each finds the machine asleep and its caches cold, and costs half as much again, in processor and
in time. In a row, a moment apart, they do neither.

That moment counts from when the one before really began. Where a look needs more of the processor than it gives, the
beginnings come as late as everything else does, and the row slows down by itself instead of becoming a queue.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

HEADWAY = 0.002  #: seconds; a look takes a processor of today about one


@dataclass
class Row:
    """The looks of one walk, which all `go` through here one after the other. `apart`: seconds."""

    apart: float
    _turnstile: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    def of(cls, endpoints: int, rhythm: float) -> Row:
        """So many as begin before the next walk, `rhythm` seconds from now."""
        return cls(min(HEADWAY, rhythm / max(1, endpoints)))

    async def go(self) -> None:
        """Return when it is the next one's turn to begin."""
        if self.apart:
            async with self._turnstile:
                await asyncio.sleep(self.apart)
