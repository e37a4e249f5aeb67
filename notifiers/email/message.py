"""Turns a finished letter into the octets that go over the wire. Pure: the same letter always makes the same octets.

That matters beyond tests: a letter that is sent again after a crash is the same letter to the last bit, so that a
receiver can drop the copy, and a hash taken of it stays true. Hence the date comes with the letter and the boundary
between the parts is derived from its Message-ID instead of being thrown like dice.
"""

from __future__ import annotations

import re
from base64 import encodebytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import encode_rfc2231, format_datetime, quote
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING

from css_inline import CSSInliner

from notifiers.email.address import sendable
from notifiers.email.header import Header, machine, people, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
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
    message = _body(letter)
    for line in _headers(letter, sender):
        message[line.name] = line
    message["MIME-Version"] = machine("MIME-Version", "1.0")
    if letter.language:
        message["Content-Language"] = machine("Content-Language", letter.language)
    return message


def _body(letter: Letter) -> EmailMessage:
    """Text, or text and HTML to choose from; beside them the files, which programs offer and do not answer."""
    body = _text("plain", letter.text)
    if letter.html:
        body = _several("alternative", [body, _text("html", _INLINER.inline(_whole(letter.html)))], letter)
    files = [_file(attachment) for attachment in letter.attachments]
    return _several("mixed", [body, *files], letter) if files else body


def _text(subtype: str, body: str, parameters: Mapping[str, str] = MappingProxyType({})) -> EmailMessage:
    """The e-mail package makes such a part too, and takes each of its header lines apart three times for it: a quarter
    of the time of a letter.
    """
    part, lines = EmailMessage(policy=SMTP), _whole(body).encode().splitlines()
    _head(part, "Content-Type", f"text/{subtype}", {"charset": "utf-8", **parameters})
    _head(part, "Content-Transfer-Encoding", "base64")
    part.set_payload(encodebytes(b"".join(line + b"\r\n" for line in lines)).decode())
    return part


def _file(attachment: Attachment) -> EmailMessage:
    main, _, sub = attachment.media_type.partition("/")
    if main != "text":
        raise ValueError(f"not a text: {attachment.media_type!r}")
    part = _text(sub, attachment.text, attachment.parameters)
    _head(part, "Content-Disposition", "attachment", {"filename": attachment.name})
    return part


def _several(subtype: str, parts: Iterable[EmailMessage], letter: Letter) -> EmailMessage:
    whole = EmailMessage(policy=SMTP)
    _head(whole, "Content-Type", f"multipart/{subtype}", {"boundary": _boundary(letter, subtype)})
    for part in parts:
        whole.attach(part)
    return whole


def _head(part: EmailMessage, name: str, value: str, parameters: Mapping[str, str] = MappingProxyType({})) -> None:
    said = [_parameter(key, text) for key, text in parameters.items()]
    part[name] = machine(name, "; ".join([value, *said]))


def _parameter(name: str, value: str) -> str:
    """As RFC 2231 has it where it is not ASCII."""
    return f'{name}="{quote(value)}"' if value.isascii() else f"{name}*={encode_rfc2231(value, 'utf-8')}"


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
