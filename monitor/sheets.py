"""Workbooks (.xlsx) from strangers, read within bounds: every cell by its row and column, and nothing guessed.

A workbook is a zip of XML, and both can lie: a kilobyte may unpack to gigabytes, and two cells in opposite corners make
a reader reserve seventeen thousand million. So its parts are unpacked up to a limit and parsed here first, refusing
document types and counting elements, rows and columns; only then python-calamine reads the values, from a copy that
holds exactly the parts that were looked at. No formula is computed: a cell has the value that was saved with it, and
`formulas` tells which cells those are, since a value that nobody has recalculated may be stale.

What is parsed here is parsed by expat, in one pass over each part: a pattern that looks for tags in a text that is none
comes back to every place of it, and a minute of that stops the whole process.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook

from monitor.language import Message

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

MAX_FILE = 10 << 20
MAX_ROWS, MAX_COLUMNS = 20_000, 500
MAX_PARTS = 1000
LONGEST = 32_767  #: characters that Excel lets into a cell
MAX_MERGES = 10_000
_TAG = 256 << 10  #: octets from one tag to the next: a cell's longest text with all its signs escaped, and room
_ENDLESS = re.compile(rb"<[^<]{%d}" % _TAG)
_PLAUSIBLE = 6  #: digits of a number of shared strings or styles

Value = str | int | float | bool | date | datetime | time | timedelta
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_WORKBOOK, _LINKS, _TYPES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a workbook may be that is read. `rows`, `columns` and `area`: of one sheet, up to the last cell that
    holds something; `elements`: of all its parts together.
    """

    file: int = MAX_FILE
    unpacked: int = 64 << 20
    sheets: int = 100
    rows: int = MAX_ROWS
    columns: int = MAX_COLUMNS
    area: int = 1_000_000
    elements: int = 5_000_000


OWN = Bounds()  #: what somebody of the company gives the command line to read


class Unreadable(Exception):  # noqa: N818 - what the file then is
    """The file is no workbook that can be read here; `message` says why and what to do."""

    def __init__(self, text: str, **values: object) -> None:
        self.message = Message(text, values)
        super().__init__(str(self.message))


class TooLarge(Unreadable):
    """It is beyond one of the bounds."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Cells that hold something, by row and column, both from 1. Of merged cells only the first holds something:
    `merged` has, for all the others of a block, where that is.
    """

    name: str
    hidden: bool
    cells: Mapping[tuple[int, int], Value]
    formulas: frozenset[tuple[int, int]]
    errors: frozenset[tuple[int, int]]  #: `#N/A`, `#REF!` and their like
    merged: Mapping[tuple[int, int], tuple[int, int]]

    @property
    def rows(self) -> Iterator[tuple[int, dict[int, Value]]]:
        """Row by row, those that hold something: the row's number, and its values by column."""
        found: dict[int, dict[int, Value]] = {}
        for (row, column), value in self.cells.items():
            found.setdefault(row, {})[column] = value
        yield from sorted(found.items())


def read_workbook(content: bytes, bounds: Bounds = OWN) -> tuple[Sheet, ...]:
    """All sheets of cells in the order of their tabs. Raises `Unreadable`.

    Every part is looked at, not only the sheets' own: a reader in Rust that believes a promise of a hundred thousand
    million strings does not fail, it takes the process with it.
    """
    parts, room = _parts(content, bounds), iter(range(bounds.elements))
    if not {_WORKBOOK, _LINKS} <= parts.keys():
        raise _broken()
    about = {path: _scan(path, parts[path], bounds, room) for path in (_WORKBOOK, _LINKS)}
    tabs = _tabs(parts, about[_WORKBOOK].tabs, about[_LINKS].links, bounds)
    names = {path: name for name, path, _ in tabs}
    rest = parts.keys() - about.keys()
    scans = {path: _scan(path, parts[path], bounds, room, names.get(path, "")) for path in rest}
    values = _values(parts)
    if not names.keys() <= scans.keys() or not set(names.values()) <= values.keys():
        raise _broken()
    return tuple(_sheet(name, values[name], scans[path], hidden=hidden) for name, path, hidden in tabs)


def column_name(column: int) -> str:
    """1 is A, 27 is AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _parts(content: bytes, bounds: Bounds) -> dict[str, bytes]:
    """The XML parts that say something of cells, unpacked up to the limit."""
    if len(content) > bounds.file:
        raise TooLarge(
            "It has more than {limit} MB. Save only the sheets that are needed in a new file.", limit=bounds.file >> 20
        )
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("It is of the old Excel format or has a password. Save it as .xlsx without a password.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _unpacked(archive, bounds)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise _broken() from error


def _unpacked(archive: zipfile.ZipFile, bounds: Bounds) -> dict[str, bytes]:
    entries = [entry for entry in archive.infolist() if _counts(entry.filename)]
    if len(entries) > MAX_PARTS or sum(entry.file_size for entry in entries) > bounds.unpacked:
        raise TooLarge(
            "It unpacks to more than {limit} MB. Save only the sheets that are needed in a new file.",
            limit=bounds.unpacked >> 20,
        )
    # `read` stops at the size declared and compares the checksum, so the sum above holds.
    return {entry.filename: archive.read(entry) for entry in entries}


def _counts(name: str) -> bool:
    """Pictures, charts' caches and the like say nothing of cells."""
    return name.endswith((".xml", ".rels")) and (name.startswith("xl/") or name in {_TYPES, "_rels/.rels"})


def _broken() -> Unreadable:
    return Unreadable("It is no Excel workbook, or a broken one. Open it in Excel and save it as .xlsx once more.")


@dataclass(slots=True)
class _Scan:
    """What one part holds, found while it is parsed. Rows and cells may leave out where they are: then they follow."""

    bounds: Bounds
    room: Iterator[int]  #: one for each element that may come yet, whatever part it is in
    name: str = ""
    row: int = 0
    column: int = 0
    height: int = 0
    width: int = 0
    kind: str = ""
    formulas: set[tuple[int, int]] = field(default_factory=set)
    errors: set[tuple[int, int]] = field(default_factory=set)
    merged: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    tabs: list[dict[str, str]] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)

    def begin(self, tag: str, has: dict[str, str]) -> None:
        if next(self.room, None) is None:
            raise TooLarge("It holds more than can be read. Save only the sheets that are needed in a new file.")
        # A reader reserves memory for as many as these promise.
        if len(has.get("count", "")) > _PLAUSIBLE or len(has.get("uniqueCount", "")) > _PLAUSIBLE:
            raise _broken()
        match tag.rpartition(":")[2]:
            case "row":
                self.row, self.column = _number(has.get("r"), self.row + 1), 0
            case "c":
                self._cell(has)
            case "v" | "is":
                self._filled()
            case "f":
                self.formulas.add((self.row, self.column))
                self._filled()
            case "mergeCell":
                self._merge(has.get("ref", ""))
            case "sheet":
                self.tabs.append(has)
            case "Relationship":
                self.links[has.get("Id", "")] = has.get("Target", "")

    def _cell(self, has: dict[str, str]) -> None:
        named = _CELL.fullmatch(has.get("r", ""))
        self.column = _column(named[1]) if named else self.column + 1
        self.row = int(named[2]) if named else self.row
        self.kind = has.get("t", "")

    def _filled(self) -> None:
        self.height, self.width = max(self.height, self.row), max(self.width, self.column)
        most = self.bounds
        if self.height > most.rows or self.width > most.columns or self.height * self.width > most.area:
            raise TooLarge(
                "The sheet “{sheet}” is used beyond row {rows} or column {columns}. Delete what is there, and save it.",
                sheet=self.name,
                rows=most.rows,
                columns=column_name(most.columns),
            )
        if self.kind == "e":
            self.errors.add((self.row, self.column))

    def _merge(self, block: str) -> None:
        first, _, last = block.partition(":")
        begin, end = _CELL.fullmatch(first), _CELL.fullmatch(last)
        if begin is None or end is None:
            return
        corner = (int(begin[2]), _column(begin[1]))
        rows = range(corner[0], min(int(end[2]), self.bounds.rows) + 1)
        columns = range(corner[1], min(_column(end[1]), self.bounds.columns) + 1)
        if len(self.merged) + len(rows) * len(columns) > MAX_MERGES:
            raise Unreadable("The sheet “{sheet}” has too many merged cells. Undo the merging.", sheet=self.name)
        self.merged |= {(row, column): corner for row in rows for column in columns if (row, column) != corner}


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 8 else otherwise  # noqa: PLR2004 - rows have seven


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _scan(path: str, content: bytes, bounds: Bounds, room: Iterator[int], name: str = "") -> _Scan:
    scan = _Scan(bounds, room, name)
    _parse(path, content, scan)
    return scan


def _parse(name: str, content: bytes, scan: _Scan) -> None:
    """Well-formed to its end, in UTF-8, and without a document type: those are never needed, and are how XML makes
    bombs. What is read in another encoding here than there would be two texts.
    """

    def refuse(*_: object) -> None:
        raise _broken()

    def declared(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.upper() != "UTF-8":
            raise _broken()

    if _ENDLESS.search(content):
        raise TooLarge("It holds more than can be read. Save only the sheets that are needed in a new file.")
    parser = expat.ParserCreate("UTF-8")
    parser.XmlDeclHandler, parser.StartDoctypeDeclHandler = declared, refuse
    parser.StartElementHandler = scan.begin
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise Unreadable("Its part “{part}” is broken. Open it in Excel and save it once more.", part=name) from error


def _tabs(
    parts: Container[str], tabs: Iterable[Mapping[str, str]], links: Mapping[str, str], bounds: Bounds
) -> list[tuple[str, str, bool]]:
    """Name, part and whether hidden, of each sheet of cells. Charts and dialogs are none."""
    found = []
    for tab in tabs:
        target = links.get(next((value for key, value in tab.items() if key.endswith(":id")), ""), "")
        path = str(PurePosixPath("xl") / target) if not target.startswith("/") else target[1:]
        if path in parts and "/worksheets/" in path:
            found.append((tab.get("name", ""), path, tab.get("state", "visible") != "visible"))
    if len(found) > bounds.sheets:
        raise TooLarge("It has more than {limit} sheets. Save only those that are needed.", limit=bounds.sheets)
    if not found or len({name for name, _, _ in found}) < len(found):
        raise _broken()
    return found


def _values(parts: Mapping[str, bytes]) -> dict[str, Mapping[tuple[int, int], Value]]:
    """By sheet."""
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(_packed(parts))) as book:
            return {name: _cells(book, name) for name in book.sheet_names if _is_cells(book, name)}
    except (CalamineError, ValueError, OSError) as error:
        raise _broken() from error


def _packed(parts: Mapping[str, bytes]) -> bytes:
    """A copy that holds the parts that were parsed, unpacked, so that nothing else can be found in it."""
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return copy.getvalue()


def _is_cells(book: CalamineWorkbook, name: str) -> bool:
    kinds = {each.name: str(each.typ) for each in book.sheets_metadata}
    return kinds[name].endswith("WorkSheet")


def _cells(book: CalamineWorkbook, name: str) -> dict[tuple[int, int], Value]:
    sheet = book.get_sheet_by_name(name)
    row, column = sheet.start or (0, 0)
    return {
        (row + down + 1, column + along + 1): value
        for down, values in enumerate(sheet.to_python())
        for along, value in enumerate(values)
        if value != ""
    }


def _sheet(name: str, cells: Mapping[tuple[int, int], Value], scan: _Scan, *, hidden: bool) -> Sheet:
    for (row, column), value in cells.items():
        if isinstance(value, str) and len(value) > LONGEST:
            raise Unreadable(
                "The cell {cell} of the sheet “{sheet}” has more than {limit} characters. Shorten it.",
                cell=f"{column_name(column)}{row}",
                sheet=name,
                limit=LONGEST,
            )
    return Sheet(name, hidden, cells, frozenset(scan.formulas), frozenset(scan.errors), scan.merged)
