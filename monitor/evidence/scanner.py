"""The house's own virus scanner, asked before anything is kept: clamd, over the socket at which it listens.

What our judging cannot know, whether a sound PDF carries what others have met before, a scanner can; so where one is
named nothing comes into the store unseen by it. A scanner that does not answer lets nothing pass: the sender is told to
hand the file in again, and whoever runs the house finds the reason in the log and in `itaku doctor`.

The file goes over in pieces (`INSTREAM`), so that the scanner needs no access to our disk and may run elsewhere. Spoken
here because clamd listens at a Unix socket where it comes from Debian, and the library for asyncio knows TCP only.
"""

from __future__ import annotations

import asyncio
import string
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from collections.abc import AsyncIterator

PIECE = 1 << 18
PATIENCE = 60.0  #: seconds for one file, from the first octet to the answer
SHORT = 5.0  #: seconds for a word
LONGEST = 4096  #: octets of an answer
_NAME = frozenset(string.ascii_letters + string.digits + "._-/:")


class ScannerAway(Exception):  # noqa: N818 - what it then is
    """It does not answer, or it cannot look at this file and says why."""


@dataclass(frozen=True)
class Scanner:
    """`url`: `unix:///run/clamav/clamd.ctl` or `tcp://host:3310`."""

    url: str

    async def look(self, file: BinaryIO) -> str:
        """What it has found in a file, by the scanner's name for it; empty where it is clean. Raises `ScannerAway`."""
        answer = await self._ask(b"zINSTREAM\0", file, PATIENCE)
        if answer.endswith(" OK"):
            return ""
        if answer.endswith(" FOUND"):
            return _named(answer)
        raise ScannerAway(answer or "no answer")

    async def ping(self) -> None:
        """Whether it is there. Raises `ScannerAway`."""
        answer = await self._ask(b"zPING\0", None, SHORT)
        if answer != "PONG":
            raise ScannerAway(answer or "no answer")

    async def _ask(self, command: bytes, file: BinaryIO | None, seconds: float) -> str:
        try:
            async with asyncio.timeout(seconds), self._connected() as (reader, writer):
                writer.write(command)
                with suppress(ConnectionError):  # it hangs up on what is too large for it, and has said so before
                    if file:
                        await _send(file, writer)
                    await writer.drain()
                octets = await reader.read(LONGEST)
        except TimeoutError as error:
            raise ScannerAway("no answer in time") from error
        except OSError as error:
            raise ScannerAway(str(error)) from error
        return octets.split(b"\0")[0].decode("utf-8", "replace").strip()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[tuple[StreamReader, StreamWriter]]:
        place = urlsplit(self.url)
        if place.scheme == "unix":
            reader, writer = await asyncio.open_unix_connection(unquote(place.path))
        else:
            reader, writer = await asyncio.open_connection(place.hostname, place.port)
        try:
            yield reader, writer
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


async def _send(file: BinaryIO, writer: StreamWriter) -> None:
    """Each piece behind its length; one without any is the end."""
    await asyncio.to_thread(file.seek, 0)
    while piece := await asyncio.to_thread(file.read, PIECE):
        writer.write(len(piece).to_bytes(4) + piece)
        await writer.drain()
    writer.write(bytes(4))


def _named(answer: str) -> str:
    """`Win.Test.EICAR_HDB-1` of `stream: Win.Test.EICAR_HDB-1 FOUND`, of such signs only as stand in such names."""
    name = answer.removesuffix(" FOUND").rpartition(" ")[2]
    return "".join(sign for sign in name if sign in _NAME)[:100] or "?"
