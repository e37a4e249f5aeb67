"""100,000 watches, none of them due: what the daemon costs, how soon it is ready, and what finding nothing takes."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from bench import databases, places
from bench.daemon import daemon
from bench.figure import Figure
from bench.process import Meter, child, companion, folder, memory_of, said_by, say
from monitor import clock, plugins, tables
from monitor.obligations import KINDS
from monitor.patrol import Patrol
from monitor.probe import Probe, ProbeSettings
from monitor.registry.renewal import renew
from monitor.tables.store import opened

FEW, MANY = 1_000, 100_000
WATCH = 20  #: seconds
SCANS = 60
AHEAD = timedelta(days=1)


async def run() -> list[Figure]:
    async with folder() as home:
        (few, _), (many, renewed) = await _filled(home, FEW), await _filled(home, MANY)
        began = perf_counter()
        async with companion("bench.idle:rest", url=many, home=str(home)) as (process, _):
            ready = perf_counter() - began
            said = await said_by(process)
        scans = {n: await child("bench.idle:scan", url=url) for n, url in ((FEW, few), (MANY, many))}
    what = f"{MANY:,} watches, none due"
    return [
        Figure(f"{what}: share of a core", said["share"] * 100, "%", 5, "limit", note=f"{WATCH} s, the whole daemon"),
        Figure(f"{what}: memory", said["memory"], "MB", 400, "limit"),
        Figure(f"{what}: ready after", ready, "s", 10, "limit", note="from the start of the process"),
        Figure(f"{what}: first start of a release adds", renewed, "s", note="as many parties; once"),
        *_scanned(scans),
    ]


def _scanned(scans: dict[int, dict[str, Any]]) -> list[Figure]:
    against = f"among {FEW:,}"
    return [
        Figure(
            f"due-scan, {name}, among {MANY:,}", scans[MANY][key], "CPU-ms", scans[FEW][key], against, 1.5,
            note="claims and leases; ratio is many over few",
        )
        for key, name in (("none", "nothing due"), ("some", "20 due"))
    ]  # fmt: skip


async def _filled(home: Path, watches: int) -> tuple[str, float]:
    url, kinds = await databases.sqlite(home), tuple(plugins.looks())[:1]
    async with opened(url):
        await places.register(home, places.registry(0, 1, clock.now()), clock.now())
        await places.watch(watches, 1, kinds, 300, clock.now() + AHEAD)
        meter = Meter()  # what a daemon does once, at its first start with other checks than before
        await renew(plugins.looks(), {name: kind.version for name, kind in KINDS.items()}, clock.now())
        return url, meter.wall


async def rest(url: str, home: str) -> dict[str, Any]:
    """The daemon with nothing to do."""
    async with daemon(Path(home), url):
        say(ready=True)
        await asyncio.sleep(5)
        meter = Meter()
        await asyncio.sleep(WATCH)
        say(share=meter.cpu / meter.wall, memory=memory_of())
    return {}


async def scan(url: str) -> dict[str, Any]:
    """CPU of one claim: with nothing due, and with 20 due."""
    async with opened(url), Probe(ProbeSettings()) as probe:
        patrol = Patrol(probe, {})
        found = {"none": [await _claimed(patrol, 0) for _ in range(SCANS)]}
        due = await tables.Watch.all().order_by("id").limit(20).values_list("id", flat=True)
        some = []
        for _ in range(SCANS):
            rows = tables.Watch.filter(id__in=list(due))
            await rows.update(next_at=clock.now(), lease=None, lease_until=None)
            some.append(await _claimed(patrol, 20))
        await tables.Watch.filter(id__in=list(due)).update(next_at=clock.now() + AHEAD, lease=None, lease_until=None)
    return {name: median(values) for name, values in {**found, "some": some}.items()}


async def _claimed(patrol: Patrol, wanted: int) -> float:
    meter = Meter()
    found = await patrol._claim(clock.now(), 20)
    assert len(found) == wanted, len(found)
    return meter.cpu * 1000
