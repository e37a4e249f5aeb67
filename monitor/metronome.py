"""The ticks: each stage has its own, guarded and named, never twice at once. APScheduler beats the time and no more.

What is due lives in rows, so a tick that was missed is not missed: the next one finds everything. A stage that fails is
logged, counted, and tried again at its next tick; a stage that has more to do than one chunk goes on at once, or after
a breath where people should not notice how much there is.

The scheduler goes by the wall clock and everything here by the monotonic one, so that a clock that is set is noticed:
set back by an hour, it would otherwise be silent for an hour.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
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
Span = tuple[float, float]
_AT_A_STRETCH = 200  #: chunks in one tick, so that no stage starves the others
PATIENCE = 10.0  #: seconds for running stages at the end, and once more for those that were cancelled
MINDED = 5.0  #: seconds between two looks at the clock
STEP = 2.0  #: seconds by which it must have been set to be worth a word


@dataclass
class Tick:
    """One stage with its rhythm, and how it fares."""

    name: str
    every: float
    stage: Stage
    abreast: int = 1  #: beats that may run at once
    after: float = 0.0  #: seconds from the start to the first beat
    breath: float = 0.0  #: seconds between two chunks that belong to others
    failures: int = 0
    failing: bool = False  #: whether the latest beat failed
    last: float = 0.0  #: when it last got something done, or had nothing to do
    took: float = 0.0
    stopping: bool = False

    async def run(self) -> None:
        """One beat. What goes wrong is logged with the stage's name and tried again at the next."""
        began = monotonic()
        with Guard(log, "%s failed; tried again at its next tick", self.name) as guard:
            await self._stretch()
        self.failing = guard.error is not None
        self.failures += self.failing
        self.last, self.took = monotonic(), monotonic() - began

    async def _stretch(self) -> None:
        with suppress(NoRegistry):
            for _ in range(_AT_A_STRETCH):
                more = await self.stage(clock.now())
                self.last = monotonic()  # much to do is not late
                if not more or self.stopping:
                    break
                await asyncio.sleep(self.breath)

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
        self._minding: asyncio.Task[None] | None = None
        self._began: Span = _both_clocks()

    def start(self) -> None:
        self._began = _both_clocks()
        for tick in self.ticks:
            tick.last = monotonic() + tick.after
            self._scheduler.add_job(
                self._beat,
                "interval",
                args=[tick],
                seconds=tick.every,
                id=tick.name,
                max_instances=tick.abreast,
                next_run_time=clock.now() + timedelta(seconds=tick.after),
            )
        self._scheduler.start()
        self._minding = asyncio.create_task(self._mind_the_clock(), name="clock")

    async def _mind_the_clock(self) -> None:
        while True:
            await asyncio.sleep(MINDED)
            self.heed_the_clock()

    def heed_the_clock(self) -> None:
        """If the clock was set, say by how much and beat on from here."""
        wall, steady = _both_clocks()
        step = (wall - self._began[0]) - (steady - self._began[1])
        if abs(step) < STEP:
            return
        log.warning("the clock was set by %+.0f s: what is due by it comes earlier or later", step)
        self._began = (wall, steady)
        for tick in self.ticks:
            self._scheduler.modify_job(tick.name, next_run_time=clock.now())

    async def _beat(self, tick: Tick) -> None:
        task = asyncio.current_task()
        if task:
            task.set_name(f"stage {tick.name}")
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        try:
            await tick.run()
        except asyncio.CancelledError:
            if not tick.stopping:  # whom we cancel ourselves ends here; the scheduler would call it an error
                raise

    async def stop(self) -> None:
        """No new beats; those that run may finish what they have in hand within a deadline."""
        if self._minding:
            self._minding.cancel()
        if self._scheduler.running:
            self._scheduler.pause()
        for tick in self.ticks:
            tick.stopping = True
        if self._running:
            _, late = await asyncio.wait(set(self._running), timeout=PATIENCE)
            for task in late:
                log.warning("%s does not end and is cancelled", task.get_name())
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=PATIENCE)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    @property
    def latest(self) -> Tick | None:
        """The tick that is most behind."""
        return max(self.ticks, key=lambda tick: tick.lag, default=None)

    @property
    def lag(self) -> float:
        return self.latest.lag if self.latest else 0.0


def _both_clocks() -> Span:
    return clock.now().timestamp(), monotonic()
