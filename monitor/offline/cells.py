"""Between an answer and the cells of its rows. Pure, and the same in both directions.

A question has one row, and where several things may be ticked, one more for each of them. What stands in the cells is
read by the rules of the web form (`monitor.questionnaire.entry`), whatever program wrote it: figures as numbers or as
text, days as days, as serial numbers or as 令和8年12月31日. What cannot be read is kept as typed, with a slip that says
what to write.

A row carries a mark: how often its answer had been saved when the workbook was made, and a digest of the cells as they
left. Cells that come back as they left say nothing. So a workbook that lay on a desk for a week undoes nothing that a
colleague has answered meanwhile, and somebody who empties a cell is believed.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from monitor.language import Message
from monitor.offline.labels import TICK, TICKED, UNTICKED, fold, labels, meant, not_applicable, offered
from monitor.offline.labels import said_not_applicable as says_na
from monitor.questionnaire import Answer, Entry, Question, QuestionType, parse
from monitor.questionnaire.entry import calendar_day, typed_number
from monitor.questionnaire.model import WRITTEN
from monitor.questionnaire.text import is_blank

if TYPE_CHECKING:
    from collections.abc import Mapping

Value = str | int | float | bool | date | datetime | time | timedelta | None
ANSWER, NA, REASON, COMMENT = "answer", "na", "reason", "comment"  #: the cells that somebody fills in
FITS = 32_000  #: UTF-16 units of one cell; Excel takes 32,767 and shows a thousand
CHOSEN = frozenset({QuestionType.YES_NO, QuestionType.CHOICE, QuestionType.STATEMENT})
_OPTION = "#"  #: between a question's id and that of a choice; neither has one
_FIRST_DAY, _SERIALS = date(1899, 12, 30), range(18_264, 109_575)  #: how spreadsheets count days: 1950 to 2200
_OLDEST = date(1950, 1, 1)  #: older days are written as text, for spreadsheets disagree on them
_MARK = re.compile(r"v([0-9]{1,6})-([0-9a-f]{12})")
Row = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Slip:
    """What cannot be read in a cell of a row, and what to write there."""

    row: str
    cell: str
    message: Message


@dataclass(frozen=True)
class Said:
    """What the rows of a question say. `version` is how often the answer had been saved when the workbook was made."""

    answer: Answer
    slips: tuple[Slip, ...] = ()
    version: int = 0
    touched: bool = True


@dataclass(slots=True)
class _Reading:
    question: Question
    language: str
    slips: list[Slip] = field(default_factory=list)

    def slip(self, cell: str, message: Message, row: str = "") -> None:
        self.slips.append(Slip(row or self.question.id, cell, message))


def option(question: Question, choice: str) -> str:
    """The key of the row on which one of several things is ticked."""
    return f"{question.id}{_OPTION}{choice}"


def keys(question: Question) -> tuple[str, ...]:
    """The keys of a question's rows."""
    if question.type is not QuestionType.CHOICES:
        return (question.id,)
    return (question.id, *(option(question, choice.id) for choice in question.choices))


def write(question: Question, answer: Answer, language: str) -> dict[str, Row]:
    """What the rows of a question hold for an answer. What no cell can hold is left out, and stays as it is."""
    own: Row = {
        ANSWER: _shown(question, answer, language),
        NA: not_applicable(language) if answer.not_applicable else None,
        REASON: _fitting(answer.reason),
        COMMENT: _fitting(answer.comment),
    }
    rows = {question.id: own}
    if question.type is QuestionType.CHOICES:
        chosen = answer.value if isinstance(answer.value, tuple) else ()
        rows |= {option(question, each.id): {ANSWER: TICK if each.id in chosen else None} for each in question.choices}
    return rows


def _shown(question: Question, answer: Answer, language: str) -> Value:
    value = answer.value
    if value is None or isinstance(value, tuple) or question.type in {QuestionType.CHOICES, QuestionType.FILE}:
        return None
    if isinstance(value, int):
        return value if question.type is QuestionType.NUMBER else str(value)
    if question.type in CHOSEN:
        return labels(question, language).get(value) or _fitting(value)
    day = calendar_day(value) if question.type is QuestionType.DATE else None
    return day if day and day >= _OLDEST and day.isoformat() == value else _fitting(value)


def _fitting(text: str) -> str | None:
    return text if text and len(text.encode("utf-16-le", "surrogatepass")) // 2 <= FITS else None


def read(question: Question, rows: Mapping[str, Row], language: str) -> Said:
    """What the rows of a question say."""
    reading, own = _Reading(question, language), rows.get(question.id, {})
    typed = words(own.get(ANSWER))
    na = _na(reading, own, typed)
    values = () if na and question.type in CHOSEN and says_na(typed) else _values(reading, rows, own.get(ANSWER))
    entry = Entry(values, not_applicable=na, reason=words(own.get(REASON)), comment=words(own.get(COMMENT)))
    return Said(parse(question, entry), tuple(reading.slips))


def _na(reading: _Reading, own: Row, typed: str) -> bool:
    """Its own column says so, or the answer does where answers are fixed and none of them is called so."""
    question, column = reading.question, words(own.get(NA))
    if is_blank(column) or fold(column) in UNTICKED:
        na = question.type in CHOSEN and says_na(typed) and meant(question, typed, reading.language) is None
    else:
        na = says_na(column) or fold(column) in TICKED
        if not na:
            text = "Choose “{na}” or leave this cell empty."
            reading.slip(NA, Message(text, {"na": not_applicable(reading.language)}))
    return na


def _values(reading: _Reading, rows: Mapping[str, Row], own: Value) -> tuple[str, ...]:
    question, typed = reading.question, words(own)
    if question.type is QuestionType.CHOICES:
        return _ticked(reading, rows)
    if is_blank(typed) or question.type is QuestionType.FILE:
        return ()
    if question.type in WRITTEN:
        return (typed,)
    return (_readable(reading, own, typed),)


def _readable(reading: _Reading, own: Value, typed: str) -> str:
    question, language = reading.question, reading.language
    if question.type is QuestionType.NUMBER:
        if typed_number(typed, (question.unit.ja, question.unit.en) if question.unit else ()) is None:
            text = "“{typed}” cannot be read as a number. Write a whole number, such as 12."
            reading.slip(ANSWER, Message(text, {"typed": typed}))
        return typed
    if question.type is QuestionType.DATE:
        return _day(reading, own, typed)
    found = meant(question, typed, language)
    if found is None:
        choices = offered(labels(question, language).values(), language)
        text = "“{typed}” is none of the answers. Choose “{choices}”."
        reading.slip(ANSWER, Message(text, {"typed": typed, "choices": choices}))
    return found or typed


def _day(reading: _Reading, own: Value, typed: str) -> str:
    if isinstance(own, int | float) and int(own) == own and int(own) in _SERIALS:
        return (_FIRST_DAY + timedelta(days=int(own))).isoformat()
    if calendar_day(typed) is None:
        text = "“{typed}” cannot be read as a date. Write it as 2027/3/31 or 令和9年3月31日."
        reading.slip(ANSWER, Message(text, {"typed": typed}))
    return typed


def _ticked(reading: _Reading, rows: Mapping[str, Row]) -> tuple[str, ...]:
    question, ticked = reading.question, list[str]()
    for choice in question.choices:
        key = option(question, choice.id)
        typed = words(rows.get(key, {}).get(ANSWER))
        if fold(typed) in TICKED:
            ticked.append(choice.id)
        elif not is_blank(typed) and fold(typed) not in UNTICKED:
            text = "Enter “{tick}” if this applies, or leave the cell empty; “{typed}” cannot be read."
            reading.slip(ANSWER, Message(text, {"tick": TICK, "typed": typed}), key)
    return tuple(ticked)


def words(value: Value) -> str:
    """What a cell shows, as somebody would have typed it."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def mark(question: Question, rows: Mapping[str, Row], language: str, version: int) -> str:
    """The mark of a question's rows as they leave."""
    return f"v{version}-{_digest(read(question, rows, language))}"


def marked(said: Said, text: str) -> Said:
    """What the rows say, in the light of their mark. Without one, what they say is new; silence is nothing."""
    found = _MARK.fullmatch(text.strip())
    if not found:
        silent = said.answer.blank and is_blank(said.answer.comment) and is_blank(said.answer.reason)
        return Said(said.answer, said.slips, 0, touched=bool(said.slips) or not silent)
    return Said(said.answer, said.slips, int(found[1]), touched=found[2] != _digest(said))


def _digest(said: Said) -> str:
    """Of the answer, and of what could not be read and so is no part of it."""
    unread = sorted(f"{slip.row} {slip.cell} {slip.message.values.get('typed', '')}" for slip in said.slips)
    text = "\0".join((said.answer.model_dump_json(exclude={"files"}), *unread))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
