"""The ledger of trustees as a workbook (.xlsx). Row after row goes to the disk: ten thousand works need no more memory
than two hundred.

Every cell is written as what it is, and nothing as a formula or a link: a name that begins with `=` stays a name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from monitor.language import Message, say_day
from monitor.promises.trustees import below
from monitor.promises.trustees.columns import COLUMNS
from monitor.workbooks import new_workbook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from monitor.promises.trustees.reading import Line

LONGEST = 32_767  #: characters that Excel lets into a cell
LAST_ROW = 1_048_575
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  #: what XML has no place for
_FROZEN = 3  #: columns that stay in sight: the work, the company, the party
_WIDEST = 90
_HEAD = {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#1A3E8C", "font_color": "#FFFFFF", "border": 1}
_TEXT = {"text_wrap": True, "valign": "top"}


@dataclass(frozen=True, slots=True)
class Heading:
    """What the explanations begin with: `about` are terms with their values."""

    language: str
    today: date
    about: Sequence[tuple[Message, str]] = ()


@dataclass
class Ledger:
    """Open until it is closed: `add` the lines, then `close`."""

    path: Path
    heading: Heading
    rows: int = 0
    _rows_below: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._book = new_workbook(str(self.path), in_memory=False, constant_memory=True, tmpdir=str(self.path.parent))
        day = self.heading.today
        self._book.set_properties({"created": datetime(day.year, day.month, day.day)})  # noqa: DTZ001 - as Excel has it
        self._text, self._head = self._book.add_format(_TEXT), self._book.add_format(_HEAD)
        self._day = self._book.add_format({**_TEXT, "num_format": "yyyy-mm-dd"})
        self._works = self._sheet(Message("Trustees"), COLUMNS)
        self._below = self._sheet(Message("Sub-entrusted parties"), below.COLUMNS)

    def add(self, lines: Sequence[Line]) -> None:
        for line in lines:
            self._add(line)

    def _add(self, line: Line) -> None:
        self.rows += 1
        self._write(self._works, self.rows, [column.of(line, self.heading.language) for column in COLUMNS])
        for rung in below.rungs(line):
            self._rows_below += 1
            said = [column.of(rung, self.heading.language) for column in below.COLUMNS]
            self._write(self._below, self._rows_below, said)

    def close(self) -> None:
        """The filters reach down to the last row, which is known only now."""
        self._works.autofilter(0, 0, max(self.rows, 1), len(COLUMNS) - 1)
        self._below.autofilter(0, 0, max(self._rows_below, 1), len(below.COLUMNS) - 1)
        self._explain()
        self._book.close()

    def _sheet(self, title: Message, columns: Sequence[Any]) -> Any:
        """Widths first: what is written row by row cannot be measured afterwards."""
        sheet = self._book.add_worksheet(title.in_(self.heading.language))
        for number, column in enumerate(columns):
            sheet.set_column(number, number, column.width)
        sheet.freeze_panes(1, _FROZEN)
        sheet.set_landscape()
        sheet.set_paper(8)  # A3
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        for number, column in enumerate(columns):
            sheet.write_string(0, number, column.head.in_(self.heading.language), self._head)
        return sheet

    def _write(self, sheet: Any, row: int, values: Sequence[Any]) -> None:
        for number, value in enumerate(values):
            if isinstance(value, date):
                sheet.write_datetime(row, number, value, self._day)
            elif isinstance(value, int):
                sheet.write_number(row, number, value, self._text)
            elif value:
                sheet.write_string(row, number, fit(str(value)), self._text)

    def _explain(self) -> None:
        """What this is, as of when, and what each column means."""
        language = self.heading.language
        sheet = self._book.add_worksheet(Message("Explanations").in_(language))
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, _WIDEST)
        known = [
            (Message("As of"), say_day(self.heading.today, language)),
            *self.heading.about,
            (Message("Works"), str(self.rows)),
        ]
        rows = [(term.in_(language), value) for term, value in known]
        rows += [("", Message("This is no legal advice.").in_(language)), ("", "")]
        for number, pair in enumerate(rows):
            self._write(sheet, number, pair)
        self._columns(sheet, len(rows))

    def _columns(self, sheet: Any, begin: int) -> None:
        language = self.heading.language
        for number, head in enumerate((Message("Column"), Message("What it means"))):
            sheet.write_string(begin, number, head.in_(language), self._head)
        for number, column in enumerate(COLUMNS, begin + 1):
            self._write(sheet, number, [column.head.in_(language), column.means.in_(language)])


def fit(text: str) -> str:
    """A text that a cell can hold."""
    clean = _UNFIT.sub("", text)
    return clean if len(clean) <= LONGEST else f"{clean[: LONGEST - 1]}…"
