"""The group's calendar: which days are open, where a date rolls to, when a mail may leave. Pure.

Days are computed in the group's zone and instants are UTC; a day begins at 00:00 and ends at 24:00 there, whatever a
daylight-saving rule makes of it. Nothing here reads the clock.

Sources: Civil Code 140-143 (a period counted in months ends on the corresponding day, or on the last of the month
where there is none; a last day on a holiday moves to the next day), the Act on National Holidays, and the Act on
Holidays of Administrative Organs for 29 December to 3 January.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import holidays
from dateutil.relativedelta import relativedelta

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = timedelta(days=1)
MIDNIGHT = time(0)
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)  #: what anybody may name: terms and years reckon from it


class Roll(enum.StrEnum):
    """What a due date on a closed day does. Contracts may differ from the Civil Code, so each engagement says it."""

    FOLLOWING = "following"
    PRECEDING = "preceding"
    NONE = "none"


@lru_cache(maxsize=256)
def _national(country: str, year: int) -> frozenset[date]:
    """The closed days that a country sets for a year, weekends left out."""
    found = frozenset(holidays.country_holidays(country, years=year))
    if country != "JP":
        return found
    year_end = {date(year, 12, day) for day in (29, 30, 31)} | {date(year, 1, day) for day in (1, 2, 3)}
    return found | year_end


@lru_cache(maxsize=64)
def _weekend(country: str) -> frozenset[int]:
    """The weekdays (Monday is 0) on which a country rests."""
    return frozenset(holidays.country_holidays(country).weekend)


def within(day: date) -> bool:
    """Whether a day may be named: near the ends of time the next day, or the end of a term, is none any more."""
    return FIRST_DAY <= day <= LAST_DAY


def known_country(code: str) -> bool:
    """Whether national holidays of that country are known (ISO 3166 alpha-2)."""
    return code in holidays.list_supported_countries()


def add_months(day: date, months: int) -> date:
    """The corresponding day of a later month, clamped to the month's end: 31 Aug + 6 months = 28 Feb."""
    return day + relativedelta(months=months)


@dataclass(frozen=True)
class Calendar:
    """Open and closed days of the group, and the hours in which mails of the ladder leave.

    `country` is an ISO code, or empty where only `extra_closed` counts, so that weekends are open too. `any_hour`
    is for
    demonstrations: rungs keep their days and hours, but nothing that comes up has to wait for them.
    """

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Tokyo"))
    country: str = "JP"
    extra_closed: frozenset[date] = frozenset()
    send_at: time = time(9)
    send_until: time = time(18)
    any_hour: bool = False

    def __hash__(self) -> int:
        return hash((self.zone.key, self.country, self.extra_closed, self.send_at, self.send_until))

    def closed(self, day: date) -> bool:
        if day in self.extra_closed:
            return True
        return bool(self.country) and (
            day.weekday() in _weekend(self.country) or day in _national(self.country, day.year)
        )

    def statutory_closed(self, day: date) -> bool:
        """Weekends, national holidays and the year's turn only: what counts where the law itself moves a last day."""
        return Calendar(zone=self.zone, country=self.country).closed(day)

    def following(self, day: date) -> date:
        """The first open day from `day` on."""
        return self._walk(day, DAY)

    def preceding(self, day: date) -> date:
        """The last open day up to `day`."""
        return self._walk(day, -DAY)

    def law(self) -> Calendar:
        """The days and hours of a clock that a statute runs: no day is closed, and what comes up leaves at any hour."""
        return replace(self, country="", extra_closed=frozenset(), any_hour=True)

    def statutory_following(self, day: date) -> date:
        """The first day from `day` on that the law itself holds open, whatever the group has closed besides."""
        return Calendar(zone=self.zone, country=self.country).following(day)

    def _walk(self, day: date, step: timedelta) -> date:
        while self.closed(day):
            day += step
        return day

    def roll(self, day: date, rule: Roll) -> date:
        """Where a due date lands."""
        moves: dict[Roll, Callable[[date], date]] = {Roll.FOLLOWING: self.following, Roll.PRECEDING: self.preceding}
        return moves[rule](day) if rule in moves else day

    def shift(self, day: date, business_days: int) -> date:
        """The n-th open day after `day`, which itself does not count; `day` for n = 0."""
        for _ in range(business_days):
            day = self.following(day + DAY)
        return day

    def day_of(self, at: datetime) -> date:
        """The local day in which an instant falls."""
        return at.astimezone(self.zone).date()

    def instant(self, day: date, at: time = MIDNIGHT) -> datetime:
        """That local time of that day, in UTC."""
        return datetime.combine(day, at, self.zone).astimezone(UTC)

    def end_of(self, day: date) -> datetime:
        """24:00 of a day, which is 00:00 of the next: the first instant at which what was due is overdue."""
        return self.instant(day + DAY)

    def day_ending(self, end: datetime) -> date:
        """The day that is over at an instant: whoever has named a last day reads that one, and not the midnight."""
        return self.day_of(end - timedelta(microseconds=1))

    def sending_on(self, day: date) -> datetime:
        """When the mails of a day leave."""
        return self.instant(day, self.send_at)

    def sending(self, at: datetime) -> bool:
        """Whether a mail of the ladder may leave at this instant."""
        local = at.astimezone(self.zone)
        return self.any_hour or (self.send_at <= local.time() < self.send_until and not self.closed(local.date()))

    def next_sending(self, at: datetime) -> datetime:
        """Now, if a mail may leave now, else the next `send_at` of an open day."""
        if self.sending(at):
            return at
        local = at.astimezone(self.zone)
        day = local.date() if local.time() < self.send_at else local.date() + DAY
        return self.sending_on(self.following(day))
