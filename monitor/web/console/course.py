"""How a watch has fared: its latest looks, and as bars and a line the last 24 hours and the last 90 days."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor.archive.recall import SLOT, Span, last_day, last_days
from monitor.cases import MAINTENANCE
from monitor.language import Message, say_day, say_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from checks.contract import Rule
    from monitor.archive.recall import Kept
    from monitor.calendar import Calendar

_DAY = timedelta(days=1)
QUARTERS = 4  #: of an hour
FEWEST = 2  #: points that make a line


async def course(watch: int, at: datetime, calendar: Calendar, language: str) -> list[dict[str, Any]]:
    """What the page draws; nothing where nobody has looked."""

    def moment(begin: datetime) -> str:
        return say_instant(begin, calendar.zone, language)

    def day(begin: datetime) -> str:
        return say_day(calendar.day_of(begin), language)

    parts = [
        _drawing(Message("The last 24 hours"), await last_day(watch, at, calendar), SLOT, moment, language),
        _drawing(Message("The last 90 days"), await last_days(watch, at, calendar), _DAY, day, language),
    ]
    return [part for part in parts if part]


def _drawing(
    title: Message, spans: Sequence[Span], each: timedelta, say: Callable[[datetime], str], language: str
) -> dict[str, Any]:
    if not any(span.looks for span in spans):
        return {}
    counts = {
        "passes": sum(span.passes for span in spans),
        "fails": sum(span.fails for span in spans),
        "unknowns": sum(span.unknowns for span in spans),
    }
    name = title.in_(language)
    summary = Message("Looks: {passes} passed, {fails} failed, {unknowns} not assessed", counts).in_(language)
    times = [round(span.took_ms, 1) for span in _drawn(spans, each) if span.took_ms is not None]
    return {
        "title": name,
        "label": Message("{what}: {outcome}", {"what": name, "outcome": summary}).in_(language),
        "summary": summary,
        "bars": [
            {"day": say(span.begin), "verdict": _verdict(span), "text": _text(span, language)}
            for span in _drawn(spans, each)
        ],
        "times": times if len(times) >= FEWEST else [],
        "times_label": Message("Response time in milliseconds").in_(language),
    }


def _drawn(spans: Sequence[Span], each: timedelta) -> Sequence[Span]:
    """Of a watch that looks seldom, whole hours: its empty quarters would be nearly all that one sees. What is empty is
    drawn empty, because a time in which nobody looked is neither well nor failing.
    """
    looks = sum(1 for span in spans if span.looks)
    if each >= _DAY or looks > len(spans) / 2:
        return spans
    return [_merged(spans[at : at + QUARTERS]) for at in range(0, len(spans), QUARTERS)]


def _merged(spans: Sequence[Span]) -> Span:
    timed = [(span.took_ms, span.passes) for span in spans if span.took_ms is not None]
    passes = sum(count for _, count in timed)
    return Span(
        spans[0].begin,
        passes=sum(span.passes for span in spans),
        fails=sum(span.fails for span in spans),
        unknowns=sum(span.unknowns for span in spans),
        took_ms=sum(took * count for took, count in timed) / passes if passes else None,
    )


def _verdict(span: Span) -> str:
    if span.fails:
        return "partial" if span.passes else "fail"
    if span.passes:
        return "pass"
    return "unknown" if span.unknowns else "none"


def _text(span: Span, language: str) -> str:
    """What a bar says beyond its kind; nothing where its kind says all."""
    if not span.fails:
        return ""
    return Message("{fails} of {looks} looks failed", {"fails": span.fails, "looks": span.looks}).in_(language)


def row_of(look: Kept, rules: Mapping[str, Rule], zone: ZoneInfo, language: str) -> tuple[str, str, str]:
    """One look: when, how it ended, how long it took."""
    return say_instant(look.at, zone, language), _outcome(look, rules, language), f"{look.took_ms:.0f} ms"


def _outcome(look: Kept, rules: Mapping[str, Rule], language: str) -> str:
    words = {"pass": "passed", "fail": "failed", "unknown": "not assessed"}
    if look.reason == MAINTENANCE:
        return Message("failed, while the party works on it as announced").in_(language)
    rule = rules.get(look.reason)
    return Message(words[look.verdict]).in_(language) + (f": {rule.title.said(language)}" if rule else "")
