"""A mail server that delivers nothing: it keeps the latest letters to be looked at.

The demo sends all its mail here and shows it in the browser, so that a newcomer can follow a link without owning a
mailbox, and no stranger is ever written to by accident. The tests hold real SMTP conversations with it, and tell it
when to refuse. It runs in the caller's event loop and listens on the loopback address only.
"""

from __future__ import annotations

import asyncio
import email.policy
import logging
import re
from collections import deque
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header
from email.parser import BytesHeaderParser
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, Self, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping
    from email.message import EmailMessage

TAKEN = "250 OK"
HANG_UP = ""  #: instead of an answer


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """One letter as it arrived. `sender` and `to` are the envelope's; what the reader sees is in the other fields."""

    id: int  #: counts from 1 in the order of arrival
    sender: str
    to: tuple[str, ...]
    author: str  #: the `From` line
    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]
    raw: bytes

    @classmethod
    def of(cls, number: int, sender: str, to: tuple[str, ...], raw: bytes) -> ReceivedMail:
        message: EmailMessage = message_from_bytes(raw, policy=email.policy.default)
        headers = tuple((name, _decoded(value)) for name, value in BytesHeaderParser().parsebytes(raw).items())
        shown = {name.lower(): value for name, value in reversed(headers)}
        return cls(
            id=number,
            sender=sender,
            to=to,
            author=shown.get("from", ""),
            subject=shown.get("subject", ""),
            text=_body(message, "plain"),
            html=_body(message, "html"),
            headers=headers,
            raw=raw,
        )

    def header(self, name: str) -> str:
        """The first header of that name, or nothing."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


class MailSink:
    """Use as `async with MailSink() as sink`; then `sink.port` is where to send and `sink.mails` what has come.

    `answer` is asked for every letter offered (with its envelope and its number, refused ones counted) and returns the
    reply, or `HANG_UP`; `answer_recipient` likewise for every recipient. With `users` a login is demanded, which this
    server offers over TLS only.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        keep: int = 500,
        tls: ssl.SSLContext | None = None,
        implicit: bool = False,
        users: Mapping[str, str] | None = None,
    ) -> None:
        self.host = "127.0.0.1"
        self.port = port
        self.mails: deque[ReceivedMail] = deque(maxlen=keep)
        self.offered = 0
        self.connections = 0  #: ever accepted
        self.answer: Callable[[Envelope, int], str] | None = None
        self.answer_recipient: Callable[[str], str] | None = None
        self._tls = tls
        self._implicit = implicit
        self._users = users or {}
        self._received = 0
        self._lines: set[_Line] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        # aiosmtpd tells its log who writes to whom, and in debug mode what
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        implicit = self._tls if self._implicit else None
        self._server = await asyncio.get_running_loop().create_server(self._accept, self.host, self.port, ssl=implicit)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
            at_work = [line.work for line in self._lines if line.work is not None]
            self.hang_up()
            for work in at_work:
                work.cancel()  # a failed handshake leaves aiosmtpd waiting for a line that is gone
            await asyncio.gather(*at_work, return_exceptions=True)
            await self._server.wait_closed()

    @property
    def open(self) -> int:
        """Connections open at this moment."""
        return len(self._lines)

    def find(self, number: int) -> ReceivedMail | None:
        """The letter of that number, if it is still kept."""
        return next((mail for mail in self.mails if mail.id == number), None)

    def hang_up(self) -> None:
        """Cut all lines, as a server does that is restarted or tired of waiting."""
        for line in tuple(self._lines):
            line.cut()

    def _accept(self) -> _Line:
        self.connections += 1
        return _Line(self, self._lines, None if self._implicit else self._tls, encrypted=self._implicit)

    # What aiosmtpd calls, by name, with the session so far.

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name and arguments
        self, _server: Any, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [line for line in responses if self._users or not line.startswith("250-AUTH")]

    async def handle_MAIL(  # noqa: N802
        self, _server: Any, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self._users and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        return TAKEN

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        reply = self.answer_recipient(address) if self.answer_recipient else TAKEN
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, line: _Line, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.offered += 1
        reply = self.answer(envelope, self.offered) if self.answer else TAKEN
        if reply == HANG_UP:
            line.cut()
        elif reply.startswith("2"):
            self._keep(envelope)
        return reply

    def authenticate(
        self, _server: Any, _session: Session, _envelope: Envelope, _mechanism: str, login: Any
    ) -> AuthResult:
        known = isinstance(login, LoginPassword) and self._knows(login)
        return AuthResult(success=known, handled=False, auth_data=login)

    def _knows(self, login: LoginPassword) -> bool:
        password = self._users.get(login.login.decode())
        return password is not None and compare_digest(password.encode(), login.password)

    def _keep(self, envelope: Envelope) -> None:
        self._received += 1
        raw = envelope.original_content or b""
        self.mails.append(ReceivedMail.of(self._received, envelope.mail_from or "", tuple(envelope.rcpt_tos), raw))


class _Line(SMTP):
    """One connection, listed in `lines` while it lasts."""

    def __init__(self, sink: MailSink, lines: set[_Line], tls: ssl.SSLContext | None, *, encrypted: bool) -> None:
        super().__init__(
            sink,
            hostname="sink.example",  # or it would look its own name up, and block
            tls_context=tls,
            auth_require_tls=not encrypted,
            authenticator=sink.authenticate,
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
        super().connection_made(transport)
        self._lines.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._lines.discard(self)
        super().connection_lost(error)


def _decoded(value: str) -> str:
    """As RFC 2047 wants it; the newer parser of the standard library puts blanks between the words of a name."""
    unfolded = re.sub(r"\r?\n", "", value)
    parts = decode_header(unfolded)
    return "".join(
        part if isinstance(part, str) else part.decode(charset or "ascii", "replace") for part, charset in parts
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""
