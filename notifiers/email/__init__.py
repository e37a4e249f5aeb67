"""The e-mail channel: hands finished letters to one mail server.

What it does not do: sign with DKIM (the mail server's work, where the keys are rotated), receive what comes back (each
letter says where that goes), or decide who is told what and when to try again.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from notifiers.contract import Permanent
from notifiers.email.address import NotSendable, sendable
from notifiers.email.message import compose
from notifiers.email.relay import Relay
from notifiers.email.reply import Reply, settle
from notifiers.email.settings import EmailSettings

if TYPE_CHECKING:
    from notifiers.contract import Letter, Receipt

__all__ = ["Email", "EmailSettings", "compose"]

_log = logging.getLogger(__name__)
_NOT_AN_ADDRESS = 553  #: what a server would answer, had we asked it


class Email:
    """Sends letters through one mail server. Safe to be called for many letters at once: they share its connections.

    A `Receipt` means that the server answered 250 to the end of the letter. Everything short of that raises, and which
    of the two errors is reasoned out in `reply.py`: a fault in our own configuration is `Temporary`, however final the
    server's word for it is (535, sender refused), because the letters are sound and must survive it. If `send` is
    cancelled, the letter may or may not have been taken; sending it again under its Message-ID is right.
    """

    def __init__(self, settings: EmailSettings) -> None:
        self._sender = sendable(settings.sender)
        self._relay = Relay(settings)

    async def send(self, letter: Letter) -> Receipt:
        wire, denied = _addressed(letter)
        if not wire:
            refused = {address: str(reply) for address, reply in denied.items()}
            raise Permanent("the letter has no recipient whom a mail server could be told", refused)
        octets = compose(_writable(letter, tuple(wire)), self._sender).as_bytes()
        outcome = await self._relay.carry(self._returns(letter), tuple(wire), octets)
        denied |= {wire[address]: reply for address, reply in outcome.denied.items()}
        return settle(replace(outcome, denied=denied), tuple(dict.fromkeys(letter.to)))

    def _returns(self, letter: Letter) -> str:
        return sendable(letter.returns_to) if letter.returns_to else self._sender

    async def check(self) -> None:
        """Connect, encrypt, log in and part. Raises `Temporary` that says what to do."""
        await self._relay.check()

    async def aclose(self) -> None:
        await self._relay.aclose()


def _addressed(letter: Letter) -> tuple[dict[str, str], dict[str, Reply]]:
    """Addresses for the wire with what they were in the letter, and the answers for those that can have none."""
    wire: dict[str, str] = {}
    denied: dict[str, Reply] = {}
    for address in letter.to:
        try:
            wire.setdefault(sendable(address), address)
        except NotSendable as why:
            denied[address] = Reply(_NOT_AN_ADDRESS, f"5.1.3 {why}")
    return wire, denied


def _writable(letter: Letter, to: tuple[str, ...]) -> Letter:
    """A reply-to that cannot be written is left out, for the letter is worth more than the line; the log says so."""
    try:
        if letter.reply_to:
            sendable(letter.reply_to)
    except NotSendable as why:
        _log.warning("reply-to of %s left out: %s", letter.message_id, why)
        return replace(letter, to=to, reply_to="")
    return replace(letter, to=to)
