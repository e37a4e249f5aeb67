"""A due date that would fall on a closed day moves to an open one: whoever gives it sees which, before it counts.

The form comes back once, with the open day in its boxes; sent again, it is what was wanted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.calendar import Roll
from monitor.language import Message
from monitor.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from monitor.calendar import Calendar
    from monitor.tables import Obligation


class Rolls(Refused):
    """The day that was typed is closed; `due` is the one that it would become."""

    def __init__(self, day: date, due: date) -> None:
        text = (
            "{day} is a closed day; the due date would be {due}, which stands in the form now. Send it again if that "
            "is right, or enter another day."
        )
        super().__init__("day-closed", Message(text, {"day": day, "due": due}))
        self.due = due


def becomes(duty: Obligation, day: date, calendar: Calendar) -> date:
    """The due date that comes of a day."""
    return calendar.roll(day, Roll(duty.roll))


def stays(duty: Obligation, day: date | None, calendar: Calendar) -> None:
    """Go on only if the due date is the day that was typed; whether one was is not asked here."""
    due = day and becomes(duty, day, calendar)
    if day and due and due != day:
        raise Rolls(day, due)


def filled_in(sent: Mapping[str, str], form: str, refusal: Refused) -> Mapping[str, str]:
    """What was typed, with the open day in place of the closed one."""
    if not isinstance(refusal, Rolls):
        return sent
    parts = {"year": refusal.due.year, "month": refusal.due.month, "day": refusal.due.day}
    return {**sent, **{f"{form}_until_{name}": str(value) for name, value in parts.items()}}
