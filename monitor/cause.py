"""What brought a duty about, where that was no date of the calendar: as letters and pages tell it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.calendar import Calendar
    from monitor.tables import Obligation

SERVED_AGAIN = "served-again"


@dataclass(frozen=True, slots=True)
class SeenAgain:
    """Content came from places whose deletion had been confirmed: on which day, and from which (name and address)."""

    day: date
    places: tuple[tuple[str, str], ...]

    @property
    def urls(self) -> list[str]:
        return [url for _, url in self.places]


def seen_again(duty: Obligation, calendar: Calendar) -> SeenAgain | None:
    """Why a return or deletion is asked for once more; none for what the calendar brought."""
    if duty.cause.get("reason") != SERVED_AGAIN:
        return None
    day = calendar.day_of(datetime.fromisoformat(str(duty.cause["seen_at"])))
    return SeenAgain(day, tuple((str(place["name"]), str(place["url"])) for place in duty.cause["places"]))
