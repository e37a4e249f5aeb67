"""What a single value of a registry file may be: keys, addresses, days, durations, instants."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, Strict, StringConstraints, ValidationInfo

from checks.spelling import normal
from monitor.calendar import known_country, within
from monitor.questionnaire.my_number import holds_my_number
from monitor.target import read_target

Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9./-]*$", max_length=200)]
_EMAIL = re.compile(r"[!#-+\-.-:=?A-~]+@[^\s@<>,;\"\x00-\x1f]+\.[^\s@.<>,;\"\x00-\x1f]+")
_DURATION = re.compile(r"([1-9][0-9]{0,4})([smhd])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
LONGEST_EMAIL = 254  #: octets that a mail server has to take
YEAR = 12  #: months
SHORTEST = 10  #: seconds between two looks
_MONTHS = re.compile(r"([1-9][0-9]?) ?months?")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")  # all but tabs and line ends, and signs that are none


def _email(value: str) -> str:
    if not is_email(value):
        raise ValueError("email")
    return value


def is_email(value: str) -> bool:
    """Whether mail can be sent there: one mailbox and no list of them, whose part before the @ every server takes."""
    return len(value) <= LONGEST_EMAIL and _EMAIL.fullmatch(value) is not None


def email_typed(text: str) -> str:
    """An address as typed on a telephone: full-width signs and capitals included. Empty if it is none."""
    found = normal("NFKC", text).strip().lower()
    return found if is_email(found) else ""


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


def _moment(value: Any) -> Any:
    """An instant with its offset, or hours and minutes."""
    if isinstance(value, str):
        try:
            value = time.fromisoformat(value) if ":" in value[:3] else datetime.fromisoformat(value)
        except ValueError as error:
            raise ValueError("moment") from error
    if not (isinstance(value, time) or (isinstance(value, datetime) and value.tzinfo)):
        raise ValueError("moment")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("timezone") from error
    return value


def known_closed_days(value: str) -> str:
    if value != "none" and not known_country(value):
        raise ValueError("closed-days")
    return value


def visible(value: str) -> str:
    """A database may refuse them (PostgreSQL keeps no NUL), and a mail's header must not hold them."""
    if _CONTROL.search(value):
        raise ValueError("control")
    return value


WRITTEN = {"written": True}  #: the context of what somebody writes; what is in the registry is read without
FILED = WRITTEN | {"filed": True}  #: and that of a file, where a day is a date of TOML and no text
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _no_my_number(value: str, info: ValidationInfo) -> str:
    """No individual number comes into the registry with a text (My Number Act 20). Keys, numbers of certificates and
    the like are no texts: one in eleven of twelve digits would pass for one.
    """
    if info.context and holds_my_number(value):
        raise ValueError("my-number")
    return value


def _plain_day(value: Any, info: ValidationInfo) -> Any:
    """A date, or its text where it was kept as JSON. Pydantic would take a number for seconds from 1970, quoted or not,
    and cut the hours off an instant.
    """
    kept = isinstance(value, str) and _DAY.fullmatch(value) and "filed" not in (info.context or ())
    if isinstance(value, datetime):
        raise ValueError("day-and-time")  # noqa: TRY004 - pydantic's shape
    if not kept and not isinstance(value, date):
        raise ValueError("day")
    return value


def _within(value: date) -> date:
    if not within(value):
        raise ValueError("day-beyond")
    return value


def whole(value: Any) -> Any:
    """Neither a flag nor a number in quotes."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("number")  # noqa: TRY004 - pydantic's shape
    return value


Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=2000, strip_whitespace=True),
    AfterValidator(visible),
    AfterValidator(_no_my_number),
]
Day = Annotated[date, BeforeValidator(_plain_day), AfterValidator(_within)]
Certification = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9_-]*$", max_length=40)]
Email = Annotated[str, AfterValidator(_email)]
Country = Annotated[str, AfterValidator(_country)]
Flag = Annotated[bool, Strict()]
Months = Annotated[int, BeforeValidator(_months), PlainSerializer(lambda months: f"{months} months")]
Seconds = Annotated[int, BeforeValidator(_seconds), PlainSerializer(say_seconds)]
MonthDay = Annotated[str, AfterValidator(_month_day)]
Web = Annotated[str, AfterValidator(_web), StringConstraints(max_length=500)]
Hour = Annotated[time, BeforeValidator(_hour), PlainSerializer(lambda hour: hour.strftime("%H:%M"))]


Zone = Annotated[str, AfterValidator(_zone)]
Moment = Annotated[
    datetime | time,
    BeforeValidator(_moment),
    PlainSerializer(lambda at: at.isoformat() if isinstance(at, datetime) else at.strftime("%H:%M")),
]
