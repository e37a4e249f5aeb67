"""Several checks that look at one endpoint at the same time share what the door brought back.

One connection instead of one for each check is kinder to the party, and keeps their verdicts about the same answer.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checks.answers import Exchange, Handshake, Offer, Records, RecordType
    from checks.browsed import Browsed
    from checks.contract import Probe as Door

Question = tuple[str, object]


class Visit:
    """A probe that remembers its answers. For one round of checks; throw it away afterwards."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._turns: defaultdict[Question, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._exchanges: dict[Question, Exchange] = {}
        self._texts: dict[Question, Exchange] = {}
        self._handshakes: dict[Question, Handshake] = {}
        self._records: dict[Question, Records] = {}

    async def fetch(self, url: str, *, headers: Mapping[str, str] | None = None, again: bool = False) -> Exchange:
        """What was sent in whole serves whoever reads it again; what was not sent again serves nobody else. A text is
        fetched anew where all that is there of it is the beginning that others wanted.
        """
        question = (url, tuple(sorted((headers or {}).items())))
        async with self._turns[question]:
            known = self._exchanges.get(question)
            if again and (known is None or known.final.truncated):
                known = self._texts.get(question)
            if known is None:
                known = await self._door.fetch(url, headers=headers, again=again)
                own = again and (known.final.truncated or any(hop.kept for hop in known.hops))
                (self._texts if own else self._exchanges)[question] = known
            return known

    async def shake(self, url: str, offer: Offer) -> Handshake:
        question = (url, offer)
        async with self._turns[question]:
            if question not in self._handshakes:
                self._handshakes[question] = await self._door.shake(url, offer)
            return self._handshakes[question]

    async def browse(self, url: str) -> Browsed:
        return await self._door.browse(url)

    async def query(self, name: str, kind: RecordType) -> Records:
        question = (name, kind)
        async with self._turns[question]:
            if question not in self._records:
                self._records[question] = await self._door.query(name, kind)
            return self._records[question]
