"""The promise matrix as a workbook (.xlsx): one sheet to look at, one to filter, one that says what the words mean."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.language import Message
from monitor.promises.matrix.clauses import CLAUSES
from monitor.promises.matrix.judging import State
from monitor.promises.matrix.words import MEANINGS, NAMES
from monitor.workbooks import new_workbook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.promises.matrix.judging import Cell

_TONES: Mapping[State, str] = {
    State.TROUBLE: "#F4B6B0",
    State.MISSING: "#F4B6B0",
    State.STALE: "#F7E3A8",
    State.PROVED: "#CBE8CF",
    State.NOTHING: "#E6E6E6",
}
_NARROW, _WIDE, _WIDEST = 18, 60, 100
_MOST = 10  #: open things of one promise that are named


def workbook(found: Mapping[str, Sequence[Cell]], names: Mapping[str, str], base: str, language: str) -> bytes:
    """`names`: what the companies are called; `base`: where the managers' pages are, for the way to each evidence."""
    made = io.BytesIO()
    with new_workbook(made) as book:
        sheets = _Sheets(book, found, names, base.rstrip("/"), language)
        sheets.glance()
        sheets.lines()
        sheets.legend()
    return made.getvalue()


@dataclass(frozen=True)
class _Sheets:
    book: Any
    found: Mapping[str, Sequence[Cell]]
    names: Mapping[str, str]
    base: str
    language: str

    def _begun(self, title: Message, *heads: Message | str) -> Any:
        sheet, bold = self.book.add_worksheet(title.in_(self.language)), self.book.add_format({"bold": True})
        words = [head if isinstance(head, str) else head.in_(self.language) for head in heads]
        sheet.write_row(0, 0, words, bold)
        return sheet

    def _looks(self) -> dict[State, Any]:
        return {state: self.book.add_format({"bg_color": tone}) for state, tone in _TONES.items()}

    def glance(self) -> None:
        """Colour never alone: each cell says in words how it stands."""
        names = [self.names[key] for key in self.found]
        sheet, looks = self._begun(Message("Matrix"), "", Message("Promise"), *names), self._looks()
        for number, clause in enumerate(CLAUSES, 1):
            sheet.write_row(number, 0, [clause.code, clause.title.in_(self.language)])
            for column, cells in enumerate(self.found.values(), 2):
                cell = cells[number - 1]
                sheet.write(number, column, self._short(cell), looks[cell.state])
        sheet.set_column(1, 1, _WIDE)
        sheet.set_column(2, 2 + len(names), _NARROW)
        sheet.freeze_panes(1, 2)

    def _short(self, cell: Cell) -> str:
        name = NAMES[cell.state].in_(self.language)
        with_age = Message("{state} ({days} days)", {"state": name, "days": cell.age})
        aged = cell.age is not None and cell.state not in {State.MISSING, State.NOTHING}
        return with_age.in_(self.language) if aged else name

    def lines(self) -> None:
        heads = (
            Message("Company"), Message("Number"), Message("Promise"), Message("State"), Message("Freshest evidence"),
            Message("Days"), Message("Kind of evidence"), Message("Count of evidence"), Message("Where"),
            Message("Still open"), Message("Missing, or why there is nothing"),
        )  # fmt: skip
        sheet, days = self._begun(Message("Evidence"), *heads), self.book.add_format({"num_format": "yyyy-mm-dd"})
        rows = [self._line(cell) for cells in self.found.values() for cell in cells]
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                sheet.write(number, column, value, *([days] if hasattr(value, "isoformat") else []))
        sheet.freeze_panes(1, 3)
        sheet.autofilter(0, 0, max(len(rows), 1), len(heads) - 1)
        sheet.autofit()

    def _line(self, cell: Cell) -> list[Any]:
        one, clause = cell.freshest, cell.clause
        said: list[Any] = [""] * 5
        if one:
            said = [one.row.on, cell.age, one.source.title.in_(self.language), one.count, self._way(one.row.href)]
        open_ones = " ".join(self._way(row.href) for _, row in cell.troubles[:_MOST])
        name, state = self.names[cell.company], NAMES[cell.state].in_(self.language)
        missing = "\n".join(" / ".join(one.title.in_(self.language) for one in need) for need in cell.lacks)
        why = cell.why.in_(self.language) if cell.why else ""
        return [name, clause.code, clause.title.in_(self.language), state, *said, open_ones, missing or why]

    def _way(self, href: str) -> str:
        return f"{self.base}{href}" if href else ""

    def legend(self) -> None:
        meaning = Message("What it means")
        sheet, looks = self._begun(meaning, Message("State"), meaning), self._looks()
        for number, (state, words) in enumerate(MEANINGS.items(), 1):
            sheet.write(number, 0, NAMES[state].in_(self.language), looks[state])
            sheet.write(number, 1, words.in_(self.language))
        sheet.write(len(MEANINGS) + 2, 0, Message("This is no legal advice.").in_(self.language))
        sheet.set_column(0, 0, _NARROW)
        sheet.set_column(1, 1, _WIDEST)
