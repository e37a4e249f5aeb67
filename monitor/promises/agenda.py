"""A work in which the data is with a party, and what its company will owe itself for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.registry.format import OWING
from monitor.registry.format.passing import Transfers

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.registry.format import Engagement
    from monitor.registry.selection import Known


@dataclass(frozen=True, slots=True)
class Work:
    """An engagement in which the data is with the party, and what is known of it."""

    entry: Engagement
    seen_on: date  #: when this registry first had it
    known: Known
    last_day: date | None
    abroad: Transfers = field(default_factory=Transfers)  #: how often what is provided abroad is looked at

    @property
    def since(self) -> date:
        return max(self.seen_on, self.entry.starts_on)

    @property
    def lasts(self) -> bool:
        return self.entry.state in OWING and (self.last_day is None or self.known.today <= self.last_day)


@dataclass(frozen=True, slots=True)
class Coming:
    """Something that the company will owe itself: from when, and by when. `listed`: as one of its list. `silent`: who
    says nothing until then has decided too, and nothing is overdue.
    """

    kind: str
    opens_at: datetime
    due_on: date
    ref: str = ""
    listed: bool = False
    silent: bool = False
