"""What one look costs: a new connection, a full TLS 1.3 handshake, one GET; and the whole loop around it.

blackbox_exporter does the same look and stores nothing. Our "whole loop" claims what is due, looks, judges, and stores
watch and result. CPU time of the process that looks, in rounds that take turns.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

from bench import databases, places
from bench.blackbox import HOW, blackbox, find
from bench.figure import Figure, Rounds
from bench.process import Failed, Meter, child, cpu_of, folder
from bench.target import DOMAIN, Target, target
from monitor import clock, plugins, tables
from monitor.house import IN_HAND
from monitor.patrol import Patrol
from monitor.probe import Probe
from monitor.tables.store import opened

ROUNDS = 5
CHECKS = 1000
WARM = 200
AT_ONCE = 50
AGAINST = "blackbox_exporter"
#: who, what it may cost against the rival
CONTENDERS = {
    "look alone, uvloop": 0.92,
    "look alone, asyncio": 1.05,
    "whole loop, SQLite": 1.0,
    "whole loop, PostgreSQL": 1.0,
    "whole loop, three checks (two visits), SQLite": 2.0,
}


async def run() -> list[Figure]:
    async with folder() as home, target(home) as where, databases.postgres(home) as postgres:
        program = await find(home)
        rounds = Rounds()
        for _ in range(ROUNDS):
            await _ours(rounds, home, where, postgres)
            if program:
                async with blackbox(program, home, where) as rival:
                    await rival.cost(WARM)
                    rounds.note(AGAINST, await rival.cost(CHECKS))
            rounds.note("wrk", await _floor(where) or 0.0)
    return _figures(rounds, where, there=program is not None)


async def _ours(rounds: Rounds, home: Path, where: Target, postgres: databases.Server) -> None:
    way = {"port": where.port, "ca_file": str(where.ca_file)}
    for loop in ("uvloop", "asyncio"):
        rounds.note(f"look alone, {loop}", (await child("bench.poll:look", loop, **way))["ms"])
    one, three = ["availability"], list(plugins.looks())
    for who, url, kinds in (
        ("whole loop, SQLite", await databases.sqlite(home), one),
        ("whole loop, PostgreSQL", await postgres.database(), one),
        ("whole loop, three checks (two visits), SQLite", await databases.sqlite(home), three),
    ):
        rounds.note(who, (await child("bench.poll:whole", url=url, kinds=kinds, **way))["ms"])


async def look(port: int, ca_file: str) -> dict[str, Any]:
    """The probe and the verdict, nothing kept."""
    settings = places.way_to(port, ca_file, AT_ONCE)
    check = plugins.looks()["availability"]
    async with Probe(settings) as probe:

        async def work(first: int, times: int) -> int:
            passed = 0
            for number in range(times):
                seen = await check.observe(f"https://w{first + number}.{DOMAIN}:{port}/", probe)
                passed += check.judge(seen, clock.now()).verdict == "pass"
            return passed

        await asyncio.gather(*(work(WARM * number, WARM // AT_ONCE) for number in range(AT_ONCE)))
        meter = Meter()
        passed = await asyncio.gather(*(work(CHECKS * number, CHECKS // AT_ONCE) for number in range(AT_ONCE)))
        return {"ms": _each(meter, sum(passed))}


async def whole(url: str, port: int, ca_file: str, kinds: list[str]) -> dict[str, Any]:
    """A patrol over endpoints that are all due: claimed, looked at, judged, stored. The cost of one endpoint."""
    async with opened(url), Probe(places.way_to(port, ca_file)) as probe:
        await places.register(Path(ca_file).parent, places.registry(0, 1, clock.now()), clock.now())
        await places.watch(CHECKS, port, tuple(kinds), 300, clock.now())
        patrol = Patrol(probe, plugins.looks())
        await _walked(patrol, CHECKS * len(kinds))  # certificates and refusals are known from then on
        await tables.Watch.all().update(next_at=clock.now())
        meter = Meter()
        return {"ms": _each(meter, await _walked(patrol, CHECKS * len(kinds)) // len(kinds))}


async def _walked(patrol: Patrol, wanted: int) -> int:
    done = 0
    while done < wanted:
        found = await patrol.walk(clock.now(), 20 * IN_HAND)
        if not found:
            raise Failed(f"{done} of {wanted} watches were due")
        done += found
    return done


def _each(meter: Meter, passed: int) -> float:
    cpu = meter.cpu
    if passed < CHECKS:
        raise Failed(f"{passed} of {CHECKS} looks passed")
    return cpu / passed * 1000


async def _floor(where: Target) -> float | None:
    """wrk does nothing but handshake and request; what it needs, nobody can undercut by much."""
    program = shutil.which("wrk")
    if program is None:
        return None
    url = f"https://127.0.0.1:{where.port}/"
    arguments = ("-t1", f"-c{AT_ONCE}", "-d3", "-H", "Connection: close", "--latency", url)
    process = await asyncio.create_subprocess_exec(program, *arguments, stdout=asyncio.subprocess.PIPE)
    await asyncio.sleep(2.9)
    cpu = cpu_of(process.pid)
    said, _ = await process.communicate()
    made = next(int(line.split()[0]) for line in said.decode().splitlines() if "requests in" in line)
    return cpu / made * 1000


def _figures(rounds: Rounds, where: Target, *, there: bool) -> list[Figure]:
    bar = rounds.median(AGAINST) if there else None
    note = f"{ROUNDS} rounds of {CHECKS}; server: {where.name}"
    found = [
        Figure(
            who, rounds.median(who), "CPU-ms a look", bar, AGAINST, most,
            ratios=rounds.against(who, AGAINST) if there else (), absent="" if there else HOW,
            note=f"{note}; least over least {rounds.least(who, AGAINST):.2f}" if there else note,
        )
        for who, most in CONTENDERS.items()
    ]  # fmt: skip
    if there:
        found.append(Figure(AGAINST, rounds.median(AGAINST), "CPU-ms a look", note="the rival; stores nothing"))
    if rounds.median("wrk"):
        return [*found, Figure("wrk", rounds.median("wrk"), "CPU-ms a look", note="the floor: handshake and request")]
    absent = "wrk, the floor, is absent: apt-get install wrk"
    return [*found, Figure("wrk", 0.0, "CPU-ms a look", absent=absent)]
