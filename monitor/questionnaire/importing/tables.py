"""Tables in sheets that strangers laid out: which row is the heading, which column is what, and what is left over."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checks.spelling import normal
from monitor.language import Message
from monitor.questionnaire.judgement import REMARK_LIMIT, unstorable
from monitor.questionnaire.loading import InvalidQuestionnaire, Mistake
from monitor.sheets import Unreadable, column_name, read_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from monitor.questionnaire.answers import Answer
    from monitor.questionnaire.model import Questionnaire
    from monitor.sheets import Sheet, Value

HEADING_WITHIN = 40  #: rows of a sheet in which its heading is looked for
MOST = 1000  #: questions
HEADING_DOWN = ("section", "middle", "domain", "title", "control")  #: roles that one merged cell may have for many rows
LONGEST = 2000  #: characters of a question


@dataclass(frozen=True, slots=True)
class Unread:
    """One thing that was not taken over, and why. `cell` is `設問!B12`."""

    cell: str
    why: Message

    def in_(self, language: str) -> str:
        return f"{self.cell}: {self.why.in_(language)}"


@dataclass(frozen=True, slots=True)
class Imported:
    """The questionnaire, the answers that the file held, and everything that was not read."""

    questionnaire: Questionnaire
    answers: Mapping[str, Answer]
    unread: tuple[Unread, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One row below the heading: its texts by column, and which column has which role."""

    sheet: Sheet
    row: int
    places: Mapping[str, int]
    cells: Mapping[int, str]

    def get(self, role: str) -> str:
        return self.cells.get(self.places.get(role, 0), "")

    def cell(self, role: str = "") -> str:
        column = self.places.get(role, 0)
        column = column if column in self.cells else min(self.cells)
        return f"{self.sheet.name}!{column_name(column)}{self.row}"


def sheets_of(content: bytes, file: str) -> tuple[Sheet, ...]:
    """Raises `InvalidQuestionnaire`, as every reader of questionnaires does."""
    try:
        return read_workbook(content)
    except Unreadable as error:
        raise InvalidQuestionnaire((Mistake(file, "", "workbook", error.message),)) from error


def nothing_found(file: str, columns: str) -> InvalidQuestionnaire:
    remedy = Message(
        "no sheet has a row with the headings {columns}; add them above the questions", {"columns": columns}
    )
    return InvalidQuestionnaire((Mistake(file, "", "heading", remedy),))


def too_many(file: str) -> InvalidQuestionnaire:
    remedy = Message("there are more than {limit} questions; divide the file", {"limit": MOST})
    return InvalidQuestionnaire((Mistake(file, "", "too-many", remedy),))


def plain(text: str) -> str:
    """A heading or an answer as it is compared: one width, small letters, no blanks."""
    return "".join(normal("NFKC", text).split()).casefold()


def heading(
    sheet: Sheet, names: Mapping[str, Sequence[str]], needed: frozenset[str]
) -> tuple[int, dict[str, int]] | None:
    """The row that names most of the columns, and which column has which role; None where none names enough."""
    best: tuple[int, dict[str, int]] | None = None
    for row, cells in sheet.rows:
        if row > HEADING_WITHIN:
            break
        found = _roles({column: plain(str(value)) for column, value in cells.items()}, names)
        if needed <= found.keys() and (best is None or len(found) > len(best[1])):
            best = (row, found)
    return best


def _roles(cells: Mapping[int, str], names: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """An exact name goes before one that is only part of the cell; each column has one role, each role one column."""
    found: dict[str, int] = {}
    for exact in (True, False):
        for role, spellings in names.items():
            for spelling in spellings:
                for column, said in cells.items():
                    fits = said == spelling if exact else spelling in said and len(said) <= 3 * len(spelling) + 8
                    if fits and role not in found and column not in found.values():
                        found[role] = column
    return found


def lines(sheet: Sheet, row: int, places: Mapping[str, int], unread: list[Unread]) -> Iterator[Line]:
    """The rows below the heading. Cells that hold no text that can be trusted are listed and left out.

    What is merged downwards heads all of its rows, where the column is one of headings; elsewhere it is said once.
    """
    heading_down = {places[role] for role in HEADING_DOWN if role in places}
    held: dict[int, set[int]] = {}
    for number, column in (*sheet.cells, *sheet.merged):
        held.setdefault(number, set()).add(column)
    for number in sorted(each for each in held if each > row):
        cells: dict[int, str] = {}
        for column in sorted(held[number]):
            at = sheet.merged.get((number, column), (number, column))
            said_here = at[0] == number or (at[0] > row and column in heading_down)
            said = _said(sheet, at, (number, column), unread) if said_here and at in sheet.cells else ""
            cells |= {column: said} if said else {}
        if cells:
            yield Line(sheet, number, places, cells)


def _said(sheet: Sheet, at: tuple[int, int], here: tuple[int, int], unread: list[Unread]) -> str:
    value, cell = sheet.cells[at], f"{sheet.name}!{column_name(at[1])}{at[0]}"
    if at in sheet.errors:
        if at == here:
            unread.append(Unread(cell, Message("the cell holds an error such as #N/A")))
        return ""
    if at in sheet.formulas and at == here:
        unread.append(Unread(cell, Message("the cell holds a formula; its last saved value was read")))
    return _as_text(value).strip()


def _as_text(value: Value) -> str:
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return str(value)


class Names:
    """Ids that are lower-case, unique, and as near to what the file calls the thing as can be."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def give(self, wish: str, otherwise: str) -> str:
        slug = re.sub(r"[^a-z0-9.]+", "-", plain(wish)).strip("-.")[:60] or otherwise
        name, number = slug, 1
        while name in self.taken:
            number += 1
            name = f"{slug}-{number}"
        self.taken.add(name)
        return name


def storable(answer: Answer, line: Line, role: str, unread: list[Unread]) -> Answer | None:
    """The answer, unless it holds what must not be kept or more than fits."""
    problem = unstorable(answer)
    if problem:
        unread.append(Unread(line.cell(role), Message("the answer holds twelve digits that look like a My Number")))
        return None
    if max(len(answer.comment), len(answer.reason)) > REMARK_LIMIT:
        text = "the remark has more than {limit} characters; it was cut there"
        unread.append(Unread(line.cell(role), Message(text, {"limit": REMARK_LIMIT})))
        cut = {"comment": answer.comment[:REMARK_LIMIT], "reason": answer.reason[:REMARK_LIMIT]}
        return answer.model_copy(update=cut)
    return answer


def same(text: str) -> dict[str, Any]:
    """A text of a file that has one language, in both: whoever edits it then sees what is to be translated."""
    return {"ja": text, "en": text}
