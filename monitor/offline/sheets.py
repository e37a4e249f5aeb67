"""A workbook that came from outside, as plain cells: bounded before it is unfolded, because a sheet of one cell in its
last corner would fill the memory, and with a list of what is calculated, because a formula's result is nobody's answer.

What may be hidden in such a file (macros, passwords, bombs, entities) the evidence store has refused before.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from monitor.language import Message
from monitor.refusal import Refused
from monitor.sheets import Unreadable, harmless

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.offline.cells import Value

LARGEST = 5 << 20  #: octets of a workbook that is read
UNFOLDED = 40 << 20  #: octets of all its parts together
ROWS, COLUMNS, SHEETS = 6000, 60, 20
_PART = re.compile(r"xl/worksheets/[^/]+\.xml")
_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s/>])([^>]{0,400})>")
_ROW = re.compile(rb"<(?:\w+:)?row(?=[\s/>])([^>]{0,400})>")
_PLACE = re.compile(rb'\sr="([A-Z]{1,3})([0-9]{1,7})"')
_NUMBER = re.compile(rb'\sr="([0-9]{1,7})"')
_FORMULA = re.compile(rb"\s*<(?:\w+:)?f[\s/>]")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^>]{1,1000})>")
_LINK = re.compile(rb"<(?:\w+:)?Relationship\s([^>]{1,4000})>")
_ATTRIBUTE = re.compile(rb"""([\w:]{1,40})\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)')""")


@dataclass(frozen=True)
class Grid:
    """A sheet's cells. `formulas`: places that are calculated, as `F12`."""

    name: str
    rows: tuple[tuple[Value, ...], ...]
    hidden: bool
    formulas: frozenset[str]


def grids(content: bytes) -> list[Grid]:
    """All sheets with cells. `Refused` where this is no workbook that we can read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            formulas = _inspected(packed)
        with CalamineWorkbook.from_filelike(io.BytesIO(harmless(content))) as book:
            return [_grid(book, number, formulas) for number in _worksheets(book)]
    except (
        Unreadable,
        CalamineError,
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        ValueError,
        KeyError,
        NotImplementedError,
    ) as error:
        raise unreadable() from error


def unreadable() -> Refused:
    text = (
        "This workbook cannot be read. Open it in Excel or LibreOffice, save it as .xlsx without a password, and hand "
        "it in again."
    )
    return Refused("workbook-unreadable", Message(text))


def _worksheets(book: CalamineWorkbook) -> list[int]:
    found = [n for n, one in enumerate(book.sheets_metadata) if one.typ == SheetTypeEnum.WorkSheet]
    if len(found) > SHEETS:
        raise _too_large()
    return found


def _grid(book: CalamineWorkbook, number: int, formulas: dict[str, frozenset[str]]) -> Grid:
    about = book.sheets_metadata[number]
    sheet = book.get_sheet_by_index(number)
    rows = tuple(tuple(row) for row in sheet.to_python(skip_empty_area=False))
    return Grid(about.name, rows, about.visible != SheetVisibleEnum.Visible, formulas.get(about.name, frozenset()))


def _inspected(packed: zipfile.ZipFile) -> dict[str, frozenset[str]]:
    """The places that are calculated, by sheet; nothing is unfolded before it is known to be of a size."""
    if sum(part.file_size for part in packed.infolist()) > UNFOLDED:
        raise _too_large()
    parts = {part.filename: packed.read(part) for part in packed.infolist() if _PART.fullmatch(part.filename)}
    for xml in parts.values():
        _bounded(xml)
    return {name: frozenset(_calculated(parts[part])) for name, part in _named(packed) if part in parts}


def _bounded(xml: bytes) -> None:
    for found in _ROW.finditer(xml):
        row = _NUMBER.search(found[1])
        if row and int(row[1]) > ROWS:
            raise _too_large()
    for found in _CELL.finditer(xml):
        place = _PLACE.search(found[1])
        if place is None:  # a cell that does not say where it is could be counted to anywhere
            raise unreadable()
        if int(place[2]) > ROWS or _column(place[1]) > COLUMNS:
            raise _too_large()


def _column(letters: bytes) -> int:
    value = 0
    for letter in letters:
        value = value * 26 + letter - 64
    return value


def _calculated(xml: bytes) -> Iterator[str]:
    for found in _CELL.finditer(xml):
        place = _PLACE.search(found[1])
        if place and not found[1].endswith(b"/") and _FORMULA.match(xml, found.end()):
            yield (place[1] + place[2]).decode()


def _named(packed: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Each sheet's name, as people see it, and the part that holds it."""
    links = {}
    for tag in _LINK.findall(packed.read("xl/_rels/workbook.xml.rels")):
        said = _attributes(tag)
        links[said.get("Id", "")] = said.get("Target", "").removeprefix("/xl/").removeprefix("./")
    for tag in _SHEET.findall(packed.read("xl/workbook.xml")):
        said = _attributes(tag)
        identity = next((value for name, value in said.items() if name.endswith(":id")), "")
        yield _plain(said.get("name", "")), f"xl/{links.get(identity, '')}"


def _attributes(tag: bytes) -> dict[str, str]:
    return {name.decode(): (one or two).decode("utf-8", "replace") for name, one, two in _ATTRIBUTE.findall(tag)}


def _plain(text: str) -> str:
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(entity, sign)
    return text


def _too_large() -> Refused:
    text = (
        "This workbook is larger than the one that you downloaded here. Download it anew, and copy your answers into "
        "it."
    )
    return Refused("workbook-too-large", Message(text))
