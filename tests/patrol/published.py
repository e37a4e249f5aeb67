"""A party's privacy policy under watch: the real check on a patrol, a page that the test rewrites, a virtual clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from beat import NOON, Beat, party, served, watch

from checks.answers import Exchange, Hop, Phases
from checks.policy_page import PolicyPage
from monitor.patrol import Patrol

if TYPE_CHECKING:
    from datetime import datetime

    from monitor import tables

KIND = "policy-page"
OLD = "".join(f"<p>Article {number}: we use what you entrust us with for purpose {number}.</p>" for number in range(9))
NEW = OLD.replace("purpose 3.", "purpose 3, and hand it to advertisers.")
HALF_DAY = timedelta(hours=12)


@dataclass
class Paper:
    """A site with one page."""

    source: str = OLD
    status: int = 200

    def visit(self) -> Paper:
        return self

    async def fetch(self, url: str, **_more: Any) -> Exchange:
        headers = (("Content-Type", "text/html; charset=utf-8"),)
        return Exchange(url, (Hop(url, self.status, headers, self.source.encode(), phases=Phases(1, 1, 1, 1, 1)),))


@dataclass
class Published:
    """The page, the patrol that looks at it, and the time."""

    beat: Beat
    paper: Paper
    at: datetime = NOON

    async def looks(self, source: str | None = None, times: int = 1, after: timedelta = HALF_DAY) -> datetime:
        """So many looks at that text, each `after` the one before."""
        self.paper.source = self.paper.source if source is None else source
        for _ in range(times):
            self.at += after
            await self.beat.walk(self.at)
        return self.at

    async def changed(self, source: str = NEW) -> datetime:
        """Looks until the change to that text is a finding, confirmed as all findings are."""
        await self.looks(source, 2)
        return await self.looks(after=timedelta(minutes=2))

    async def watch(self) -> tables.Watch:
        return await watch(kind=KIND)


async def published(home: Any, *engagements: str) -> Published:
    """Party 0 with its page, known since a day."""
    looks = {KIND: PolicyPage()}
    paper = Paper()
    beat = Beat(home, looks, Patrol(paper, looks), paper)  # type: ignore[arg-type]
    await beat.apply(party(0, checks=f'"{KIND}"'), engagements=engagements or [served(0)])
    found = Published(beat, paper)
    await found.looks(times=2)
    return found
