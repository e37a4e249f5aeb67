"""A file that was offered, as the judges read it: by window, so that a gigabyte costs no more memory than a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, BinaryIO

from monitor.evidence.refusal import RefusedFile, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.evidence.refusal import Reason

# Searching a window holds the interpreter's lock; at this size for a millisecond or so: the loop does not starve.
WINDOW = 1 << 18
TIME = 5.0  # seconds that one file may be judged; honest ones take well below one
_END_OF_ZIP, _END_OF_ZIP_SIZE, _MAX_COMMENT = b"PK\x05\x06", 22, 0xFFFF
_ARCHIVES = (b"PK\x03\x04", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")


@dataclass(frozen=True, slots=True)
class Offered:
    """`name` is cleaned already. Nothing here writes to the file or keeps more than a window of it."""

    file: BinaryIO
    name: str
    ending: str
    size: int
    until: float = field(default_factory=lambda: monotonic() + TIME)

    def refused(self, reason: Reason, **facts: str) -> RefusedFile:
        return refused(reason, self.name, ending=self.ending, **facts)

    def in_time(self) -> None:
        """Asked in every loop over what a file holds: a limit of bytes does not bound what looking at them costs."""
        if monotonic() > self.until:
            raise self.refused("bomb")

    def at(self, position: int, length: int) -> bytes:
        self.in_time()
        self.file.seek(position)
        return self.file.read(length)

    def tail(self, length: int) -> bytes:
        return self.at(max(0, self.size - length), length)

    def windows(self, start: int = 0, overlap: int = 0) -> Iterator[tuple[int, bytes]]:
        """Position and bytes; each window begins `overlap` bytes before the end of the one before it."""
        while window := self.at(start, WINDOW):
            yield start, window
            if start + len(window) >= self.size:
                return
            start += len(window) - overlap

    def find(self, needle: bytes, start: int = 0) -> int | None:
        """Where the needle stands first, at or after `start`."""
        for position, window in self.windows(start, overlap=len(needle) - 1):
            if (found := window.find(needle)) >= 0:
                return position + found
        return None

    def zip_end(self) -> int | None:
        """Where a zip's last record stands, if the file ends as a zip does: exactly with it and its comment."""
        tail = self.tail(_END_OF_ZIP_SIZE + _MAX_COMMENT)
        at = tail.rfind(_END_OF_ZIP)
        while at >= 0:
            comment = int.from_bytes(tail[at + 20 : at + 22], "little")
            if at + _END_OF_ZIP_SIZE + comment == len(tail):
                return self.size - len(tail) + at
            at = tail.rfind(_END_OF_ZIP, 0, at + 3)
        return None

    def holds_archive(self, after: int) -> bool:
        """A second file behind the first. Programs for archives look from the end or skip what they do not know."""
        return self.zip_end() is not None or self.at(after, 64).lstrip(b"\0\r\n\t ").startswith(_ARCHIVES)
