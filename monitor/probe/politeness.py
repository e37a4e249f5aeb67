"""How many visits may be under way at once: over all, to one registrable domain, and to one host.

A party's sites often share one small server; they never get more than two of our visits at a time, and one host never
more than one. Waiting for a turn happens here, before any clock is started, so that a full house does not look like a
slow party.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from checks.names import registrable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass(slots=True)
class _Gate:
    semaphore: asyncio.Semaphore
    users: int = 0


class _Gates:
    """One gate for each key, kept only while somebody stands at it: names met long ago cost nothing."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._gates: dict[str, _Gate] = {}

    @asynccontextmanager
    async def through(self, key: str) -> AsyncIterator[None]:
        gate = self._gates.get(key)
        if gate is None:
            gate = self._gates[key] = _Gate(asyncio.Semaphore(self._width))
        gate.users += 1
        try:
            async with gate.semaphore:
                yield
        finally:
            gate.users -= 1
            if not gate.users:
                del self._gates[key]


class Turns:
    """Hands out turns. Everybody takes host, domain and house in this order and never two of a sort, so nobody can
    wait in a circle.
    """

    def __init__(self, house: int, per_domain: int, per_host: int) -> None:
        self._house = asyncio.Semaphore(house)
        self._domains = _Gates(per_domain)
        self._hosts = _Gates(per_host)
        self.under_way = 0

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait until it is polite to visit that host, and keep the place while the block runs."""
        async with self._hosts.through(host), self._domains.through(registrable(host)), self._house:
            self.under_way += 1
            try:
                yield
            finally:
                self.under_way -= 1
