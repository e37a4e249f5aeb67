"""PDF: whole, open to everybody, and passive.

A PDF that starts scripts or programs, sends something or opens another file is refused rather than noted. The reviewer
opens it on a desk in the company, a note would be read after the harm, and an honest sender loses nothing by printing
it to a new PDF. Files embedded in a PDF are refused for the same reason as archives. Forms of Acrobat that compute
(scripts) and of LiveCycle (XFA) fall under this too; printed, they say the same.

The marks are names, which are never encrypted and stand in the open, or in the compressed object streams that PDF has
had since 1.5: those are unpacked by window and thrown away. Honest programs pack these with Flate and nothing else, so
every other packing, or one that cannot be made out, is refused. Names may spell letters as `#4a`: the patterns know
both spellings, since decoding costs a call for each letter and the sender chooses how many there are. Marks are
searched everywhere, pictures included: by chance, a mark of six bytes occurs once in many million files.
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.evidence.offered import Offered
    from monitor.evidence.refusal import Reason

PDF = b"%PDF-"
MAX_WORK = 16 << 20  # bytes into and out of object streams: they hold the skeleton of a document, not its pictures
MAX_STREAMS = 50_000
_PIECE = 1 << 12  # most object streams are not much longer
_UNPACKED = 1 << 16
_TWICE = 2  # that a packing was named more than once is all that matters
_OVERLAP = 256  # longer than any mark
_TAIL = 1 << 16  # the end mark stands in the last kilobyte; servers and mail gateways append to it


_REASONS: dict[str, Reason] = {
    "locked": "password",
    "active": "active-pdf",
    "attached": "nested",
    "form": "active-pdf",
    "file": "nested",
}
_ENDS_NAME = rb"(?=[\s\0/<>()\[\]{}%])"  # so that `/EmbeddedFiles`, an empty list in most, is not `/EmbeddedFile`
_BLANK = rb"[\s\0]"
_REFERENCE = rb"\d{1,10}" + _BLANK + rb"{1,8}\d{1,5}" + _BLANK + rb"{1,8}R"


def _spelled(*names: str) -> bytes:
    """A pattern for names in all their spellings."""
    return b"(?:%b)" % b"|".join(b"".join(_letter(letter) for letter in name) for name in names)


def _letter(letter: str) -> bytes:
    number = "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in f"{ord(letter):02x}")
    return f"(?:{letter}|#{number})".encode()


_MARKS = re.compile(
    rb"/(?=[ELJGSIRX#])(?:(?:(?P<locked>%b)|(?P<active>%b)|(?P<attached>%b))%b"
    % (
        _spelled("Encrypt"),
        # `/JS` alone starts nothing: it is read in an action that is a JavaScript or a Rendition.
        _spelled("JavaScript", "Launch", "GoToE", "GoToR", "SubmitForm", "ImportData", "Rendition"),
        _spelled("EmbeddedFile"),
        _ENDS_NAME,
    )
    + rb"|(?P<form>%b)%b{0,8}(?:\[|%b)" % (_spelled("XFA"), _BLANK, _REFERENCE)
    + rb"|(?P<file>%b)%b{0,8}(?:<<%b{0,8}/U?F\b|%b))" % (_spelled("EF"), _BLANK, _BLANK, _REFERENCE)
)
# What tells object streams from others, and how they are packed; a dictionary may be as long as its writer likes. The
# first letter stands apart: `re` leaps from one of a set to the next, and would try every branch at every byte else.
_TOKENS = re.compile(
    rb"[es/](?:(?<=e)(?P<closed>ndobj|ndstream)|(?<=s)(?<![A-Za-z]s)(?P<stream>tream)[ \t]{0,8}(?:\r\n|\n|\r)"
    rb"|(?<=/)(?=[OFNACDLRPJ#])(?:(?P<objects>%b)|(?P<first>%b)|(?P<count>%b)|(?P<flate>%b)|(?P<other>%b))%b)"
    % (
        _spelled("ObjStm"),
        _spelled("First"),
        _spelled("N"),
        _spelled("FlateDecode", "Fl"),
        _spelled(
            *("ASCIIHexDecode", "AHx", "ASCII85Decode", "A85", "LZWDecode", "LZW", "RunLengthDecode", "RL", "Crypt"),
            *("CCITTFaxDecode", "DCTDecode", "JPXDecode", "JBIG2Decode", "DecodeParms", "DP", "Predictor"),
        ),
        _ENDS_NAME,
    )
)


def examine_pdf(offered: Offered) -> None:
    tail = offered.tail(_TAIL)
    end = tail.rfind(b"%%EOF")
    if end < 0 or b"startxref" not in tail:
        raise offered.refused("broken")
    if offered.holds_archive(offered.size - len(tail) + end + 5):
        raise offered.refused("hidden")
    _Search(offered).run()


class _Search:
    """One pass over the file. `opened` is how far it was read or unpacked, `work` what unpacking has cost so far,
    `seen` what the present dictionary says of its stream.
    """

    def __init__(self, offered: Offered) -> None:
        self.offered = offered
        self.opened = 0
        self.streams = 0
        self.work = 0
        self.seen: list[str] = []

    def run(self) -> None:
        for position, window in self.offered.windows(overlap=_OVERLAP):
            self._weigh(window)
            for token in _TOKENS.finditer(window):
                if position + token.start() >= self.opened:
                    self.opened = position + token.end()
                    self._read(str(token.lastgroup))
        if "objects" in self.seen:
            raise self.offered.refused("active-pdf")

    def _weigh(self, block: bytes) -> None:
        if mark := _MARKS.search(block):
            raise self.offered.refused(_REASONS[str(mark.lastgroup)])

    def _read(self, found: str) -> None:
        if found not in {"closed", "stream"}:
            if self.seen.count(found) < _TWICE:
                self.seen.append(found)
            return
        seen, self.seen = self.seen, []
        if "objects" in seen or {"first", "count"} <= set(seen):
            # Honest programs pack objects once, and their dictionary ends with the stream.
            if "objects" in seen if found == "closed" else not _plain(seen):
                raise self.offered.refused("active-pdf")
            if found == "stream":
                self._look_into(self.opened)

    def _look_into(self, position: int) -> None:
        self.streams += 1
        if self.streams > MAX_STREAMS:
            raise self.offered.refused("bomb")
        kept, any_came = b"", False
        for piece in self._inflated(position):
            self._weigh(kept + piece)
            kept, any_came = (kept + piece)[-_OVERLAP:], True
        if not any_came:
            raise self.offered.refused("active-pdf")
        self._weigh(kept + b"\n")  # a name may end with its stream

    def _inflated(self, position: int) -> Iterator[bytes]:
        """What can be unpacked from there. An error ends it, as it would for a reader; the search goes on behind."""
        inflating, packed = zlib.decompressobj(), b""
        while not inflating.eof:
            if not packed:
                packed = self.offered.at(position, _PIECE)
                position += len(packed)
                self._work(len(packed))
            try:
                piece = inflating.decompress(packed, _UNPACKED)
            except zlib.error:
                return
            if not packed and not piece:
                return
            packed = inflating.unconsumed_tail
            self._work(len(piece))
            if piece:
                yield piece
        self.opened = position - len(inflating.unused_data)

    def _work(self, amount: int) -> None:
        """Streams may overlap or unpack to a thousand times their size, so the sum is limited and not each of them."""
        self.offered.in_time()
        self.work += amount
        if self.work > MAX_WORK:
            raise self.offered.refused("bomb")


def _plain(seen: list[str]) -> bool:
    return seen.count("flate") == 1 and "other" not in seen
