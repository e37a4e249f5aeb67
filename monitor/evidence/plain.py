"""CSV and plain text: can it be read, in one of the encodings that Japanese programs write?

Nothing is guessed: guessers are unsure of CP932 even where it is right. UTF-16 needs its mark; then UTF-8 and CP932 are
tried strictly, in this order, since CP932 almost never is valid UTF-8 by chance. Formulas in a CSV are not judged: a
leading `=`, `+` or `-` is honest in a telephone list; whoever writes cells for Excel escapes them.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.evidence.offered import Offered

_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# What decodes although it means nothing: Python gives the unassigned single bytes of CP932 a private place.
_MEANINGLESS = {"utf-16": re.compile("\0"), "utf-8": re.compile("\0"), "cp932": re.compile("[\0\x80\uf8f0-\uf8f3]")}


def examine_text(offered: Offered) -> None:
    encodings = ("utf-16",) if offered.at(0, 2) in _WIDE_MARKS else ("utf-8", "cp932")
    if not any(_reads(offered, encoding) for encoding in encodings):
        raise offered.refused("encoding")


def _reads(offered: Offered, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for _, window in offered.windows():
            if _MEANINGLESS[encoding].search(decoder.decode(window)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
