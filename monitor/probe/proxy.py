"""The only way out of a browser: a proxy on loopback that resolves and connects by itself, as guarded as the probe.

Whatever a page makes its browser ask for comes here: images, redirects, WebSockets, names that resolve otherwise the
second time. The browser is told a name and never an address, and the address is vetted when the socket is opened. What
was asked for is written down before anything else is done about it, since an attempt is what a visitor's browser would
have made good.

One proxy serves one look, so that what it wrote down belongs to one page. It speaks plain HTTP for `http:` and is a
tunnel for everything else; a plain connection carries one request, because a browser may send its next one, for
somebody else, over the same connection.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from monitor.probe.handshake import addresses_of, connected
from monitor.probe.outcome import Refused
from monitor.target import BadUrl, read_target

if TYPE_CHECKING:
    from types import TracebackType

    from aiohttp.abc import AbstractResolver

    from monitor.probe.handshake import Opener
    from monitor.target import Target

LOOPBACK = "127.0.0.1"
HEAD = 65536  # bytes of a request's or an answer's head
PIECE = 65536
MOST_BYTES = 64 * 1024 * 1024  # both ways, of one look
MOST_CONNECTIONS = 2000  # of one look; a page of the news asks for some three hundred things
AT_ONCE = 100
MOST_HOSTS = 500
CONNECT_SECONDS = 10.0
BEAT = 0.05  # how often silence is looked for
OF_THE_HOP = frozenset(
    {b"connection", b"proxy-connection", b"keep-alive", b"proxy-authorization", b"proxy-authenticate"}
)
INTERIM = range(100, 200)


class Overdrawn(Exception):  # noqa: N818 - what the page did
    """The page has had all that one look may cost."""


class Proxy:
    """Use as an async context manager; when it ends, so does every connection through it."""

    def __init__(self, names: AbstractResolver, opener: Opener) -> None:
        self.hosts: dict[str, None] = {}  #: whoever was to be talked to, in the order of asking
        self.kept_from: dict[str, None] = {}  #: those to whom the guard said no
        self._names, self._opener = names, opener
        self._tasks: set[asyncio.Task[None]] = set()
        self._connecting = self._count = self._bytes = 0
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._server: asyncio.Server
        self._active = 0.0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._met, LOOPBACK, 0, limit=HEAD)
        self._touch()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def port(self) -> int:
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def silence(self, seconds: float) -> None:
        """Wait until nothing has gone through for so long, and nobody is being connected to."""
        while self._connecting or self._now() - self._active < seconds:  # noqa: ASYNC110 - what is awaited is that nothing comes
            await asyncio.sleep(BEAT)

    def forget(self) -> None:
        """What was asked for until now was the browser's own idea."""
        self.hosts.clear()
        self.kept_from.clear()

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _touch(self) -> None:
        self._active = self._now()

    def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._served(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._count += 1
        try:
            if self._count <= MOST_CONNECTIONS:
                async with self._slots:
                    await self._asked(reader, writer)
        except (OSError, EOFError, asyncio.LimitOverrunError, ValueError, Overdrawn):
            pass  # the browser hears of it by the end of the connection, and asks again or not
        finally:
            writer.transport.abort()

    async def _asked(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self._touch()
        line, _, fields = head.partition(b"\r\n")
        method, where, _ = line.decode("ascii").split(" ")
        tunnel = method == "CONNECT"
        target = read_target(f"https://{where}" if tunnel else where)
        if not tunnel and target.secure:
            raise BadUrl("a plain request for a secure address")
        if len(self.hosts) < MOST_HOSTS:
            self.hosts.setdefault(target.host)
        there = await self._reached(target)
        if there is None:
            await _sorry(writer if tunnel else None)
            return
        try:
            if tunnel:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                await self._forward(_request(method, target, fields), _length(fields), reader, there[1])
                await self._answer(there[0], writer)
            await self._both_ways(reader, writer, there, tunnel=tunnel)
        finally:
            there[1].transport.abort()

    async def _reached(self, target: Target) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """A connection to there, if it may be had."""
        self._connecting += 1
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                opened = await connected(await addresses_of(target, self._names), self._opener)
                return await asyncio.open_connection(sock=opened, limit=HEAD)
        except Refused:
            self.kept_from.setdefault(target.host)
        except OSError:
            pass  # its absence is no concern of this look: the attempt was written down
        finally:
            self._connecting -= 1
            self._touch()
        return None

    async def _forward(
        self, head: bytes, length: int, reader: asyncio.StreamReader, upstream: asyncio.StreamWriter
    ) -> None:
        """The request with its body, and nothing that the browser may send behind it."""
        upstream.write(head)
        while length > 0:
            piece = await reader.read(min(length, PIECE))
            if not piece:
                return
            length -= len(piece)
            self._spend(piece)
            upstream.write(piece)
            await upstream.drain()

    async def _answer(self, upstream: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The head of the answer, with the browser told that this connection is for one request."""
        while True:
            line, _, fields = (await upstream.readuntil(b"\r\n\r\n")).partition(b"\r\n")
            self._touch()
            interim = int(line.partition(b" ")[2][:3]) in INTERIM
            ending = b"" if interim else b"Connection: close\r\n"
            writer.write(line + b"\r\n" + _kept(fields) + ending + b"\r\n")
            await writer.drain()
            if not interim:
                return

    async def _both_ways(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        there: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        *,
        tunnel: bool,
    ) -> None:
        """Carry until the other side has said all. What a browser says after a plain request goes nowhere."""
        upstream, onward = there
        saying = asyncio.create_task(self._say(reader, onward)) if tunnel else None
        try:
            await self._carry(upstream, writer)
            writer.close()
            await writer.wait_closed()
        finally:
            if saying is not None:
                saying.cancel()
                await asyncio.gather(saying, return_exceptions=True)

    async def _say(self, reader: asyncio.StreamReader, onward: asyncio.StreamWriter) -> None:
        try:
            await self._carry(reader, onward)
        except (OSError, Overdrawn):
            onward.transport.abort()  # which ends what we wait to hear as well

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while piece := await source.read(PIECE):
            self._spend(piece)
            sink.write(piece)
            await sink.drain()

    def _spend(self, piece: bytes) -> None:
        self._touch()
        self._bytes += len(piece)
        if self._bytes > MOST_BYTES:
            raise Overdrawn


async def _sorry(tunnel: asyncio.StreamWriter | None) -> None:
    """Whoever wants a tunnel is told that there is none. A plain request gets no answer at all: the browser would take
    it for the site's.
    """
    if tunnel is not None:
        tunnel.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        tunnel.close()
        with suppress(OSError):
            await tunnel.wait_closed()


def _request(method: str, target: Target, fields: bytes) -> bytes:
    line = f"{method} {target.url.raw_path_qs} HTTP/1.1\r\n".encode("ascii")
    return line + _kept(fields) + b"Connection: close\r\n\r\n"


def _kept(fields: bytes) -> bytes:
    lines = [line for line in fields.split(b"\r\n") if line and line.partition(b":")[0].lower() not in OF_THE_HOP]
    return b"".join(line + b"\r\n" for line in lines)


def _length(fields: bytes) -> int:
    said = [
        value
        for name, _, value in (line.partition(b":") for line in fields.lower().split(b"\r\n"))
        if name == b"content-length"
    ]
    return int(said[0]) if said else 0
