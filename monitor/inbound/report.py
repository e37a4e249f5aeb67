"""Delivery reports -> who did not get a letter, for good or for now, and in whose words. Pure.

First RFC 3464, wherever in the mail its part stands: not all servers put it into a `multipart/report`. Then
flufl.bounce, which knows the shapes of twenty years. Whose letter it was is not asked here; the address that it came
back to knows.
"""

from __future__ import annotations

import logging
import re
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from itertools import islice
from typing import TYPE_CHECKING

from flufl.bounce import all_failures

if TYPE_CHECKING:
    from collections.abc import Iterator

logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)  # what strangers sent is no error of ours

_MOST = 50  #: recipients that one report may speak of
_GUESSED = 32 * 1024  #: octets of a body that are searched for what no standard says
_BLANK = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_CODE = re.compile(r"\b([45])\d\d[ -]")
_HARD, _SOFT = "5", "4"
#: What reading hostile octets raises, in the standard library and beyond.
TROUBLE = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, MessageError)


@dataclass(frozen=True, slots=True)
class Failure:
    """One reader's fate. `gone`: the server will not try again; `hard`: trying again would not help."""

    address: str
    gone: bool
    hard: bool
    status: str = ""
    why: str = ""


def failures(message: Message, raw: bytes) -> list[Failure]:
    """What a report says, or nothing where it is none. `raw`: the octets that the message was read from.

    Guessing tries every line against every format that there ever was. So it gets no more than a server needs to say
    it: a list of addresses as long as the whole mail would keep it busy for seconds.
    """
    told = list(islice(_told(message), _MOST))
    return told or _guessed(message_from_bytes(raw[: _body_at(raw) + _GUESSED]))


def _body_at(raw: bytes) -> int:
    found = _BLANK.search(raw)
    return found.end() if found else 0


def _told(message: Message) -> Iterator[Failure]:
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            groups = part.get_payload()
            for group in groups if isinstance(groups, list) else ():
                found = _of_group(group) if isinstance(group, Message) else None
                if found:
                    yield found


def _of_group(group: Message) -> Failure | None:
    """One recipient's lines. What was delivered, relayed or expanded is no failure."""
    action = str(group.get("Action", "")).partition(";")[0].strip().lower()
    if action not in {"failed", "delayed"}:
        return None
    why = _plain(str(group.get("Diagnostic-Code", "")).partition(";")[2])
    status = _status(str(group.get("Status", ""))) or _status(why)
    address = _address(group.get("Original-Recipient")) or _address(group.get("Final-Recipient"))
    gone = action == "failed"
    return Failure(address, gone, gone and not status.startswith(_SOFT), status, why)


def _address(field: object) -> str:
    return _plain(str(field or "").partition(";")[2]).strip("<>").lower()[:320]


def _guessed(message: Message) -> list[Failure]:
    """What twenty years of formats say. A report without any code has given up for good: that is what they are for."""
    soft: frozenset[bytes] = frozenset()
    hard: frozenset[bytes] = frozenset()
    with suppress(*TROUBLE):
        soft, hard = all_failures(message)
    if not soft and not hard:
        return []
    text = _first_text(message)
    found = [Failure(_word(one), gone=False, hard=False, why=_line(text, one)) for one in sorted(soft)[:_MOST]]
    for one in sorted(hard)[:_MOST]:
        why = _line(text, one)
        status = _status(why) or _status(text)
        code = _CODE.search(why) or _CODE.search(text)
        transient = status.startswith(_SOFT) or (not status and code is not None and code.group(1) == _SOFT)
        found.append(Failure(_word(one), gone=True, hard=not transient, status=status, why=why))
    return found


def _word(address: bytes | str) -> str:
    return (address.decode("utf-8", "replace") if isinstance(address, bytes) else address).lower()[:320]


def _line(text: str, address: bytes | str) -> str:
    """The line that says why: the one with the address, or the one after it where that says nothing else."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    name = _word(address)
    for number, line in enumerate(lines):
        if name in line.lower():
            said = line.lower().replace(name, "").strip(" <>:\t")
            return _plain(line if said else " ".join(lines[number + 1 : number + 2]))
    return ""


def _first_text(message: Message) -> str:
    """The words for people, as far as they are needed; what follows may be our own letter."""
    with suppress(*TROUBLE):
        for part in message.walk():
            if part.get_content_type() == "text/plain":
                payload = part.get_payload(decode=True)
                return payload[:8000].decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    return ""


def _status(text: str) -> str:
    found = _STATUS.search(text)
    return found.group() if found else ""


def _plain(text: str) -> str:
    """A stranger's words as one short line."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())[:300]
