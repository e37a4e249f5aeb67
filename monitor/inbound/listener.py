"""A door for mail behind the site's own mail server, which speaks LMTP or SMTP to it.

It answers 250 when a mail is stored, and 451 as long as it cannot be: then the mail server, which keeps a queue of its
own, comes again. It takes mail to addresses that we signed and to our own sender's, and refuses all other at once, so
that nobody's rubbish is queued. It asks for no login and offers no relay; it belongs on loopback or a private network.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Self, cast

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from monitor import clock
from monitor.evidence import EvidenceAway
from monitor.finishing import finished
from monitor.guard import Guard
from monitor.inbound.intake import Intake, NotOurs
from monitor.tables.store import AWAY

log = logging.getLogger(__name__)
MOST = 20  #: conversations at once; a mail server that is told to wait waits
PATIENCE = 60.0  #: seconds for the other side's next line
LINE = 1 << 16  #: octets: bounces quote what they like
TAKEN, LATER, NO, FULL = (
    "250 2.0.0 stored",
    "451 4.3.0 cannot be stored now, come again",
    "550 5.1.1 no such address here",
    "421 4.7.0 too many conversations, come again",
)


class Listener:
    """Use as `async with Listener(intake, host, port, lmtp=True) as door`; then `door.port` is where it is."""

    def __init__(self, intake: Intake, host: str, port: int, *, lmtp: bool = True) -> None:
        self.host, self.port = host, port
        self._intake = intake
        self._lmtp = lmtp
        self._lines: set[Any] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        logging.getLogger("mail.log").setLevel(logging.ERROR)  # or it tells the log who writes to whom
        self._server = await asyncio.get_running_loop().create_server(self._accept, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """No new conversations; a mail that is being stored is stored, all else is cut and comes again."""
        if self._server is not None:
            self._server.close()
            work = [line.work for line in self._lines if line.work is not None]
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            for line in tuple(self._lines):
                line.cut()
            await self._server.wait_closed()

    def _accept(self) -> asyncio.Protocol:
        line = _LmtpLine if self._lmtp else _SmtpLine
        return cast("asyncio.Protocol", line(self, self._lines, self._intake.limit))

    # What aiosmtpd calls, by name, with the session so far.

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name and arguments
        self, _server: Any, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if not self._intake.knows(address):
            return NO
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: Any, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        answers = [await finished(self._take(envelope, to)) for to in envelope.rcpt_tos]
        return "\r\n".join(answers) if self._lmtp else _together(answers)

    async def _take(self, envelope: Envelope, to: str) -> str:
        raw = f"Return-Path: <{envelope.mail_from or ''}>\r\n".encode() + (envelope.original_content or b"")
        with Guard(log, "a mail cannot be taken in") as guard:
            try:
                await self._intake.take(raw, to, clock.now())
            except NotOurs as why:
                return f"550 5.7.1 {why}"
            except (*AWAY, EvidenceAway) as error:
                log.warning("a mail cannot be stored now: %s", error)
                return LATER
        return LATER if guard.error else TAKEN


def _together(answers: list[str]) -> str:
    """SMTP has one answer for all: whoever comes again is recognised, so that one "later" is said for all."""
    return next((one for one in answers if one.startswith("4")), None) or min(answers, default=NO)


class _Line(SMTP):
    """One conversation, listed in `lines` while it lasts."""

    line_length_limit = LINE

    def __init__(self, listener: Listener, lines: set[Any], limit: int) -> None:
        super().__init__(
            listener,
            data_size_limit=limit,
            hostname="itaku",  # or it would look its own name up, and block
            ident="itaku",
            timeout=PATIENCE,
            loop=asyncio.get_running_loop(),
        )
        self._lines = lines

    @property
    def work(self) -> asyncio.Task[None] | None:
        task: asyncio.Task[None] | None = self._handler_coroutine
        return task

    def cut(self) -> None:
        if self.transport is not None:
            cast("asyncio.WriteTransport", self.transport).abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if len(self._lines) >= MOST:
            wire = cast("asyncio.WriteTransport", transport)
            wire.write(f"{FULL}\r\n".encode())
            wire.close()
            return
        super().connection_made(transport)
        self._lines.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        known = self in self._lines
        self._lines.discard(self)
        if known:
            super().connection_lost(error)


class _SmtpLine(_Line):
    pass


class _LmtpLine(_Line, LMTP):
    pass
