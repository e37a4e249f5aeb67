"""One look from its beginning to its end, for whoever looks at the same endpoint again and again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from checks.contract import Check, Look, Probe

    Again = Callable[[str, Probe, datetime, Mapping[str, Any]], Awaitable[Any]]

Seen_co = TypeVar("Seen_co", covariant=True)


@runtime_checkable
class Recalling(Protocol[Seen_co]):
    """A check some of whose questions are asked more rarely than it looks; what was kept says when they were."""

    async def observe_again(self, url: str, probe: Probe, at: datetime, before: Mapping[str, Any]) -> Seen_co: ...


@runtime_checkable
class Telling(Protocol):
    """A check that says in one line what it saw, in words that every reader of the field knows: names and numbers."""

    def gist(self, observed: Mapping[str, Any]) -> str: ...


@runtime_checkable
class Quick(Protocol):
    """A check that may say of itself that it judges in next to no time, whatever was sent. Those that read what a
    stranger wrote cannot.
    """

    @property
    def quick(self) -> bool: ...


async def looked(check: Check[Any], url: str, probe: Probe, at: datetime, before: Mapping[str, Any]) -> Look:
    """Observe and judge, with what an earlier look of the same endpoint has kept. To judge a long page takes a moment,
    which is spent in a thread: other looks are being timed.
    """
    # Asked by name: `isinstance` with a protocol is dear in Python 3.11, and every look passes here.
    again: Again | None = getattr(check, "observe_again", None)
    seen = await again(url, probe, at, before) if again else await check.observe(url, probe)
    if getattr(check, "quick", False):
        return check.judge(seen, at, before)
    return await asyncio.to_thread(check.judge, seen, at, before)
