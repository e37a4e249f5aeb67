"""What brought a duty about, where that was no date of the calendar: as letters and pages tell it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from monitor.language import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.calendar import Calendar
    from monitor.tables import Obligation

SERVED_AGAIN = "served-again"
TESTED = "spot-check"
ACHIEVED = "purpose-achieved"
ORDERED = "ordered"
#: What makes a named person order a return or deletion while the work goes on.
TRIGGERS: Mapping[str, Message] = {
    "containment": Message("An incident has to be contained"),
    "consent": Message("Consent was withdrawn"),
    "retention": Message("The time for which the data may be kept is over"),
    "statute": Message("The time for which a law wanted it kept is over"),
    "request": Message("The person concerned asked for it"),
    "medium": Message("A medium or an interim delivery is no longer needed"),
    "replaced": Message("The party is replaced by another"),
}
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


def ordered_for(duty: Obligation) -> Message | None:
    """Why a named person ordered it, where it was ordered."""
    return TRIGGERS.get(str(duty.cause.get("trigger"))) if duty.cause.get("reason") == ORDERED else None
