"""Pages that were fetched before and need not be sent again if they have not changed (RFC 9111).

For texts that are read again and again and rarely change: the site answers "not modified" and we read what we have. Not
for what is judged by its headers: servers leave most of them out of such an answer.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checks.answers import Hop

TRUSTED = (
    86400.0  # seconds for which "not modified" is believed; a site that always says so would hide a change for ever
)
ROOM = 16 * 1024 * 1024  # letters of bodies and fields, over all pages
OK, NOT_MODIFIED = 200, 304


@dataclass(frozen=True, slots=True)
class _Page:
    hop: Hop
    asking: Mapping[str, str]
    sent: float  #: when all of it was sent
    size: int


class KeptPages:
    """The latest whole answer of each page that can be asked whether it has changed; the longest unused go first."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._pages: OrderedDict[str, _Page] = OrderedDict()
        self._size = 0

    def asking(self, url: str) -> Mapping[str, str]:
        """The fields that ask whether the page has changed since; empty where nothing is kept."""
        page = self._pages.get(url)
        return page.asking if page and monotonic() - page.sent < TRUSTED else {}

    def read(self, url: str, hop: Hop) -> Hop:
        """The answer as if all of it had been sent; whole answers are kept for the next time."""
        page = self._pages.get(url)
        if hop.status == NOT_MODIFIED and page and self.asking(url):
            self._pages.move_to_end(url)
            return replace(hop, status=OK, headers=_merged(page.hop, hop), body=page.hop.body, kept=True)
        self._drop(url)
        if hop.status == OK and hop.trouble is None and not hop.truncated and (asking := _validators(hop)):
            self._keep(url, _Page(replace(hop, tls=None), asking, monotonic(), _size(hop)))
        return hop

    def _keep(self, url: str, page: _Page) -> None:
        self._pages[url] = page
        self._size += page.size
        while self._size > self._room:
            self._drop(next(iter(self._pages)))

    def _drop(self, url: str) -> None:
        page = self._pages.pop(url, None)
        self._size -= page.size if page else 0


def _size(hop: Hop) -> int:
    """All that a server can make us keep: fields can be longer than any body, and there are addresses without end."""
    return len(hop.url) + len(hop.body) + sum(len(name) + len(value) for name, value in hop.headers)


def _validators(hop: Hop) -> dict[str, str]:
    tag, date = next(iter(hop.header("etag")), ""), next(iter(hop.header("last-modified")), "")
    found = {"If-None-Match": tag} if tag else {"If-Modified-Since": date} if date else {}
    return found if all(value.isascii() and value.isprintable() for value in found.values()) else {}


def _merged(before: Hop, now: Hop) -> tuple[tuple[str, str], ...]:
    """The fields of the page as it was sent, those that came again replaced. A cookie is set when it is sent."""
    again = {"set-cookie", *(name.lower() for name, _ in now.headers)}
    return (*(field for field in before.headers if field[0].lower() not in again), *now.headers)
