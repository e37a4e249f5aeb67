"""What a notifier is handed and what it may answer.

A notifier carries one finished letter to the people in `to`. It knows two ways to fail: `Temporary` (try again, not
before `delay`) and `Permanent` (this letter will never get through to these people). Everything else that it raises
is a bug and is treated as one. Returning a `Receipt` means that the other side has taken responsibility.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Attachment:
    """A text that goes with a letter as a file. `parameters` are those of its type, such as a calendar's `method`."""

    name: str
    media_type: str  #: `text/calendar`
    text: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Letter:
    """A finished letter. `message_id` is stable over every attempt, so that a repeat after a crash is recognisable."""

    message_id: str  #: with angle brackets
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    language: str  #: `ja` or `en`
    sender_name: str = ""
    reply_to: str = ""
    replies_kept: str = ""  #: a second address for replies, beside the person's: there they are kept
    returns_to: str = ""  #: where mail servers send it back to, if not to the sender
    references: tuple[str, ...] = ()  #: the root of every obligation or case in the letter
    headers: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    written_at: datetime = field(kw_only=True)  #: aware, stable over every attempt; shown to the reader in its own zone


@dataclass(frozen=True, slots=True)
class Receipt:
    """The other side's answer: its words for the record, and the addresses refused for good while others were taken."""

    reply: str
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """What became of a letter that some had to be denied for now: try again with `to=left`, and only with them.

    Whoever overlooks it sends the same letter to everybody once more, which is a nuisance and no loss.
    """

    left: tuple[str, ...]
    receipt: Receipt  #: for all others; its `reply` is empty when nobody was taken


class Temporary(Exception):  # noqa: N818 - the house's word for it
    """Not now. The letter stays in the outbox; `delay` is the other side's wish, if it had one.

    `fault` is true when the cause lies with us (a wrong password, a certificate that we do not trust): waiting alone
    will not mend it, so that the operator has to be told, but the letter and its addresses are not to blame.
    """

    def __init__(
        self, reason: str, delay: timedelta | None = None, *, fault: bool = False, part: Part | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.delay = delay
        self.fault = fault
        self.part = part


class Permanent(Exception):  # noqa: N818 - the house's word for it
    """Never. Somebody has to be told, and another address tried.

    `refused` names the addresses that are to blame, with the other side's words; it is empty when the letter is.
    """

    def __init__(self, reason: str, refused: Mapping[str, str] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.refused = refused or {}


class TooLarge(Permanent):
    """Never as it is, since it is longer than the other side takes. What it says may get through in smaller letters."""


class Notifier(Protocol):
    """A channel. `send` is called outside every transaction and under a deadline.

    `check` goes as far as one can without sending: it returns, or raises as `send` would, saying what to do.
    """

    async def send(self, letter: Letter) -> Receipt: ...

    async def check(self) -> None: ...

    async def aclose(self) -> None: ...
