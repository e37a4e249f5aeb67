"""The house: a daemon's settings and tools, its stages with their rhythms, and whether it is able to work."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.auditor import audit, oldest_unsent
from monitor.digest import report
from monitor.escalation import advance
from monitor.housekeeping import keep_house
from monitor.metronome import Metronome, Tick
from monitor.obligations.planning import plan
from monitor.obligations.turning import turn
from monitor.outbox.compose import compose
from monitor.outbox.deliver import deliver
from monitor.pulse import beat
from monitor.registry.roster import NoRegistry, roster
from monitor.systemd import notify, watchdog_seconds
from monitor.tables.store import AWAY

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.config import Settings
    from monitor.letters import Letters
    from monitor.links import Keyring
    from monitor.patrol import Patrol
    from monitor.plugins import Equipment
    from notifiers.contract import Notifier

log = logging.getLogger(__name__)
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
    forgotten: list[str] = field(default_factory=list)

    async def obligations(self, at: datetime) -> int:
        return await plan(at, self.tools.policy) + await turn(at, self.tools.shelf, self.tools.policy)

    async def outbox(self, at: datetime) -> int:
        """Without a mail server nothing is made and nothing is sent; notices wait."""
        if self.notifier is None or self.letters is None:
            return 0
        lease = timedelta(seconds=self.settings.mail.lease)
        return await compose(at) + await deliver(at, self.letters, self.notifier, lease)

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
