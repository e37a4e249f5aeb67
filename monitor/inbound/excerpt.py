"""What somebody wrote above what they quote: enough for a manager to know what it is about. Pure, and bounded.

Mail programs mark what they quote each in their own way, and people write below it, above it, or in between. So the
rule is careful: what follows the first line that announces a quotation goes, and so do lines that begin with `>`; if
nothing is left then, all that is not marked with `>` is shown. The whole mail is kept as it came; this is only what is
shown of it, so that cutting too little is no loss.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

MOST = 1500  #: characters shown
_LONGEST = 20_000  #: characters looked at
_ANNOUNCES = (
    re.compile(r"-{2,} ?(original message|forwarded message|元のメッセージ|転送メッセージ)", re.IGNORECASE),
    re.compile(r"_{20,}$"),
    re.compile(r"on .{4,200}wrote:?$", re.IGNORECASE),
    re.compile(r"(from|差出人|送信者) ?[:：]", re.IGNORECASE),
    re.compile(r"\d{4}([年/-])\d{1,2}[月/-]\d{1,2}.{0,200}([:：]|wrote|さん?は書きました)$"),
    re.compile(r".{0,200}(さんは書きました|のメール)[:：。]?$"),
)
_SECRET = re.compile(r"itk_[A-Za-z0-9_-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def excerpt(text: str) -> str:
    """The writer's own words, without links that open a form: who reads this may not be the one who was asked."""
    lines = [_CONTROL.sub("", line).rstrip() for line in text[:_LONGEST].replace("\r\n", "\n").split("\n")]
    own = _joined(_above(lines)) or _joined(lines)
    return _SECRET.sub("itk_…", own)[:MOST].strip()


def _above(lines: list[str]) -> list[str]:
    for number, line in enumerate(lines):
        if any(mark.match(line.strip()[:400]) for mark in _ANNOUNCES):
            return lines[:number]
    return lines


def _joined(lines: list[str]) -> str:
    kept = "\n".join(line for line in lines if not line.lstrip().startswith((">", "＞")))
    return re.sub(r"\n{3,}", "\n\n", kept).strip()


class _Words(HTMLParser):
    """The words of a page of HTML; a line for each block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in {"style", "script", "head"}
        if tag in {"p", "div", "br", "tr", "li", "blockquote", "hr"}:
            self.words.append("\n> " if tag == "blockquote" else "\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"style", "script", "head"} and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def words_of(html: str) -> str:
    """What a reader would see of it."""
    reading = _Words()
    reading.feed(html[:_LONGEST])
    return "".join(reading.words)
