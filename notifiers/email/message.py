"""Turns a finished letter into the octets that go over the wire. Pure: the same letter always makes the same octets.

That matters beyond tests: a letter that is sent again after a crash is the same letter to the last bit, so that a
receiver can drop the copy, and a hash taken of it stays true. Hence the date comes with the letter and the boundary
between the parts is derived from its Message-ID instead of being thrown like dice.
"""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from css_inline import CSSInliner

from notifiers.email.address import sendable
from notifiers.email.header import Header, machine, people, text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from notifiers.contract import Attachment, Letter

THREADS = 30  #: a digest may belong to hundreds of threads; beyond a few no mail program looks, and relays cap headers

_INLINER = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
_ID = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_TAKEN = {
    *("auto-submitted", "bcc", "cc", "date", "from", "in-reply-to", "message-id", "mime-version", "references"),
    *("reply-to", "return-path", "sender", "subject", "to", "x-auto-response-suppress"),
}


def compose(letter: Letter, sender: str) -> EmailMessage:
    """The whole message; `.as_bytes()` is what goes over the wire.

    `sender` is the address in `From`; the name beside it is the letter's. Raises `NotSendable` when an address cannot
    be written, and `ValueError` for what only a programming mistake can bring about: a malformed Message-ID, a date
    without a zone, an extra header that would contradict one of ours.
    """
    message = EmailMessage(policy=SMTP)
    for line in _headers(letter, sender):
        message[line.name] = line
    message.set_content(_whole(letter.text), cte="base64")
    if letter.html:
        message.make_alternative(boundary=_boundary(letter, "alternative"))
        message.add_alternative(_INLINER.inline(_whole(letter.html)), subtype="html", cte="base64")
    for attachment in letter.attachments:
        _attach(attachment, letter, message)
    if letter.language:
        message["Content-Language"] = machine("Content-Language", letter.language)  # set_content drops its like
    return message


def _attach(attachment: Attachment, letter: Letter, message: EmailMessage) -> None:
    """A file after the text. It is a file and no invitation: programs offer it, and do not answer it."""
    if message.get_content_subtype() != "mixed":
        message.make_mixed(boundary=_boundary(letter, "mixed"))
    main, _, sub = attachment.media_type.partition("/")
    if main != "text":
        raise ValueError(f"not a text: {attachment.media_type!r}")
    message.add_attachment(
        _whole(attachment.text),
        subtype=sub,
        cte="base64",
        filename=attachment.name,
        params=dict(attachment.parameters),
    )


def _boundary(letter: Letter, kind: str) -> str:
    return f"=_{sha256(f'{kind} {letter.message_id}'.encode()).hexdigest()[:24]}"


def _headers(letter: Letter, sender: str) -> Iterator[Header]:
    yield people("From", [(letter.sender_name, sendable(sender))])
    yield people("To", [("", sendable(address)) for address in letter.to])
    replies = [address for address in (letter.reply_to, letter.replies_kept) if address]
    if replies:
        yield people("Reply-To", [("", sendable(address)) for address in replies])
    yield text("Subject", letter.subject)
    yield machine("Date", _date(letter.written_at))
    yield from _threading(letter)
    yield from _manners()
    for name, value in letter.headers.items():
        yield machine(_own(name), value)


def _threading(letter: Letter) -> Iterator[Header]:
    """Mail programs gather what names the same root. The first letter of a thread is its own root and names none."""
    yield machine("Message-ID", _identity(letter.message_id))
    roots = [_identity(root) for root in letter.references if root != letter.message_id][:THREADS]
    if roots:
        yield machine("In-Reply-To", roots[-1])
        yield machine("References", " ".join(roots))


def _manners() -> Iterator[Header]:
    """Says that a machine wrote it, so that no other machine answers (RFC 3834; the second line is for Exchange, which
    is asked to hold back its absence notes and not its bounces).
    """
    yield machine("Auto-Submitted", "auto-generated")
    yield machine("X-Auto-Response-Suppress", "OOF, AutoReply")


def _date(written_at: datetime) -> str:
    if written_at.tzinfo is None:
        raise ValueError("the date of a letter needs a zone")
    return format_datetime(written_at)


def _identity(message_id: str) -> str:
    if not _ID.fullmatch(message_id):
        raise ValueError(f"not a Message-ID: {message_id!r}")
    return message_id


def _own(name: str) -> str:
    if not _NAME.fullmatch(name) or name.lower() in _TAKEN or name.lower().startswith("content-"):
        raise ValueError(f"a letter cannot bring its own header {name!r}")
    return name


def _whole(body: str) -> str:
    """A body that can be encoded: half a surrogate pair, as careless software stores it, becomes a question mark."""
    return body.encode("utf-8", "replace").decode()
