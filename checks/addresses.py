"""Finding mail addresses on a page, however it hides them from collectors of addresses.

A reader counts as told when a browser or a moment's thought gives him the address: character references, `mailto:`
links, full-width letters, "(at)" and its Japanese relatives, and the cipher that a large delivery network puts over
every address. What only a script puts together is not found.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from checks.spelling import normal, unescaped

COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
CIPHER = re.compile(r"(?:data-cfemail=[\"']|/cdn-cgi/l/email-protection#)([0-9a-f]{4,500})", re.IGNORECASE)
TAG = re.compile(r"</?([a-z]{1,20})([^<>]{0,4000}+)>", re.IGNORECASE)
PICTURED = re.compile(r"\balt\s?=\s?[\"']([^\"'<>]{0,40})[\"']", re.IGNORECASE)
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
OPEN, CLOSE = r"[(\[{<〔【「『]", r"[)\]}>〕】」』]"
SIGN = r"(?:@|at|atmark|アット|アットマーク|あっと|あっとまーく)"
AT = rf"\s{{0,3}}(?:@|{OPEN}\s?{SIGN}\s?{CLOSE}|[★☆●◎■◆♪]|アットマーク|\sat\s)\s{{0,3}}"
DOT = rf"(?:\.|\s?{OPEN}\s?(?:\.|dot|ドット|どっと)\s?{CLOSE}\s?|\sdot\s)"
# Japanese letters stand beside an address without a space between, so a word ends where its ASCII letters end.
ADDRESS = re.compile(r"(?<![a-z0-9_.+-])[a-z0-9._%+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?![a-z0-9_-])")
DOMAIN = re.compile(r"(?:[\w-]{1,63}\.)+[\w-]{1,63}")
LOCAL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}")
FILES = frozenset({"png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js"})  # logo@2x.png is no address


def is_address(text: str) -> bool:
    """Whether it is a mail address as a policy would publish one."""
    local, mark, domain = text.rpartition("@")
    return bool(mark and LOCAL.fullmatch(local) and DOMAIN.fullmatch(domain) and len(text) <= 254)  # noqa: PLR2004 - RFC 5321


def folded(text: str) -> str:
    """One spelling for what reads the same."""
    return normal("NFKC", text.translate(INVISIBLE)).casefold()


class Page:
    """A page, read for addresses: its source, for links, and its text, which tags may cut an address apart in."""

    def __init__(self, source: str) -> None:
        bare = COMMENT.sub("", source)
        ciphers = " ".join(_deciphered(cipher) for cipher in CIPHER.findall(bare))
        shown = TAG.sub(_shown, bare)
        self._texts = [folded(text) for text in (unquote(unescaped(bare)), unescaped(shown), ciphers)]

    def names(self, address: str) -> bool:
        """Whether a reader of the page learns of that address."""
        local, _, domain = folded(address).rpartition("@")
        dotted = DOT.join(map(re.escape, domain.split(".")))
        pattern = re.compile(rf"(?<![a-z0-9_.+-]){re.escape(local)}{AT}{dotted}(?![a-z0-9_-]|\.[a-z0-9])")
        return any(pattern.search(text) for text in self._texts if local in text)

    def all(self, limit: int) -> list[str]:
        """The addresses that are written out, each once, no more than `limit`."""
        found = dict.fromkeys(address for text in self._texts for address in ADDRESS.findall(text))
        return [address for address in found if address.rpartition(".")[2] not in FILES][:limit]


def _shown(tag: re.Match[str]) -> str:
    """What a tag leaves on the page: nothing, or the words of a picture."""
    words = PICTURED.search(tag[2]) if tag[1].lower() == "img" else None
    return words[1] if words else ""


def _deciphered(cipher: str) -> str:
    """Two hexadecimal digits of key, then the address under it."""
    try:
        key, *rest = bytes.fromhex(cipher)
    except ValueError:
        return ""
    return bytes(letter ^ key for letter in rest).decode("utf-8", "replace")
