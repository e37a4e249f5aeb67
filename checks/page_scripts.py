"""Scripts that a page takes from somebody else, and whether the page says what they must be (Subresource Integrity).

Whoever breaks into the other host, or buys it, runs what he likes on the page, unless its tag holds the hash of what
was meant. Scripts of the page's own domain are left out: who can change those can change the page as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from checks.names import host_of, registrable
from checks.page_hosts import elements, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.answers import Hop

LONGEST = 2000
WEB = ("https://", "http://")


def unbound(hop: Hop) -> list[str]:
    """The hosts whose scripts the page runs unseen: without a hash, or over whatever way the page itself came."""
    own = registrable(host_of(hop.url))
    sources = ((source, attributes) for source, attributes in _scripts(text_of(hop) or ""))
    return list(dict.fromkeys(filter(None, (_stranger(source, tag, own) for source, tag in sources))))


def _stranger(source: str, tag: Mapping[str, str], own: str) -> str:
    """The host of a script that nothing binds; empty for one that is bound, or the page's own."""
    relative = source.startswith("//")
    host = _host(f"https:{source}" if relative else source)
    if not host or (registrable(host) == own and not relative):
        return ""
    return "" if tag.get("integrity", "").strip() and source.lower().startswith("https://") else host


def _host(source: str) -> str:
    if not source.lower().startswith(WEB):
        return ""
    try:
        return (urlsplit(source).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _scripts(text: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The address of each script that has one, with its tag; nothing in a template is run."""
    inert, base = 0, ""
    for name, attributes, _ in elements(text):
        if name in {"template", "/template"}:
            inert = max(0, inert + (1 if name == "template" else -1))
        elif name == "base" and not base:
            base = attributes.get("href", "").strip()[:LONGEST]
        elif name == "script" and not inert and (source := attributes.get("src", "").strip()[:LONGEST]):
            yield _joined(base, source), attributes


def _joined(base: str, source: str) -> str:
    """Where a relative address leads if the page has moved its base to another host."""
    if source.startswith("//") or not base.lower().startswith(WEB):
        return source
    try:
        return urljoin(base, source)
    except ValueError:
        return source
