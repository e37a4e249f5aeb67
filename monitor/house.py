"""The house: a daemon's settings and tools, its stages with their rhythms, and whether it is able to work."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.auditor import audit, stale
from monitor.cases import tend
from monitor.contradiction import see, weigh
from monitor.digest import report
from monitor.duties.changes import review
from monitor.duties.owing import turn as fall_due
from monitor.escalation import advance
from monitor.expiry import warn
from monitor.hearing import asking_on
from monitor.housekeeping import keep_house
from monitor.inbound.mending import mend
from monitor.inbound.sorting import sort
from monitor.metronome import Metronome, Tick
from monitor.obligations.planning import plan
from monitor.obligations.turning import turn
from monitor.outbox.compose import compose
from monitor.outbox.deliver import deliver
from monitor.promises import disposal, keeping, provision, sub_entrustment
from monitor.promises.improving.yearly import begin as review_years
from monitor.promises.joint_use.daily import look as see_notices
from monitor.promises.supervision import supervise
from monitor.pulse import beat
from monitor.registry.roster import NoRegistry, roster
from monitor.remediation.turning import turn as reopen
from monitor.rendering import readied
from monitor.systemd import notify, watchdog_seconds
from monitor.tables.store import AWAY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from aiohttp import web

    from monitor.config import Settings
    from monitor.evidence import EvidenceStore
    from monitor.inbound.intake import Intake
    from monitor.inbound.maildir import Maildir
    from monitor.letters import Letters
    from monitor.links import Keyring
    from monitor.patrol import Patrol
    from monitor.plugins import Equipment
    from notifiers.contract import Notifier

log = logging.getLogger(__name__)
IN_HAND = 10  #: times as many watches may be claimed as the probe visits at once: large waves are cheap to write
BITE = 40  #: engagements that are worked out at a time: whoever saves meanwhile waits for no more
BREATH = 0.05  #: seconds that belong to the pages between two chunks of what may take a while and is in no hurry
HUNG = 4200.0  #: seconds without anything done after which a stage hangs; one batch of letters may take an hour
STALE_MAIL = 3600.0  #: seconds after which a letter that nobody takes makes us not ready
LATE = 60.0  #: seconds of lag after which we are not ready


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
    doors: web.AppRunner | None = None
    evidence: EvidenceStore | None = None
    intake: Intake | None = None  #: where mail comes in, if any is to
    maildir: Maildir | None = None
    forgotten: list[str] = field(default_factory=list)
    _pages: Iterator[bool] = field(default_factory=readied)

    async def obligations(self, at: datetime) -> int:
        asked = await plan(at, self.tools.policy, BITE) + await turn(at, self.tools.shelf, self.tools.policy)
        followed = await sub_entrustment.turn(at) + await disposal.turn(at) + await provision.turn(at)
        followed += await asking_on.turn(at)
        return asked + followed + await review(at) + await fall_due(at) + await reopen(at) + await supervise(at)

    async def contradict(self, at: datetime) -> int:
        return await weigh(at, self.tools.claims) + await see(at, self.tools.claims)

    async def outbox(self, at: datetime) -> int:
        """Without a mail server nothing is made and nothing is sent; notices wait.

        What is made now leaves in the next round: a lease counts from `at`, and making many letters takes its time.
        """
        if self.notifier is None or self.letters is None:
            return 0
        lease = timedelta(seconds=self.settings.mail.lease)
        return await deliver(at, self.letters, self.notifier, lease) + await compose(at)

    async def inbound(self, at: datetime) -> int:
        """What came back by mail. What another of us has taken in is sorted here too."""
        collected = await self.maildir.collect(self.intake, at) if self.maildir and self.intake else 0
        return collected + (await sort(at, self.evidence) if self.evidence else 0)

    async def look(self, at: datetime) -> int:
        """At once again only where there was no room for all. What falls due during a walk is the next beat's: each
        walk claims and writes, and a few large ones cost a fraction of many small ones.
        """
        if self.patrol is None:
            return 0
        walked = await self.patrol.walk(at, IN_HAND * self.settings.probe.concurrency)
        return walked if self.patrol.crowded else 0

    async def keep(self, at: datetime) -> int:
        return await keep_house(at, self.settings.cadence)

    async def erase(self, at: datetime) -> int:
        """What has had its time, at night; then the files that no row names any more."""
        done = await keeping.turn(at) or await keeping.forget_people(at)
        return done or (await keeping.sweep(at, self.evidence) if self.evidence else 0)

    async def watch_over(self, at: datetime) -> int:
        """The auditor's round: what it finds is said once when it appears, and shown until it is gone."""
        found = await audit((await roster()).calendar, at)
        for said in sorted(set(found) - set(self.forgotten)):
            log.error("the auditor found: %s", said)
        self.forgotten = found
        return 0

    async def ready_pages(self, _at: datetime) -> int:
        """What parties ask for is made soon after the start, in a thread and so that nobody waits for it."""
        return await asyncio.to_thread(next, self._pages, False)

    async def pulse(self, at: datetime) -> int:
        outage = await beat(at)
        if outage:
            log.warning("the form was away from %s to %s", outage.began_at, outage.ended_at)
        return 0

    async def watchdog(self, _at: datetime) -> int:
        """Systemd hears from us while every stage comes back from its work, whether or not the database is there: one
        that hangs is said, and a restart is the cure.
        """
        hung = [tick.name for tick in self.metronome.ticks if tick.lag > HUNG]
        if hung:
            log.error("%s hangs: systemd is no longer told that we are well", ", ".join(hung))
        else:
            notify("WATCHDOG=1")
        return 0

    async def shut(self) -> None:
        """Close the doors; a second time does nothing."""
        doors, self.doors = self.doors, None
        if doors:
            await doors.cleanup()

    def ticks(self) -> list[Tick]:
        return [
            Tick("watchdog", min(30.0, watchdog_seconds() or 30.0), self.watchdog),
            Tick("pulse", 30, self.pulse),
            Tick("obligations", 5, self.obligations, breath=BREATH),
            Tick("cases", 30, tend),
            Tick("contradiction", 10, self.contradict),
            Tick("escalation", 5, advance),
            Tick("expiry", 5, warn, breath=BREATH),
            Tick("outbox", 2, self.outbox),
            Tick("inbound", 2, self.inbound),
            Tick("mending", 10, mend),
            Tick("patrol", 1, self.look, abreast=self.settings.probe.concurrency),
            Tick("pages", 3600, self.ready_pages, after=3, breath=BREATH),
            Tick("digest", 60, report),
            Tick("housekeeping", 60, self.keep),
            Tick("retention", 300, self.erase, after=60),
            Tick("published", 600, see_notices, after=30),
            Tick("years", 600, review_years, after=45),
            Tick("auditor", 60, self.watch_over, after=60),
        ]

    @property
    def lag(self) -> float:
        return self.metronome.lag

    def failures(self) -> dict[str, int]:
        return {tick.name: tick.failures for tick in self.metronome.ticks}

    def failing(self) -> list[str]:
        """Stages whose latest beat failed."""
        return [tick.name for tick in self.metronome.ticks if tick.failing]

    def looks_made(self) -> Mapping[tuple[str, str], int]:
        return self.patrol.made if self.patrol else {}

    def _lateness(self) -> str:
        latest = self.metronome.latest
        return f"{latest.name} is {latest.lag:.1f} s late" if latest and latest.lag else "on time"

    async def ready(self, at: datetime) -> dict[str, tuple[bool, str]]:
        """Whether we can do our work, part by part, each with what it says."""
        try:
            registry, unsent = await _registry_state(at)
        except AWAY as error:
            return {"database": (False, str(error))}
        holding = bool(self.patrol and self.patrol.holding)
        mail = "configured" if self.notifier else "no mail server is configured: nobody is asked or told"
        return {
            "database": (True, "reachable"),
            "registry": registry,
            "scheduler": (self.lag < LATE, self._lateness()),
            "stages": (not self.failing(), ", ".join(self.failing()) or "none fails"),
            "mail": (self.notifier is not None, mail),
            "outbox": (unsent < STALE_MAIL, f"the oldest letter waits {unsent:.0f} s"),
            "looks": (not holding, "held: most endpoints fail at once" if holding else "counted"),
            "auditor": (not self.forgotten, "; ".join(self.forgotten) or "nothing forgotten"),
        }


async def _registry_state(at: datetime) -> tuple[tuple[bool, str], float]:
    """What we know of the registry, and for how long a letter waits that might have left."""
    try:
        present = await roster()
    except NoRegistry:
        return (False, "nothing was applied yet: itaku apply registry.toml"), 0.0
    return (True, f"revision {present.revision}"), await stale(present.calendar, at)
