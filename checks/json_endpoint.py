"""A party's own statement for machines: how far an erasure is, when it last attested, whatever was agreed on.

The registry says under which conditions all is well; a condition that does not hold is the finding. Besides JSON values
a condition may compare with `today`, `today - 365d` or `today + 30d`: a statement that never grows old says nothing.
Days are those of UTC.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urlsplit

from checks.answers import OWN_WORD, Exchange
from checks.contract import NOTHING, Look, Rule, Scope, Words
from checks.detail import Detail, plain
from checks.jsonpath import Condition, Path, condition, found, holds
from checks.jsonpath import document as parsed
from checks.jsonpath import read as read_path
from checks.rulebook import rules, title

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.contract import Finding, Probe

TITLE, RULES = title("json-endpoint"), rules("json-endpoint")
OK = 200
MOST_CONDITIONS = 20
DATED = re.compile(
    r"(?P<path>.*\S)\s*(?P<operator>==|<=|>=|<|>)\s*today\s*(?:(?P<sign>[+-])\s*(?P<days>\d{1,5})\s*d)?$"
)
HOLDS: Final = {
    "==": lambda one, other: one == other,
    "<=": lambda one, other: one <= other,
    ">=": lambda one, other: one >= other,
    "<": lambda one, other: one < other,
    ">": lambda one, other: one > other,
}


@dataclass(frozen=True, slots=True)
class Dated:
    """A condition on days: every value at the path is one, and lies so many days from today on the right side."""

    path: Path
    operator: str
    away: timedelta

    def holds(self, document: Any, today: date) -> bool:
        days = [_day(value) for value in found(self.path, document)]
        limit = today + self.away
        return bool(days) and all(day is not None and HOLDS[self.operator](day, limit) for day in days)


def read(text: str) -> Condition | Dated:
    """A condition as the registry has it; `ValueError` says what is wrong with it."""
    dated = DATED.match(text.strip())
    if dated is None:
        return condition(text)
    away = timedelta(days=int(f"{dated['sign'] or ''}{dated['days'] or 0}"))
    return Dated(read_path(dated["path"]), dated["operator"], away)


@dataclass(frozen=True, slots=True)
class JsonEndpoint:
    """Option: the conditions that must hold of the document, each by itself."""

    conditions: tuple[str, ...] = ()

    kind: ClassVar[str] = "json-endpoint"
    every: ClassVar[timedelta] = timedelta(hours=1)
    scope: ClassVar[Scope] = Scope.ADDRESS
    named_only: ClassVar[bool] = True
    ruleset: ClassVar[int] = 1
    title: ClassVar[Words] = TITLE
    rules: ClassVar[Mapping[str, Rule]] = RULES

    def __post_init__(self) -> None:
        if len(self.conditions) > MOST_CONDITIONS:
            raise ValueError(f"conditions: there are more than {MOST_CONDITIONS}")
        for text in self.conditions:
            try:
                read(text)
            except ValueError as error:
                raise ValueError(f"conditions: {text!r}: {error}") from None

    def suits(self, url: str) -> bool:
        return urlsplit(url).scheme in {"http", "https"}

    async def observe(self, url: str, probe: Probe) -> Exchange:
        return await probe.fetch(url, headers={"Accept": "application/json"}, again=True)

    def judge(self, seen: Exchange, at: datetime, before: Mapping[str, Any] = NOTHING) -> Look:  # noqa: ARG002
        reason = seen.unjudged(OWN_WORD)
        if reason:
            return seen.unknown(reason)
        if seen.final.status != OK:
            missing = RULES["json-endpoint.missing"].found(
                "The server answers with status {status}.", status=seen.final.status
            )
            return Look.of([missing], seen.evidence(), seen.took_ms)
        try:
            document = parsed(seen.final.body.removeprefix(b"\xef\xbb\xbf"))
        except ValueError:
            words = "The answer is longer than what is read." if seen.final.truncated else "The answer is no JSON."
            unreadable = RULES["json-endpoint.unreadable"].found(words)
            return Look.of([unreadable], seen.evidence(), seen.took_ms)
        today = at.astimezone(UTC).date()
        told = {text: _holds(text, document, today) for text in self.conditions}
        noted = {"conditions": [[plain(text), held] for text, held in told.items()]}
        return Look.of(_broken(told, document), seen.evidence() | noted, seen.took_ms)


def _holds(text: str, document: Any, today: date) -> bool:
    wanted = read(text)
    return wanted.holds(document, today) if isinstance(wanted, Dated) else holds(wanted, document)


def _broken(told: Mapping[str, bool], document: Any) -> Iterator[Finding]:
    for text, held in told.items():
        if held:
            continue
        said = ", ".join(_shown(value) for value in found(read(text).path, document)[:3])
        detail = Detail(
            "It does not hold that {text}; the answer says {said}.", text=text, said=said or Detail("nothing there")
        )
        yield RULES["json-endpoint.condition"].found(detail, key=text)


def _shown(value: Any) -> str:
    """A value in a few letters. What holds others may hold more than can be written out."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    return plain(repr(value), 60)


def _day(value: Any) -> date | None:
    """The day that a text names, by itself or with a time; a time with an offset counts in UTC."""
    if not isinstance(value, str):
        return None
    try:
        when = datetime.fromisoformat(value)
        return (when.astimezone(UTC) if when.tzinfo else when).date()
    except (ValueError, OverflowError):
        return None
