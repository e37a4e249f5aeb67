"""How we ask: one GET over a connection of its own, with a whole handshake; no cookies, no proxies or passwords from
the environment, nothing decompressed, limits wide enough that a large but legal answer is an answer, and every
connection opened by our own guarded hand.

aiohttp's protocol and parser hear the answer. Its session, pool and request stand aside: for one question over one
connection they did as much work as the look itself, and nothing is done here as often as a look.
"""

from __future__ import annotations

import asyncio
import socket
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast

from aiohappyeyeballs import start_connection
from aiohttp import ClientConnectionError, ClientPayloadError
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_exceptions import HttpProcessingError

from checks.answers import Trouble
from checks.detail import Detail
from monitor.probe.handshake import addresses_of, connected, info
from monitor.probe.outcome import HungUp, NotConnected, Refused
from monitor.probe.record import CURRENT
from monitor.probe.trust import shown

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping, Sequence

    from aiohttp.abc import AbstractResolver
    from aiohttp.connector import AddrInfoType
    from aiohttp.http import RawResponseMessage
    from aiohttp.streams import StreamReader

    from monitor.probe.guard import Guard
    from monitor.probe.handshake import Opener
    from monitor.probe.record import Address, Record
    from monitor.target import Target

LINE = 65536  # 9 KB policies and more than a hundred fields are met in the wild and mean nothing
FIELDS = 512
HEAD = 1024 * 1024  # of all fields together
SECOND_FAMILY_AFTER = 0.25
AT_A_TIME = 32768  # bytes that the system takes in for us (it doubles this): what is read at once is parsed at once
HEAD_ENDS = b"\r\n\r\n"
MOST_HEADS = 32  # with which one question is answered: some "early hints", and the answer
INTERIM, SWITCHED, FINAL = 100, 101, 200

WHY_NOT = {
    Trouble.GUARD_ADDRESS: "{address} is not a public address.",
    Trouble.GUARD_PORT: "Port {port} belongs to another protocol.",
}


class Listener(ResponseHandler):
    """Hears one answer. aiohttp itself queues interim answers (1xx) without end, and reads them without a pause."""

    def __init__(self) -> None:
        super().__init__(asyncio.get_running_loop())
        self.heads = 0
        self.set_response_params(
            read_until_eof=True, auto_decompress=False, max_line_size=LINE, max_field_size=LINE, max_headers=FIELDS
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Nothing is set about how packets leave, as aiohttp does: there is one, and it leaves at once."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """The head is read by itself. What a server sends beyond its whole answer is no part of it, as for browsers; in
        one piece with the head, aiohttp takes both for unreadable. And it tells an answer that breaks off later to
        whoever waits for the next head, not to who reads this body.
        """
        if not self.heads and len(HEAD_ENDS) <= (end := data.find(HEAD_ENDS) + len(HEAD_ENDS)) < len(data):
            super().data_received(data[:end])
            data = data[end:]
        super().data_received(data)
        error, payload = self.exception(), self._payload
        if error is not None and payload is not None and not payload.is_eof():
            payload.set_exception(error)

    def feed_data(self, data: Any, size: int = 0) -> None:
        self.heads += 1
        if self.heads <= MOST_HEADS:
            super().feed_data(data, size)
        elif self.heads == MOST_HEADS + 1:
            self.set_exception(HttpProcessingError(message="interim answers without end"))
            if self.transport is not None:
                self.transport.abort()


class GuardedOpener:
    """Opens every socket of the probe, and none to where the guard says no. It is handed each address right before
    connecting, so that no spelling, redirect or second DNS answer gets past.
    """

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def __call__(self, info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = info
        record = CURRENT.get()
        refusal = self._guard.refusal(address[0], address[1])
        if refusal is not None:
            why = Detail(WHY_NOT[refusal], address=address[0], port=address[1])
            if record is not None:
                record.refused = (refusal, why)
            raise Refused(why)
        if record is not None:
            record.opened = address
        opened = socket.socket(family, kind, protocol)
        opened.setblocking(False)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, AT_A_TIME)
        return opened


class Wire:
    """Asks. `names`: where names lead; `opener`: opens the sockets; `user_agent`: who we say that we are."""

    def __init__(self, names: AbstractResolver, opener: Opener, user_agent: str) -> None:
        self._names, self._opener = names, opener
        self._fields = {"User-Agent": user_agent, "Accept": "*/*", "Accept-Encoding": "identity"}

    async def ask(
        self, target: Target, fields: Mapping[str, str], record: Record, context: ssl.SSLContext
    ) -> StreamReader:
        """Ask for the target and take down who answers, with which status and fields; the body is left to be read.

        Raises `NotConnected` before there was a connection, `HungUp` before there was an answer.
        """
        question = _question(target, {**self._fields, **fields})
        transport, listener = await self._opened(target, record, context)
        transport.write(question)
        try:
            head, body = await _head(listener)
        except (ClientConnectionError, ConnectionError) as error:
            raise HungUp from error
        if sum(len(name) + len(value) for name, value in head.raw_headers) > HEAD:
            raise ClientPayloadError
        record.answered = perf_counter()
        record.status = head.code
        record.headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head.raw_headers)
        return body

    async def _opened(
        self, target: Target, record: Record, context: ssl.SSLContext
    ) -> tuple[asyncio.Transport, Listener]:
        loop = asyncio.get_running_loop()
        tls: dict[str, Any] = {"ssl": context, "server_hostname": target.host} if target.secure else {}
        try:
            connection = await _reached(await addresses_of(target, self._names), self._opener)
            record.connected = perf_counter()
            transport, listener = await loop.create_connection(Listener, sock=connection, **tls)
        except OSError as error:
            raise NotConnected(error) from error
        record.secured = perf_counter()
        if not target.secure:
            record.connected = record.secured
        record.transport = transport
        record.peer = str(transport.get_extra_info("peername", ("",))[0])
        handshake = transport.get_extra_info("ssl_object")
        if handshake is not None:
            record.tls = shown(handshake)
        return transport, listener


async def _head(listener: Listener) -> tuple[RawResponseMessage, StreamReader]:
    """The answer, interim ones passed over."""
    while True:
        head, body = await listener.read()
        if not INTERIM <= head.code < FINAL or head.code == SWITCHED:
            return head, body


async def _reached(addresses: Sequence[Address], opener: Opener) -> socket.socket:
    """The first of several that answers, the second family tried while the first is silent."""
    if len(addresses) <= 1:
        return await connected(addresses, opener)
    infos = [info(address) for address in addresses]
    return await start_connection(infos, happy_eyeballs_delay=SECOND_FAMILY_AFTER, socket_factory=opener)


def _question(target: Target, fields: Mapping[str, str]) -> bytes:
    """The request as it is sent. `ValueError` for a field that would be more than one."""
    lines = [f"GET {target.url.raw_path_qs} HTTP/1.1", f"Host: {target.url.host_port_subcomponent}"]
    lines += [f"{name}: {value}" for name, value in fields.items()]
    text = "\r\n".join([*lines, "Connection: close", "", ""])
    if text.count("\n") != len(lines) + 2 or text.count("\r") != len(lines) + 2:
        raise ValueError("a field holds a line break")
    return text.encode("latin-1")
