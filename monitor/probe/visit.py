"""Several checks that look at one endpoint at the same time share what the door brought back.

One connection instead of one for each check is kinder to the party, and keeps their verdicts about the same answer.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checks.contract import Exchange, Handshake, Offer, Records, RecordType
    from checks.contract import Probe as Door

Question = tuple[str, object]


class Visit:
    """A probe that remembers its answers. For one round of checks; throw it away afterwards."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._turns: defaultdict[Question, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._exchanges: dict[Question, Exchange] = {}
        self._handshakes: dict[Question, Handshake] = {}
        self._records: dict[Question, Records] = {}

    async def fetch(self, url: str, *, headers: Mapping[str, str] | None = None) -> Exchange:
        question = (url, tuple(sorted((headers or {}).items())))
        async with self._turns[question]:
            if question not in self._exchanges:
                self._exchanges[question] = await self._door.fetch(url, headers=headers)
            return self._exchanges[question]

    async def shake(self, url: str, offer: Offer) -> Handshake:
        question = (url, offer)
        async with self._turns[question]:
            if question not in self._handshakes:
                self._handshakes[question] = await self._door.shake(url, offer)
            return self._handshakes[question]

    async def query(self, name: str, kind: RecordType) -> Records:
        question = (name, kind)
        async with self._turns[question]:
            if question not in self._records:
                self._records[question] = await self._door.query(name, kind)
            return self._records[question]
