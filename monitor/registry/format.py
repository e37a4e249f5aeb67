"""The registry's file format: what an entry may say. One model per table; a field's docstring is in `docs/registry.md`.

Everything here is about one entry alone. What entries say about each other is checked in `read`, and what the calendar
day has to do with it in `plan`.
"""

from __future__ import annotations

import re
from datetime import date, time
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    Strict,
    StringConstraints,
    model_validator,
)

from monitor.calendar import Calendar, Roll, known_country
from monitor.probe.target import read_target

Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9./-]*$", max_length=200)]
_EMAIL = re.compile(r"[^\s@<>,;\"\x00-\x1f]+@[^\s@<>,;\"\x00-\x1f]+\.[^\s@.<>,;\"\x00-\x1f]+")
_DURATION = re.compile(r"([1-9][0-9]{0,4})([smhd])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
LONGEST_EMAIL = 320
YEAR = 12  #: months
SHORTEST = 10  #: seconds between two looks
_MONTHS = re.compile(r"([1-9][0-9]?) ?months?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")  # all but tabs and line ends


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value) or len(value) > LONGEST_EMAIL:
        raise ValueError("email")
    return value


def _country(value: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}", value):
        raise ValueError("country")
    return value


def _months(value: Any) -> Any:
    """`"12 months"` as a number of months, 12 at the most: Japanese practice wants every trustee looked at once a
    year.
    """
    found = _MONTHS.fullmatch(str(value))
    if not found:
        raise ValueError("months")
    if int(found[1]) > YEAR:
        raise ValueError("months-above-12")
    return int(found[1])


def _seconds(value: Any) -> Any:
    """`"5m"` as seconds; not faster than every ten seconds."""
    found = _DURATION.fullmatch(str(value))
    if not found or int(found[1]) * _UNITS[found[2]] < SHORTEST:
        raise ValueError("duration")
    return int(found[1]) * _UNITS[found[2]]


def say_seconds(value: int) -> str:
    """Seconds as the file writes them: 300 is `5m`."""
    unit = next(unit for unit in ("d", "h", "m", "s") if value % _UNITS[unit] == 0)
    return f"{value // _UNITS[unit]}{unit}"


def _month_day(value: str) -> str:
    found = re.fullmatch(r"([0-9]{2})-([0-9]{2})", value)
    try:
        date(2024, int(found[1]), int(found[2])) if found else None
    except ValueError:
        found = None
    if not found:
        raise ValueError("month-day")
    return value


def _web(value: str) -> str:
    """An address that the probe can look at: a mistake shows when the file is read, not with the first look."""
    try:
        read_target(value)
    except ValueError as error:
        raise ValueError("url") from error
    return value


def _hour(value: Any) -> Any:
    if not isinstance(value, time) and not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", str(value)):
        raise ValueError("hour")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("timezone") from error
    return value


def _closed(value: str) -> str:
    if value != "none" and not known_country(value):
        raise ValueError("closed-days")
    return value


def _visible(value: str) -> str:
    """A database may refuse them (PostgreSQL keeps no NUL), and a mail's header must not hold them."""
    if _CONTROL.search(value):
        raise ValueError("control")
    return value


def _no_number(value: Any) -> Any:
    """A number is no day, though pydantic would count it in seconds from 1970."""
    if isinstance(value, int | float):
        raise ValueError("day")  # noqa: TRY004 - pydantic's shape
    return value


def _no_flag(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("number")  # noqa: TRY004 - pydantic's shape
    return value


Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True), AfterValidator(_visible)]
Day = Annotated[date, BeforeValidator(_no_number)]
Certification = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9_-]*$", max_length=40)]
Email = Annotated[str, AfterValidator(_email)]
Country = Annotated[str, AfterValidator(_country)]
Flag = Annotated[bool, Strict()]
Months = Annotated[int, BeforeValidator(_months), PlainSerializer(lambda months: f"{months} months")]
Seconds = Annotated[int, BeforeValidator(_seconds), PlainSerializer(say_seconds)]
MonthDay = Annotated[str, AfterValidator(_month_day)]
Web = Annotated[str, AfterValidator(_web), StringConstraints(max_length=500)]
Hour = Annotated[time, BeforeValidator(_hour), PlainSerializer(lambda hour: hour.strftime("%H:%M"))]


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Group(Entry):
    """The group as a whole, its calendar and the hours of its mails."""

    name: Text
    name_ja: Text | None = None
    timezone: Annotated[str, AfterValidator(_zone)]
    closed_days: Annotated[str, AfterValidator(_closed)] = "JP"
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
    number: Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(_visible)]
    expires_on: Day
    issued_on: Day | None = None
    scope: Text | None = None


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
    deletion_days: Annotated[int, Field(ge=1, le=366), BeforeValidator(_no_flag)] = 30
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
