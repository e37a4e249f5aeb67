"""From a workbook to a questionnaire, or to the list of everything that is wrong with it: sheet, cell, rule, remedy.

The cells become the data that a TOML file would hold, and the same rules judge it. Nothing is guessed: a formula, a
date where a text belongs, or merged cells are mistakes, because what was meant cannot be told from them.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from checks.spelling import normal
from monitor.language import Message
from monitor.questionnaire.loading import InvalidQuestionnaire, Mistake, from_data
from monitor.questionnaire.workbook.columns import FORM, HEAD, SHEETS
from monitor.questionnaire.workbook.conditions import NoCondition, condition_read
from monitor.sheets import Unreadable, column_name, read_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from monitor.questionnaire.model import Questionnaire
    from monitor.questionnaire.workbook.columns import Column
    from monitor.sheets import Sheet, Value

_VALUES = 3  #: the column of the form's own values; their keys stand before it
_KEYS_WITHIN = 10  #: rows in which the keys of the columns are looked for
_FLAGS = {
    **dict.fromkeys(("yes", "はい", "はい yes", "true", "○", "〇", "1"), True),
    **dict.fromkeys(("no", "いいえ", "いいえ no", "false", "×", "✕", "0"), False),
}
_OF_SECTIONS = frozenset({"title", "intro", "per", "place", "questions"})
_SECTION, _QUESTION, _CHOICE = SHEETS


class _Unfit(Exception):  # noqa: N818 - what the cell then is
    def __init__(self, rule: str, text: str) -> None:
        super().__init__(rule)
        self.rule, self.message = rule, Message(text)


@dataclass(frozen=True, slots=True)
class Record:
    """What one row says. `places`: the column of each key, for mistakes; `damaged`: keys that could not be read."""

    sheet: str
    row: int
    places: Mapping[str, int]
    values: dict[str, Any] = field(default_factory=dict)
    damaged: set[str] = field(default_factory=set)

    def cell(self, key: str) -> str:
        """`設問 Questions!F5`. Of a table of several columns the first; else the row's first."""
        known = key if key in self.places else next((name for name in self.places if name.startswith(f"{key}.")), "")
        return f"{self.sheet}!{column_name(self.places.get(known, 1))}{self.row}"


def from_workbook(content: bytes, file: str = "questionnaire.xlsx") -> Questionnaire:
    """Raises `InvalidQuestionnaire` with all mistakes, each with the cell that it is about."""
    try:
        sheets = read_workbook(content)
    except Unreadable as error:
        raise InvalidQuestionnaire((Mistake(file, "", "workbook", error.message),)) from error
    reading = _Reading(file, sheets)
    data = reading.data()
    try:
        questionnaire = from_data(data, file)
    except InvalidQuestionnaire as error:
        raise InvalidQuestionnaire((*reading.mistakes, *reading.located(error.mistakes))) from None
    if reading.mistakes:
        raise InvalidQuestionnaire(tuple(reading.mistakes))
    return questionnaire


class _Reading:
    def __init__(self, file: str, sheets: Sequence[Sheet]) -> None:
        self.file, self.sheets = file, sheets
        self.mistakes: list[Mistake] = []
        self.records: dict[str, list[Record]] = {name: list(self._records(name)) for name in SHEETS}
        self.head = self._head()
        self.found: dict[tuple[str, str], Record] = {}
        self.choices: dict[str, list[Record]] = {}

    def data(self) -> dict[str, Any]:
        """As the TOML would have it; remembers which record became which part of it."""
        whole: dict[str, Any] = {}
        for key, record in self.head.items():
            if record.values:
                _put(whole, key.split("."), _at(record.values, key.split(".")))
        sections = []
        for number, record in enumerate(self.records[_SECTION]):
            own = [each for each in self.records[_QUESTION] if _of(each, "section") == _of(record, "id")]
            self._remember("section", record, f"sections[{number}]")
            for index, each in enumerate(own):
                self._remember("question", each, f"sections[{number}].questions[{index}]")
            sections.append(record.values | {"questions": [self._question(each) for each in own]})
        self._strays(_QUESTION, "section", {_of(each, "id") for each in self.records[_SECTION]})
        self._strays(_CHOICE, "question", {_of(each, "id") for each in self.records[_QUESTION]})
        return whole | {"sections": sections}

    def located(self, mistakes: Sequence[Mistake]) -> Iterator[Mistake]:
        """The mistakes of the data, with their cells. Those that only echo a cell that could not be read fall away."""
        for mistake in mistakes:
            record, key = self._record(mistake)
            if not any(damaged == key or damaged.startswith(f"{key}.") for damaged in record.damaged):
                where = f"{record.cell(key)} {mistake.question}".strip()
                yield replace(mistake, question=where)

    def _remember(self, kind: str, record: Record, path: str) -> None:
        self.found[kind, path] = self.found[kind, _of(record, "id")] = record

    def _question(self, record: Record) -> dict[str, Any]:
        choices = [each for each in self.records[_CHOICE] if _of(each, "question") == _of(record, "id")]
        self.choices[_of(record, "id")] = choices
        values = {key: value for key, value in record.values.items() if key != "section"}
        listed = [{key: value for key, value in each.values.items() if key != "question"} for each in choices]
        return values | ({"choices": listed} if listed else {})

    def _record(self, mistake: Mistake) -> tuple[Record, str]:
        kinds = ("section", "question") if mistake.key.split(".")[0] in _OF_SECTIONS else ("question", "section")
        found = (self.found.get((kind, mistake.question)) for kind in kinds)
        record = next((each for each in found if each), None) or self._of_the_form(mistake.key)
        choice = re.fullmatch(r"choices\.([0-9]+)(?:\.(.+))?", mistake.key)
        if choice and record.sheet == _QUESTION:
            return self.choices[_of(record, "id")][int(choice[1])], choice[2] or "id"
        return record, mistake.key

    def _of_the_form(self, key: str) -> Record:
        near = (record for name, record in self.head.items() if name == key or name.startswith(f"{key}."))
        return next(near, Record(_SECTION if key == "sections" else FORM, 1, {}))

    def _strays(self, sheet: str, key: str, known: set[str]) -> None:
        for record in self.records[sheet]:
            if _of(record, key) not in known and key not in record.damaged:
                remedy = Message("“{id}” is the id of nothing here; write one that there is", {"id": _of(record, key)})
                self._complain(record, key, "unknown-id", remedy)

    def _complain(self, record: Record, key: str, rule: str, remedy: Message) -> None:
        record.damaged.add(key)
        self.mistakes.append(Mistake(self.file, record.cell(key), rule, remedy, key))

    def _sheet(self, name: str) -> Sheet | None:
        wanted = {name.casefold(), *name.casefold().split()}
        found = next((sheet for sheet in self.sheets if sheet.name.strip().casefold() in wanted), None)
        if found is None and name != _CHOICE:
            remedy = Message("the sheet “{sheet}” is missing; begin with an exported workbook", {"sheet": name})
            self.mistakes.append(Mistake(self.file, name, "sheet", remedy))
        return found

    def _head(self) -> dict[str, Record]:
        """The form's own keys: each a row of its own, key and value side by side."""
        sheet, columns = self._sheet(FORM), {column.key: column for column in HEAD}
        records = {key: Record(FORM, row, {key: _VALUES}) for row, key in enumerate(columns, start=1)}
        for row, cells in sheet.rows if sheet else ():
            key = str(cells.get(_VALUES - 1, "")).strip()
            if sheet and key in columns:
                records[key] = Record(FORM, row, {key: _VALUES})
                self._take(records[key], columns[key], sheet)
        return records

    def _records(self, name: str) -> Iterator[Record]:
        sheet, columns = self._sheet(name), {column.key: column for column in SHEETS[name]}
        if sheet is None:
            return
        rows = list(sheet.rows)
        keys = next((row for row in rows[:_KEYS_WITHIN] if len(columns.keys() & set(row[1].values())) > 1), None)
        if keys is None:
            remedy = Message("no row holds the keys of the columns; begin with an exported workbook")
            self.mistakes.append(Mistake(self.file, sheet.name, "keys", remedy))
            return
        places = self._places(sheet.name, keys, columns)
        for row, cells in rows:
            if row > keys[0] and any(place in cells for place in places.values()):
                record = Record(name, row, places)
                for key in places:
                    self._take(record, columns[key], sheet)
                yield record

    def _places(self, sheet: str, keys: tuple[int, dict[int, Value]], columns: Mapping[str, Column]) -> dict[str, int]:
        places: dict[str, int] = {}
        for place, said in keys[1].items():
            key = str(said).strip()
            if key in columns and key not in places:
                places[key] = place
                continue
            text = "the column `{key}` is there twice; clear one of the two keys"
            text = (
                text
                if key in columns
                else "there is no column `{key}`; correct the key, or clear it for your own notes"
            )
            where = f"{sheet}!{column_name(place)}{keys[0]}"
            self.mistakes.append(Mistake(self.file, where, "unknown-key", Message(text, {"key": key}), key))
        return places

    def _take(self, record: Record, column: Column, sheet: Sheet) -> None:
        at = (record.row, record.places[column.key])
        try:
            value = _value(sheet, at, column)
        except _Unfit as error:
            self._complain(record, column.key, error.rule, error.message)
            return
        except NoCondition as error:
            self._complain(record, column.key, "condition", error.message)
            return
        if value is not None:
            _put(record.values, column.steps, value)


def _of(record: Record, key: str) -> str:
    return str(record.values.get(key, ""))


def _at(values: Any, steps: Sequence[str]) -> Any:
    for step in steps:
        values = values[step]
    return values


def _put(values: dict[str, Any], steps: Sequence[str], value: Any) -> None:
    for step in steps[:-1]:
        values = values.setdefault(step, {})
    values[steps[-1]] = value


def _value(sheet: Sheet, at: tuple[int, int], column: Column) -> Any:
    if at in sheet.formulas:
        raise _Unfit("formula", "write the value itself; the cell holds a formula")
    if at in sheet.errors:
        raise _Unfit("error-value", "write the value; the cell holds an error such as #N/A")
    if at in sheet.merged or at in sheet.merged.values():
        raise _Unfit("merged", "undo the merging of this cell and write every value into its own row")
    value = sheet.cells.get(at)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    return _CONVERSIONS[column.kind](value)


def _text(value: Value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and value == int(value):
        return str(int(value))
    raise _Unfit("text", "format the cell as text and write the value once more; Excel has made something else of it")


def _number(value: Value) -> Any:
    if isinstance(value, float) and value == int(value):
        return int(value)
    if isinstance(value, str):
        plain = normal("NFKC", value).strip()
        return int(plain) if re.fullmatch(r"-?[0-9]{1,15}", plain) else value
    return value if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _flag(value: Value) -> bool:
    plain = normal("NFKC", _text(value)).strip().casefold() if not isinstance(value, bool) else str(value).lower()
    if plain not in _FLAGS:
        raise _Unfit("value", "write yes or no")
    return _FLAGS[plain]


def _list(value: Value) -> list[str]:
    return [part.strip() for part in re.split("[,、;；\n]", _text(value)) if part.strip()]


def _day(value: Value) -> Any:
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else _text(value).strip()


def _condition(value: Value) -> dict[str, Any]:
    return condition_read(_text(value))


_CONVERSIONS = {
    "text": _text,
    "number": _number,
    "flag": _flag,
    "list": _list,
    "day": _day,
    "condition": _condition,
}
