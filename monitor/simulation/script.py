"""The script of a simulation: what people, calendars and endpoints do, and when."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Annotated, Any, Union

from pydantic import Field, TypeAdapter, ValidationError

from monitor.language import Message
from monitor.mistakes import Invalid, Mistake
from monitor.simulation.deeds import DEEDS

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.simulation.event import Event


_any: Any = Union[tuple(DEEDS)]  # noqa: UP007 - of a table
_one: TypeAdapter[Any] = TypeAdapter(Annotated[_any, Field(discriminator="do")])
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
