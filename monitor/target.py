"""Reading a URL the way a browser does, so that one host has one spelling before anything is looked up or counted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import unquote

from yarl import URL

SCHEMES = {"http": 80, "https": 443}
LONGEST_URL = 8192
LONGEST_KNOWN = 512
LONGEST_NAME = 253
LONGEST_LABEL = 63
NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+", re.IGNORECASE)
FORBIDDEN = re.compile(r"[\x00-\x20\x7f]")


class BadUrl(ValueError):  # noqa: N818 - read as an answer, not as an error
    """Not a URL that can be looked at; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that can be asked for. `host` is lower case, ASCII, without trailing dot, an address in its one form."""

    url: URL
    host: str
    port: int
    secure: bool

    def onward(self, location: str) -> Target | None:
        """Where a redirect leads; none if it leaves the web (`mailto:`, an app's own scheme). `BadUrl` if unreadable.

        `location` is a header as it came, that is bytes seen as Latin-1; servers put UTF-8 and spaces into it.
        """
        text = location.encode("latin-1", "replace").decode("utf-8", "replace").strip().replace(" ", "%20")
        there = self.url.join(_parsed(text, relative=True))
        if there.scheme not in SCHEMES:
            return None
        return read_target(str(there.with_user(None) if there.user is not None else there))


def read_target(text: str) -> Target:
    """Read an absolute http(s) URL, or say with `BadUrl` why it cannot be one. Long ones, which only a stranger's
    redirects have, are not remembered.
    """
    return _read(text) if len(text) <= LONGEST_KNOWN else _read.__wrapped__(text)


@lru_cache(maxsize=4096)
def _read(text: str) -> Target:
    url = _parsed(text)
    if url.scheme not in SCHEMES:
        raise BadUrl(f"{text!r} is neither http nor https")
    if url.user is not None or url.password is not None:
        raise BadUrl("a URL with a user name or password in it is not looked at")
    host = canonical_host(url.raw_host or "")
    if not url.port:
        raise BadUrl(f"{text!r} has no usable port")
    return Target(url.with_host(host).with_fragment(None), host, url.port, url.scheme == "https")


def _parsed(text: str, *, relative: bool = False) -> URL:
    if len(text) > LONGEST_URL or FORBIDDEN.search(text):
        raise BadUrl("a URL has no spaces or control characters in it and is shorter than 8 KiB")
    try:
        url = URL(text)
        url.port  # noqa: B018 - a port that is no number shows only when it is asked for
    except (ValueError, TypeError) as error:
        raise BadUrl(f"{text!r} is not a URL: {error}") from error
    if not relative and not url.raw_host:
        raise BadUrl(f"{text!r} names no host")
    return url


def canonical_host(raw: str) -> str:
    """One spelling for each host. `BadUrl` if it is neither a name nor an address."""
    if ":" in raw:
        return _literal_v6(raw)
    host = unquote(raw).rstrip(".").lower()
    labels = host.split(".")
    if NUMBER.fullmatch(labels[-1]):
        return _legacy_v4(labels)
    if not host.isascii() or len(host) > LONGEST_NAME or not all(_label(label) for label in labels):
        raise BadUrl(f"{raw!r} is not a host name")
    return host


def _label(label: str) -> bool:
    return 0 < len(label) <= LONGEST_LABEL and all(letter.isalnum() or letter in "-_" for letter in label)


def _literal_v6(raw: str) -> str:
    try:
        return str(IPv6Address(raw.partition("%")[0]))  # a zone means an interface of our own
    except ValueError as error:
        raise BadUrl(f"{raw!r} is not an IPv6 address") from error


def _legacy_v4(labels: list[str]) -> str:
    """127.1, 0x7f.1, 0177.0.0.1 and 2130706433 are all 127.0.0.1 to a browser: octal, hexadecimal, and a last part
    that fills what is left (URL Standard, "IPv4 parser").
    """
    if len(labels) > 4 or not all(NUMBER.fullmatch(label) for label in labels):  # noqa: PLR2004 - four bytes
        raise BadUrl(f"{'.'.join(labels)!r} ends like an address and is none")
    try:
        *head, last = (_number(label) for label in labels)
        if any(part > 255 for part in head) or last >= 256 ** (4 - len(head)):  # noqa: PLR2004 - a byte
            raise BadUrl(f"{'.'.join(labels)!r} is not an IPv4 address")
    except ValueError as error:
        raise BadUrl(f"{'.'.join(labels)!r} is not an IPv4 address") from error
    value = last + sum(part << (24 - 8 * place) for place, part in enumerate(head))
    return str(IPv4Address(value))


def _number(text: str) -> int:
    if text[:2].lower() == "0x":
        return int(text[2:] or "0", 16)
    return int(text, 8) if len(text) > 1 and text.startswith("0") else int(text)
