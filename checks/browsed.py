"""What a real browser did when it showed a page, in the words that the probe and the check share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checks.answers import Trouble
    from checks.page_cookies import Cookie


@dataclass(frozen=True, slots=True)
class Browsed:
    """One page in a browser of its own that has never seen another, looked at until nothing more was asked for.

    `hosts` are all that it tried to talk to, those that the address guard kept it from (`kept_from`) among them: a
    visitor's browser has no such guard. `status` is what the page itself was answered with, 0 where it would not say.
    """

    url: str
    hosts: tuple[str, ...] = ()
    kept_from: tuple[str, ...] = ()
    cookies: tuple[Cookie, ...] = ()
    status: int = 0
    settled: bool = False  #: it became quiet before its time was over
    trouble: Trouble | None = None
    detail: str = ""
    took_ms: float = 0.0
