"""Stage: watches that are due -> claimed, looked at, judged -> results for the cases.

Looks are spread over their interval by a hash of what they look at, so the load is flat and stays so over restarts:
there is no burst after a start. What is new, and what was missed while nobody looked, is spread over the coming hour in
the same way. A watch is claimed with a lease before the network is touched; the result is written with the next due
time in one transaction, and a result whose lease was lost is dropped.

Several walks may be under way at once: a host that does not answer keeps its own slot, and nobody else's.

When most of what was well fails at once, the trouble is more likely ours than theirs: the looks of that moment are
kept as "our own fault" and held against nobody, until a canary says that the world can be reached.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tortoise.expressions import Q

from checks.contract import Look, Verdict
from checks.looking import looked
from checks.options import configured
from monitor import tables
from monitor.cases import CONFIRM, Damping, Seen, take
from monitor.finishing import finished
from monitor.guard import Guard
from monitor.headway import Row
from monitor.lateness import Lateness
from monitor.tables.plain import write_all, write_each
from monitor.tables.store import AWAY, transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from checks.contract import Check
    from monitor.lateness import Lag
    from monitor.probe import Probe
    from monitor.tables import Watch

log = logging.getLogger(__name__)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
AGAIN_AFTER = timedelta(minutes=2)  #: a failure that is not confirmed yet is looked at again after that, if not sooner
LEASE = timedelta(minutes=5)  #: also the longest that the checks of one endpoint may take together
SOON = 3600  #: seconds within which what is new or was missed is looked at, if its interval is not shorter
MISSED = timedelta(minutes=5)  #: how late a turn must be, when we begin, to count as missed
WAVE = 1.0  #: seconds for which results are gathered, to be written together
ADOPTED = 1000  #: watches that get their turn in one walk
FEW = 5  #: hosts below which "most of them" means nothing
MEMORY = timedelta(minutes=5)  #: how far back the suspicion against ourselves looks
OURS = "own-fault"
OUR_BUGS = frozenset({"bug", "no-such-check"})
LONGEST_DOUBT = timedelta(hours=12)  #: without a canary: what most endpoints say for so long is held to be true


def spread(key: str, every: int, after: datetime) -> datetime:
    """The first instant after `after` at which something with this key and interval (seconds) has its turn. Pure."""
    offset = int.from_bytes(hashlib.sha256(key.encode()).digest()[:6]) % (every * 1000)
    passed = (after - EPOCH) // timedelta(milliseconds=1)
    wait = (offset - passed) % (every * 1000) or every * 1000
    return EPOCH + timedelta(milliseconds=passed + wait)


def turn_of(watch: Watch, after: datetime) -> datetime:
    """When a watch has its next regular turn. All checks of one endpoint with one interval look together."""
    return spread(_place(watch), watch.every, after)


def soon(watch: Watch, after: datetime) -> datetime:
    """The turn of a watch that has none yet or has missed its own: within the hour, spread like all others, so that
    the checks of a new endpoint look together and their first mail is one.
    """
    return spread(_place(watch), min(watch.every, SOON), after)


def _place(watch: Watch) -> str:
    """What all checks of one endpoint share."""
    return f"{watch.party_id or ''} {watch.url}"


def next_look(watch: Watch, look: Look, at: datetime, confirm: int, regular: datetime | None = None) -> datetime:
    """Its `regular` turn, or sooner where a change wants to be confirmed. Pure."""
    regular = regular or turn_of(watch, at)
    failing = look.verdict is Verdict.FAIL and watch.settled != Verdict.FAIL and watch.fails + 1 < confirm
    recovering = look.verdict is Verdict.PASS and watch.settled == Verdict.FAIL and watch.passes + 1 < confirm
    return min(regular, at + AGAIN_AFTER) if failing or recovering else regular


@dataclass
class Suspicion:
    """Whether it is us. Remembers, host by host, the looks of the last minutes that broke with what was settled."""

    share: float = 0.5
    _looks: deque[tuple[datetime, str, bool]] = field(default_factory=deque)
    _seen: Counter[str] = field(default_factory=Counter)  #: looks remembered, by host; added up as they come and go,
    _bad: Counter[str] = field(default_factory=Counter)  #: because thousands come in these minutes

    def note(self, at: datetime, host: str, *, broke: bool) -> None:
        self._looks.append((at, host, broke))
        self._count(host, 1, broke=broke)
        while self._looks and self._looks[0][0] < at - MEMORY:
            _, gone, bad = self._looks.popleft()
            self._count(gone, -1, broke=bad)

    def _count(self, host: str, change: int, *, broke: bool) -> None:
        for counter in (self._seen, self._bad) if broke else (self._seen,):
            counter[host] += change
            if not counter[host]:
                del counter[host]

    @property
    def strong(self) -> bool:
        """Most hosts seen lately broke with what they were, and they are not just a handful."""
        return len(self._bad) >= FEW and len(self._bad) > self.share * len(self._seen)


@dataclass
class Patrol:
    """The stage with its tools. One for the process; any replica may run one beside the others."""

    probe: Probe
    looks: Mapping[str, Check[object]]
    confirm: int = CONFIRM
    damping: Damping = field(default_factory=Damping)
    suspicion: Suspicion = field(default_factory=Suspicion)
    canary: str = ""
    holding: bool = False
    under_way: int = 0  #: watches that were claimed and not concluded yet
    crowded: bool = False  #: whether the latest walk had no room for all that was due
    made: Counter[tuple[str, str]] = field(default_factory=Counter)  #: looks since the start, by check and verdict
    rhythm: float = 0.0  #: seconds between two walks, within which the looks of one walk begin
    lateness: Lateness = field(default_factory=Lateness)
    _strong_since: datetime | None = None
    _begun: bool = False
    _door: asyncio.Lock = field(default_factory=asyncio.Lock)  #: one walk at a time takes what is due

    async def walk(self, at: datetime, room: int) -> int:
        """Look at what is due, with up to `room` watches in hand over all walks; how many were new in hand."""
        async with self._door:
            await self._adopt(at)
            free = max(0, room - self.under_way)
            watches = await self._claim(at, free) if free else []
            self.under_way += len(watches)
            self.crowded = 0 < free == len(watches)
        if watches:
            await self._see(watches, at)
        return len(watches)

    async def _adopt(self, at: datetime) -> None:
        """Watches without a turn get one soon; at our beginning, so do those that missed theirs."""
        lost = Q(next_at=None)
        if not self._begun:
            free = Q(lease_until=None) | Q(lease_until__lte=at)
            lost |= Q(Q(next_at__lte=at - MISSED), free)
        found = tables.Watch.filter(lost, retired_at=None)
        if await found.exists():
            async with transaction():
                watches = await found.limit(ADOPTED).select_for_update(skip_locked=True)
                await write_each(tables.Watch, {watch.id: {"next_at": soon(watch, at)} for watch in watches})
        else:
            self._begun = True

    async def _see(self, watches: Sequence[Watch], at: datetime) -> None:
        """Look, and conclude as the looks end. What breaks with what was settled waits for the others of this walk, so
        that whose fault it is can be decided over all of them.
        """
        groups = _by_endpoint(watches)
        row = Row.of(len(groups), self.rhythm)
        looking = {asyncio.create_task(self._look(one, row, at)) for one in groups}
        left, broken = len(watches), list[Seen]()
        try:
            while looking:
                done, looking = await asyncio.wait(looking, timeout=WAVE)
                seen = [one for task in done for one in task.result()]
                broken += [one for one in seen if _broke(one)]
                self.under_way, left = self.under_way - len(seen), left - len(seen)
                await finished(self._conclude([one for one in seen if not _broke(one)], at))
        finally:
            self.under_way -= left
            await _called_off(looking)
            await finished(self._conclude(broken, at))

    async def _claim(self, at: datetime, room: int) -> list[Watch]:
        free = Q(lease_until=None) | Q(lease_until__lte=at)
        async with transaction():
            due = tables.Watch.filter(free, next_at__lte=at, retired_at=None).order_by("next_at", "id").limit(room)
            watches = await due.select_for_update(skip_locked=True)
            if not watches:
                return []
            lease = secrets.token_hex(8)
            mine = {"lease": lease, "lease_until": at + LEASE}
            await write_all(tables.Watch, [watch.id for watch in watches], mine)
        for watch in watches:
            watch.lease = lease
        return watches

    async def _look(self, watches: Sequence[Watch], row: Row, at: datetime) -> list[Seen]:
        """All checks of one endpoint that are due together share what is fetched."""
        async with row.turn():
            visit, until = self.probe.visit(), asyncio.get_running_loop().time() + LEASE.total_seconds()
            with self.lateness.watched() as lag:
                return [await self._one(watch, visit, at, until, lag) for watch in watches]

    async def _one(self, watch: Watch, visit: object, at: datetime, until: float, lag: Lag) -> Seen:
        ruleset = 0
        if watch.check_kind not in self.looks:
            look = _ours("no-such-check")
        else:
            look = _ours("bug")
            with Guard(log, "watch %s (%s %s) cannot be looked at", watch.id, watch.check_kind, watch.url):
                check = configured(self.looks[watch.check_kind], watch.options)
                ruleset = check.ruleset
                async with asyncio.timeout_at(until):
                    look = await looked(check, watch.url, visit, at, watch.memory)  # type: ignore[arg-type]
        regular = turn_of(watch, at)
        again = next_look(watch, look, at, self.confirm, regular)
        return Seen(watch, look, again, ruleset, lag.ms, turn_at=regular)

    async def _conclude(self, seen: Sequence[Seen], at: datetime) -> None:
        """Hand the results on; while we suspect ourselves, as results of ours and nobody's fault. Not in the order in
        which they came in: which of two addresses of one host its case is named after must not be chance.
        """
        if not seen:
            return
        seen = sorted(seen, key=lambda one: one.watch.id)
        for one in seen:
            self.suspicion.note(at, urlsplit(one.watch.url).hostname or "", broke=_broke(one))
        await self._decide_whose_fault(at)
        if self.holding:
            seen = [_held(one) for one in seen]
        await self._take(seen, at)
        self.made.update((one.watch.check_kind, str(one.look.verdict)) for one in seen)

    async def _take(self, seen: Sequence[Seen], at: datetime) -> None:
        """All together; where one of them cannot be written, one by one, so that it keeps back nobody else's."""
        with Guard(log, "%s results cannot be taken together", len(seen), let=AWAY) as guard:
            await take(seen, at, self.confirm, self.damping)
        if guard.error is None:
            return
        for one in seen:
            with Guard(log, "the result of watch %s cannot be taken", one.watch.id, let=AWAY) as guard:
                await take([one], at, self.confirm, self.damping)
            if guard.error is not None:
                await take([Seen(one.watch, _ours("bug"), turn_of(one.watch, at))], at, self.confirm, self.damping)

    async def _decide_whose_fault(self, at: datetime) -> None:
        """While most fail, a canary says whether it is us; without one we suspect ourselves, but not for ever."""
        suspected = self.suspicion.strong
        self._strong_since = (self._strong_since or at) if suspected else None
        if suspected and self.canary:
            exchange = await self.probe.fetch(self.canary)
            suspected = exchange.trouble is not None
        elif self._strong_since:
            suspected = at - self._strong_since < LONGEST_DOUBT
        if suspected != self.holding:
            word = (
                "most endpoints fail at once: we suspect ourselves and hold their results"
                if suspected
                else "looks count again"
            )
            log.log(logging.ERROR if suspected else logging.INFO, word)
        self.holding = suspected


async def _called_off(looking: set[asyncio.Task[list[Seen]]]) -> None:
    """We were told to stop: what is not seen yet is not seen by us. Its leases end by themselves."""
    for task in looking:
        task.cancel()
    await asyncio.gather(*looking, return_exceptions=True)


def _broke(seen: Seen) -> bool:
    """Whether a look speaks against what was settled, or against our way to the world. A bug of ours does neither: who
    found one could have everybody's failures held.
    """
    lost = seen.look.fault and seen.look.reason not in OUR_BUGS
    return lost or (seen.look.verdict is Verdict.FAIL and seen.watch.settled == Verdict.PASS)


def _ours(reason: str) -> Look:
    return Look(Verdict.UNKNOWN, reason=reason, fault=True)


def _held(seen: Seen) -> Seen:
    if seen.look.verdict is not Verdict.FAIL:
        return seen
    look = Look(Verdict.UNKNOWN, observed=seen.look.observed, took_ms=seen.look.took_ms, reason=OURS, fault=True)
    return replace(seen, look=look)


def _by_endpoint(watches: Sequence[Watch]) -> list[list[Watch]]:
    groups: dict[str, list[Watch]] = {}
    for watch in watches:
        groups.setdefault(_place(watch), []).append(watch)
    return list(groups.values())
