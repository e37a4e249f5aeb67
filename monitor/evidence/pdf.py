"""PDF: whole, open to everybody, and passive.

A PDF that starts scripts or programs is refused rather than noted. The reviewer opens it on a desk in the company, a
note would be read after the harm, and an honest sender loses nothing by printing it to a new PDF. Files embedded in a
PDF are refused for the same reason as archives. Forms of Acrobat that compute (scripts) and of LiveCycle (XFA) fall
under this too; printed, they say the same.

The marks are names, which are never encrypted and stand in the open, or in the compressed object streams that PDF has
had since 1.5: those are unpacked by window and thrown away. Names may spell letters as `#4a`. What stands in streams of
other compressions is not seen; this is not a scanner. Marks are searched everywhere, pictures included: by chance, a
mark of eight bytes occurs once in many million files.
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

from monitor.evidence.offered import WINDOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.evidence.offered import Offered
    from monitor.evidence.refusal import Reason

PDF = b"%PDF-"
MAX_WORK = 128 << 20  # bytes into and out of object streams: they hold the skeleton of a document, not its pictures
MAX_STREAMS = 50_000
_PIECE = 1 << 12  # most object streams are not much longer
_OVERLAP = 256  # longer than any mark
_TAIL = 1 << 16  # the end mark stands in the last kilobyte; servers and mail gateways append to it


_REASONS: dict[str, Reason] = {
    "locked": "password",
    "active": "active-pdf",
    "attached": "nested",
    "form": "active-pdf",
    "file": "nested",
}
_ENDS_NAME = rb"(?=[\s/<>(\[%])"  # so that `/EmbeddedFiles`, an empty list in most files, is not `/EmbeddedFile`
_MARKS = re.compile(
    rb"/(?:(?P<locked>Encrypt)|(?P<active>JavaScript|Launch)|(?P<attached>EmbeddedFile))"
    + _ENDS_NAME
    + rb"|/(?P<form>XFA)\s{0,8}(?:\[|\d{1,10}\s{1,8}\d{1,5}\s{1,8}R)|/(?P<file>EF)\s{0,8}<<\s{0,8}/U?F\b"
)
_OBJECTS = re.compile(b"/ObjStm" + _ENDS_NAME)
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n")


def examine_pdf(offered: Offered) -> None:
    tail = offered.tail(_TAIL)
    end = tail.rfind(b"%%EOF")
    if end < 0 or b"startxref" not in tail:
        raise offered.refused("broken")
    if offered.holds_archive(offered.size - len(tail) + end + 5):
        raise offered.refused("hidden")
    _Search(offered).run()


class _Search:
    """One pass over the file. `opened` is how far object streams were unpacked, `work` what that has cost so far."""

    def __init__(self, offered: Offered) -> None:
        self.offered = offered
        self.opened = 0
        self.streams = 0
        self.work = 0

    def run(self) -> None:
        for position, window in self.offered.windows(overlap=_OVERLAP):
            self._weigh(window)
            for mark in _OBJECTS.finditer(window):
                if position + mark.end() > self.opened:
                    self._look_into(position + mark.end())

    def _weigh(self, block: bytes) -> None:
        """Refuse for a mark. Honest programs escape what is not ASCII in a name, never the letters of these."""
        plain = _ESCAPE.sub(_letter, block) if b"#" in block else block
        if mark := _MARKS.search(plain):
            raise self.offered.refused(_REASONS[str(mark.lastgroup)])
        if plain != block and len(_OBJECTS.findall(plain)) > len(_OBJECTS.findall(block)):
            raise self.offered.refused("active-pdf")

    def _look_into(self, position: int) -> None:
        """Search the object stream whose dictionary goes on at `position`."""
        self.opened = position
        self.streams += 1
        if self.streams > MAX_STREAMS:
            raise self.offered.refused("bomb")
        kept = b""
        if start := _STREAM.search(self.offered.at(position, 1024)):
            for piece in self._inflated(position + start.end()):
                self._weigh(kept + piece)
                kept = piece[-_OVERLAP:]

    def _inflated(self, position: int) -> Iterator[bytes]:
        """What can be unpacked from there. An error ends it, as it would for a reader; the search goes on behind."""
        inflating, packed = zlib.decompressobj(), b""
        while not inflating.eof:
            if not packed:
                packed = self.offered.at(position, _PIECE)
                position += len(packed)
                self._work(len(packed))
            try:
                piece = inflating.decompress(packed, WINDOW)
            except zlib.error:
                return
            if not packed and not piece:
                return
            packed = inflating.unconsumed_tail
            self._work(len(piece))
            yield piece
        self.opened = position - len(inflating.unused_data)

    def _work(self, amount: int) -> None:
        """Streams may overlap or unpack to a thousand times their size, so the sum is limited and not each of them."""
        self.work += amount
        if self.work > MAX_WORK:
            raise self.offered.refused("bomb")


def _letter(escape: re.Match[bytes]) -> bytes:
    return bytes((int(escape[1], 16),))
