"""How aiohttp is set up to be the fastest honest client: a new connection and a whole handshake for every visit, one
shared session, no cookies, no proxies or passwords from the environment, nothing decompressed, limits wide enough that
a large but legal answer is an answer, and every connection opened by our own guarded hand.
"""

from __future__ import annotations

import socket
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_exceptions import HttpProcessingError

from checks.answers import Trouble
from monitor.probe.outcome import HungUp, Refused
from monitor.probe.record import CURRENT
from monitor.probe.trust import shown

if TYPE_CHECKING:
    from aiohttp.abc import AbstractResolver
    from aiohttp.connector import AddrInfoType, Connection

    from monitor.probe.guard import Guard
    from monitor.probe.settings import ProbeSettings

LINE = 65536  # 9 KB policies and more than a hundred fields are met in the wild and mean nothing
FIELDS = 512
HEAD = 1024 * 1024  # of all fields together
NEVER = 1e9  # aiohttp rounds time-outs above this many seconds up to whole ones
SECOND_FAMILY_AFTER = 0.25
AT_A_TIME = 32768  # bytes that the system takes in for us (it doubles this): what is read at once is parsed at once
MOST_HEADS = 32  # with which one question is answered: some "early hints", and the answer

WHY_NOT = {
    Trouble.GUARD_ADDRESS: "{0} is not a public address.",
    Trouble.GUARD_PORT: "Port {1} belongs to another protocol.",
}


class Answer(aiohttp.ClientResponse):
    """Sees the connection while it is still there: after a short answer aiohttp has already let it go."""

    async def start(self, connection: Connection) -> Answer:
        record = CURRENT.get()
        if record is None or connection.transport is None:
            raise HungUp
        record.secured = perf_counter()
        record.transport = connection.transport
        record.connected = record.connected or record.secured
        record.peer = str(connection.transport.get_extra_info("peername", ("",))[0])
        handshake = connection.transport.get_extra_info("ssl_object")
        if handshake is not None:
            record.tls = shown(handshake)
        try:
            await super().start(connection)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
            raise HungUp from error
        if sum(len(name) + len(value) for name, value in self.raw_headers) > HEAD:
            raise aiohttp.ClientPayloadError
        record.answered = perf_counter()
        record.status = self.status
        record.headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in self.raw_headers)
        return self


class Listener(ResponseHandler):
    """Hears one answer. aiohttp itself queues interim answers (1xx) without end, and reads them without a pause."""

    heads = 0

    def feed_data(self, data: Any, size: int = 0) -> None:
        self.heads += 1
        if self.heads <= MOST_HEADS:
            super().feed_data(data, size)
        elif self.heads == MOST_HEADS + 1:
            self.set_exception(HttpProcessingError(message="interim answers without end"))
            if self.transport is not None:
                self.transport.abort()


class Connector(aiohttp.TCPConnector):
    """Whose connections have our own listener at their end; there is no public way to say so."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        listener: type[ResponseHandler] = Listener
        self._factory = partial(listener, loop=self._loop)


class GuardedOpener:
    """Opens every socket of the probe, and none to where the guard says no. aiohttp hands it each address right
    before connecting, so that no spelling, redirect or second DNS answer gets past.
    """

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def __call__(self, info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = info
        record = CURRENT.get()
        refusal = self._guard.refusal(address[0], address[1])
        if refusal is not None:
            words = WHY_NOT[refusal].format(address[0], address[1])
            if record is not None:
                record.refused = (refusal, words)
            raise Refused(words)
        if record is not None:
            record.opened = address
        opened = socket.socket(family, kind, protocol)
        opened.setblocking(False)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, AT_A_TIME)
        return opened


def session(settings: ProbeSettings, names: AbstractResolver, opener: GuardedOpener) -> aiohttp.ClientSession:
    """The one session of a probe. Its own limits and time-outs are off: the probe's do not count waiting."""
    connector = Connector(
        limit=0,
        force_close=True,
        use_dns_cache=False,
        resolver=names,
        socket_factory=opener,
        happy_eyeballs_delay=SECOND_FAMILY_AFTER,
    )
    return aiohttp.ClientSession(
        connector=connector,
        response_class=Answer,
        headers={"User-Agent": settings.user_agent, "Accept": "*/*", "Accept-Encoding": "identity"},
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=None, ceil_threshold=NEVER),
        max_line_size=LINE,
        max_field_size=LINE,
        max_headers=FIELDS,
    )
