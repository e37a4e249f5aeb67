"""The script of a simulation: what people, calendars and endpoints do, and when."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, get_args

from pydantic import ValidationError

from monitor.language import Message
from monitor.mistakes import Invalid, Mistake, of_validation, read_toml, short
from monitor.simulation.deeds import DEEDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from monitor.simulation.event import Event


_BY_NAME: Mapping[str, type[Event]] = {get_args(one.model_fields["do"].annotation)[0]: one for one in DEEDS}


def read_script(path: Path) -> list[Event]:
    """The events of a script in time order; those of one instant in the order of the file. Raises `Invalid`."""
    tables = read_toml(path)
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
        place, do = f"[[event]] no. {number}", table.get("do") if isinstance(table, dict) else None
        kind = _BY_NAME.get(str(do))
        if kind is None:
            mistakes.append(Mistake(file, f"{place}: do", *_unknown(do)))
            continue
        try:
            events.append(kind.model_validate(table))
        except ValidationError as error:
            mistakes += of_validation(error, kind, file, place)
    return events, mistakes


def _unknown(do: Any) -> tuple[Message, Message]:
    if do is None:
        return Message("is missing."), Message("See docs/simulate.md for the events that there are.")
    near = difflib.get_close_matches(str(do), _BY_NAME, 1)
    what = Message("is {input}, which is no event.", {"input": short(do)})
    if near:
        return what, Message("Did you mean {near}?", {"near": near[0]})
    return what, Message("See docs/simulate.md for the events that there are.")
