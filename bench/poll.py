"""What one look costs: a new connection, a full TLS 1.3 handshake, one GET; and the whole loop around it.

blackbox_exporter does the same look and stores nothing. Our "whole loop" claims what is due, looks, judges, and stores
watch and result. CPU time of the process that looks. All contenders stand ready and take turns in slices of a few
seconds at the most, so that whatever else the machine does hits all of them.
"""

from __future__ import annotations

import asyncio
import shutil
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import databases, places
from bench.blackbox import HOW, blackbox, find
from bench.figure import Figure, Rounds
from bench.process import Failed, Meter, companion, cpu_of, folder, say, told, words
from bench.target import DOMAIN, Target, target
from monitor import clock, plugins, tables
from monitor.daemon import settle
from monitor.house import IN_HAND
from monitor.patrol import Patrol
from monitor.probe import Probe
from monitor.tables.store import opened

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator

ROUNDS, SLICES, SLICE = 5, 5, 200  #: a round is so many slices of so many looks, contender after contender
AT_ONCE = 50
AGAINST = "blackbox_exporter"
THREE = "whole loop, three checks (two visits), SQLite"
#: who, what it may cost against the rival
CONTENDERS = {
    "look alone, uvloop": 0.92,
    "look alone, asyncio": 1.05,
    "whole loop, SQLite": 1.0,
    "whole loop, PostgreSQL": 1.0,
    THREE: 2.0,
}


async def run() -> list[Figure]:
    async with AsyncExitStack() as stack:
        home = await stack.enter_async_context(folder())
        where = await stack.enter_async_context(target(home))
        ours = await _ours(stack, home, where)
        program = await find(home)
        rival = await stack.enter_async_context(blackbox(program, home, where)) if program else None
        rounds = Rounds()
        for number in range(ROUNDS + 1):  # the first warms up, and is not counted
            costs = dict.fromkeys([*ours, AGAINST], 0.0)
            for _ in range(SLICES if number else 1):
                for who, process in ours.items():
                    costs[who] += (await told(process, "look"))["ms"] / SLICES
                if rival:
                    costs[AGAINST] += await rival.cost(SLICE) / SLICES
            for who, cost in costs.items() if number else ():
                rounds.note(who, cost)
        floor = await _floor(where)
    return _figures(rounds, where, floor, there=rival is not None)


async def _ours(stack: AsyncExitStack, home: Path, where: Target) -> dict[str, Process]:
    """Our contenders, each in a process of its own, ready."""
    way = {"port": where.port, "ca_file": str(where.ca_file)}
    postgres = await stack.enter_async_context(databases.postgres(home))
    one, three = ["availability"], ["availability", "tls", "headers"]
    wanted: dict[str, AsyncIterator[Any]] = {
        "look alone, uvloop": companion("bench.poll:look", "uvloop", **way),
        "look alone, asyncio": companion("bench.poll:look", "asyncio", **way),
        "whole loop, SQLite": companion("bench.poll:whole", url=await databases.sqlite(home), kinds=one, **way),
        "whole loop, PostgreSQL": companion("bench.poll:whole", url=await postgres.database(), kinds=one, **way),
        THREE: companion("bench.poll:whole", url=await databases.sqlite(home), kinds=three, **way),
    }
    return {who: (await stack.enter_async_context(made))[0] for who, made in wanted.items()}  # type: ignore[arg-type]


async def look(port: int, ca_file: str) -> dict[str, Any]:
    """The probe and the verdict, nothing kept; a slice for each word."""
    check = plugins.looks()["availability"]
    async with Probe(places.way_to(port, ca_file, AT_ONCE)) as probe:

        async def work(first: int) -> int:
            passed = 0
            for number in range(SLICE // AT_ONCE):
                seen = await check.observe(f"https://w{first + number}.{DOMAIN}:{port}/", probe)
                passed += check.judge(seen, clock.now()).verdict == "pass"
            return passed

        settle()
        say(ready=True)
        async for _ in words():
            meter = Meter()
            passed = await asyncio.gather(*(work(SLICE * number) for number in range(AT_ONCE)))
            say(ms=_each(meter, sum(passed)))
    return {}


async def whole(url: str, port: int, ca_file: str, kinds: list[str]) -> dict[str, Any]:
    """A patrol over endpoints that are all due: claimed, looked at, judged, stored. The cost of one endpoint."""
    async with opened(url), Probe(places.way_to(port, ca_file)) as probe:
        await places.register(Path(ca_file).parent, places.registry(0, 1, clock.now()), clock.now())
        await places.watch(SLICE, port, tuple(kinds), 300, clock.now())
        patrol = Patrol(probe, plugins.looks())
        settle()
        say(ready=True)
        async for _ in words():
            await tables.Watch.all().update(next_at=clock.now())
            meter = Meter()
            say(ms=_each(meter, await _walked(patrol, SLICE * len(kinds)) // len(kinds)))
    return {}


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
    if passed < SLICE:
        raise Failed(f"{passed} of {SLICE} looks passed")
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


def _figures(rounds: Rounds, where: Target, floor: float | None, *, there: bool) -> list[Figure]:
    bar = rounds.median(AGAINST) if there else None
    note = f"{ROUNDS} rounds of {SLICES * SLICE}; server: {where.name}"
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
    if floor:
        return [*found, Figure("wrk", floor, "CPU-ms a look", note="the floor: handshake and request")]
    absent = "wrk, the floor, is absent: apt-get install wrk"
    return [*found, Figure("wrk", 0.0, "CPU-ms a look", absent=absent)]
