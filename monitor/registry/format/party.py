"""Trustees and joint users: who they are, what is looked at, what they hold."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Annotated, Any, Literal, Self, cast, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from monitor.calendar import DAY
from monitor.registry.format.entry import Entry
from monitor.registry.values import (
    Certification,
    Country,
    Day,
    Email,
    Flag,
    Key,
    Moment,
    Seconds,
    Text,
    Web,
    Zone,
    visible,
)


class Endpoint(Entry):
    """An address of a party that is looked at from outside. `options`: by kind of check, what it is to do otherwise."""

    url: Web
    checks: tuple[str, ...] | None = None
    options: dict[str, dict[str, Any]] = Field(default_factory=dict)
    every: Seconds | None = None
    tell_vendor: Flag = True


class Certificate(Entry):
    """第三者認証: a certificate that the party holds."""

    kind: Certification
    number: Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(visible)]
    expires_on: Day
    issued_on: Day | None = None
    scope: Text | None = None


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
LONGEST_WORK = timedelta(days=31)


class Maintenance(Entry):
    """When a party works on its systems: once, between two instants, or every week on a day between two times of its
    zone. Looks go on then, and a failure opens no case. A time up to an earlier one is that of the next day.
    """

    day: Weekday | None = None
    begins: Annotated[Moment, Field(alias="from")]
    until: Moment
    why: Text
    urls: tuple[Web, ...] = ()

    @model_validator(mode="after")
    def _times(self) -> Self:
        begins, until = self.begins, self.until
        if isinstance(begins, datetime) and isinstance(until, datetime) and self.day is None:
            if not begins < until <= begins + LONGEST_WORK:
                raise ValueError("maintenance-span")
        elif not (isinstance(begins, time) and isinstance(until, time) and self.day and begins != until):
            raise ValueError("maintenance-times")
        return self

    def covers(self, url: str, at: datetime, zone: tzinfo) -> bool:
        """Whether that address may fail at that instant."""
        today = at.astimezone(zone).date()
        spans = (self._span(day, zone) for day in (today - DAY, today))
        return (not self.urls or url in self.urls) and any(begin <= at < end for begin, end in spans)

    def _span(self, day: date, zone: tzinfo) -> tuple[datetime, datetime]:
        """From when until when, if it begins on that day; an empty span if it does not."""
        begins, until = self.begins, self.until
        if isinstance(begins, datetime) or isinstance(until, datetime):
            return cast("datetime", begins), cast("datetime", until)
        begin = datetime.combine(day, begins, zone)
        if self.day != get_args(Weekday)[day.weekday()]:
            return begin, begin
        return begin, datetime.combine(day + (until <= begins) * DAY, until, zone)


class Party(Entry):
    """委託先 or 共同利用者: a legal entity that is entrusted with personal data or uses it jointly.

    APPI 27(5)(i) and (iii): neither is a third party.
    """

    key: Key
    name: Text
    name_ja: Text | None = None
    country: Country = "JP"
    corporate_no: Annotated[str, StringConstraints(pattern=r"^[0-9]{13}$")] | None = None
    address: Text | None = None
    representative: Text | None = None
    contacts: Annotated[tuple[Email, ...], Field(min_length=1)]
    language: Literal["ja", "en"] = "ja"
    endpoint: tuple[Endpoint, ...] = ()
    certificate: tuple[Certificate, ...] = ()
    timezone: Zone | None = None
    maintenance: tuple[Maintenance, ...] = ()

    @model_validator(mode="after")
    def _maintained(self) -> Self:
        if {url for window in self.maintenance for url in window.urls} - {one.url for one in self.endpoint}:
            raise ValueError("maintenance-urls")
        return self

    def works_on(self, url: str, at: datetime, zone: tzinfo) -> bool:
        """Whether it has announced maintenance of that address. `zone`: that of the group, if it has none itself."""
        own = ZoneInfo(self.timezone) if self.timezone else zone
        return any(window.covers(url, at, own) for window in self.maintenance)

    def certified(self, kind: str | None, day: date) -> bool:
        return any(held.kind == kind and held.expires_on >= day for held in self.certificate)

    def certified_until(self, kind: str | None) -> date | None:
        """The last day on which it holds, or held, a valid one of that kind."""
        return max((held.expires_on for held in self.certificate if held.kind == kind), default=None)
