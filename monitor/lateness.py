"""How late the event loop is while somebody looks: a latency that was measured meanwhile tells of us by that much.

Nothing beats while nobody looks.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

BEAT = 0.05  #: seconds; a delay is seen at its end at the latest


@dataclass(eq=False)
class Lag:
    """The longest delay since somebody began to look."""

    lateness: Lateness
    worst: float = 0.0  #: seconds

    @property
    def ms(self) -> float:
        """In milliseconds, with what is late at this moment."""
        return round(max(self.worst, self.lateness.late) * 1000, 1)


@dataclass
class Lateness:
    """One for the loop: a timer that sees how late it is called, for all who look at that moment."""

    _watching: set[Lag] = field(default_factory=set)
    _due: float = 0.0
    _beating: bool = False

    @contextmanager
    def watched(self) -> Iterator[Lag]:
        lag = Lag(self)
        self._watching.add(lag)
        if not self._beating:
            self._arm()
        try:
            yield lag
        finally:
            self._watching.discard(lag)

    @property
    def late(self) -> float:
        """Seconds by which the timer should have been called already."""
        return max(0.0, perf_counter() - self._due) if self._beating else 0.0

    def _arm(self) -> None:
        self._beating, self._due = True, perf_counter() + BEAT
        asyncio.get_running_loop().call_later(BEAT, self._beat)

    def _beat(self) -> None:
        late = self.late
        for lag in self._watching:
            lag.worst = max(lag.worst, late)
        self._beating = False
        if self._watching:
            self._arm()
