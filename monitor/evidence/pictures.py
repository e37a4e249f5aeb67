"""PNG and JPEG: is the picture whole, and is nothing tied to its end? What it shows is not decoded here."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.evidence.offered import Offered

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
# Real pictures have far fewer. The limits keep a file of nothing but tiny parts from taking seconds.
MAX_CHUNKS, MAX_SEGMENTS = 200_000, 5_000
_FRAME = 12  # length, type and checksum around a chunk's data
_STARTS_SCAN, _ENDS_IMAGE, _FILL = 0xDA, 0xD9, 0xFF
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers that no length follows


def examine_png(offered: Offered) -> None:
    position, pixels = len(PNG), False
    for count in range(MAX_CHUNKS):
        head = offered.at(position, 8)
        if len(head) < 8 or not head[4:].isalpha():  # noqa: PLR2004 - length and type
            break
        length, kind = struct.unpack(">I4s", head)
        position += _FRAME + length
        if position > offered.size or (count == 0) is not (kind == b"IHDR"):
            break
        pixels |= kind == b"IDAT"
        if kind == b"IEND" and pixels:
            return _refuse_company(offered, position)
    raise offered.refused("broken")


def examine_jpeg(offered: Offered) -> None:
    """Phones append a film or a second picture, so only an archive behind the end is refused."""
    scan = _start_of_scan(offered)
    end = None if scan is None else offered.find(bytes([_FILL, _ENDS_IMAGE]), scan)
    if end is None:
        raise offered.refused("broken")
    _refuse_company(offered, end + 2)


def _start_of_scan(offered: Offered) -> int | None:
    """Walk over the segments: a thumbnail in them has an end of its own. In a scan, an end cannot occur by chance."""
    position = 2
    for _ in range(MAX_SEGMENTS):
        head = offered.at(position, 4)
        if len(head) < 4 or head[0] != _FILL or head[1] == _ENDS_IMAGE:  # noqa: PLR2004 - marker and length
            return None
        if head[1] == _STARTS_SCAN:
            return position
        length = int.from_bytes(head[2:], "big")
        if head[1] == _FILL:
            position += 1
        elif head[1] in _BARE:
            position += 2
        elif length < 2:  # noqa: PLR2004 - the length counts itself
            return None
        else:
            position += 2 + length
    return None


def _refuse_company(offered: Offered, end: int) -> None:
    if offered.holds_archive(end):
        raise offered.refused("hidden")
