"""What a page says to its readers, as text that can be held against what it said before.

Only what people read counts: no scripts, no styles, no menus, nothing hidden. One pass over the source, in time that
grows with its length alone, since whoever writes it may be hostile; what browsers would mend, we mend alike.
"""

from __future__ import annotations

import codecs
import hashlib
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from checks.spelling import normal, unescaped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

LEFT_OUT = "\N{HORIZONTAL ELLIPSIS}"  #: stands where something was that does not count
UNREAD = frozenset({"script", "style", "template", "noscript", "svg", "iframe", "object", "select", "textarea", "head"})
MENUS = frozenset({"nav", "aside"})
FRAMES = frozenset({"header", "footer"})  #: of a site; of an article they belong to it
WHOLES = frozenset({"main", "article"})
RAW = frozenset({"script", "style", "textarea", "iframe", "noscript"})  #: what stands within is no markup
VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
})  # fmt: skip
INLINE = frozenset({
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img", "ins", "kbd",
    "label", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u",
    "var", "wbr",
})  # fmt: skip
CLOSED_BY_THE_NEXT = frozenset({"p", "li", "dt", "dd", "tr", "td", "th", "option"})

# Quotes mean something behind an equals sign alone, as in browsers.
_TAG = re.compile(r"(/?)([a-zA-Z][^\s/>]*+)((?:[^>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+'|(?![\"'])))*+)>")
_HIDDEN = re.compile(r"(?:^|\s)hidden(?:\s|=(?![\"']?until-found)|/|$)", re.IGNORECASE)
_STYLED_AWAY = re.compile(r"style\s*=\s*[\"'][^\"']*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_HEAD = 4096  #: bytes in which a page names its charset
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_JAPANESE = {"shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932"}
_GUESSES = ("utf-8", "euc_jp", "cp932")
_ESCAPE = b"\x1b$"  #: what only ISO-2022-JP begins its letters with; all of it would pass for ASCII
_DAY = (
    r"(?:明治|大正|昭和|平成|令和)\s*(?:元|\d{1,2})\s*年\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?"
    r"|(?:19|20)\d{2}\s*年\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?"
    r"|(?<!\d)(?:19|20)\d{2}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?\d{1,2}(?!\d)"
    r"|(?<!\d)\d{1,2}\s?[/.]\s?\d{1,2}\s?[/.]\s?(?:19|20)\d{2}(?!\d)"
)
_MONTH = r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_NTH = r"\d{1,2}(?:st|nd|rd|th)?"
_ENGLISH_DAY = rf"{_MONTH}\s+{_NTH},?\s+(?:19|20)\d{{2}}|\b{_NTH}\s+{_MONTH},?\s+(?:19|20)\d{{2}}"
_CLOCK = r"(?<!\d)\d{1,2}:\d{2}(?::\d{2})?(?!\d)"
_DATES = re.compile(rf"(?:{_DAY}|{_ENGLISH_DAY})(?:[ T]?{_CLOCK})?", re.IGNORECASE)
_CLOCKS = re.compile(_CLOCK)
_COPYRIGHT = re.compile(r"(?:©|\(c\)|copyright)\s*(?:©|\(c\))?\s*\d{4}(?:\s*[-–~]\s*\d{4})?", re.IGNORECASE)
_SPACES = re.compile(r"[^\S\n]+")


def decoded(body: bytes, content_type: str) -> str:
    """The text of a body: by its mark, what the server says, what the page says of itself, else what fits.

    Nothing is refused: what no charset explains is replaced sign by sign, so that the same bytes give the same text.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body.decode(name, "replace")
    said = _HEADER_CHARSET.search(content_type)
    inside = _META_CHARSET.search(body[:_HEAD])
    names = [said.group(1)] if said else []
    names += [inside.group(1).decode("ascii")] if inside else []
    for name in filter(_known, names):
        return body.decode(_JAPANESE.get(name.lower(), name), "replace")
    return _guessed(body)


def _known(name: str) -> bool:
    """Whether it is a charset of text. Python knows codecs that are none, and some that no page is written in."""
    try:
        b"some".decode(name, "replace")
        known = codecs.lookup(name).name
    except LookupError:
        return name.lower() in _JAPANESE
    except UnicodeError:
        return False
    return known not in _NEVER


#: Names that Python gives them, since it takes any number of spellings for each.
_NEVER = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7"})


def _guessed(body: bytes) -> str:
    for name in ("iso2022_jp", *_GUESSES) if _ESCAPE in body else _GUESSES:
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            continue
    return body.decode("utf-8", "replace")


@dataclass
class _Reading:
    """Where in the tree of a page we are, and what was read so far."""

    pieces: list[str] = field(default_factory=list)
    _open: list[tuple[str, bool]] = field(default_factory=list)  #: names of open elements, and whether they silence
    _names: Counter[str] = field(default_factory=Counter)
    _silent: int = 0

    def text(self, said: str) -> None:
        if not self._silent:
            self.pieces.append(unescaped(said))

    def begin(self, name: str, rest: str) -> None:
        if name not in INLINE:
            self.pieces.append("\n")
            if self._open and self._open[-1][0] == "p":
                self._pop()
        if self._open and self._open[-1][0] == name and name in CLOSED_BY_THE_NEXT:
            self._pop()
        if name in VOID:
            return
        silences = self._silences(name, rest)
        self._open.append((name, silences))
        self._names[name] += 1
        self._silent += silences

    def end(self, name: str) -> None:
        if name not in INLINE:
            self.pieces.append("\n")
        while self._names[name]:
            if self._pop() == name:
                return

    def _pop(self) -> str:
        name, silences = self._open.pop()
        self._names[name] -= 1
        self._silent -= silences
        return name

    def _silences(self, name: str, rest: str) -> bool:
        if name in UNREAD or name in MENUS:
            return True
        if name in FRAMES and not any(self._names[whole] for whole in WHOLES):
            return True
        return bool(rest) and (_HIDDEN.search(_unquoted(rest)) or _STYLED_AWAY.search(rest)) is not None


_QUOTED = re.compile(r"=\s*(?:\"([^\"]*)\"|'([^']*)')")


def _unquoted(rest: str) -> str:
    """Attributes without what stands in quotes, so that a word in a title is not taken for one of them."""
    return _QUOTED.sub(lambda match: "=" + ("until-found" if "until-found" in match.group() else "x"), rest)


def shown_by(source: str) -> str:
    """The text that a page shows, a line for each block. Pure."""
    reading, at = _Reading(), 0
    while (sign := source.find("<", at)) >= 0:
        reading.text(source[at:sign])
        at = _past(source, sign, reading)
        if at < 0:
            return "".join(reading.pieces)
    reading.text(source[at:])
    return "".join(reading.pieces)


def _past(source: str, sign: int, reading: _Reading) -> int:
    """Read the markup that begins there; where it ends, or -1 where it does not and swallows the rest."""
    if source.startswith("<!--", sign):
        return _after(source, "-->", sign + 2)  # `<!-->` is a whole comment
    if source[sign + 1 : sign + 2] in {"!", "?"}:
        return _after(source, ">", sign)
    if not source[sign + 1 : sign + 3].lstrip("/")[:1].isalpha():
        reading.text("<")
        return sign + 1
    tag = _TAG.match(source, sign + 1)
    if tag is None:
        return -1
    closing, name, rest = tag.group(1), tag.group(2).lower(), tag.group(3)
    if closing:
        reading.end(name)
        return tag.end()
    reading.begin(name, rest)
    return _past_raw(source, name, tag.end(), reading) if name in RAW else tag.end()


def _past_raw(source: str, name: str, at: int, reading: _Reading) -> int:
    end = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(source, at)
    if end is None:
        return -1
    reading.end(name)
    return _after(source, ">", end.end())


def _after(source: str, what: str, at: int) -> int:
    found = source.find(what, at)
    return found + len(what) if found >= 0 else -1


class Pattern(Protocol):
    """A compiled expression, of whichever engine. They read a replacement each in its own way, but for one that is made
    by a function.
    """

    def sub(self, repl: Callable[[Any], str], string: str, /) -> str: ...


@dataclass(frozen=True, slots=True)
class Taste:
    """What of a text does not count: patterns, whether dates do, and the marks between which it is read."""

    ignore: Sequence[Pattern] = ()
    dates: bool = False
    begin: str = ""
    end: str = ""

    def kept(self, text: str) -> str:
        """The text in its normal form, with a mark in place of what does not count. Pure."""
        text = "".join(filter(_visible, normal("NFKC", text.replace("\r", "\n"))))
        text = "\n".join(_lines(self._between(text)))
        for pattern in self.ignore:
            text = pattern.sub(lambda _: LEFT_OUT, text)
        if not self.dates:
            for noise in (_COPYRIGHT, _DATES, _CLOCKS):
                text = noise.sub(LEFT_OUT, text)
        return "\n".join(_lines(text))

    def _between(self, text: str) -> str:
        """Of a text that lacks a mark, everything on that side: a page that was made anew is read, and not lost."""
        if self.begin and self.begin in text:
            text = text[text.index(self.begin) :]
        if self.end and self.end in text:
            text = text[: text.index(self.end)]
        return text


def _visible(letter: str) -> bool:
    return unicodedata.category(letter) not in {"Cf", "Cc"} or letter in "\n\t"


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        found = _SPACES.sub(" ", line).strip()
        if found:
            yield found


def essence(text: str) -> str:
    """What is compared: the text without any white space, since how a source is broken into lines says nothing."""
    return "".join(text.split())


def fingerprint(text: str) -> str:
    """SHA-256 of a text's essence; whoever has the text can make it again."""
    return hashlib.sha256(essence(text).encode("utf-8", "replace")).hexdigest()
