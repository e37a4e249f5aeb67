"""The ticks: each stage has its own, guarded and named, never twice at once. APScheduler beats the time and no more.

What is due lives in rows, so a tick that was missed is not missed: the next one finds everything. A stage that fails is
logged, counted, and tried again at its next tick; a stage that has more to do than one chunk goes on at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor import clock
from monitor.guard import Guard
from monitor.registry.roster import NoRegistry

if TYPE_CHECKING:
    from datetime import datetime

log = logging.getLogger(__name__)
Stage = Callable[["datetime"], Awaitable[int]]
_AT_A_STRETCH = 200  #: chunks in one tick, so that no stage starves the others
PATIENCE = 10.0  #: seconds for running stages at the end


@dataclass
class Tick:
    """One stage with its rhythm, and how it fares."""

    name: str
    every: float
    stage: Stage
    failures: int = 0
    last: float = 0.0
    took: float = 0.0

    async def run(self) -> None:
        """One beat. What goes wrong is logged with the stage's name and tried again at the next."""
        began = monotonic()
        with Guard(log, "%s failed; tried again at its next tick", self.name) as guard:
            await self._stretch()
        self.failures += guard.error is not None
        self.last, self.took = monotonic(), monotonic() - began

    async def _stretch(self) -> None:
        with suppress(NoRegistry):
            for _ in range(_AT_A_STRETCH):
                if not await self.stage(clock.now()):
                    break
                self.last = monotonic()  # much to do is not late

    @property
    def lag(self) -> float:
        """Seconds by which its beat is late now."""
        return max(0.0, monotonic() - self.last - self.every) if self.last else 0.0


class Metronome:
    """Beats ticks until it is stopped; then waits for what runs, and cancels what does not end."""

    def __init__(self, ticks: list[Tick]) -> None:
        self.ticks = ticks
        self._scheduler = AsyncIOScheduler(
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}, timezone="UTC"
        )
        self._running: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        for tick in self.ticks:
            tick.last = monotonic()
            self._scheduler.add_job(
                self._beat, "interval", args=[tick], seconds=tick.every, id=tick.name, next_run_time=clock.now()
            )
        self._scheduler.start()

    async def _beat(self, tick: Tick) -> None:
        task = asyncio.current_task()
        if task:
            task.set_name(f"stage {tick.name}")
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        await tick.run()

    async def stop(self) -> None:
        """No new beats; those that run may finish within a deadline."""
        if self._scheduler.running:
            self._scheduler.pause()
        if self._running:
            _, late = await asyncio.wait(set(self._running), timeout=PATIENCE)
            for task in late:
                log.warning("%s does not end and is cancelled", task.get_name())
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    @property
    def lag(self) -> float:
        return max((tick.lag for tick in self.ticks), default=0.0)
