"""Header lines that read the same everywhere, whichever Python has made them.

The standard library folds and encodes headers too, but what comes out depends on its patch level: for a while it glued
neighbouring encoded words together (`?==?`, which large receivers reject), it breaks long addresses in `List-…` lines
by encoding them, and older ones let a line break in a value through. Japanese subjects and company names meet all
of that daily. So a header here is a string that brings its finished lines with it; the e-mail package's policies ask
any value with a `name` to `fold` itself and take the answer as it is.

What is promised: every line is ASCII and ends in the policy's line break; none is longer than `LINE` unless a single
address or link is; nothing that a caller puts into a value can start another header; and a reader that decodes the
words gets the very text back (after `clean`).
"""

from __future__ import annotations

import re
from base64 import b64encode
from itertools import groupby
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from email.policy import Policy

LINE = 76  #: octets in a line that holds an encoded word (RFC 2047 section 2)

_OPEN, _CLOSE = "=?utf-8?b?", "?="
_WORD = 75  #: octets in an encoded word, wrapping included (same section)
_WORTHWHILE = 30  #: with less room than this left, an encoded word starts a new line
_UNPRINTABLE = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~ ]*")
_SPECIAL = re.compile(r'(["\\])')


class Header(str):
    """The text of a header, its name, and its lines as they go over the wire."""

    __slots__ = ("lines", "name")

    name: str
    lines: tuple[str, ...]

    def __new__(cls, name: str, text: str, lines: Iterable[str]) -> Self:
        header = super().__new__(cls, text)
        header.name, header.lines = name, tuple(lines)
        return header

    def fold(self, *, policy: Policy) -> str:
        """What the e-mail package asks of a value that knows its name: the whole header, ready to be written."""
        return "".join(f"{line}{policy.linesep}" for line in self.lines)


def clean(text: str) -> str:
    """One line of printable text: what is no character of a text becomes a blank, and blanks in a row become one.

    A line break inside a value is how a stranger's company name would smuggle in a `Bcc:` (CVE-2024-6923 left this to
    the caller). The ideographic space is a character and stays.
    """
    return _UNPRINTABLE.sub(" ", text).strip(" ")


def text(name: str, value: str) -> Header:
    """A header for people, such as `Subject`. Words in ASCII stay legible on the wire, all others are encoded."""
    return _words(name, clean(value), lambda word: not _legible(word) or len(word) >= LINE)


def machine(name: str, value: str) -> Header:
    """A header for programs, such as `List-Unsubscribe`: as `text`, but a long word is a link and must stay whole."""
    return _words(name, clean(value), lambda word: not _legible(word))


def people(name: str, mailboxes: Iterable[tuple[str, str]]) -> Header:
    """`From`, `To` or `Reply-To`: pairs of a display name (or "") and an address that is fit for the wire already."""
    sheet, shown, rest = _Sheet(name), [], list(mailboxes)
    while rest:
        (phrase, address), rest = rest[0], rest[1:]
        phrase = clean(phrase)
        sheet.write_phrase(phrase)
        mailbox = f"<{address}>" if phrase else address
        sheet.write(f"{mailbox}," if rest else mailbox)
        shown.append(f"{phrase} {mailbox}".lstrip())
    return Header(name, ", ".join(shown), sheet.lines)


class _Sheet:
    """Lines that are filled from left to right."""

    def __init__(self, name: str) -> None:
        self.lines = [f"{name}:"]

    @property
    def room(self) -> int:
        """How long a word may be that still goes on this line, after its blank."""
        return LINE - 1 - len(self.lines[-1])

    def write(self, word: str) -> None:
        if len(word) > self.room:
            self.lines.append("")
        self.lines[-1] += f" {word}"

    def write_all(self, words: Iterable[str]) -> None:
        for word in words:
            self.write(word)

    def write_phrase(self, phrase: str) -> None:
        """A display name: bare where the grammar allows, quoted where that is enough, encoded otherwise."""
        quoted = '"{}"'.format(_SPECIAL.sub(r"\\\1", phrase))
        if not _legible(phrase) or len(quoted) >= LINE:
            self.write_encoded(phrase)
        elif _ATOMS.fullmatch(phrase):
            self.write_all(_split(phrase))
        else:
            self.write(quoted)

    def write_encoded(self, run: str) -> None:
        """`run` as base64 words, cut between characters only. Blanks *between* such words vanish when they are read."""
        while run:
            if self.room < _WORTHWHILE:
                self.lines.append("")
            end = _fitting(run, min(self.room, _WORD))
            self.write(f"{_OPEN}{b64encode(run[:end].encode()).decode()}{_CLOSE}")
            run = run[end:]


def _words(name: str, value: str, opaque: Callable[[str], bool]) -> Header:
    sheet = _Sheet(name)
    for encoded, run in groupby(_split(value), opaque):
        if encoded:
            sheet.write_encoded(" ".join(run))
        else:
            sheet.write_all(run)
    return Header(name, value, sheet.lines)


def _split(value: str) -> list[str]:
    """Words of a cleaned value: only the ASCII blank divides, the ideographic space belongs to its word."""
    return value.split(" ") if value else []


def _legible(word: str) -> bool:
    """Whether it can stand as it is. What merely looks like an encoded word must be encoded, or it would be decoded."""
    return word.isascii() and "=?" not in word


def _fitting(run: str, room: int) -> int:
    """How many characters of `run` an encoded word of `room` octets can hold."""
    budget = (room - len(_OPEN) - len(_CLOSE)) // 4 * 3
    for end, character in enumerate(run):
        budget -= len(character.encode())
        if budget < 0:
            return end
    return len(run)
