"""What a form sent. What cannot be read as a form is its sender's mistake: a 400, and no error of ours.

Text is tidied here once for all: no control characters, which PostgreSQL would refuse and a log would print, no signs
that turn the direction of reading, marks composed, names as they were typed.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from monitor.questionnaire.entry import tidy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

#: What aiohttp raises on bodies that are cut off, of no known coding, or no form at all.
BROKEN = (ValueError, LookupError, AssertionError, HttpProcessingError, web.RequestPayloadError, ConnectionError)


@contextmanager
def legible() -> Iterator[None]:
    """Around every reading from a request: nothing but reading, for our own errors must not pass for the sender's."""
    try:
        yield
    except BROKEN as error:
        raise web.HTTPBadRequest(text="This cannot be read as a form.") from error


async def fields(request: web.Request) -> list[tuple[str, str]]:
    """Names and texts of a small form, in its order."""
    with legible():
        sent = await request.post()
    return [(name, tidy(value)) for name, value in sent.items() if isinstance(value, str)]


async def said(request: web.Request, longest: int) -> dict[str, str]:
    """The same where each name stands once: the last counts, cut to what is kept of it."""
    return {name: value[:longest] for name, value in await fields(request)}


async def parts(request: web.Request) -> AsyncIterator[BodyPartReader]:
    """The parts of a form with files, one after the other. What is left of one is read before the next, however much
    that is: whoever counts reads each to its end.
    """
    with legible():
        form = await request.multipart()
    while True:
        with legible():
            part = await form.next()
        if part is None:
            return
        if not isinstance(part, BodyPartReader):
            raise web.HTTPBadRequest(text="A form within a form is none of ours.")
        yield part


async def chunk(part: BodyPartReader, octets: int) -> bytes:
    with legible():
        return await part.read_chunk(octets)
