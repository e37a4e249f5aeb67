"""The composition root: opens the database first, builds the plug-ins, starts the site and the ticks, stops in stages.

Order matters. The store is opened before anything that could ask it and closed after everything that did. At the end
the doors close first, then the stages get their time, then what runs longer is cancelled, and the tools are put away.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import signal
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aiohttp import web

from checks.rulebook import REASONS
from monitor import __version__, clock, plugins
from monitor.auditor import audit, oldest_unsent
from monitor.config import load
from monitor.digest import report
from monitor.escalation import advance
from monitor.evidence import EvidenceStore
from monitor.housekeeping import keep_house
from monitor.keys import read_keys
from monitor.letters import Letters
from monitor.logs import set_up
from monitor.metronome import Metronome, Tick
from monitor.mistakes import Invalid
from monitor.obligations.planning import plan
from monitor.obligations.turning import turn
from monitor.outbox.compose import compose
from monitor.outbox.deliver import deliver
from monitor.patrol import Patrol
from monitor.probe import Probe, ProbeSettings
from monitor.pulse import beat
from monitor.registry.roster import NoRegistry, roster
from monitor.systemd import notify, watchdog_seconds
from monitor.tables.store import AWAY, StoreAway, opened, pending, upgrade
from monitor.web import Site, site
from monitor.web.border import AccessLog
from notifiers.email import Email, EmailSettings

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from datetime import datetime
    from pathlib import Path

    from monitor.config import Settings
    from monitor.links import Keyring
    from monitor.plugins import Equipment
    from notifiers.contract import Notifier

log = logging.getLogger(__name__)
STALE_MAIL = 3600.0  #: seconds after which a letter that nobody takes makes us not ready
LATE = 60.0  #: seconds of lag after which we are not ready
WAIT = (1, 2, 5, 10, 30)  #: seconds between two tries to reach the database
DOORS, TOOLS = 10.0, 10.0  #: seconds for open connections, and for the tools


@dataclass
class House:
    """A running daemon: its settings, its tools, its stages."""

    settings: Settings
    keyring: Keyring
    tools: Equipment
    notifier: Notifier | None = None
    letters: Letters | None = None
    patrol: Patrol | None = None
    metronome: Metronome = field(default_factory=lambda: Metronome([]))
    forgotten: list[str] = field(default_factory=list)

    async def obligations(self, at: datetime) -> int:
        return await plan(at, self.tools.policy) + await turn(at, self.tools.shelf, self.tools.policy)

    async def outbox(self, at: datetime) -> int:
        """Without a mail server nothing is made and nothing is sent; notices wait."""
        if self.notifier is None or self.letters is None:
            return 0
        return await compose(at) + await deliver(at, self.letters, self.notifier)

    async def look(self, at: datetime) -> int:
        room = self.settings.probe.concurrency
        return await self.patrol.walk(at, room) if self.patrol else 0

    async def keep(self, at: datetime) -> int:
        return await keep_house(at, self.settings.cadence.keep_looks)

    async def watch_over(self, at: datetime) -> int:
        """The auditor's round: what it finds is said once when it appears, and shown until it is gone."""
        found = await audit((await roster()).calendar, at)
        for said in sorted(set(found) - set(self.forgotten)):
            log.error("the auditor found: %s", said)
        self.forgotten = found
        return 0

    async def pulse(self, at: datetime) -> int:
        outage = await beat(at)
        if outage:
            log.warning("the form was away from %s to %s", outage.began_at, outage.ended_at)
        notify("WATCHDOG=1")
        return 0

    def ticks(self) -> list[Tick]:
        return [
            Tick("pulse", min(30.0, watchdog_seconds() or 30.0), self.pulse),
            Tick("obligations", 5, self.obligations),
            Tick("escalation", 5, advance),
            Tick("outbox", 2, self.outbox),
            Tick("patrol", 1, self.look),
            Tick("digest", 60, report),
            Tick("housekeeping", 60, self.keep),
            Tick("auditor", 60, self.watch_over),
        ]

    @property
    def lag(self) -> float:
        return self.metronome.lag

    def failures(self) -> dict[str, int]:
        return {tick.name: tick.failures for tick in self.metronome.ticks}

    async def ready(self, at: datetime) -> dict[str, tuple[bool, str]]:
        """Whether we can do our work, part by part, each with what it says."""
        try:
            unsent = await oldest_unsent(at)
            registry = await _registry_state()
        except AWAY as error:
            return {"database": (False, str(error))}
        holding = bool(self.patrol and self.patrol.holding)
        mail = "configured" if self.notifier else "no mail server is configured: nobody is asked or told"
        return {
            "database": (True, "reachable"),
            "registry": registry,
            "scheduler": (self.lag < LATE, f"{self.lag:.1f} s late"),
            "mail": (self.notifier is not None, mail),
            "outbox": (unsent < STALE_MAIL, f"the oldest letter waits {unsent:.0f} s"),
            "looks": (not holding, "held: most endpoints fail at once" if holding else "counted"),
            "auditor": (not self.forgotten, "; ".join(self.forgotten) or "nothing forgotten"),
        }


async def _registry_state() -> tuple[bool, str]:
    try:
        return True, f"revision {(await roster()).revision}"
    except NoRegistry:
        return False, "nothing was applied yet: itaku apply registry.toml"


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
        await begin(house, stack)
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
        notify("STOPPING=1")
        self._event.set()

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


async def build(settings: Settings, stack: AsyncExitStack, stop: Stop) -> House | None:
    """The house with its tools, the database first. None: the end came while we waited for the database."""
    if not await _open_store(settings, stack, stop):
        return None
    keyring = read_keys(settings.at_home(settings.links.keys))
    house = House(settings, keyring, plugins.equipment(settings))
    probe = await stack.enter_async_context(Probe(probe_settings(settings)))
    house.patrol = Patrol(probe, house.tools.looks, settings.probe.confirm, canary=settings.probe.canary)
    house.patrol.suspicion.share = settings.probe.suspect_ourselves
    house.letters = Letters(settings.web.base_url, keyring, mail_domain(settings))
    house.notifier = notifier(settings)
    if house.notifier:
        stack.push_async_callback(_within, house.notifier.aclose())
    else:
        log.warning("no mail server is configured: nobody is asked and nobody is told")
    return house


async def _open_store(settings: Settings, stack: AsyncExitStack, stop: Stop) -> bool:
    """Open the database, for as long as it takes; an empty one gets its tables."""
    tries = 0
    while True:
        try:
            await stack.enter_async_context(opened(settings.database_url))
        except StoreAway as error:
            wait = WAIT[min(tries, len(WAIT) - 1)]
            log.warning("the database is away (%s); tried again in %s s", error, wait)
            tries += 1
            if await stop.wait(wait):
                return False
        else:
            missing = await pending()
            if missing and (missing == ["all"] or missing[0].startswith("0001")):
                log.info("an empty database: %s", ", ".join(await upgrade()))
            elif missing:
                raise SystemExit(
                    f"The database is of an older release ({', '.join(missing)}). Back it up, then: itaku db upgrade"
                )
            return True


def probe_settings(settings: Settings) -> ProbeSettings:
    probe = settings.probe
    return ProbeSettings(
        concurrency=probe.concurrency,
        timeout=probe.timeout,
        allow_private=tuple(ipaddress.ip_network(text) for text in probe.allow_private),
        ca_file=settings.at_home(probe.ca_file) if probe.ca_file else None,
        user_agent=probe.user_agent or ProbeSettings.named(__version__, settings.web.base_url),
        nameservers=probe.nameservers,
    )


def mail_domain(settings: Settings) -> str:
    """The right-hand side of Message-IDs: the sender's domain, else the site's host."""
    return settings.mail.sender.rpartition("@")[2] or urlsplit(settings.web.base_url).hostname or "itaku.invalid"


def notifier(settings: Settings) -> Notifier | None:
    """E-mail as configured, or none."""
    mail = settings.mail
    if not mail.host:
        return None
    found = EmailSettings(
        host=mail.host,
        sender=mail.sender,
        port=mail.port,
        tls=mail.tls,
        username=mail.username,
        password=settings.mail_password(),
        ca_file=settings.at_home(mail.ca_file) if mail.ca_file else None,
        connections=mail.connections,
        hello=mail.hello,
    )
    return Email(found)


async def start_site(house: House, stack: AsyncExitStack, settings: Settings, **more: Any) -> int:
    """Open the doors; the port that they are at."""
    evidence = await asyncio.to_thread(EvidenceStore, settings.evidence_url)
    looks = house.tools.looks
    parts = Site(
        base_url=settings.web.base_url,
        keyring=house.keyring,
        evidence=evidence,
        shelf=house.tools.shelf,
        file_limit=settings.evidence.file_mb * 1024 * 1024,
        form_limit=settings.evidence.form_mb * 1024 * 1024,
        trusted_proxies=tuple(ipaddress.ip_network(text) for text in settings.web.trusted_proxies),
        health=house,
        rules={name: rule for look in looks.values() for name, rule in look.rules.items()} | dict(REASONS),
        rhythms={kind: int(look.every.total_seconds()) for kind, look in looks.items()},
        contact=settings.mail.sender,
        demo=bool(more.pop("demo", False)),
    )
    runner = web.AppRunner(site(parts, more.pop("extra", ())), access_log_class=AccessLog, shutdown_timeout=DOORS)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, settings.web.host, settings.web.port).start()
    return int(runner.addresses[0][1])


async def begin(house: House, stack: AsyncExitStack) -> None:
    """Start the ticks; the first of all is the pulse, so that an outage is known before any stage runs."""
    await house.pulse(clock.now())
    house.metronome = Metronome(house.ticks())
    stack.push_async_callback(house.metronome.stop)
    house.metronome.start()
    notify("READY=1")


async def _within(work: Any) -> None:
    try:
        async with asyncio.timeout(TOOLS):
            await work
    except TimeoutError:
        log.warning("a tool did not close in time")


async def reload(house: House, config_file: Path | None) -> None:
    """Ladders, limits, questionnaires and trusted authorities anew. A broken file changes nothing and is said."""
    notify("RELOADING=1")
    try:
        settings = load(config_file)
    except Invalid as error:
        for mistake in error.mistakes:
            log.error("not reloaded: %s", mistake.in_("en"))  # noqa: TRY400 - the mistake says it all
    else:
        house.tools = plugins.equipment(settings)
        if house.patrol:
            await house.patrol.probe.reload()
        log.info("reloaded")
    notify("READY=1")
