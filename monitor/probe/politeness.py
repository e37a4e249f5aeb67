"""How many visits may be under way at once: over all, to one registrable domain, and to one host.

A party's sites often share one small server; they never get more than two of our visits at a time, and one host never
more than one. Waiting for a turn happens here, before any clock is started, so that a full house does not look like a
slow party.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from checks.names import registrable


@dataclass(slots=True)
class _Gate:
    semaphore: asyncio.Semaphore
    users: int = 0


class _Gates:
    """One gate for each key, kept only while somebody stands at it: names met long ago cost nothing."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._gates: dict[str, _Gate] = {}

    async def enter(self, key: str) -> None:
        gate = self._gates.get(key)
        if gate is None:
            gate = self._gates[key] = _Gate(asyncio.Semaphore(self._width))
        gate.users += 1
        try:
            await gate.semaphore.acquire()
        except BaseException:
            self._forget(key, gate)
            raise

    def leave(self, key: str) -> None:
        gate = self._gates[key]
        gate.semaphore.release()
        self._forget(key, gate)

    def _forget(self, key: str, gate: _Gate) -> None:
        gate.users -= 1
        if not gate.users:
            del self._gates[key]


class Turns:
    """Hands out turns. Everybody takes host, domain and house in this order and never two of a sort, so nobody can
    wait in a circle.
    """

    def __init__(self, house: int, per_domain: int, per_host: int) -> None:
        self.house = asyncio.Semaphore(house)
        self.domains = _Gates(per_domain)
        self.hosts = _Gates(per_host)
        self.under_way = 0

    def turn(self, host: str) -> _Turn:
        """Wait until it is polite to visit that host, and keep the place while the block runs."""
        return _Turn(self, host)


class _Turn:
    """A class and not a generator: each look passes here, and three generators one in the other are dear."""

    __slots__ = ("_domain", "_host", "_turns")

    def __init__(self, turns: Turns, host: str) -> None:
        self._turns, self._host, self._domain = turns, host, registrable(host)

    async def __aenter__(self) -> None:
        turns = self._turns
        await turns.hosts.enter(self._host)
        try:
            await turns.domains.enter(self._domain)
            try:
                await turns.house.acquire()
            except BaseException:
                turns.domains.leave(self._domain)
                raise
        except BaseException:
            turns.hosts.leave(self._host)
            raise
        turns.under_way += 1

    async def __aexit__(self, *_trouble: object) -> None:
        turns = self._turns
        turns.under_way -= 1
        turns.house.release()
        turns.domains.leave(self._domain)
        turns.hosts.leave(self._host)
