"""The table of contents of a zip, and one entry at a time, unpacked by window and thrown away.

Own code and not `zipfile`: that builds an object for every line of a directory of any length before the first can be
counted, raises a dozen different things over hostile bytes, believes a directory that contradicts the entries, and goes
to the file's end to look for leading and trailing company. Here a directory is either exactly right or refused.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from monitor.evidence.offered import WINDOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.evidence.offered import Offered

ZIP = b"PK\x03\x04"
MAX_ENTRIES = 10_000  # a presentation of a thousand slides has some five thousand
MAX_DIRECTORY = 2 << 20
STORED, DEFLATED = 0, 8  # what the Office formats may use
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000  # password; strong encryption; masked directory
_END = struct.Struct("<4s4H2LH")
_LINE = struct.Struct("<4s4B4HL2L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_ZIP64_ID, _IN_ZIP64 = 0x0001, 0xFFFFFFFF
_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in the zip. `packed` and `unpacked` are sizes as declared; they are checked when it is read."""

    name: bytes
    encrypted: bool
    method: int
    checksum: int
    packed: int
    unpacked: int
    position: int

    @property
    def label(self) -> str:
        """Its path in lower case, for comparisons: part names are ASCII and know no case."""
        return self.name.decode("latin-1").lower().replace("\\", "/")


def read_directory(offered: Offered) -> list[Entry]:
    end = offered.zip_end()
    if end is None:
        raise offered.refused("broken")
    _, disk, first_disk, here, count, length, start, _ = _END.unpack(offered.at(end, _END.size))
    if count > MAX_ENTRIES or length > MAX_DIRECTORY:
        raise offered.refused("bomb")
    if (disk, first_disk, here) != (0, 0, count) or start + length > end:
        raise offered.refused("broken")
    entries = list(_lines(offered, offered.at(start, length)))
    if len(entries) != count or len({entry.label for entry in entries}) != count:
        raise offered.refused("broken")
    _refuse_overlap(offered, entries, start)
    return entries


def _lines(offered: Offered, lines: bytes) -> Iterator[Entry]:
    at = 0
    while at < len(lines):
        if at + _LINE.size > len(lines):
            raise offered.refused("broken")
        mark, *_, flags, method, _, _, checksum, packed, unpacked, named, extra, comment, _, _, _, start = (
            _LINE.unpack_from(lines, at)
        )
        name_ends = at + _LINE.size + named
        ends = name_ends + extra + comment
        if mark != b"PK\x01\x02" or ends > len(lines):
            raise offered.refused("broken")
        sizes = _long_sizes((unpacked, packed, start), lines[name_ends : name_ends + extra])
        name = lines[at + _LINE.size : name_ends]
        yield Entry(name, bool(flags & _ENCRYPTED), method, checksum, sizes[1], sizes[0], sizes[2])
        at = ends


def _long_sizes(short: tuple[int, int, int], extra: bytes) -> tuple[int, ...]:
    """Some programs write every size in the long form (zip64). One that is missing stays impossible."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == _ZIP64_ID:
            long = iter(struct.unpack_from(f"<{min(length, len(extra) - at - 4) // 8}Q", extra, at + 4))
            return tuple(next(long, size) if size == _IN_ZIP64 else size for size in short)
        at += 4 + length
    return short


def _refuse_overlap(offered: Offered, entries: list[Entry], end: int) -> None:
    """Entries that share their bytes are how forty kilobytes unpack to gigabytes."""
    ordered = sorted(entries, key=lambda entry: entry.position)
    if ordered and ordered[-1].position + _LOCAL.size + ordered[-1].packed > end:
        raise offered.refused("broken")
    for before, after in pairwise(ordered):
        if before.position + _LOCAL.size + before.packed > after.position:
            raise offered.refused("bomb")


def unpack(offered: Offered, entry: Entry) -> Iterator[bytes]:
    """Its content, by window. What was declared is held against what comes: size, checksum, end."""
    count, checksum = 0, 0
    for piece in _pieces(offered, entry):
        count += len(piece)
        if count > entry.unpacked:
            raise offered.refused("bomb")
        checksum = zlib.crc32(piece, checksum)
        yield piece
    if (count, checksum) != (entry.unpacked, entry.checksum):
        raise offered.refused("broken")


def _pieces(offered: Offered, entry: Entry) -> Iterator[bytes]:
    raw = _raw(offered, entry)
    if entry.method == STORED:
        yield from raw
    elif entry.method == DEFLATED:
        yield from _inflated(offered, raw)
    else:
        raise offered.refused("broken")


def _raw(offered: Offered, entry: Entry) -> Iterator[bytes]:
    head = offered.at(entry.position, _LOCAL.size)
    if len(head) < _LOCAL.size or head[:4] != ZIP:
        raise offered.refused("broken")
    *_, named, extra = _LOCAL.unpack(head)
    position = entry.position + _LOCAL.size
    if offered.at(position, named) != entry.name:
        raise offered.refused("broken")
    position += named + extra
    left = entry.packed
    while left > 0:
        piece = offered.at(position, min(left, _PIECE))
        if not piece:
            raise offered.refused("broken")
        yield piece
        position, left = position + len(piece), left - len(piece)


def _inflated(offered: Offered, raw: Iterator[bytes]) -> Iterator[bytes]:
    inflating = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for packed in raw:
            left = packed
            while left:
                if inflating.eof:
                    raise offered.refused("broken")
                offered.in_time()
                yield inflating.decompress(left, WINDOW)
                left = inflating.unconsumed_tail or inflating.unused_data
        while rest := inflating.decompress(b"", WINDOW):
            offered.in_time()
            yield rest
    except zlib.error as error:
        raise offered.refused("broken") from error
    if not inflating.eof:
        raise offered.refused("broken")
