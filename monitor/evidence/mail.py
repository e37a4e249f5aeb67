"""Mails as files (.eml): one that can be read here as it stands, and brings nothing along.

A mail with attachments is an archive by another name: what hangs on it could be anything that is refused elsewhere.
Only pictures (the logo in a signature), forwarded mails and signatures may be parts of it. The parts are found by their
lines, not by parsing the tree: the standard parser keeps all of the mail in memory and recurses as deep as the sender
likes. A text that quotes such a line is refused with it; that is rare, and the remedy is the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from monitor.evidence.offered import WINDOW

if TYPE_CHECKING:
    from monitor.evidence.offered import Offered

_TELLING = frozenset(
    {b"from", b"to", b"subject", b"date", b"message-id", b"received", b"mime-version", b"return-path", b"delivered-to"}
)
_ENOUGH = 2  # of the telling headers
_HEADER = re.compile(rb"(?m)^([A-Za-z0-9-]{1,80}):")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_BEGINNING = re.compile(rb"(?:\xef\xbb\xbf)?(?:From [^\r\n]{1,300}\r?\n)?[!-9;-~]{1,80}[ \t]*:")
_OVERLAP = 512
_PART = re.compile(rb"(?i)\ncontent-type[ \t]{0,8}:[ \t]{0,80}(?:\r?\n[ \t]{1,80})?([!-~]{1,100})")
_HARMLESS = re.compile(
    rb"(?i)(?:text|image|multipart|message)/|application/(?:x-)?pkcs7-signature|application/pgp-signature"
)


def examine_mail(offered: Offered) -> None:
    if not _reads_as_mail(offered) or offered.find(b"\0") is not None:
        raise offered.refused("disguised")
    for position, window in offered.windows(overlap=_OVERLAP):
        first = b"\n" if position == 0 else b""
        if not all(_HARMLESS.match(part[1]) for part in _PART.finditer(first + window)):
            raise offered.refused("attachments")


def _reads_as_mail(offered: Offered) -> bool:
    head = offered.at(0, WINDOW)
    if not _BEGINNING.match(head):
        return False
    names = {name.lower() for name in _HEADER.findall(_BLANK_LINE.split(head, maxsplit=1)[0])}
    return len(names & _TELLING) >= _ENOUGH
