"""Reading a Content Security Policy for one question: does it leave a way to run a stranger's script?

Several policies hold together, so a way is open only if every one of them leaves it open.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Policy = dict[str, tuple[str, ...]]

ANYWHERE = frozenset({"*", "http:", "https:", "data:", "ftp:", "http://*", "https://*"})
META = re.compile(r"<meta\s[^<>]{1,4000}>", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""([a-z-]{1,40})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
NONCE_OR_HASH = re.compile(r"'(nonce|sha256|sha384|sha512)-", re.IGNORECASE)


def policies_of(fields: Iterable[str]) -> list[Policy]:
    """Every policy of the header fields, empty ones left out. Of a directive that is repeated the first one counts."""
    read = [_policy(text) for field in fields for text in field.split(",")]
    return [policy for policy in read if policy]


def _policy(text: str) -> Policy:
    found: Policy = {}
    for directive in text.split(";"):
        name, *sources = directive.split()[:200] or [""]
        if name:
            found.setdefault(name.lower(), tuple(source.lower() for source in sources))
    return found


def ways_in(all_of_them: Iterable[Policy]) -> list[str]:
    """What every policy leaves open, in words; empty if together they hold."""
    each = [_openings(policy) for policy in all_of_them]
    return [opening for opening in (each[0] if each else []) if all(opening in others for others in each)]


def _openings(policy: Mapping[str, tuple[str, ...]]) -> list[str]:
    found = []
    scripts = policy.get("script-src", policy.get("default-src"))
    if scripts is None:
        found.append("script-src is not set")
    else:
        found += _script_openings(scripts)
    objects = policy.get("object-src", policy.get("default-src"))
    if objects is None:
        found.append("object-src is not set")
    elif wide := sorted(ANYWHERE.intersection(objects)):
        found.append(f"object-src allows {wide[0]}")
    return found


def _script_openings(sources: tuple[str, ...]) -> list[str]:
    """Browsers ignore 'unsafe-inline' beside a nonce or hash, and host sources beside 'strict-dynamic'."""
    named = any(NONCE_OR_HASH.match(source) for source in sources)
    found = []
    if "'unsafe-inline'" in sources and not named:
        found.append("script-src allows 'unsafe-inline'")
    if "'unsafe-eval'" in sources:
        found.append("script-src allows 'unsafe-eval'")
    wide = sorted(ANYWHERE.intersection(sources))
    if wide and not (named and "'strict-dynamic'" in sources):
        found.append(f"script-src allows {wide[0]}")
    return found


def in_page(body: bytes) -> list[str]:
    """The policies that a page states about itself in its head.

    Plain searching and no HTML parser: the page is a stranger's, and a parser's worst case is quadratic.
    """
    if b"content-security-policy" not in body.lower():
        return []
    head = body.decode("utf-8", "replace").partition("</head")[0]
    seen = "".join(piece.partition("-->")[2] if place else piece for place, piece in enumerate(head.split("<!--")))
    tags = [dict(map(_attribute, ATTRIBUTE.findall(tag))) for tag in META.findall(seen)[:50]]
    return [tag.get("content", "") for tag in tags if tag.get("http-equiv", "").lower() == "content-security-policy"]


def _attribute(found: tuple[str, str, str, str]) -> tuple[str, str]:
    name, *values = found
    return name.lower(), unescape("".join(values))
