"""The composition root: opens the database first, builds the plug-ins, starts the site and the ticks, stops in stages.

Order matters. The store is opened before anything that could ask it and closed after everything that did. At the end
the doors close first, then the stages get their time, then what runs longer is cancelled, and the tools are put away.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

from monitor import __version__, clock, plugins
from monitor.building import apart, build, damping, insist, open_inbound, start_site
from monitor.config import load
from monitor.guard import Guard
from monitor.logs import set_up
from monitor.metronome import Metronome
from monitor.mistakes import Invalid
from monitor.obligations import KINDS
from monitor.outbox.record import unpark
from monitor.registry.renewal import renew
from monitor.systemd import notify, reloading

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path

    from monitor.config import Settings
    from monitor.house import House

log = logging.getLogger(__name__)
COLLECTIONS = (2_000, 10, 10)  #: young objects at which they are walked: ten thousand took six milliseconds of a page
FIXED = (
    "database",
    "web",
    "mail",
    "inbound",
    "evidence",
    "links",
    "notifiers",
)  #: sections that are read at the start only


def run(config_file: Path | None) -> int:
    """Run until told to stop; the exit code. Raises `Invalid` for a broken configuration."""
    return on_loop(serve(load(config_file), config_file))


def on_loop(work: Coroutine[Any, Any, int]) -> int:
    """Run on uvloop where it is installed: looks cost an eighth less there."""
    try:
        import uvloop

        factory: Any = uvloop.new_event_loop
    except ImportError:
        factory = None
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(work)


async def serve(settings: Settings, config_file: Path | None = None) -> int:
    """Start, run, stop."""
    set_up(settings.log.level, settings.log.format)
    stop = Stop()
    async with AsyncExitStack() as stack:
        house = await build(settings, stack, stop)
        if house is None:
            return 0
        await start_site(house, stack, settings)
        if not await begin(house, stack, stop):
            return 0
        await open_inbound(house, stack, settings)
        settle()
        stop.on_reload = lambda: reload(house, config_file)
        log.info("itaku %s is ready at %s", __version__, settings.web.base_url)
        await stop.wait()
    return 0


class Stop:
    """SIGTERM and SIGINT end the daemon, SIGHUP has it read its configuration again."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.on_reload: Any = None
        self._reloading: set[asyncio.Task[None]] = set()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self.set)
        loop.add_signal_handler(signal.SIGHUP, self._reload)

    def set(self) -> None:
        self._event.set()
        notify("STOPPING=1")

    def _reload(self) -> None:
        if self.on_reload:
            task = asyncio.create_task(self.on_reload(), name="reload")
            self._reloading.add(task)
            task.add_done_callback(self._reloading.discard)

    async def wait(self, seconds: float | None = None) -> bool:
        """Until the end is asked for; false when the seconds are over first."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        return True


async def begin(house: House, stack: AsyncExitStack, stop: Stop) -> bool:
    """Start the ticks, once what must come before them is done; false: the end came while the database was away."""
    if not await insist(apart(partial(_before_the_ticks, house)), stop):
        return False
    house.metronome = Metronome(house.ticks())
    stack.push_async_callback(house.metronome.stop)
    stack.push_async_callback(house.shut)
    house.metronome.start()
    notify("READY=1")
    return True


def settle() -> None:
    """What is loaded by now stays until the end, so the collector need not walk it: each walk of all took a tenth of a
    second, and every latency recorded in the meantime told of us and not of the party.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTIONS)


async def _before_the_ticks(house: House) -> None:
    """The first of all is the pulse, so that an outage is known before any stage runs."""
    await house.pulse(clock.now())
    await unpark(clock.now())
    if await renew(house.tools.looks, {name: kind.version for name, kind in KINDS.items()}, clock.now()):
        log.info("this release looks or asks otherwise than the last: the whole registry is worked out anew")


async def reload(house: House, config_file: Path | None) -> None:
    """Ladders, limits, questionnaires and trusted authorities anew. A broken file changes nothing and is said."""
    reloading()
    with Guard(log, "not reloaded: everything stays as it was"):
        try:
            await _renew(house, load(config_file))
        except Invalid as error:
            for mistake in error.mistakes:
                log.error("not reloaded: %s", mistake.in_("en"))  # noqa: TRY400 - the mistake says it all
    notify("READY=1")


async def _renew(house: House, settings: Settings) -> None:
    """Everything that can fail first, and then all of it."""
    tools = plugins.equipment(settings)
    if house.patrol:
        await house.patrol.probe.reload()
        house.patrol.confirm, house.patrol.canary = settings.probe.confirm, settings.probe.canary
        house.patrol.damping = damping(settings)
        house.patrol.suspicion.share = settings.probe.suspect_ourselves
    fixed = [name for name in FIXED if getattr(settings, name) != getattr(house.settings, name)]
    house.tools, house.settings = tools, settings
    set_up(settings.log.level, settings.log.format)
    log.info("reloaded")
    if fixed:
        log.warning("only a restart changes what was changed in: %s", ", ".join(fixed))
