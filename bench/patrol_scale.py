"""Thousands of endpoints, looked at by the real daemon: in time, spread, cheaply, and with honest latencies.

Durations are shortened: what is sustained for two intervals is sustained, as nothing grows but the table of results,
and that is indexed by what is asked of it.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from bench import databases, places
from bench.blackbox import blackbox, find
from bench.daemon import daemon
from bench.figure import Figure
from bench.process import Meter, child, folder, memory_of, percentile
from bench.target import DOMAIN, Target, target
from checks.availability import Availability
from checks.contract import NOTHING
from monitor import clock, tables
from monitor.patrol import EPOCH, spread, turn_of
from monitor.tables.plain import write_each
from monitor.tables.store import opened

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from checks.answers import Exchange
    from checks.contract import Look, Probe

AHEAD = timedelta(seconds=3)  #: until the daemon stands
LOST = timedelta(hours=1)  #: for how long the daemon was away in the scenario of a restart


async def run() -> list[Figure]:
    async with folder() as home, target(home) as where:
        sustained = await _watched(home, where, 2000, 20, seconds=40)
        return [
            *_sustained(sustained),
            *await _beside(home, where, sustained),
            *_restarted(await _watched(home, where, 1000, 20, seconds=24, away=True)),
            *_many(await _watched(home, where, 10_000, 60, seconds=40)),
        ]


async def _watched(
    home: Path, where: Target, endpoints: int, every: int, *, seconds: int, away: bool = False
) -> dict[str, Any]:
    url = await databases.sqlite(home)
    async with opened(url):
        await places.register(home, places.registry(0, 1, clock.now()), clock.now())
        due = clock.now() - LOST if away else None
        await places.watch(endpoints, where.port, ("availability",), every, due)
    way = {"port": where.port, "ca_file": str(where.ca_file), "home": str(home)}
    warm = 0 if away else 8
    said = await child("bench.patrol_scale:patrol", url=url, every=every, warm=warm, seconds=seconds, **way)
    return {**said, "endpoints": endpoints, "every": every, "seconds": seconds}


class Noting:
    """The check of availability, noting when each look really began, and what it took."""

    kind: ClassVar[str] = "availability"
    quick: ClassVar[bool] = True

    def __init__(self) -> None:
        self._check = Availability()
        self.every, self.rules = self._check.every, self._check.rules
        self.scope, self.named_only = self._check.scope, self._check.named_only
        self.ruleset = self._check.ruleset
        self.looks: list[tuple[str, datetime, float]] = []

    def suits(self, url: str) -> bool:
        return self._check.suits(url)

    async def observe(self, url: str, probe: Probe) -> Exchange:
        seen = await self._check.observe(url, probe)
        self.looks.append((url, clock.now() - timedelta(milliseconds=seen.took_ms), seen.took_ms))
        return seen

    def judge(self, seen: Exchange, at: datetime, before: Mapping[str, Any] = NOTHING) -> Look:
        return self._check.judge(seen, at, before)


async def patrol(  # noqa: PLR0913 - what a scenario varies
    *, url: str, port: int, ca_file: str, home: str, every: int, warm: int, seconds: int
) -> dict[str, Any]:
    """The daemon for some seconds; what it cost, and when it looked at what."""
    if warm:
        await _in_time(url)
    check = Noting()
    async with daemon(Path(home), url, places.way_to(port, ca_file), {"availability": check}) as made:  # type: ignore[dict-item]
        await asyncio.sleep(warm)
        check.looks.clear()
        meter, began = Meter(), clock.now()
        await asyncio.sleep(seconds)
        cpu, wall, memory, looks = meter.cpu, meter.wall, memory_of(), list(check.looks)
        failures = sum(made.failures().values())
        idle = await _idle(made.patrol.probe if made.patrol else None, port)
    return {**_timing(looks, every, began), "share": cpu / wall, "memory": memory, "idle": idle, "failures": failures}


async def _in_time(url: str) -> None:
    """Nobody is late when the daemon begins, however long it took to prepare all this."""
    async with opened(url):
        now = clock.now()
        rows = await tables.Watch.all()
        await write_each(tables.Watch, {row.id: {"next_at": turn_of(row, now + AHEAD)} for row in rows})


async def _idle(probe: Any, port: int) -> float:
    """What a look takes when nothing else goes on: the same probe, one look after the other. The daemon is at rest
    between its turns, so that the median of many is that of an idle loop.
    """
    took = []
    for number in range(60):
        seen = await probe.fetch(f"https://idle{number}.{DOMAIN}:{port}/")
        took.append(seen.took_ms)
        await asyncio.sleep(0.01)
    return percentile(took, 0.1)


def _timing(looks: list[tuple[str, datetime, float]], every: int, began: datetime) -> dict[str, Any]:
    times: defaultdict[str, list[datetime]] = defaultdict(list)
    for url, at, _ in looks:
        times[url].append(at)
    gaps = [(late - early).total_seconds() for one in times.values() for early, late in pairwise(one)]
    seconds = Counter(int((at - began).total_seconds()) for _, at, _ in looks)
    first = [seconds[number] for number in range(every)]
    return {
        "looks": len(looks),
        "seen": sum(1 for one in times.values() if (min(one) - began).total_seconds() <= every + 1),
        "gap": max(gaps, default=0.0),
        "busiest": max(first),
        "mean": sum(first) / every,
        "latency": median(took for _, _, took in looks),
        "lag": percentile([abs(_lag(url, at, every)) for url, at, _ in looks], 0.99),
    }


def _lag(url: str, at: datetime, every: int) -> float:
    """Seconds by which a look began after its turn in the spread; below zero, before it."""
    number = (urlsplit(url).hostname or "").split(".")[0].removeprefix("w")
    turn = spread(f"party-{number} {url}", every, EPOCH)
    late = ((at - turn).total_seconds()) % every
    return late if late <= every / 2 else late - every


def _sustained(said: dict[str, Any]) -> list[Figure]:
    what, note = "2,000 endpoints at 20 s", f"{said['seconds']} s, SQLite, the whole daemon"
    wanted = said["endpoints"] * said["seconds"] / said["every"]
    return [
        Figure(f"{what}: share of a core", said["share"] * 100, "%", 15, "limit", note=note),
        Figure(f"{what}: memory", said["memory"], "MB", 150, "limit", note="resident, with the whole daemon"),
        Figure(f"{what}: looks made", said["looks"], "looks", wanted, "wanted", 0.99, floor=True),
        Figure(f"{what}: longest pause of one endpoint", said["gap"], "s", said["every"] + 2, "interval + 2 s"),
        Figure(f"{what}: 99 % begin within", said["lag"], "s of their turn", 2, "beat of 1 s + 1 s"),
        Figure(
            f"{what}: latency recorded", said["latency"], "ms", said["idle"] + 1, "idle look + 1 ms",
            note=f"idle look {said['idle']:.2f} ms",
        ),
    ]  # fmt: skip


async def _beside(home: Path, where: Target, said: dict[str, Any]) -> list[Figure]:
    """The rival looking as often as we did, which stores nothing and is told by somebody else when to look."""
    program = await find(home)
    if program is None:
        return []
    async with blackbox(program, home, where) as rival:
        share = await rival.share(said["endpoints"] // said["every"], said["seconds"])
    what = "2,000 endpoints at 20 s: share of a core"
    return [Figure(what, said["share"] * 100, "%", share * 100, "blackbox_exporter at the same pace")]


def _restarted(said: dict[str, Any]) -> list[Figure]:
    what = "1,000 endpoints at 20 s after an hour's absence"
    return [
        Figure(f"{what}: seen within an interval", said["seen"], "endpoints", 1000, "all", floor=True),
        Figure(f"{what}: busiest second", said["busiest"], "looks", said["mean"], "mean second", 2.0),
    ]


def _many(said: dict[str, Any]) -> list[Figure]:
    what, wanted = "10,000 endpoints at 60 s", said["endpoints"] * said["seconds"] / said["every"]
    note = f"{said['seconds']} s, shortened"
    return [
        Figure(f"{what}: 99 % begin within", said["lag"], "s of their turn", 2, "limit", note=note),
        Figure(f"{what}: looks made", said["looks"], "looks", wanted, "wanted", 0.98, floor=True),
        Figure(f"{what}: share of a core", said["share"] * 100, "%"),
        Figure(f"{what}: memory", said["memory"], "MB"),
    ]
