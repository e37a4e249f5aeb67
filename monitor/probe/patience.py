"""Leaving a host alone for as long as it asks us to (`Retry-After`).

Only so long, though: a host that answered "later" to everything would otherwise never be seen to be down.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from time import monotonic
from typing import TYPE_CHECKING, Final

from monitor import clock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from checks.answers import Hop

TOO_MANY, AWAY = 429, 503
#: Seconds that an answer of that status is obeyed at most. Who limits visitors may mean a day; who is away is down.
LONGEST: Final[Mapping[int, float]] = {TOO_MANY: 86400.0, AWAY: 3600.0}
MOST_HOSTS = 20_000


class Rests:
    """Which hosts want to be left alone, and for how long."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def heed(self, host: str, hop: Hop) -> None:
        """Note what the answer asks for."""
        if hop.status not in LONGEST:
            return
        wait = min(asked_for(hop), LONGEST[hop.status])
        if wait > 0:
            if len(self._until) >= MOST_HOSTS:
                self._until.clear()
            self._until[host] = monotonic() + wait

    def left(self, host: str) -> float:
        """Seconds for which the host wants to be left alone still; 0 if it does not."""
        until = self._until.get(host)
        if until is None:
            return 0.0
        left = until - monotonic()
        if left <= 0:
            del self._until[host]
        return max(0.0, left)


def asked_for(hop: Hop) -> float:
    """Seconds until we may come again, as the answer says: a number, or a date by the server's own clock."""
    said = next(iter(hop.header("retry-after")), "").strip()
    if said.isdecimal():
        return float(said[:9])
    then = _date(said)
    if then is None:
        return 0.0
    now = _date(next(iter(hop.header("date")), "")) or clock.now()
    return max(0.0, (then - now).total_seconds())


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo else None
