"""Octets of a mail -> what it is and what it says. Pure, bounded, and at ease with whatever comes.

Only the beginning is read: reports say what they have to say there, and people too. A mail with more parts than any
mail program makes is not taken apart at all, since the parser's time grows with the product of depth and length.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header
from email.utils import getaddresses
from typing import TYPE_CHECKING

from monitor.inbound.excerpt import excerpt, words_of
from monitor.inbound.report import TROUBLE, Failure, failures

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

READ = 256 * 1024  #: octets of a mail that are looked at
_HEAD = 64 * 1024
_PARTS = 40
_BOUNDARY = re.compile(rb"boundary\s*=", re.IGNORECASE)
_DASHES = re.compile(rb"^--\S", re.MULTILINE)
_RULES = 400  #: lines that may begin a part
_REFERENCE = re.compile(r"<([0-9a-f]{32})@[^<>\s]{1,255}>")
_MAILBOX = re.compile(r"[^\s<>,;:\"]{1,200}@[^\s<>,;:\"]{1,255}")
_TO_US = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
_BULK = frozenset({"bulk", "auto_reply", "junk", "list"})
_AUTOMATIC = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "List-Id")
_ABSENT = re.compile(
    r"自動(返信|応答|配信)|不在(通知|の|連絡)|【不在|out of (the )?office|auto(matic)?[ -]?(reply|response)",
    re.IGNORECASE,
)
KINDS = BOUNCE, DELAYED, AUTOMATIC, REPLY, STRAY = "bounce", "delayed", "auto-reply", "reply", "stray"


@dataclass(frozen=True, slots=True)
class Read:
    """What a mail turned out to be. `sender` is whom its `From` names, which anybody can write there."""

    kind: str
    failures: tuple[Failure, ...] = ()
    sender: str = ""
    subject: str = ""
    text: str = ""


def read(raw: bytes) -> Read:
    """What it is. Nothing that anybody can send raises; what cannot be understood is `stray`, and kept."""
    with suppress(*TROUBLE):
        message = _parsed(raw)
        found = tuple(failures(message, raw[:READ])) if _reports(message) else ()
        return Read(_kind(message, found), found, sender(message), _header(message, "Subject")[:400], _words(message))
    return Read(STRAY)


def addressed_to(raw: bytes) -> Iterator[str]:
    """Whom the headers name as receivers, nearest to the delivery first."""
    with suppress(*TROUBLE):
        message = message_from_bytes(_head(raw))
        for name in _TO_US:
            for value in message.get_all(name, []):
                yield from _MAILBOX.findall(str(value))


def answered(raw: bytes) -> list[str]:
    """Letters of ours whose Message-IDs it answers, the nearest first."""
    with suppress(*TROUBLE):
        message = message_from_bytes(_head(raw))
        said = f"{message.get('In-Reply-To', '')} {' '.join(reversed(str(message.get('References', '')).split()))}"
        return list(dict.fromkeys(_REFERENCE.findall(said)))
    return []


def sender(message: Message) -> str:
    addresses = [address for _, address in getaddresses([str(message.get("From", ""))[:1000]]) if "@" in address]
    return addresses[0].lower()[:320] if addresses else ""


def _parsed(raw: bytes) -> Message:
    seen = raw[:READ]
    many = len(_BOUNDARY.findall(seen)) > _PARTS or len(_DASHES.findall(seen)) > _RULES
    if many or len(_head(raw)) >= _HEAD:
        raise ValueError("more than any mail program writes")
    return message_from_bytes(seen)


def _head(raw: bytes) -> bytes:
    found = re.search(rb"\r?\n\r?\n", raw[:_HEAD])
    return raw[: found.end()] if found else raw[:_HEAD]


def _kind(message: Message, found: tuple[Failure, ...]) -> str:
    if any(failure.gone for failure in found):
        return BOUNCE
    if found:
        return DELAYED
    if _is_automatic(message):
        return AUTOMATIC
    return STRAY if _returned(message) or not sender(message) else REPLY


def _reports(message: Message) -> bool:
    """Whether it is worth asking for failures: a person who quotes a bounce is no bounce."""
    return _returned(message) or message.get_content_type() == "multipart/report" or _from_a_server(message)


def _returned(message: Message) -> bool:
    """Sent by nobody, as mail servers do (RFC 5321, 4.5.5)."""
    return str(message.get("Return-Path", "")).strip() == "<>"


def _from_a_server(message: Message) -> bool:
    return sender(message).partition("@")[0] in {"mailer-daemon", "postmaster", "mail-daemon", "mdaemon"}


def _is_automatic(message: Message) -> bool:
    """RFC 3834, and what came before it and beside it."""
    said = str(message.get("Auto-Submitted", "no")).partition(";")[0].strip().lower()
    if said != "no" or str(message.get("Precedence", "")).strip().lower() in _BULK:
        return True
    if any(message.get(name) is not None for name in _AUTOMATIC):
        return True
    receipt = message.get_content_type() == "multipart/report"
    return receipt or _ABSENT.search(_header(message, "Subject")[:200]) is not None


def _header(message: Message, name: str) -> str:
    value = re.sub(r"[\r\n]+", "", str(message.get(name, "")))[:2000]
    with suppress(*TROUBLE):
        parts = decode_header(value)
        return _one_line("".join(one if isinstance(one, str) else _decoded(one, charset) for one, charset in parts))
    return _one_line(value)


def _one_line(text: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def _decoded(octets: bytes, charset: str | None) -> str:
    with suppress(LookupError, ValueError):
        return octets.decode(charset or "utf-8", "replace")
    return octets.decode("utf-8", "replace")


def _words(message: Message) -> str:
    """What somebody wrote: the plain part, or else what a reader would see of the HTML."""
    bodies: dict[str, str] = {}
    for part in message.walk():
        kind = part.get_content_type()
        if kind in {"text/plain", "text/html"} and kind not in bodies and not part.get_filename():
            payload = part.get_payload(decode=True)
            bodies[kind] = _decoded(payload if isinstance(payload, bytes) else b"", part.get_content_charset())
    plain = bodies.get("text/plain", "")
    return excerpt(plain if plain.strip() else words_of(bodies.get("text/html", "")))
