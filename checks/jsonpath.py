"""Paths into a JSON document, and conditions on what stands there: `$.jobs[0].state == "done"`.

A small part of RFC 9535, because what a privacy officer asks of a vendor's answer is "is it there, and what does it
say": names, places in a list, and `*` for each of them. No filters and no descent, so that no path takes longer than
the document is large. Pure, and never surprised by a document: it is a stranger's.
"""

from __future__ import annotations

import json
import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONGEST = 500
STEP = re.compile(
    r"""\.?(?P<name>\w[\w-]*)|\.?\[(?P<place>-?[0-9]{1,9})\]|\.?\[(?P<quoted>"(?:[^"\\]|\\.)*")\]"""
    r"""|\.?\['(?P<single>[^'\\]*)'\]|(?P<each>\.?\[\*\]|\.\*)""",
)
COMPARED = re.compile(r"\s*(==|!=|<=|>=|<|>)\s*")


class _Each:
    """Stands for every element of a list and every value of an object."""


EACH: Final = _Each()
Step = str | int | _Each


@dataclass(frozen=True, slots=True)
class Path:
    text: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """A path, and what its values must be; without an operator it is enough that there is one and that it says yes."""

    text: str
    path: Path
    operator: str = ""
    value: Any = None


def read(path: str) -> Path:
    """`a.b[0].c`, with or without `$.` before it; `ValueError` says what is wrong."""
    text = path.strip()
    end, steps = _steps(text)
    if end < len(text):
        raise ValueError(f"{text[end:]!r} is no step of a path; write for example $.jobs[0].state")
    return Path(text, steps)


def condition(text: str) -> Condition:
    """`PATH`, or `PATH == VALUE` with `==`, `!=`, `<`, `<=`, `>`, `>=` and a JSON value; else `ValueError`."""
    text = text.strip()
    end, steps = _steps(text)
    path = Path(text[:end], steps)
    if end == len(text):
        return Condition(text, path)
    compared = COMPARED.match(text, end)
    if compared is None:
        raise ValueError(f'{text[end:].strip()!r} is no comparison; write for example $.status == "ok"')
    return Condition(text, path, compared[1], _literal(text[compared.end() :], compared[1]))


def _steps(text: str) -> tuple[int, tuple[Step, ...]]:
    """Where the path at the beginning of a text ends, and its steps."""
    if len(text) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")
    rooted = text.startswith("$")
    end, steps = int(rooted), []
    while found := STEP.match(text, end):
        if found["name"] and end and not found[0].startswith("."):
            break
        steps.append(_step(found))
        end = found.end()
    if not steps and not rooted:
        raise ValueError("it names no path; write for example $.status")
    return end, tuple(steps)


def _step(found: re.Match[str]) -> Step:
    if found["each"]:
        return EACH
    if found["place"]:
        return int(found["place"])
    if found["quoted"]:
        return str(document(found["quoted"]))
    return found["name"] or found["single"] or ""


def _literal(text: str, compared: str) -> Any:
    try:
        value = document(text)
    except ValueError:
        raise ValueError(f"{text!r} is no JSON value; texts stand in double quotes") from None
    if compared not in {"==", "!="} and _order(value) is None:
        raise ValueError(f"{compared} compares with a number or a text")
    return value


def document(text: str | bytes) -> Any:
    """A JSON document of a stranger; `ValueError` for whatever is none, one that is too deep to be read included."""
    try:
        return json.loads(text, parse_constant=_no_json)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _no_json(word: str) -> None:
    """NaN and Infinity, which Python reads and RFC 8259 does not know."""
    raise ValueError(f"{word} is no JSON value")


def found(path: Path, document: Any) -> tuple[Any, ...]:
    """Everything that stands at the path, in order; empty where nothing does."""
    here = [document]
    for step in path.steps:
        here = [value for place in here for value in _below(place, step)]
    return tuple(here)


def _below(place: Any, step: Step) -> Iterator[Any]:
    if isinstance(step, _Each):
        yield from place if isinstance(place, list) else place.values() if isinstance(place, dict) else ()
    elif isinstance(step, str):
        if isinstance(place, dict) and step in place:
            yield place[step]
    elif isinstance(place, list) and -len(place) <= step < len(place):
        yield place[step]


def holds(wanted: Condition, document: Any) -> bool:
    """Whether something stands at the path, and all of it is as wanted. Without an operator: neither null nor false."""
    values = found(wanted.path, document)
    if not wanted.operator:
        return bool(values) and all(value is not None and value is not False for value in values)
    return bool(values) and all(_compared(value, wanted) for value in values)


ORDERED: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _compared(value: Any, wanted: Condition) -> bool:
    if wanted.operator in ORDERED:
        alike = _order(value) is not None and _order(value) is _order(wanted.value)
        return alike and ORDERED[wanted.operator](value, wanted.value)
    return _same(value, wanted.value) is (wanted.operator == "==")


def _order(value: Any) -> type | None:
    """What a value can be compared with: numbers with numbers, texts (dates among them) with texts."""
    if isinstance(value, bool):
        return None
    return float if isinstance(value, int | float) else str if isinstance(value, str) else None


def _same(one: Any, other: Any) -> bool:
    """Equality as JSON has it, where true is not 1. As deep as the shallower of the two: ours is short."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in other)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)
