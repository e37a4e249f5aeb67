"""A form as browsers send it when nobody has chosen a file, taken apart at once; pure.

Nine forms of ten are such: saving a page of twenty questions brings sixty fields, and a reader that is ready for files
waits for each line of each of them. Whatever is written in any other way than here is left to that reader, which knows
what else a form may be and what must be refused.
"""

from __future__ import annotations

import re
from itertools import chain

SMALL = 256 * 1024  #: octets of a form that is read at once
_KIND = re.compile(r'multipart/form-data; ?boundary="?([A-Za-z0-9_.=+-]{1,70})"?')
_NAMED = rb'content-disposition: form-data; name="([\w.:-]{1,200})"'
_TYPED = rb"content-type: [\w/.+-]{1,80}(?:; ?charset=[\w-]{1,20})?"
_HEAD = re.compile(
    rb"(?:%(type)s\r\n)?%(name)s(?P<none>; filename=\"\")?(?:\r\n%(type)s)?" % {b"name": _NAMED, b"type": _TYPED},
    re.ASCII | re.IGNORECASE,
)


def boundary_of(content_type: str) -> bytes | None:
    """What stands between the fields; none where the header is written in some other way."""
    found = _KIND.fullmatch(content_type)
    return found[1].encode() if found else None


def plain(body: bytes, boundary: bytes, most: int) -> list[tuple[str, bytes]] | None:
    """Names and texts in their order, or none if this is not so plain a form. `most`: fields that a form may have."""
    first, *fields = (b"\r\n" + body).split(b"\r\n--" + boundary)
    if first or not fields or fields.pop() not in (b"--", b"--\r\n") or len(fields) > most:
        return None
    read = [_field(field) for field in fields]
    return None if None in read else list(chain.from_iterable(one or () for one in read))


def _field(field: bytes) -> list[tuple[str, bytes]] | None:
    """One field; nothing for a file that was not chosen."""
    head, between, text = field[2:].partition(b"\r\n\r\n")
    found = _HEAD.fullmatch(head)
    if field[:2] != b"\r\n" or not between or found is None or (found["none"] and text):
        return None
    return [] if found["none"] else [(found[1].decode(), text)]
