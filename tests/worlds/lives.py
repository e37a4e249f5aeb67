"""A daemon that dies between any two statements to its database, and is started again: what a power cut leaves.

Time, the events of the script and the mail server are outside and go on; rows are what was committed. Whoever did
something at the moment of death does it again, not knowing whether it went through.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING, Any

import aiosqlite
from playing import Played, Stage, look_around, note_registry

from monitor import tables
from monitor.registry.apply import apply
from monitor.registry.roster import roster
from monitor.simulation.world import World
from monitor.tables.store import opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from random import Random

    from scene import Scene

    from monitor.simulation.event import Event

LONGEST_LIFE = 500  #: statements


class Killed(BaseException):
    """The process is gone. Nothing below may catch it, and nothing after it may write."""


class _Reaper:
    """Lets so many statements pass, and none after that."""

    def __init__(self, chance: Random) -> None:
        self.chance, self.left, self.deaths = chance, 0, 0

    def start(self) -> None:
        self.left = self.chance.randrange(1, LONGEST_LIFE)

    def pass_by(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Killed


@contextmanager
def _reaping(reaper: _Reaper) -> Iterator[None]:
    execute = aiosqlite.Connection._execute

    async def perhaps(self: Any, what: Any, *args: Any, **more: Any) -> Any:
        if getattr(what, "__name__", "") != "close":
            reaper.pass_by()
        return await execute(self, what, *args, **more)

    aiosqlite.Connection._execute = perhaps  # type: ignore[method-assign]
    try:
        yield
    finally:
        aiosqlite.Connection._execute = execute  # type: ignore[method-assign]


class _Mortal(World):
    """Knows where in time it is when it dies, and wakes when the lease of a dead one's letter has run out."""

    at: datetime

    async def settle(self, at: datetime) -> None:
        self.at = at
        await super().settle(at)

    async def _deed(self, event: Event, at: datetime) -> list[dict[str, Any]]:
        self.at = at
        return await super()._deed(event, at)

    async def _next(self, at: datetime, waiting: Any) -> datetime | None:
        self.at = at
        found = await super()._next(at, waiting)
        leased = await tables.Mail.filter(state="queued", lease_until__gt=at).order_by("lease_until").first()
        if leased is None or leased.lease_until is None or self._is_down(at):
            return found
        calendar = (await roster()).calendar
        again = leased.lease_until if leased.urgent else calendar.next_sending(leased.lease_until)
        return min(again, found or again)


def killed_often(scene: Scene, chance: Random, url: str) -> tuple[Played, int]:
    """The scene played by one daemon after the other; how many of them died."""
    played, reaper, stage = Played(scene), _Reaper(chance), Stage(scene, None)
    asyncio.run(_create(url))
    world, at = _Mortal(stage.tools), scene.begin
    with _reaping(reaper):
        while True:
            reaper.start()
            world, before = _Mortal(stage.tools, world.post), world
            world._seen, world.down_until, world.at = before._seen, before.down_until, at
            try:
                asyncio.run(_live(world, stage, played, url))
            except Killed:
                reaper.deaths += 1
                at = world.at
            else:
                break
    asyncio.run(_see(url, played))
    return played, reaper.deaths


async def _create(url: str) -> None:
    async with opened(url, create=True):
        pass


async def _see(url: str, played: Played) -> None:
    async with opened(url):
        await look_around(played)


async def _live(world: _Mortal, stage: Stage, played: Played, url: str) -> None:
    """One life, from where the last one ended. Letters on their way at its death are nobody's errors."""
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    begin = world.at
    async with opened(url):
        for since, until, found in stage.stretches(begin, played.scene.end):
            world.at = since
            if found:
                await apply(found, since, stage.tools.looks)
                await note_registry(played, since)
            await _run(world, since, until, [event for event in stage.events if since <= event.at <= until], played)


async def _run(world: _Mortal, since: datetime, until: datetime, events: Sequence[Event], played: Played) -> None:
    async with aclosing(world.run(since, until, events)) as lines:
        async for line in lines:
            played.lines.append(line)
            await note_registry(played, world.at)
