"""From what a person typed to an answer, in the spelling that people here use.

Numbers and days are read in any width and era. Names and prose are kept as they were typed, but for line ends, signs
that cannot be seen and the way in which accents and voicing marks are stored. What cannot be read is kept as typed:
`examine` says what is wrong with it, and the draft loses nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from checks.spelling import normal
from monitor.calendar import within
from monitor.questionnaire.answers import Answer, EvidenceFile
from monitor.questionnaire.model import Question, QuestionType
from monitor.questionnaire.text import is_blank

if TYPE_CHECKING:
    from collections.abc import Mapping

# NFC would replace these by their unified twins, and 神 (U+FA19) in a name is not 神 (U+795E) to its bearer.
_COMPATIBILITY_IDEOGRAPHS = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f]+)")
# Control characters but for line end and tab, lone surrogates, and the signs that turn the direction of writing.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_HYPHENS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc", "-"))

_NUMBER = re.compile(r"-?(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})")
_DAY = re.compile(
    r"""(?:(?P<era>令和|平成|昭和|[RHS])(?P<nth>元|[0-9]{1,2})|(?P<year>[0-9]{4}))
        [-/.年](?P<month>[0-9]{1,2})[-/.月](?P<day>[0-9]{1,2})日?""",
    re.VERBOSE | re.IGNORECASE,
)
_FIGURE = re.compile(r"(?:令和|平成|昭和|[RHS])?(?:元|[0-9]{1,4})", re.IGNORECASE)
_COMPACT_DAY = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
_YEAR_BEFORE_ERA: Mapping[str, int] = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925, "S": 1925}


@dataclass(frozen=True, slots=True)
class Entry:
    """What a form sent for one question. `values` holds one string, or one for each ticked box."""

    values: tuple[str, ...] = ()
    not_applicable: bool = False
    reason: str = ""
    comment: str = ""


def parse(question: Question, entry: Entry, files: tuple[EvidenceFile, ...] = ()) -> Answer:
    """The answer that was meant. Never fails: what cannot be read is kept as typed."""
    return Answer(
        value=_value(question, entry.values),
        not_applicable=entry.not_applicable,
        reason=tidy(entry.reason),
        comment=tidy(entry.comment),
        files=files,
    )


def _value(question: Question, values: tuple[str, ...]) -> str | int | tuple[str, ...] | None:
    typed = [tidy(value) for value in values if not is_blank(value)]
    if not typed or question.type is QuestionType.FILE:
        return None
    match question.type:
        case QuestionType.CHOICES:
            return tuple(dict.fromkeys(value.strip() for value in typed))
        case QuestionType.TEXT | QuestionType.LONG_TEXT:
            return typed[0]
        case QuestionType.NUMBER:
            number = typed_number(typed[0], _units(question))
            return typed[0] if number is None else number
        case QuestionType.DATE:
            day = any_day(typed[0])
            return day.isoformat() if day else typed[0]
        case _:
            return typed[0].strip()


def _units(question: Question) -> tuple[str, ...]:
    return (question.unit.ja, question.unit.en) if question.unit else ()


def tidy(text: str) -> str:
    """Text as it may be kept: one sign for line ends, no control characters, marks composed (NFC), names untouched."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    seen = _FORBIDDEN.sub("", lines)
    parts = _COMPATIBILITY_IDEOGRAPHS.split(seen)
    return "".join(part if n % 2 else normal("NFC", part) for n, part in enumerate(parts))


def holds_forbidden(text: str) -> bool:
    """Control characters, lone surrogates, and the signs that make text read in another order than it is stored."""
    return _FORBIDDEN.search(text) is not None


def typed_number(text: str, units: tuple[str, ...] = ()) -> int | None:
    """Reads `１，０００`, `1,000` and, where the unit is 件, `1,000件`; None if it is no whole number."""
    plain = _narrow(text)
    for unit in units:
        plain = plain.removesuffix(_narrow(unit))
    return int(plain.replace(",", "")) if _NUMBER.fullmatch(plain) else None


def calendar_day(text: str) -> date | None:
    """A day near enough to reckon with, as `any_day` reads it; else None."""
    day = any_day(text)
    return day if day and within(day) else None


def any_day(text: str) -> date | None:
    """Reads 2026-12-31, 2026/12/31, 20261231, 2026年12月31日, 令和8年12月31日, R8.12.31, in any width; else None."""
    plain = _narrow(text)
    found = _DAY.fullmatch(plain) or _COMPACT_DAY.fullmatch(plain)
    if found is None:
        return None
    parts = found.groupdict()
    try:
        return date(_year(parts), int(parts["month"]), int(parts["day"]))
    except ValueError:
        return None


def three_boxes(year: str, month: str, day: str) -> str:
    """A day typed into three boxes, as one text; a whole day typed into the first box stands as it is. The signs of
    year, month and day behind their figures say nothing that the boxes do not say.
    """
    typed = [box.strip() for box in (year, month, day)]
    boxes = [box.removesuffix(sign).strip() for box, sign in zip(typed, "年月日", strict=True)]
    if not any(boxes[1:]) and not _FIGURE.fullmatch(_narrow(boxes[0])):
        return typed[0]
    return "-".join(boxes)


def boxes_left_empty(text: str) -> tuple[str, ...]:
    """Of a day that was typed in part: what is missing of `year`, `month`, `day`. None where it is whole, or unreadable
    otherwise.
    """
    parts = dict(zip(("year", "month", "day"), text.split("-"), strict=False))
    filled = [part for part in parts.values() if part]
    if len(parts) < 3 or not all(_FIGURE.fullmatch(_narrow(part)) for part in filled):  # noqa: PLR2004 - boxes of a day
        return ()
    return tuple(name for name, part in parts.items() if not part)


def _year(parts: Mapping[str, str | None]) -> int:
    if parts["year"]:
        return int(parts["year"])
    nth = parts["nth"] or ""
    return _YEAR_BEFORE_ERA[(parts["era"] or "").upper()] + (1 if nth == "元" else int(nth))


def _narrow(text: str) -> str:
    """One width for all signs, one hyphen, no blanks: for codes only, never for names."""
    return "".join(normal("NFKC", text).translate(_HYPHENS).replace("、", ",").split())
