"""Whether a site says of an address what it says of every address that never was. Pure.

Many sites answer what is gone with a page and status 200 instead of 404. So we ask for two names beside the address
that nobody can have made, and compare words. What the two answers do not share is the site's own noise: an id, the
time, a list that changes. An address is like nothing if its page has no more words of its own than that noise has. A
threshold of likeness would not do: in a large frame of menus, a customer's row is a small difference.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checks.answers import Hop

WORD = re.compile(r"\w+")
NAME_LENGTH = 20


def made_up(url: str) -> tuple[str, str]:
    """Two addresses beside this one, with names that are the same for every look: a test can foretell them, and a
    party that finds them in its log can find out where they come from.
    """
    return _beside(url, 1), _beside(url, 2)


def _beside(url: str, number: int) -> str:
    """The last part of the path is another; its ending stays, because some servers go by that."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    folder, _, last = path.rpartition("/")
    dot, ending = (last.rpartition(".")[1:]) if "." in last else ("", "")
    name = sha256(f"{number} {url}".encode()).hexdigest()[:NAME_LENGTH]
    slash = "/" if path and parts.path.endswith("/") else ""
    return urlunsplit(parts._replace(path=f"{folder}/{name}{dot}{ending}{slash}", fragment=""))


def like_nothing(page: Hop, others: Sequence[Hop]) -> bool:
    """Whether the page says nothing that the answers to two made-up names do not say too."""
    first, second = (_words(other) for other in others)
    return len(_words(page) - first - second) <= len(first ^ second)


def _words(hop: Hop) -> set[str]:
    """The words of an answer. Those of its own address are no news: many pages repeat what they did not find."""
    parts = urlsplit(hop.url)
    own = set(WORD.findall(f"{parts.path} {parts.query}"))
    return set(WORD.findall(hop.body.decode("utf-8", "replace"))) - own
