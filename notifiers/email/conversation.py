"""One conversation with a mail server, in step or not at all.

SMTP is question and answer. As long as every question has got its answer, a conversation can be used for the next
letter, also after a refusal. Whatever interrupts that order (a time-out, a cut line, nonsense instead of a reply, a
cancelled task) ends the conversation here: `carry` either returns what the server said or leaves through an exception,
and then the caller drops it. "Handed over" is one thing only: the 250 after the last line of the letter.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Self, TypeVar, cast

import aiosmtplib

from notifiers.email.reply import CLOSING, DONE, Outcome, Reply, Step, later
from notifiers.email.trouble import explained, unfit

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from notifiers.email.settings import EmailSettings

Answer = TypeVar("Answer")

PATIENCE = 4  #: times `timeout`, for the answer to a whole letter: the server may scan it before it answers
BRIEF = 5.0  #: seconds for an answer that we can do without (is this line still alive, goodbye)
_TAKEN = (250, 251)
_METHODS = ("plain", "login", "cram-md5")  #: the line is encrypted, so the plainest is the most widely understood
_NOT_THIS_METHOD = 504


class Conversation:
    def __init__(self, settings: EmailSettings, client: aiosmtplib.SMTP) -> None:
        self._settings = settings
        self._client = client
        self._letters = 0
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    async def open(cls, settings: EmailSettings, trust: ssl.SSLContext | None) -> Self:
        """Connect, encrypt, log in: as far as the settings say, or `Temporary` with what the operator can do."""
        client = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            use_tls=settings.tls == "implicit",
            start_tls=False,
            tls_context=trust,
            local_hostname=settings.introduction,
            timeout=None,  # ours are used: before Python 3.12 `wait_for`, which the library uses, can swallow a cancel
        )
        conversation = cls(settings, client)
        try:
            with conversation.unbroken():
                await conversation._introduce()
        except (aiosmtplib.SMTPException, OSError) as error:
            raise explained(error, settings) from error
        return conversation

    @contextmanager
    def unbroken(self) -> Iterator[None]:
        """What fails or is cancelled in between ends the conversation: nobody knows how far it came."""
        try:
            yield
        except BaseException:
            self.drop()
            raise

    @property
    def connected(self) -> bool:
        return self._client.is_connected

    @property
    def worn(self) -> bool:
        """Has carried as many letters as one conversation should."""
        return self._letters >= self._settings.letters

    async def carry(self, sender: str, recipients: Sequence[str], message: bytes) -> Outcome:
        """Hand over one letter and tell what was said. Raises `Temporary` when the conversation broke off."""
        self._letters += 1
        try:
            outcome = await self._carry(sender, recipients, message)
        except (aiosmtplib.SMTPException, OSError) as error:
            raise explained(error, self._settings) from error
        if outcome.last.code == CLOSING:
            self.drop()
        return outcome

    def rest(self, forget: Callable[[], None]) -> None:
        """Nothing to carry for now. After `idle` seconds of that, part and tell the owner to forget about us."""

        def leave() -> None:
            forget()
            self.leave()

        self._timer = asyncio.get_running_loop().call_later(self._settings.idle, leave)

    async def resume(self) -> bool:
        """Whether the other side is still there, which only asking can tell. If not, this conversation is over."""
        self._wake()
        try:
            with self.unbroken():
                async with asyncio.timeout(BRIEF):
                    reply = await self._ask(b"RSET")
        except (aiosmtplib.SMTPException, OSError):
            return False
        if reply.code != DONE:
            self.drop()
        return self.connected

    async def part(self) -> None:
        """Say goodbye and wait for the answer, but not for long."""
        self._wake()
        with suppress(aiosmtplib.SMTPException, OSError):
            async with asyncio.timeout(BRIEF):
                await self._in_time(self._client.quit())
        self.drop()

    def drop(self) -> None:
        """End it at once. What is still in our buffer is thrown away: half a letter must not become a whole one."""
        self._wake()
        if self._client.transport is not None:
            cast("asyncio.WriteTransport", self._client.transport).abort()
        self._client.close()

    def leave(self) -> None:
        """Say goodbye without waiting for the answer."""
        self._wake()
        if self._client.protocol is not None:
            with suppress(aiosmtplib.SMTPException):
                self._client.protocol.write(b"QUIT\r\n")
        self._client.close()

    def _wake(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def _introduce(self) -> None:
        await self._in_time(self._client.connect())
        await self._hello()
        if self._settings.tls == "starttls":
            if not self._client.supports_extension("starttls"):
                raise unfit("does not offer STARTTLS", "check [mail] tls and port", self._settings)
            await self._in_time(self._client.starttls())
            await self._hello()
        if self._settings.username:
            await self._log_in()

    async def _hello(self) -> None:
        try:
            await self._in_time(self._client.ehlo())
        except aiosmtplib.SMTPHeloError:
            if self._settings.tls == "starttls" or self._settings.username or not self.connected:
                raise
            await self._in_time(self._client.helo())

    async def _log_in(self) -> None:
        """One method after the other only while the server does not know the method; a wrong password is tried once."""
        offered = [name for name in _METHODS if name in self._client.server_auth_methods]
        if not offered:
            raise unfit("offers no login that we know", "remove [mail] username, or check port", self._settings)
        for name in offered:
            try:
                await self._in_time(self._log_in_with(name))
            except aiosmtplib.SMTPAuthenticationError as no:
                if no.code == _NOT_THIS_METHOD and name != offered[-1]:
                    continue
                raise later(Step.LOGIN, self._reply(no.code, no.message)) from None
            return

    async def _log_in_with(self, name: str) -> None:
        username, password = self._settings.username, self._settings.password
        match name:
            case "plain":
                await self._client.auth_plain(username, password)
            case "login":
                await self._client.auth_login(username, password)
            case _:
                await self._client.auth_crammd5(username, password)

    async def _carry(self, sender: str, recipients: Sequence[str], message: bytes) -> Outcome:
        size = [f"SIZE={len(message)}".encode()] if self._client.supports_extension("size") else []
        reply = await self._ask(b"MAIL", f"FROM:<{sender}>".encode("ascii"), *size)
        if reply.code != DONE:
            return Outcome(Step.MAIL, reply)
        denied: dict[str, Reply] = {}
        for recipient in recipients:
            reply = await self._ask(b"RCPT", f"TO:<{recipient}>".encode("ascii"))
            if reply.code == CLOSING:
                return Outcome(Step.SESSION, reply)
            if reply.code not in _TAKEN:
                denied[recipient] = reply
        if len(denied) == len(recipients):
            return Outcome(Step.RCPT, reply, denied)
        return Outcome(Step.DATA, await self._data(message), denied)

    async def _ask(self, *question: bytes) -> Reply:
        return self._reply(*await self._in_time(self._client.execute_command(*question)))

    async def _data(self, message: bytes) -> Reply:
        """A 250 that comes as an error was the answer to the command: the letter itself was never asked for."""
        try:
            response = await self._in_time(self._client.data(message), PATIENCE)
        except aiosmtplib.SMTPDataError as no:
            if no.code == DONE:
                raise aiosmtplib.SMTPServerDisconnected("answers out of step") from no
            return self._reply(no.code, no.message)
        return self._reply(*response)

    async def _in_time(self, answer: Awaitable[Answer], patience: int = 1) -> Answer:
        async with asyncio.timeout(patience * self._settings.timeout):
            return await answer

    def _reply(self, code: int, text: str) -> Reply:
        return Reply.of(code, self._settings.redacted(text))
