"""What a form sent. What cannot be read as a form is its sender's mistake: a 400, and no error of ours.

Text is tidied here once for all: no control characters, which PostgreSQL would refuse and a log would print, no signs
that turn the direction of reading, marks composed, names as they were typed.
"""

from __future__ import annotations

import asyncio
import unicodedata
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from aiohttp import (
    BodyPartReader,
    MultipartReader,
    StreamReader,
    content_disposition_filename,
    parse_content_disposition,
    web,
)
from aiohttp.hdrs import CONTENT_DISPOSITION, CONTENT_ENCODING
from aiohttp.http_exceptions import HttpProcessingError

from checks.spelling import normal
from monitor.questionnaire.entry import tidy
from monitor.web.plain_form import SMALL
from monitor.web.site import SITE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Iterator

PARTS = 1000  #: fields and files of one form
LINES = 20 * PARTS  #: of everything between them: boundaries, headers, what stands before the first
SOON, LATER = 30.0, 600.0  #: seconds in which a form has to arrive, and one with files
ROOM = 1024 * 1024  #: octets of a form with files that are no files
BREATH = 64  #: reads after which others are let in, for what lies in the buffer is read without waiting

#: What aiohttp raises on bodies that are cut off, of no known coding, or no form at all.
BROKEN = (ValueError, LookupError, AssertionError, HttpProcessingError, web.RequestPayloadError, ConnectionError)


@contextmanager
def legible() -> Iterator[None]:
    """Around every reading from a request: nothing but reading, for our own errors must not pass for the sender's."""
    try:
        yield
    except TimeoutError as error:
        raise web.HTTPRequestTimeout(text="This did not arrive in time.") from error
    except BROKEN as error:
        raise web.HTTPBadRequest(text="This cannot be read as a form.") from error


async def fields(request: web.Request) -> list[tuple[str, str]]:
    """Names and texts of a small form, in its order. Forms with files have a reader of their own, and no other form of
    ours comes in parts.
    """
    if request.content_type.startswith("multipart/"):
        raise web.HTTPBadRequest(text="This form takes no files.")
    with legible():
        async with asyncio.timeout(SOON):
            if (await request.read()).count(b"&") >= PARTS:
                raise _too_much()
            sent = await request.post()
    return [(name, tidy(value)) for name, value in sent.items() if isinstance(value, str)]


async def said(request: web.Request, longest: int) -> dict[str, str]:
    """The same where each name stands once: the last counts, cut to what is kept of it."""
    return {name: value[:longest] for name, value in await fields(request)}


class Measured:
    """A body as it arrives, for whoever takes it apart: no longer, of no more lines and no later than a form may be.

    It is counted here and not where the parts are looked at, because a form can be made of nothing but what stands
    between them.
    """

    def __init__(self, content: StreamReader, octets: int) -> None:
        self._content, self._room, self._lines, self._reads = content, octets, LINES, 0
        self._ends = asyncio.get_running_loop().time() + LATER

    async def read(self, size: int = -1) -> bytes:
        return await self._count(self._content.read(size))

    async def readline(self, **limits: int) -> bytes:
        self._lines -= 1
        return await self._count(self._content.readline(**limits))

    def unread_data(self, data: bytes) -> None:
        self._room += len(data)
        self._content.unread_data(data)

    def at_eof(self) -> bool:
        return self._content.at_eof()

    async def _count(self, reading: Awaitable[bytes]) -> bytes:
        async with asyncio.timeout_at(self._ends):
            taken = await reading
        self._room -= len(taken)
        self._reads += 1
        if self._room < 0 or self._lines < 0:
            raise _too_much()
        if self._reads % BREATH == 0:
            await asyncio.sleep(0)
        return taken


@lru_cache(maxsize=1024)
def _named(header: str | None) -> tuple[str | None, str | None]:
    """What a part is called, and its file. Browsers send the same few hundred headers for one questionnaire."""
    _, said = parse_content_disposition(header)
    return content_disposition_filename(said, "name"), content_disposition_filename(said, "filename")


class Part(BodyPartReader):
    """One field of a form. aiohttp takes a header apart again for each of its two names, which on a page of forty
    fields is a third of the work of saving it.
    """

    @property
    def name(self) -> str | None:
        return _named(self.headers.get(CONTENT_DISPOSITION))[0]

    @property
    def filename(self) -> str | None:
        return _named(self.headers.get(CONTENT_DISPOSITION))[1]


class Form(MultipartReader):
    part_reader_cls = Part


def _too_much() -> web.HTTPException:
    return web.HTTPRequestEntityTooLarge(max_size=PARTS, actual_size=PARTS, text="More than a form can be.")


async def small(request: web.Request) -> bytes | None:
    """The whole of a form that says of itself that it is small; none, and nothing was read, if it does not."""
    if not 0 < (request.content_length or 0) <= SMALL or CONTENT_ENCODING in request.headers:
        return None
    with legible():
        async with asyncio.timeout(LATER):
            return await request.read()


async def parts(request: web.Request, whole: bytes | None = None) -> AsyncIterator[BodyPartReader]:
    """The parts of a form with files, one after the other. What is left of one is read before the next, however much
    that is: whoever counts reads each to its end. `whole`: what was read of it already.
    """
    with legible():
        content = request.content if whole is None else _again(request, whole)
        form = Form(request.headers, cast("StreamReader", Measured(content, request.app[SITE].form_limit + ROOM)))
    for _ in range(PARTS):
        with legible():
            part = await form.next()
        if part is None:
            return
        if not isinstance(part, BodyPartReader):
            raise web.HTTPBadRequest(text="A form within a form is none of ours.")
        yield part
    raise _too_much()


def _again(request: web.Request, whole: bytes) -> StreamReader:
    """What was read, to be read once more."""
    found = StreamReader(request.protocol, len(whole) + 1, loop=asyncio.get_running_loop())
    found.feed_data(whole)
    found.feed_eof()
    return found


async def chunk(part: BodyPartReader, octets: int) -> bytes:
    with legible():
        return await part.read_chunk(octets)


LONGEST_NAME = 100
DIGITS = 9  #: of a number that is typed or stands in an address: what any column of ours can hold


def whole_number(text: str, digits: int = DIGITS) -> int | None:
    """The number that was typed, in any width; none where it is no number, or longer than any of ours. The one reader
    of numbers: a longer one is an error of the database, or of `int` itself.
    """
    plain = normal("NFKC", text) if len(text) <= digits else ""
    return int(plain) if plain.isascii() and plain.isdigit() else None


def how_many(text: str, digits: int) -> int:
    """A number of people or of records, whose thousands may stand apart; 0 where it is no number."""
    return whole_number(normal("NFKC", text).replace(",", "").replace("、", ""), digits) or 0


def one_line(value: object) -> str:
    """One line of text as typed, without control characters; names keep their signs."""
    text = tidy(value) if isinstance(value, str) else ""
    return "".join(sign for sign in text if unicodedata.category(sign)[0] != "C").strip()[:LONGEST_NAME]
