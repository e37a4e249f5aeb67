"""Taking something in hand: until when, and who may take longer. One rule for what is overdue and for what fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.calendar import DAY
from monitor.refusal import need

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.calendar import Calendar

LONGEST = 30  #: days ahead, of the group's zone; the last of them counts to its end


@dataclass(frozen=True)
class Pause:
    """対応中: until then the company's levels are silent. `office`: the privacy office asks for it, which alone may go
    beyond the longest, and then says why.
    """

    until: datetime
    why: str = ""
    office: bool = False

    def check(self, actor: str, calendar: Calendar, at: datetime) -> None:
        """Whether that person may take something until then."""
        latest = calendar.day_of(at) + LONGEST * DAY
        need(actor.startswith("person/"), "by-missing", "Say who takes it.")
        need(self.until > at, "until-past", "Name a day ahead.")
        if self.until > calendar.end_of(latest):
            need(
                self.office,
                "until-too-far",
                "Name a day at most {days} days ahead, up to {latest}. Only the privacy office may name a later one.",
                days=LONGEST,
                latest=latest,
            )
            need(self.why.strip(), "reason-missing", "Say why it takes longer than {days} days.", days=LONGEST)
