"""What brought a duty about, where that was no date of the calendar: as letters and pages tell it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.calendar import Calendar
    from monitor.tables import Obligation

SERVED_AGAIN = "served-again"
TESTED = "spot-check"
ACHIEVED = "purpose-achieved"
AGAIN = frozenset({SERVED_AGAIN, TESTED})  #: why what was confirmed already is asked for once more


@dataclass(frozen=True, slots=True)
class SeenAgain:
    """Something is left of what was confirmed as gone: since which day that is known, and which places answered with
    content (name and address). None did where a person found it in a spot check.
    """

    day: date
    places: tuple[tuple[str, str], ...]
    tested: bool = False

    @property
    def urls(self) -> list[str]:
        return [url for _, url in self.places]


def seen_again(duty: Obligation, calendar: Calendar) -> SeenAgain | None:
    """Why a return or deletion is asked for once more; none for what the calendar brought."""
    reason = duty.cause.get("reason")
    if reason not in AGAIN:
        return None
    day = calendar.day_of(datetime.fromisoformat(str(duty.cause["seen_at"])))
    places = tuple((str(place["name"]), str(place["url"])) for place in duty.cause.get("places", ()))
    return SeenAgain(day, places, tested=reason == TESTED)


def achieved_on(duty: Obligation) -> date | None:
    """When what the data was for was achieved, where a return or deletion is asked for that, and not for an end."""
    return date.fromisoformat(str(duty.cause["on"])) if duty.cause.get("reason") == ACHIEVED else None
