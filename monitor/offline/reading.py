"""What a workbook that came back says: answers by question, and what is wrong, cell by cell, in words that help.

Wrong as a whole is a workbook of another request or layout: nothing of it is taken. Wrong in a cell is an answer that
cannot be read: the others are taken all the same, for nobody should fill in fifty cells again because of one.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.language import LANGUAGES, Message
from monitor.offline.cells import Row, Said, keys, marked, read, words
from monitor.offline.sheets import grids
from monitor.offline.workbook import COLUMNS, FORM, HEAD, KEY, MARK
from monitor.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from monitor.offline.cells import Slip, Value
    from monitor.offline.sheets import Grid
    from monitor.questionnaire import Questionnaire

_ABOUT = re.compile(r"(itaku-request-[0-9]{1,3}) ([A-Z]{2,5}-[0-9]{1,12}) ([0-9a-f]{64}) (ja|en)")
_KEY = re.compile(r"[a-z0-9.#_-]{1,150}")
MOST = 50  #: mistakes that are told at once


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in one cell. `sheet` and `cell` are as the program that shows the workbook calls them."""

    sheet: str
    cell: str
    message: Message


@dataclass(frozen=True)
class Reading:
    """`said`: by question, for all whose rows are there."""

    said: Mapping[str, Said] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True)
class _Found:
    """The rows of the sheet by key, with the number of each."""

    sheet: Grid
    rows: Mapping[str, Row]
    marks: Mapping[str, str]
    places: Mapping[str, int]

    def cell(self, key: str, name: str) -> str:
        return f"{_letter(COLUMNS[name])}{self.places[key] + 1}"


def read_workbook(content: bytes, questionnaire: Questionnaire, ref: str, sha256: str) -> Reading:
    """Read it for that request. `Refused` if it is none of that request's, or nothing that we can read."""
    sheets = grids(content)
    _shown(sheets)
    sheet, language = _meant(sheets, ref, sha256)
    found, mistakes = _rows(sheet, questionnaire)
    said = {
        question.id: marked(read(question, found.rows, language), found.marks.get(question.id, ""))
        for question in questionnaire.questions
        if question.id in found.rows
    }
    mistakes += [one for answer in said.values() if answer.touched for one in _slipped(answer.slips, found)]
    mistakes += [_calculated(sheet.name, cell) for cell in sorted(_answers(found) & sheet.formulas)]
    broken = _calculated_keys(found)
    return Reading({name: each for name, each in said.items() if name not in broken}, tuple(mistakes[:MOST]))


def _shown(sheets: Sequence[Grid]) -> None:
    """What nobody sees, nobody has signed off."""
    for sheet in sheets:
        if sheet.hidden:
            text = "The sheet “{name}” is hidden. Show it or delete it, save the workbook, and hand it in again."
            raise Refused("workbook-hidden", Message(text, {"name": sheet.name}))


def _meant(sheets: Sequence[Grid], ref: str, sha256: str) -> tuple[Grid, str]:
    """The sheet that holds this request's answers, and the language of its drop-downs."""
    told = [(sheet, _ABOUT.fullmatch(_text(sheet, 0, KEY).strip())) for sheet in sheets]
    ours = [(sheet, about) for sheet, about in told if about]
    if not ours:
        text = (
            "This is not the workbook of a request, or its cell A1 was changed. Download the workbook here, copy your "
            "answers into it, and hand that in."
        )
        raise Refused("workbook-foreign", Message(text))
    for sheet, about in ours:
        if about[2] == ref and about[3] == sha256:
            if about[1] != FORM:
                raise Refused("workbook-old", Message(_OLD))
            return sheet, about[4] if about[4] in LANGUAGES else "ja"
    other = ours[0][1][2]
    if other == ref:
        raise Refused("workbook-old", Message(_OLD))
    text = "This workbook belongs to the request {other}. This page is about {ref}: download its workbook here."
    raise Refused("workbook-other", Message(text, {"other": other, "ref": ref}))


_OLD = (
    "This workbook was made for an earlier version of the questions. Download it anew, and copy your answers into it."
)


def _rows(sheet: Grid, questionnaire: Questionnaire) -> tuple[_Found, list[Mistake]]:
    expected = {key for question in questionnaire.questions for key in keys(question)}
    rows, marks, places, mistakes = dict[str, Row](), dict[str, str](), dict[str, int](), list[Mistake]()
    times = Counter(_text(sheet, number, KEY).strip() for number in range(HEAD, len(sheet.rows)))
    for number in range(HEAD, len(sheet.rows)):
        key = _text(sheet, number, KEY).strip()
        if key in expected and times[key] == 1:
            rows[key] = {name: _value(sheet, number, column) for name, column in COLUMNS.items()}
            marks[key], places[key] = _text(sheet, number, MARK), number
        elif key or _filled(sheet, number):
            mistakes.append(_lost(sheet.name, number, key, twice=key in expected))
    return _Found(sheet, rows, marks, places), mistakes


def _lost(sheet: str, number: int, key: str, *, twice: bool) -> Mistake:
    text = "This row says that it answers “{key}”, which is none of this request's questions. Do not change column A."
    if twice:
        text = "Two rows say that they answer “{key}”. Delete the one that you added."
    elif not _KEY.fullmatch(key):
        text = "It cannot be told which question this row answers, because column A was emptied or changed."
    return Mistake(sheet, f"A{number + 1}", Message(text, {"key": key[:60]}))


def _slipped(slips: Sequence[Slip], found: _Found) -> Iterator[Mistake]:
    for slip in slips:
        if slip.row in found.places:
            yield Mistake(found.sheet.name, found.cell(slip.row, slip.cell), slip.message)


def _answers(found: _Found) -> set[str]:
    return {found.cell(key, name) for key in found.places for name in COLUMNS}


def _calculated_keys(found: _Found) -> set[str]:
    """The questions of which a cell is calculated."""
    keyed = (key for key in found.places if any(found.cell(key, name) in found.sheet.formulas for name in COLUMNS))
    return {key.partition("#")[0] for key in keyed}


def _calculated(sheet: str, cell: str) -> Mistake:
    text = "There is a formula in this cell. Write its value instead: what is calculated may change after you signed."
    return Mistake(sheet, cell, Message(text))


def _value(sheet: Grid, row: int, column: int) -> Value:
    cells = sheet.rows[row] if row < len(sheet.rows) else ()
    return cells[column] if column < len(cells) else None


def _text(sheet: Grid, row: int, column: int) -> str:
    return words(_value(sheet, row, column))


def _filled(sheet: Grid, row: int) -> bool:
    return any(_text(sheet, row, column).strip() for column in COLUMNS.values())


def _letter(column: int) -> str:
    return chr(ord("A") + column)
