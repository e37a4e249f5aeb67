"""Two states of a party's published text beside each other: what was known, and what it became."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from monitor import tables
from monitor.language import Message
from monitor.passages import passages
from monitor.web.console.looking import case_of, console_page
from monitor.web.console.session import reader
from monitor.web.pages import language_of
from monitor.web.words import topic_name, whose

if TYPE_CHECKING:
    from typing import Self

    from monitor.passages import Passage

CHANGED = "policy-page.changed"
_TOLD = 32  #: letters of a hash that a finding's key holds


@dataclass(frozen=True)
class Change:
    """One change of a page: its two texts, as far as it is one that has text, and their hashes."""

    known: str
    changed: str
    before: tables.PageText | None
    after: tables.PageText | None

    @classmethod
    async def of(cls, watch: int) -> Self | None:
        """The latest that was found on a watch; none where none was."""
        found = await tables.FindingRow.filter(watch_id=watch, rule=CHANGED).order_by("-id").first()
        known, _, changed = found.key.partition(" ") if found else ("", "", "")
        return await cls.between(known, changed) if len(known) == len(changed) == _TOLD else None

    @classmethod
    async def between(cls, known: str, changed: str) -> Self:
        """That of two texts, by the beginnings of their hashes."""
        return cls(known, changed, await _text(known), await _text(changed))

    async def passages(self) -> list[Passage]:
        """Compared in a thread of its own: long texts take a moment, and other pages are being asked for."""
        if self.before is None or self.after is None:
            return []
        return await asyncio.to_thread(passages, self.before.text, self.after.text)


async def _text(sha256: str) -> tables.PageText | None:
    return await tables.PageText.filter(sha256__startswith=sha256).first()


async def texts_page(request: web.Request) -> web.StreamResponse:
    """The change that a case is about."""
    who = await reader(request)
    case = await case_of(request, who)
    change = await Change.of(case.watch_id) if case.watch_id else None
    if change is None:
        raise web.HTTPNotFound
    language = language_of(request)
    return console_page(
        request, who, "texts.html", url=case.url, change=change, rows=await change.passages(), back=f"/case/{case.id}",
        back_words=Message("Back to the case").in_(language),
        party_name=await whose(case.party_id, who.present, language), what=topic_name(case.check_kind, language),
    )  # fmt: skip
