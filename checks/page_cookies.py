"""Which cookies an answer sets. Their values belong to the visitor and are never kept, not even for a moment longer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from checks.detail import plain
from checks.names import host_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.answers import Hop

MOST_COOKIES = 60
LONGEST = timedelta(days=36500)  # "for ever", in servers' words


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie as browsers keep it. `ends` is none for one that goes when the browser is closed."""

    name: str
    domain: str
    secure: bool = False
    http_only: bool = False
    same_site: str = ""
    ends: datetime | None = None

    def evidence(self, at: datetime) -> dict[str, Any]:
        """What is worth keeping, JSON-ready; `days` for which it is kept at most, none for the session."""
        return {
            "name": plain(self.name, 100),
            "domain": plain(self.domain, 255),
            "secure": self.secure,
            "http_only": self.http_only,
            "same_site": plain(self.same_site, 20),
            "days": None if self.ends is None else max(0, (self.ends - at) // timedelta(days=1)),
        }


def cookies_of(hop: Hop, at: datetime) -> Iterator[Cookie]:
    """The cookies that an answer sets; those that it deletes are none."""
    for field in hop.header("set-cookie")[:MOST_COOKIES]:
        pair, *words = field.split(";")
        name = pair.partition("=")[0].strip()
        said = {key.strip().lower(): value.strip() for key, _, value in (word.partition("=") for word in words[:20])}
        ends = _ends(said, at)
        if name and (ends is None or ends > at):
            domain = said.get("domain", "").lstrip(".").lower() or host_of(hop.url)
            yield Cookie(name, domain, "secure" in said, "httponly" in said, said.get("samesite", "").lower(), ends)


def _ends(said: dict[str, str], at: datetime) -> datetime | None:
    """Max-Age goes before Expires (RFC 6265 section 5.3); what cannot be read is as if it were not there."""
    age = said.get("max-age", "")
    if age.removeprefix("-").isdecimal() and age.isascii():
        return at if age.startswith("-") else at + min(timedelta(seconds=int(age[:12])), LONGEST)
    try:
        ends = parsedate_to_datetime(said["expires"].replace("-", " "))
    except (KeyError, ValueError, TypeError, OverflowError, IndexError):
        return None
    return ends.replace(tzinfo=UTC) if ends.tzinfo is None else min(ends, at + LONGEST)
