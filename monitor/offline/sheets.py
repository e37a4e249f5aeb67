"""A workbook that came from outside, as rows of cells, within the bounds of what left here.

How a stranger's workbook is read without harm is `monitor/sheets.py`; what may be hidden in such a file (macros,
passwords) the evidence store has refused before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.language import Message
from monitor.refusal import Refused
from monitor.sheets import Bounds, TooLarge, Unreadable, column_name, read_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.offline.cells import Value
    from monitor.sheets import Sheet

LARGEST = 5 << 20  #: octets of a workbook that is read
BOUNDS = Bounds(LARGEST, unpacked=40 << 20, sheets=20, rows=6000, columns=60, area=120_000, elements=200_000)


@dataclass(frozen=True)
class Grid:
    """A sheet's cells up to the last row and column that hold something. `formulas`: places calculated, as `F12`."""

    name: str
    rows: tuple[tuple[Value, ...], ...]
    hidden: bool
    formulas: frozenset[str]


def grids(content: bytes) -> list[Grid]:
    """All sheets with cells. `Refused` where this is no workbook that we can read."""
    try:
        return [_grid(sheet) for sheet in read_workbook(content, BOUNDS)]
    except TooLarge as error:
        raise _too_large() from error
    except Unreadable as error:
        raise _unreadable() from error


def _grid(sheet: Sheet) -> Grid:
    formulas = frozenset(f"{column_name(column)}{row}" for row, column in sheet.formulas)
    return Grid(sheet.name, tuple(_rows(sheet)), sheet.hidden, formulas)


def _rows(sheet: Sheet) -> Iterator[tuple[Value, ...]]:
    """All of the same width, those that hold nothing included."""
    filled = dict(sheet.rows)
    width = max((column for _, column in sheet.cells), default=0)
    for number in range(1, max(filled, default=0) + 1):
        cells = filled.get(number, {})
        yield tuple(cells.get(column) for column in range(1, width + 1))


def _unreadable() -> Refused:
    text = (
        "This workbook cannot be read. Open it in Excel or LibreOffice, save it as .xlsx without a password, and hand "
        "it in again."
    )
    return Refused("workbook-unreadable", Message(text))


def _too_large() -> Refused:
    text = (
        "This workbook is larger than the one that you downloaded here. Download it anew, and copy your answers into "
        "it."
    )
    return Refused("workbook-too-large", Message(text))
