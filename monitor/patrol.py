"""Stage: watches that are due -> claimed, looked at, judged -> results for the cases.

Looks are spread over their interval by a hash of what they look at, so the load is flat and stays so over restarts:
there is no burst after a start, and everything is seen within one interval. A watch is claimed with a lease before the
network is touched; the result is written with the next due time in one transaction, and a result whose lease was lost
is dropped.

When most of what was well fails at once, the trouble is more likely ours than theirs: the looks of that moment are
kept as "our own fault" and held against nobody, until a canary says that the world can be reached.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tortoise.expressions import Q

from checks.contract import Look, Verdict
from monitor import tables
from monitor.cases import CONFIRM, Seen, take
from monitor.guard import Guard
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from checks.contract import Check
    from monitor.probe import Probe
    from monitor.tables import Watch

log = logging.getLogger(__name__)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
AGAIN_AFTER = timedelta(minutes=2)  #: a failure that is not confirmed yet is looked at again after that, if not sooner
LEASE = timedelta(minutes=5)
FEW = 5  #: hosts below which "most of them" means nothing
MEMORY = timedelta(minutes=5)  #: how far back the suspicion against ourselves looks
OURS = "own-fault"


def spread(key: str, every: int, after: datetime) -> datetime:
    """The first instant after `after` at which something with this key and interval (seconds) has its turn. Pure."""
    offset = int.from_bytes(hashlib.sha256(key.encode()).digest()[:6]) % (every * 1000)
    passed = (after - EPOCH) // timedelta(milliseconds=1)
    wait = (offset - passed) % (every * 1000) or every * 1000
    return EPOCH + timedelta(milliseconds=passed + wait)


def turn_of(watch: Watch, after: datetime) -> datetime:
    """When a watch has its next regular turn. All checks of one endpoint with one interval look together."""
    return spread(f"{watch.party_id} {watch.url}", watch.every, after)


def next_look(watch: Watch, look: Look, at: datetime, confirm: int) -> datetime:
    """Its regular turn, or sooner where a change wants to be confirmed. Pure."""
    regular = turn_of(watch, at)
    failing = look.verdict is Verdict.FAIL and watch.settled != Verdict.FAIL and watch.fails + 1 < confirm
    recovering = look.verdict is Verdict.PASS and watch.settled == Verdict.FAIL and watch.passes + 1 < confirm
    return min(regular, at + AGAIN_AFTER) if failing or recovering else regular


@dataclass
class Suspicion:
    """Whether it is us. Remembers, host by host, the looks of the last minutes that broke with what was settled."""

    share: float = 0.5
    _looks: deque[tuple[datetime, str, bool]] = field(default_factory=deque)

    def note(self, at: datetime, host: str, *, broke: bool) -> None:
        self._looks.append((at, host, broke))
        while self._looks and self._looks[0][0] < at - MEMORY:
            self._looks.popleft()

    @property
    def strong(self) -> bool:
        """Most hosts seen lately broke with what they were, and they are not just a handful."""
        broke = {host for _, host, bad in self._looks if bad}
        seen = {host for _, host, _ in self._looks}
        return len(broke) >= FEW and len(broke) > self.share * len(seen)


@dataclass
class Patrol:
    """The stage with its tools. One for the process; any replica may run one beside the others."""

    probe: Probe
    looks: Mapping[str, Check[object]]
    confirm: int = CONFIRM
    suspicion: Suspicion = field(default_factory=Suspicion)
    canary: str = ""
    holding: bool = False

    async def walk(self, at: datetime, room: int) -> int:
        """Look at up to `room` watches that are due; how many there were."""
        await self._adopt(at)
        watches = await self._claim(at, room)
        if watches:
            results = await asyncio.gather(*(self._look(group, at) for group in _by_endpoint(watches)))
            await asyncio.shield(self._conclude([seen for group in results for seen in group], at))
        return len(watches)

    async def _adopt(self, at: datetime) -> None:
        """Newly seen watches get their turn in the spread."""
        fresh = await tables.Watch.filter(next_at=None, retired_at=None).limit(1000)
        for watch in fresh:
            await tables.Watch.filter(id=watch.id, next_at=None).update(next_at=turn_of(watch, at))

    async def _claim(self, at: datetime, room: int) -> list[Watch]:
        free = Q(lease_until=None) | Q(lease_until__lte=at)
        async with transaction():
            due = tables.Watch.filter(free, next_at__lte=at, retired_at=None).order_by("next_at", "id").limit(room)
            watches = await due.select_for_update(skip_locked=True)
            lease = secrets.token_hex(8)
            await tables.Watch.filter(id__in=[watch.id for watch in watches]).update(
                lease=lease, lease_until=at + LEASE
            )
        for watch in watches:
            watch.lease = lease
        return watches

    async def _look(self, watches: Sequence[Watch], at: datetime) -> list[Seen]:
        """All checks of one endpoint that are due together share what is fetched."""
        visit = self.probe.visit()
        return [await self._one(watch, visit, at) for watch in watches]

    async def _one(self, watch: Watch, visit: object, at: datetime) -> Seen:
        check = self.looks.get(watch.check_kind)
        if check is None:
            look = Look(Verdict.UNKNOWN, reason="no-such-check", fault=True)
        else:
            look = Look(Verdict.UNKNOWN, reason="bug", fault=True)
            with Guard(log, "watch %s (%s %s) cannot be looked at", watch.id, watch.check_kind, watch.url):
                look = check.judge(await check.observe(watch.url, visit), at)  # type: ignore[arg-type]
        return Seen(watch, look, next_look(watch, look, at, self.confirm))

    async def _conclude(self, seen: Sequence[Seen], at: datetime) -> None:
        """Hand the results on; while we suspect ourselves, as results of ours and nobody's fault."""
        for one in seen:
            broke = one.look.fault or (one.look.verdict is Verdict.FAIL and one.watch.settled == Verdict.PASS)
            self.suspicion.note(at, urlsplit(one.watch.url).hostname or "", broke=broke)
        await self._decide_whose_fault()
        if self.holding:
            seen = [_held(one) for one in seen]
        await take(seen, at, self.confirm)

    async def _decide_whose_fault(self) -> None:
        suspected = self.suspicion.strong
        if suspected and self.canary:
            exchange = await self.probe.fetch(self.canary)
            suspected = exchange.trouble is not None
        if suspected != self.holding:
            word = (
                "most endpoints fail at once: we suspect ourselves and hold their results"
                if suspected
                else "looks count again"
            )
            log.log(logging.ERROR if suspected else logging.INFO, word)
        self.holding = suspected


def _held(seen: Seen) -> Seen:
    if seen.look.verdict is not Verdict.FAIL:
        return seen
    look = Look(Verdict.UNKNOWN, observed=seen.look.observed, took_ms=seen.look.took_ms, reason=OURS, fault=True)
    return Seen(seen.watch, look, seen.next_at)


def _by_endpoint(watches: Sequence[Watch]) -> list[list[Watch]]:
    groups: dict[tuple[str, str], list[Watch]] = {}
    for watch in watches:
        groups.setdefault((watch.party_id, watch.url), []).append(watch)
    return list(groups.values())
