"""How a plain-text letter lies on the page: lines of at most 34 full-width characters, broken where one takes breath.

Mail programs break long lines wherever their window ends, in Japanese in the middle of a word; so the breaks are made
here. Japanese breaks between phrases (found by BudouX), English between words, and an address never.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS = 68  #: 34 full-width characters

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_WIDE_BLANK = "\u3000"
_NOT_FIRST = frozenset("、。，．,.・：；:;？！?!）」』】〕〉》)]}ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ々〜～…％%")
_NOT_LAST = frozenset("（「『【〔〈《([{")
_LEAD = re.compile(r"(?:> ?|・|■ ?|- )?[ \u3000]*")


@lru_cache(maxsize=4096)
def one_line(text: str, limit: int = 200) -> str:
    """A stranger's text as one line of visible characters: no line ends, no controls, nothing that turns the writing
    direction. Names and titles come from files that other people fill.
    """
    line = re.sub(" {2,}", " ", "".join(" " if _unseen(sign) else sign for sign in text)).strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _unseen(sign: str) -> bool:
    return sign != _WIDE_BLANK and (sign.isspace() or unicodedata.category(sign) in _INVISIBLE)


def lines(text: str, limit: int = 2000) -> list[str]:
    """A stranger's longer text as lines, each clean by itself, blank ones at both ends left out."""
    found = [one_line(line, limit) for line in text[:limit].strip().splitlines()]
    return [*found, "…"] if len(text) > limit else found


def width(text: str) -> int:
    """Columns of a terminal: a full-width character takes two."""
    return len(text) if text.isascii() else sum(map(_columns, text))


@lru_cache(maxsize=8192)
def _columns(sign: str) -> int:
    return 2 if unicodedata.east_asian_width(sign) in "WFA" else 1


def wrap(text: str, language: str, names: Sequence[str] = ()) -> str:
    """The whole text with its long lines broken, but none of these names; blank lines in a row become one."""
    wrapped: list[str] = []
    for line in text.splitlines():
        wrapped += _broken(line.rstrip(), language, tuple(name for name in names if name in line))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(wrapped)).strip("\n") + "\n"


def heading(text: str, language: str, names: Sequence[str] = ()) -> Markup:
    """The same for a heading in HTML: chances to break, which a browser takes as it needs them."""
    return Markup("<wbr>").join(_pieces(text, language, names)) if language == "ja" else escape(text)


@lru_cache(maxsize=4096)  # most lines of a letter stand in others too
def _broken(line: str, language: str, names: tuple[str, ...]) -> Sequence[str]:
    if width(line) <= COLUMNS:
        return [line]
    lead = _LEAD.match(line)[0]  # type: ignore[index] # the pattern matches the empty text too
    hang = lead if lead.startswith(">") else re.sub(r"[・■-]", lambda sign: " " * width(sign[0]), lead)
    made, current, filled = [], lead, width(lead)
    for piece in _pieces(line[len(lead) :], language, names):
        if current.strip(" \u3000>") and filled + width(piece.rstrip()) > COLUMNS:
            made.append(current.rstrip())
            current, filled = hang, width(hang)
            piece = piece.lstrip()  # noqa: PLW2901 - a line does not begin with the blank it broke at
        current, filled = current + piece, filled + width(piece)
    return [*made, current.rstrip()]


def _pieces(text: str, language: str, names: Sequence[str] = ()) -> list[str]:
    """What stays together, in order; their sum is the text."""
    if language != "ja":
        return _whole(re.findall(r"\s*\S+", text), text, names)
    return _whole([part for phrase in _phrases(text) for part in _cut(phrase)], text, names)


def _whole(pieces: list[str], text: str, names: Sequence[str]) -> list[str]:
    """Pieces put together again where a name was cut, unless the name alone is longer than a line."""
    short = [re.escape(name) for name in names if name and width(name) <= COLUMNS - 8]
    spans = (
        [found.span() for found in re.finditer("|".join(sorted(short, key=len, reverse=True)), text)] if short else []
    )
    made: list[str] = []
    at = 0
    for piece in pieces:
        if made and any(begin < at < end for begin, end in spans):
            made[-1] += piece
        else:
            made.append(piece)
        at += len(piece)
    return made


def _cut(phrase: str) -> list[str]:
    """A phrase that is longer than a line is cut between characters; an address is not."""
    if width(phrase) <= COLUMNS - 8 or "://" in phrase or phrase.isascii():
        return [phrase]
    return _joined(list(phrase))


@lru_cache(maxsize=4096)
def _phrases(text: str) -> list[str]:
    return _joined(_parser().parse(text)) if text else []


def _joined(parts: list[str]) -> list[str]:
    """Parts put together again where Japanese typesetting allows no break, and inside runs of Latin letters."""
    found: list[str] = []
    for part in parts:
        if found and _inseparable(found[-1], part):
            found[-1] += part
        else:
            found.append(part)
    return found


def _inseparable(left: str, right: str) -> bool:
    """A mark that may not begin or end a line, the middle of a Latin word, a number and its word (あと3日)."""
    if right[0] in _NOT_FIRST or left[-1] in _NOT_LAST:
        return True
    return (right[0].isdigit() and left[-1].isalpha()) or ("!" <= left[-1] <= "~" and "!" <= right[0] <= "~")


@lru_cache
def _parser() -> Any:
    import budoux

    return budoux.load_default_japanese_parser()
