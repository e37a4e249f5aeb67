"""Mails as files (.eml): one that can be read here as it stands, and brings nothing along.

A mail with attachments is an archive by another name: what hangs on it could be anything that is refused elsewhere.
Only pictures (the logo in a signature), forwarded mails and signatures may be parts of it, whatever type a part claims:
its name must say so as well. The parts are found by their
lines, not by parsing the tree: the standard parser keeps all of the mail in memory and recurses as deep as the sender
likes. A text that quotes such a line is refused with it; that is rare, and the remedy is the same.
"""

from __future__ import annotations

import re
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.utils import collapse_rfc2231_value
from typing import TYPE_CHECKING

from monitor.evidence.offered import WINDOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.evidence.offered import Offered

_TELLING = frozenset(
    {b"from", b"to", b"subject", b"date", b"message-id", b"received", b"mime-version", b"return-path", b"delivered-to"}
)
_ENOUGH = 2  # of the telling headers
_HEADER = re.compile(rb"(?m)^([A-Za-z0-9-]{1,80}):")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_BEGINNING = re.compile(rb"(?:\xef\xbb\xbf)?(?:From [^\r\n]{1,300}\r?\n)?[!-9;-~]{1,80}[ \t]*:")
_LONGEST = 4000  # of one header, folded lines included
_OVERLAP = 2 * _LONGEST
_MAX_PARTS = 1000
_PART = re.compile(rb"(?i)\n(content-(?:type|disposition))[ \t]{0,80}:((?:[^\n]|\n[ \t]){0,%d})" % _LONGEST)
_HARMLESS = re.compile(
    rb"(?i)(?:text|image(?!/svg)|multipart|message)/|application/(?:x-)?pkcs7-signature|application/pgp-signature"
)
_HARMLESS_ENDINGS = frozenset({"png", "jpg", "jpeg", "gif", "bmp", "webp", "eml", "txt", "asc", "p7s", "ics", "vcf"})
# What was the way before there were parts, and is still unpacked by mail programs.
_IN_THE_TEXT = re.compile(rb"(?i)\nbegin(?:-base64)?[ \t]{1,80}[0-7]{3,6}[ \t]{1,80}\S|\n=ybegin[ \t]")


def examine_mail(offered: Offered) -> None:
    if not _reads_as_mail(offered) or offered.find(b"\0") is not None:
        raise offered.refused("disguised")
    parts = 0
    for position, window in offered.windows(overlap=_OVERLAP):
        block = b"\n" + window if position == 0 else window
        if _IN_THE_TEXT.search(block):
            raise offered.refused("attachments")
        for part in _PART.finditer(block):
            parts += 1
            if parts > _MAX_PARTS or len(part[2]) >= _LONGEST or not _harmless(part[1].lower(), part[2]):
                raise offered.refused("attachments")


def _harmless(header: bytes, said: bytes) -> bool:
    said = re.sub(rb"[\r\n]", b"", said).strip()
    if header == b"content-type" and not _HARMLESS.match(said):
        return False
    try:
        return b"name" not in said.lower() or all(_taken(name) for name in _names(header, said))
    except (ValueError, LookupError, AttributeError, TypeError, HeaderParseError):  # a parser fed with hostile names
        return False


def _names(header: bytes, said: bytes) -> Iterator[str]:
    """Every name that a part is given, put together and decoded as programs for mail do it."""
    parsed = message_from_bytes(header + b": " + said + b"\n\n")
    for key, value in parsed.get_params([], header.decode()):
        if key.lower().rstrip("*") in {"name", "filename"}:
            yield str(make_header(decode_header(collapse_rfc2231_value(value))))


def _taken(name: str) -> bool:
    return "." not in name or name.rpartition(".")[2].strip("\"' .\t").lower() in _HARMLESS_ENDINGS


def _reads_as_mail(offered: Offered) -> bool:
    head = offered.at(0, WINDOW)
    if not _BEGINNING.match(head):
        return False
    names = {name.lower() for name in _HEADER.findall(_BLANK_LINE.split(head, maxsplit=1)[0])}
    return len(names & _TELLING) >= _ENOUGH
