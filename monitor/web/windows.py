"""How often somebody may come: moving windows, in the memory of this replica.

A count is a look at one list, whoever else has come meanwhile: what counts is passed by every form that is sent.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from time import monotonic


@dataclass(frozen=True)
class PerMinute:
    """So many times within any sixty seconds."""

    amount: int
    seconds: float = 60.0


@dataclass
class Windows:
    """When each came, as far as it still counts."""

    _came: dict[tuple[PerMinute, tuple[str, ...]], deque[float]] = field(default_factory=dict)
    _swept: float = 0.0

    def hit(self, limit: PerMinute, *who: str, now: float | None = None) -> bool:
        """Count one; false, and nothing is counted, where that would be one too many."""
        now = monotonic() if now is None else now
        self._sweep(now)
        came = self._came.setdefault((limit, who), deque())
        while came and came[0] <= now - limit.seconds:
            came.popleft()
        if len(came) >= limit.amount:
            return False
        came.append(now)
        return True

    def _sweep(self, now: float) -> None:
        """Once a minute, forget those who have not come for so long that nothing of theirs counts."""
        if now - self._swept >= PerMinute.seconds:
            self._came = {key: came for key, came in self._came.items() if came and came[-1] > now - key[0].seconds}
            self._swept = now
