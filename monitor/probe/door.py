"""The probe itself: visits URLs and brings back what the world answered, trouble included, as values.

What it does not promise: that a second visit would see the same. It never tries twice, never decides whether an answer
is good, and knows nothing of parties.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, replace
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Self

from checks.answers import Exchange, Handshake, Hop, Offer, Records, RecordType, Tls, Trouble
from checks.detail import UNSAID, Detail
from monitor.probe.browser import Browser
from monitor.probe.dns import Directory
from monitor.probe.guard import Guard
from monitor.probe.handshake import connected, offered, shake
from monitor.probe.hello import heard
from monitor.probe.kept import KeptPages
from monitor.probe.outcome import TROUBLES, NotConnected, told
from monitor.probe.patience import Rests
from monitor.probe.politeness import Turns
from monitor.probe.record import CURRENT, Record
from monitor.probe.resolver import Names
from monitor.probe.trust import Trust
from monitor.probe.visit import Visit
from monitor.probe.wire import GuardedOpener, Wire
from monitor.target import Target, read_target

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping
    from types import TracebackType

    from aiohttp import StreamReader

    from checks.browsed import Browsed
    from monitor.probe.settings import ProbeSettings

REDIRECTS = frozenset({301, 302, 303, 307, 308})
REFUSAL_KEPT = 6 * 3600.0  # seconds for which "old versions: refused" is believed without asking again
REFUSALS = 20_000
SHORTEST_DIAGNOSIS = 1.0  # seconds: worth spending beyond the time-out, for the evidence
HANDSHAKE_TROUBLE = frozenset({Trouble.CERTIFICATE, Trouble.TLS_FAILED})


class Probe:
    """The only door to the outside. Use as an async context manager; one for the whole process."""

    def __init__(self, settings: ProbeSettings) -> None:
        self.settings = settings
        self._opener = GuardedOpener(Guard(settings.allow_private, allow_all=settings.allow_all_private))
        self._turns = Turns(settings.concurrency, settings.per_domain, settings.per_host)
        self._rests = Rests()
        self._pages = KeptPages()
        self._refusals: dict[tuple[str, int, Offer], float] = {}
        self._names: Names
        self._directory: Directory
        self._trust: Trust
        self._browser: Browser
        self._wire: Wire

    async def __aenter__(self) -> Self:
        self._trust = await Trust.load(self.settings.ca_file)
        self._names = Names(self.settings.resolve, self.settings.nameservers)
        self._directory = Directory(self.settings.nameservers)
        self._wire = Wire(self._names, self._opener, self.settings.user_agent)
        self._browser = Browser(self.settings.browser, self._names, self._opener, self.settings.user_agent)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._names.close()

    @property
    def under_way(self) -> int:
        """Visits at this moment, those that wait for their turn not counted."""
        return self._turns.under_way

    async def reload(self) -> None:
        """Read the authorities anew: a daemon that runs for months must learn of new roots. Visits go on meanwhile."""
        self._trust = await Trust.load(self.settings.ca_file)

    def visit(self) -> Visit:
        """A view for several checks of one endpoint at one time: what one has fetched, the others are given."""
        return Visit(self)

    async def fetch(self, url: str, *, headers: Mapping[str, str] | None = None, again: bool = False) -> Exchange:
        """GET the URL, following redirects by hand; each hop is vetted, recorded and waits for its own turn. `again`:
        a text, read longer than other bodies, of which what has not changed since need not be sent.

        The time-out is for the sum of the hops. `BadUrl` (a `ValueError`) only for `url` itself.
        """
        target: Target | None = read_target(url)
        hops: list[Hop] = []
        left = self.settings.timeout
        while target is not None:
            if left <= 0:
                hops.append(
                    Hop(str(target.url), trouble=Trouble.TIMEOUT, detail=Detail("The redirects took all the time."))
                )
                break
            if wait := self._rests.left(target.host):
                hops.append(Hop(str(target.url), trouble=Trouble.ASKED_TO_WAIT, detail=_resting(wait)))
                break
            here = str(target.url)
            asking = {**(headers or {}), **self._pages.asking(here)} if again else headers
            room = self.settings.text_limit if again else self.settings.body_limit
            last = len(hops) >= self.settings.max_redirects
            hop, target = await self._hop(target, asking, left, room, last=last)
            left -= hop.phases.total / 1000
            hops.append(self._pages.read(here, hop) if again else hop)
        return Exchange(url, tuple(hops))

    async def shake(self, url: str, offer: Offer) -> Handshake:
        """Make that offer to the URL's host. A no is remembered for some hours, because it is asked for rarely and
        every question is a connection to somebody else's server; a yes is asked again each time.
        """
        target = read_target(url)
        key = (target.host, target.port, offer)
        if self._refusals.get(key, 0.0) > monotonic():
            return Handshake(None, Trouble.TLS_FAILED, "refused before")
        if wait := self._rests.left(target.host):
            return Handshake(None, Trouble.ASKED_TO_WAIT, _resting(wait))
        if offer is Offer.OLD_VERSIONS and self._trust.old is None:
            return Handshake(None, Trouble.LOCAL_FAULT, "Our own OpenSSL has no TLS 1.0 and 1.1 to offer.")
        async with self._turns.turn(target.host):
            answer = await self._shaken(target, offer)
        if answer.trouble is Trouble.TLS_FAILED:
            if len(self._refusals) >= REFUSALS:
                self._refusals.clear()
            self._refusals[key] = monotonic() + REFUSAL_KEPT
        return answer

    async def browse(self, url: str) -> Browsed:
        """Open the page in the operator's browser, which reaches the world through our own guarded proxy only."""
        return await self._browser.show(url, self._turns.turn(read_target(url).host))

    async def query(self, name: str, kind: RecordType) -> Records:
        """Ask DNS for records of a name."""
        return await self._directory.query(name, kind)

    async def _shaken(self, target: Target, offer: Offer) -> Handshake:
        record = Record(perf_counter())

        async def said(connection: socket.socket) -> Handshake:
            record.connected = perf_counter()
            if offer is Offer.OLD_VERSIONS and self._trust.old is not None:
                return await shake(connection, target.host, self._trust.old, record)
            return await heard(connection, target.host, offer)

        token = CURRENT.set(record)
        try:
            async with asyncio.timeout(self.settings.timeout):
                return await offered(target, said, record, self._names, self._opener)
        except TimeoutError as error:
            return Handshake(None, *told(error, record))
        finally:
            CURRENT.reset(token)
            record.drop()

    async def _hop(
        self, target: Target, headers: Mapping[str, str] | None, left: float, room: int, *, last: bool
    ) -> tuple[Hop, Target | None]:
        """One request in its turn, and where to go next. `room`: bytes of a body that are read."""
        async with self._turns.turn(target.host):
            record = Record(perf_counter(), room=room)
            token = CURRENT.set(record)
            try:
                ending = await self._asked(target, headers, record, left, last=last)
                if ending.trouble in HANDSHAKE_TROUBLE and record.opened:
                    spent = record.ended - record.began
                    record.tls = await self._diagnosed(target, record, ending, left - spent)
            finally:
                CURRENT.reset(token)
                record.drop()
        hop = _written(target, record, ending)
        self._rests.heed(target.host, hop)
        return hop, ending.onward

    async def _asked(
        self, target: Target, headers: Mapping[str, str] | None, record: Record, left: float, *, last: bool
    ) -> _Ending:
        try:
            async with asyncio.timeout(left):
                return await self._ask(target, headers, record, last=last)
        except TROUBLES as error:
            trouble, detail = told(error, record)
            return _Ending(None, trouble, detail, _refusal(error))
        finally:
            record.ended = perf_counter()

    async def _ask(self, target: Target, headers: Mapping[str, str] | None, record: Record, *, last: bool) -> _Ending:
        body = await self._wire.ask(target, headers or {}, record, self._trust.verdict)
        onward = _onward(target, record)
        if onward is None:
            record.body, record.truncated = await _read(body, record.room)
        elif last:
            most = self.settings.max_redirects
            return _Ending(None, Trouble.REDIRECTS, Detail("More than {most} redirects.", most=most))
        return _Ending(onward)

    async def _diagnosed(self, target: Target, record: Record, ending: _Ending, left: float) -> Tls | None:
        """What the server shows to somebody who trusts anybody. The certificate must not vanish on the day when it
        expires, which is when everybody wants to see it. The address is the one that was just refused trust.
        """
        answer = Handshake()
        try:
            async with asyncio.timeout(max(left, SHORTEST_DIAGNOSIS)):
                connection = await connected([record.opened] if record.opened else [], self._opener)
                answer = await shake(connection, target.host, self._trust.diagnosis, record)
        except OSError:
            pass  # it answered a moment ago; what it said then is kept
        if ending.refusal is None:
            return answer.tls
        shown = answer.tls or Tls("", "", (), "")
        return replace(shown, verify_code=ending.refusal.verify_code, verify_text=ending.refusal.verify_message)


@dataclass(frozen=True, slots=True)
class _Ending:
    onward: Target | None
    trouble: Trouble | None = None
    detail: Detail = UNSAID
    refusal: ssl.SSLCertVerificationError | None = None


def _resting(wait: float) -> Detail:
    return Detail("The host asked to be left alone; {seconds} seconds are left.", seconds=round(wait))


def _onward(target: Target, record: Record) -> Target | None:
    location = next((value for name, value in record.headers if name.lower() == "location"), "")
    return target.onward(location) if record.status in REDIRECTS and location else None


async def _read(answer: StreamReader, limit: int) -> tuple[bytes, bool]:
    """The beginning of the body, and whether there would have been more."""
    body = bytearray()  # a server may send an octet at a time: what came before is not copied for each
    while len(body) < limit:
        piece = await answer.read(limit - len(body))
        if not piece:
            return bytes(body), False
        body += piece
    return bytes(body), not answer.at_eof()


def _refusal(error: Exception) -> ssl.SSLCertVerificationError | None:
    cause = error.cause if isinstance(error, NotConnected) else None
    return cause if isinstance(cause, ssl.SSLCertVerificationError) else None


def _written(target: Target, record: Record, ending: _Ending) -> Hop:
    return Hop(
        url=str(target.url),
        status=record.status,
        headers=record.headers,
        body=record.body,
        truncated=record.truncated,
        peer=record.peer or (record.opened[0] if record.opened else ""),
        tls=record.tls,
        phases=record.phases(),
        trouble=ending.trouble,
        detail=ending.detail,
    )
