"""The mail server that we hand letters to: a few conversations with it, each of which carries many letters.

Opening a conversation costs a handshake and a login, and servers count them; hundreds of letters that fall due in one
minute must not become hundreds of connections. So there are at most `connections` of them. One that is idle is kept for
`idle` seconds, asked with `RSET` before it is used again, and replaced without a word if the server has closed it
meanwhile: that is no failed try of a letter. One whose conversation broke off, for whatever reason (a cancelled task
included), is dropped and never used again, because nobody knows whose answer would come next.

A server that cannot be reached, or will not have us, says nothing about a letter. For `pause` seconds after such a
failure all letters get the same answer at once, instead of each waiting for its own time-out and each trying the wrong
password again until the account is locked.
"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from notifiers.contract import Temporary
from notifiers.email.conversation import Conversation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from notifiers.email.reply import Outcome
    from notifiers.email.settings import EmailSettings


class Relay:
    def __init__(self, settings: EmailSettings) -> None:
        self._settings = settings
        self._slots = asyncio.Semaphore(settings.connections)
        self._idle: list[Conversation] = []
        self._trust: ssl.SSLContext | None = None
        self._closed = False
        self._trouble: Temporary | None = None
        self._trouble_ends = 0.0

    async def carry(self, sender: str, recipients: Sequence[str], message: bytes) -> Outcome:
        """Hand over one letter. Raises `Temporary` when there was no conversation or it broke off."""
        async with self._conversation() as conversation:
            return await conversation.carry(sender, recipients, message)

    async def check(self) -> None:
        """Greeting, TLS, login, and a friendly goodbye, on a connection of its own and without regard to `pause`."""
        conversation = await Conversation.open(self._settings, await self._context())
        await conversation.part()
        self._trouble = None

    async def aclose(self) -> None:
        """Part from the idle ones; those at work part by themselves when their letter is through."""
        self._closed = True
        while self._idle:
            await self._idle.pop().part()

    @asynccontextmanager
    async def _conversation(self) -> AsyncIterator[Conversation]:
        async with self._slots:
            conversation = await self._kept() or await self._opened()
            with conversation.unbroken():
                yield conversation
            self._put_back(conversation)

    async def _kept(self) -> Conversation | None:
        while self._idle:
            conversation = self._idle.pop()
            if await conversation.resume():
                return conversation
        return None

    async def _opened(self) -> Conversation:
        clock = asyncio.get_running_loop().time
        if self._trouble and clock() < self._trouble_ends:
            raise Temporary(self._trouble.reason, self._trouble.delay, fault=self._trouble.fault)
        try:
            conversation = await Conversation.open(self._settings, await self._context())
        except Temporary as trouble:
            self._trouble, self._trouble_ends = trouble, clock() + self._settings.pause
            raise
        self._trouble = None
        return conversation

    def _put_back(self, conversation: Conversation) -> None:
        """Nothing is awaited here: the letter has been taken, and a cancel in between would have it sent again."""
        if self._closed or conversation.worn:
            conversation.leave()
        elif conversation.connected:
            self._idle.append(conversation)
            conversation.rest(lambda: self._idle.remove(conversation))

    async def _context(self) -> ssl.SSLContext | None:
        if self._settings.tls == "none":
            return None
        if self._trust is None:
            self._trust = await asyncio.to_thread(_trust, self._settings.ca_file)
        return self._trust


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    """Reads files, so it is not for the event loop."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise Temporary(f"[mail] ca_file cannot be used: {error}", fault=True) from error
