"""Strangers' text in one spelling, in time that grows with its length alone.

The standard library's own ways are for texts of friends: Unicode's normal forms sort the marks behind a letter in the
square of their number, and hold up every thread meanwhile; a character reference of many digits is an error.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_MARKS = (
    30  # behind one letter; the same number as in Unicode's "stream-safe" text (UAX 15), which no language needs
)
# What is no mark by itself and is taken apart into some.
BECOMES_MARKS = frozenset("\u0f73\u0f75\u0f81\uff9e\uff9f")
ENDLESS = re.compile(r"&#[0-9]{100,}+;?")
UNKNOWN = "\N{REPLACEMENT CHARACTER}"


def normal(form: Literal["NFC", "NFKC"], text: str) -> str:
    """The normal form, without the marks that are too many behind one letter."""
    return text if text.isascii() else unicodedata.normalize(form, "".join(_unstacked(text)))


def unescaped(text: str) -> str:
    """The text with its character references read. A number that no character has is read as browsers read it."""
    return unescape(ENDLESS.sub(UNKNOWN, text)) if "&" in text else text


def _unstacked(text: str) -> Iterator[str]:
    marks = 0
    for letter in text:
        marks = marks + 1 if unicodedata.combining(letter) or letter in BECOMES_MARKS else 0
        if marks <= MOST_MARKS:
            yield letter
