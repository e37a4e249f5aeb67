"""The script of a simulation: what people, calendars and endpoints do, and when."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from monitor.language import Message
from monitor.mistakes import Invalid, Mistake

if TYPE_CHECKING:
    from pathlib import Path


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("offset")
    return value


Instant = Annotated[datetime, AfterValidator(_aware)]


class Event(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    at: Instant


class DutyEvent(Event):
    engagement: str
    obligation: str = "attestation"


class Submit(DutyEvent):
    do: Literal["submit"]
    by: str | None = None


class Accept(DutyEvent):
    do: Literal["accept"]
    by: str | None = None


class Return(DutyEvent):
    do: Literal["return"]
    by: str | None = None
    reason: str = ""


class Waive(DutyEvent):
    do: Literal["waive"]
    by: str | None = None
    reason: str = ""
    until: Instant | None = None


class Acknowledge(DutyEvent):
    do: Literal["acknowledge"]
    by: str | None = None
    until: Instant | None = None
    reason: str = ""


class Decline(DutyEvent):
    do: Literal["decline"]
    reason: str = ""
    offered: str = ""
    price_consulted_on: date | None = None


class Down(Event):
    do: Literal["down"]
    until: Instant


class CloseDay(Event):
    do: Literal["close_day"]
    day: date


class End(Event):
    do: Literal["end"]
    engagement: str
    on: date


class Observe(Event):
    do: Literal["observe"]
    url: str
    check: str
    verdict: Literal["pass", "fail", "unknown"]
    severity: Literal["low", "medium", "high", "critical"] | None = None


class ServedAgain(Event):
    do: Literal["served_again"]
    url: str


class Bounce(Event):
    do: Literal["bounce"]
    to: str
    hard: bool = True


class Mute(Event):
    do: Literal["mute"]
    url: str
    check: str
    company: str | None = None
    by: str | None = None
    until: Instant | None = None
    reason: str = ""


class PolicyChanged(Event):
    do: Literal["policy_changed"]
    url: str
    on: date


class Done(Event):
    do: Literal["done"]
    obligation: str
    on: date | None = None
    engagement: str | None = None
    company: str | None = None
    by: str | None = None


AnyEvent = Annotated[
    Mute
    | Submit
    | Accept
    | Return
    | Waive
    | Acknowledge
    | Decline
    | Down
    | Bounce
    | CloseDay
    | End
    | Observe
    | ServedAgain
    | PolicyChanged
    | Done,
    Field(discriminator="do"),
]
_one: TypeAdapter[Any] = TypeAdapter(AnyEvent)
_WORDS = {
    "missing": "is missing.",
    "extra_forbidden": "is not a key of this event.",
    "union_tag_invalid": "is an unknown deed.",
    "union_tag_not_found": "is missing.",
    "value_error": "needs an offset, like 2026-09-01T09:00:00+09:00.",
}


def read_script(path: Path) -> list[Event]:
    """The events of a script in time order; those of one instant in the order of the file. Raises `Invalid`."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Invalid(
            [Mistake(str(path), "-", Message("cannot be read: {why}.", {"why": error}), Message("Correct the file."))]
        ) from error
    events, mistakes = _events(tables.get("event", []), str(path))
    mistakes += [
        Mistake(str(path), name, Message("is not a known table."), Message("Write [[event]]."))
        for name in tables.keys() - {"event"}
    ]
    if mistakes:
        raise Invalid(mistakes)
    return sorted(events, key=lambda event: event.at)


def _events(tables: Any, file: str) -> tuple[list[Event], list[Mistake]]:
    if not isinstance(tables, list):
        return [], [
            Mistake(file, "event", Message("is a single table."), Message("Write [[{kind}]].", {"kind": "event"}))
        ]
    events: list[Event] = []
    mistakes: list[Mistake] = []
    for number, table in enumerate(tables, 1):
        try:
            events.append(_one.validate_python(table))
        except ValidationError as error:
            for detail in error.errors():
                name = str(detail["loc"][-1]) if detail["loc"] else "do"
                what = Message(_WORDS.get(detail["type"], "is not valid."))
                remedy = Message("See docs/simulate.md for what this event may say.")
                mistakes.append(Mistake(file, f"[[event]] no. {number}: {name}", what, remedy))
    return events, mistakes
