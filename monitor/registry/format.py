"""The registry's file format: what an entry may say. One model per table; a field's docstring is in `docs/registry.md`.

Everything here is about one entry alone. What entries say about each other is checked in `read`, and what the calendar
day has to do with it in `plan`.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Annotated, Any, Literal, Self, cast, get_args
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from monitor.calendar import DAY, Calendar, Roll
from monitor.registry.values import (
    Certification,
    Country,
    Day,
    Email,
    Flag,
    Hour,
    Key,
    Moment,
    MonthDay,
    Months,
    Seconds,
    Text,
    Web,
    Zone,
    known_closed_days,
    no_flag,
    visible,
)


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Group(Entry):
    """The group as a whole, its calendar and the hours of its mails."""

    name: Text
    name_ja: Text | None = None
    timezone: Zone
    closed_days: Annotated[str, AfterValidator(known_closed_days)] = "JP"
    extra_closed: tuple[Day, ...] = ()
    send_at: Hour = time(9)
    send_until: Hour = time(18)
    privacy_office: tuple[Email, ...] = ()
    language: Literal["ja", "en"] = "ja"
    any_hour: Flag = False

    @model_validator(mode="after")
    def _hours(self) -> Self:
        if self.send_at >= self.send_until:
            raise ValueError("send-hours")
        return self

    def calendar(self) -> Calendar:
        country = "" if self.closed_days == "none" else self.closed_days
        zone = ZoneInfo(self.timezone)
        return Calendar(zone, country, frozenset(self.extra_closed), self.send_at, self.send_until, self.any_hour)


Role = Literal["managers", "pi_manager", "reviewer", "executive"]


def _role(value: Any) -> Any:
    return {"manager": "managers", "reviewers": "reviewer"}.get(value, value) if isinstance(value, str) else value


class Person(Entry):
    """Somebody who acts for a company. While away, the deputy gets what was meant for them."""

    email: Email
    roles: tuple[Annotated[Role, BeforeValidator(_role)], ...] = ()
    deputy: Email | None = None
    away: tuple[Day, Day] | None = None


class Company(Entry):
    """グループ会社: a company of the group; as the contracting company it answers for its engagements (APPI 25)."""

    key: Key
    name: Text
    name_ja: Text | None = None
    address: Text | None = None
    representative: Text | None = None
    managers: tuple[Email, ...]
    pi_manager: tuple[Email, ...] = ()
    reviewers: tuple[Email, ...] = ()
    executive: tuple[Email, ...] = ()
    member_from: Day | None = None
    member_until: Day | None = None
    person: tuple[Person, ...] = ()

    @model_validator(mode="after")
    def _dates(self) -> Self:
        if self.member_from and self.member_until and self.member_until < self.member_from:
            raise ValueError("member-dates")
        return self

    def member_on(self, day: date) -> bool:
        return (self.member_from or date.min) <= day <= (self.member_until or date.max)


class Purpose(Entry):
    """利用目的: a purpose of use that the group has published (APPI 17, 21)."""

    key: Key
    text: Text
    text_ja: Text | None = None
    promise_ja: Text | None = None
    promise_en: Text | None = None


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


class Attestation(Entry):
    """When and with what the party is asked to attest; a date of a campaign (`due`) stands instead of a rhythm."""

    questionnaire: Key | None = None
    every: Months | None = None
    due: MonthDay | None = None
    rests_on: Certification | None = None
    last_accepted_on: Day | None = None


class Place(Entry):
    """Where data lies: a row of the deletion certificate. `url`: must stay gone once the deletion was accepted."""

    name: Text
    kind: Literal["prod", "backup", "log", "paper", "media", "sub_trustee"]
    url: Web | None = None


class Deletion(Entry):
    accepted_on: Day | None = None


Tier = Literal["S", "A", "B", "C"]
State = Literal[
    "candidate", "under_review", "approved", "active", "suspended", "ending", "deletion_pending", "closed", "rejected"
]
OWING = frozenset({"active", "suspended", "ending", "deletion_pending"})  #: states in which something is owed
_EVERY: dict[str, int] = {"S": 6, "A": 12, "B": 12, "C": 12}


class Engagement(Entry):
    """委託 or 共同利用: one company's use of one party for some purposes (APPI 25; 27(5)(iii) for joint use)."""

    key: Key
    company: Key
    party: Key
    kind: Literal["trustee", "joint_user"]
    title: Text | None = None
    purposes: tuple[Key, ...] = ()
    items: tuple[Text, ...] = ()
    child_data: Flag = False
    special_care: Flag = False
    my_number: Flag = False
    card: Flag = False
    tier: Tier = "B"
    starts_on: Day
    ends_on: Day | None = None
    deletion_days: Annotated[int, Field(ge=1, le=366), BeforeValidator(no_flag)] = 30
    state: State = "active"
    roll: Roll = Roll.FOLLOWING
    under: Key | None = None
    places: tuple[Country, ...] = ()
    attestation: Attestation = Attestation()
    place: tuple[Place, ...] = ()
    deletion: Deletion = Deletion()

    @model_validator(mode="after")
    def _dates(self) -> Self:
        if self.ends_on and self.ends_on < self.starts_on:
            raise ValueError("engagement-dates")
        return self

    @property
    def effective_tier(self) -> Tier:
        """Data of children and cards put an engagement into the highest tier whatever the file says."""
        return "S" if self.child_data or self.card else self.tier

    @property
    def every(self) -> int:
        """Months between two attestations."""
        return self.attestation.every or _EVERY[self.effective_tier]

    def in_force_on(self, day: date, ends_on: date | None = None) -> bool:
        """Whether data may be with the party on that day. `ends_on`: an earlier end that comes from above in the
        tree.
        """
        last = min((end for end in (self.ends_on, ends_on) if end), default=date.max)
        return self.state in OWING and self.starts_on <= day <= last


KINDS: dict[str, type[Entry]] = {
    "company": Company,
    "purpose": Purpose,
    "party": Party,
    "engagement": Engagement,
}
