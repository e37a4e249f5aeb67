"""A work in which the data is with a party, and what its company will owe itself for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from monitor.calendar import DAY, add_months
from monitor.registry.format import OWING
from monitor.registry.format.passing import Transfers

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.calendar import Calendar
    from monitor.registry.format import Engagement
    from monitor.registry.format.clocks import Supervision
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


@dataclass(frozen=True, slots=True)
class Nominal:
    """The day of a review before it is rolled: `months` or days after one, by what the group has set; else itself."""

    after: date
    setting: str = ""
    months: bool = True

    def by(self, terms: Supervision) -> date:
        if not self.setting:
            return self.after
        many: int = getattr(terms, self.setting)
        return add_months(self.after, many) if self.months else self.after + many * DAY


def review(
    kind: str, nominal: Nominal, entry: Engagement, terms: Supervision, calendar: Calendar
) -> tuple[date, Coming]:
    """The day before it is rolled, and what comes up, by the settings of the day on which it opens. Where new ones
    bring it forward it opens on their first day, and nobody has less time than they give, or had before. Pure.
    """
    begun = terms.on(date.min)
    day = nominal.by(begun)
    opens_on = _opens(day, entry, begun, calendar)
    for begins in terms.changes():
        if opens_on < begins:
            break
        then = terms.on(begins)
        before, day = day, nominal.by(then)
        opens_on = _opens(day, entry, then, calendar)
        if opens_on < begins:
            opens_on, day = calendar.following(begins), max(day, min(before, begins + then.notice_days * DAY))
    return day, Coming(kind, calendar.sending_on(opens_on), calendar.roll(day, entry.roll))


def _opens(day: date, entry: Engagement, terms: Supervision, calendar: Calendar) -> date:
    return calendar.preceding(calendar.roll(day, entry.roll) - terms.notice_days * DAY)
