"""What the body of an answer says: its letters, and whether conditions on them hold.

A body may be cut, because the probe reads no more than it must, or come packed although nobody asked for that. So
each question has three answers: yes, no, and none: not to be seen from here.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from checks.jsonpath import condition, document, holds
from checks.page_text import decoded
from checks.patterns import fits
from checks.spelling import unescaped

if TYPE_CHECKING:
    from checks.answers import Hop

MOST = 1 << 20  #: bytes that a packed body may grow to; a kilobyte can be made to hold a gigabyte
GZIP_OR_ZLIB = 47


@dataclass(frozen=True, slots=True)
class Reply:
    text: str
    whole: bool  #: nothing follows that was not read

    def says(self, words: str) -> bool:
        """As they stand in the source, or as a browser would show them."""
        return words in self.text or words in unescaped(self.text)

    def lacks(self, words: str) -> bool:
        """Whether they are certainly not there; of a body that was cut nobody knows."""
        return self.whole and not self.says(words)

    def fits(self, pattern: str) -> bool | None:
        return True if fits(pattern, self.text) else self._if_whole

    def meets(self, wanted: str) -> bool | None:
        """A JSON document that is cut is none, so nothing can be said of it. One that is no JSON meets nothing."""
        try:
            return holds(condition(wanted), document(self.text)) or self._if_whole
        except ValueError:
            return self._if_whole

    @property
    def _if_whole(self) -> bool | None:
        return False if self.whole else None


def reply(hop: Hop) -> Reply:
    """The body of an answer as text, in the charset that it names."""
    body, whole = _unpacked(hop)
    kind = ", ".join(hop.header("content-type"))
    return Reply(decoded(body, kind).removeprefix("\ufeff"), whole)


def _unpacked(hop: Hop) -> tuple[bytes, bool]:
    """We ask for nothing packed; servers that pack all the same mostly use gzip. What else they use stays closed."""
    coding = ", ".join(hop.header("content-encoding")).strip().lower()
    if coding in {"", "identity"}:
        return hop.body, not hop.truncated
    if coding not in {"gzip", "x-gzip", "deflate"}:
        return b"", False
    opened = zlib.decompressobj(GZIP_OR_ZLIB)
    try:
        body = opened.decompress(hop.body, MOST)
    except zlib.error:
        return b"", False
    return body, opened.eof
