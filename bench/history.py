"""What looks cost on the disk: the rows of a day, and what is left of it when it is packed.

200 watches that look every five minutes for two days, with latencies that sway as they do over the open internet, and
with something new to be seen once a day; then scaled to 10,000 watches and the 400 days for which looks are kept.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bench import databases, places
from bench.figure import Figure
from bench.process import Meter, child, folder
from checks.contract import Look, Verdict
from monitor import tables
from monitor.archive.intake import PHASES
from monitor.archive.packing import Night, pack_some
from monitor.calendar import Calendar
from monitor.cases import Seen, take
from monitor.tables.store import connection, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WATCHES, DAYS, EVERY = 200, 2, 300
MANY, KEPT = 10_000, 400
WAVE = 100
BEGIN = datetime(2026, 8, 31, 15, tzinfo=UTC)
LIMIT = 10  #: gigabytes
MIDDLES, SWAYS = (1.5, 3.0, 3.5, 4.2, 0.3), (0.5, 0.08, 0.12, 0.25, 0.4)  #: of each phase, as logarithms


async def run() -> list[Figure]:
    async with folder() as home:
        said = {"SQLite": await child("bench.history:kept", url=await databases.sqlite(home), home=str(home))}
        async with databases.postgres(home) as server:
            said["PostgreSQL"] = await child("bench.history:kept", url=await server.database(), home=str(home))
    return [figure for name, one in said.items() for figure in _figures(name, one)]


async def kept(url: str, home: str) -> dict[str, Any]:
    from pathlib import Path

    async with opened(url):
        watches = await _watches(Path(home))
        empty = await _octets()
        meter = Meter()
        for at, seen in _looks(watches):
            await take(seen, at)
        writing, rows = meter.cpu, await _octets() - empty
        meter, calendar = Meter(), Calendar()
        for number in range(DAYS):
            day = calendar.day_of(BEGIN + timedelta(days=number))
            while await pack_some(Night(calendar, day, timedelta(days=KEPT))):
                pass
        looks = WATCHES * DAYS * 86400 // EVERY
        return {
            "row": rows / looks,
            "packed": (await _octets() - empty) / WATCHES / DAYS,
            "writing": writing / looks * 1000,
            "packing": meter.cpu / looks * 1000,
            "block": await _block(),
        }


async def _watches(home: Path) -> list[tables.Watch]:
    await places.register(home, places.registry(0, 1, BEGIN), BEGIN)
    await places.watch(WATCHES, 443, ("availability",), EVERY, BEGIN)
    return await tables.Watch.all().order_by("id")


def _looks(watches: list[tables.Watch]) -> Iterator[tuple[datetime, list[Seen]]]:
    chance = random.Random(1)
    usual = {watch.id: [chance.lognormvariate(middle, 0.5) for middle in MIDDLES] for watch in watches}
    for number in range(DAYS * 86400 // EVERY):
        for first in range(0, len(watches), WAVE):
            at = BEGIN + timedelta(seconds=EVERY * number + EVERY * first / len(watches) + chance.random())
            some = watches[first : first + WAVE]
            yield at, [Seen(one, _look(one, usual[one.id], at, chance), at, 1, abs(chance.gauss(0, 1))) for one in some]


def _look(watch: tables.Watch, usual: list[float], at: datetime, chance: random.Random) -> Look:
    spans = [round(middle * chance.lognormvariate(0, sway), 2) for middle, sway in zip(usual, SWAYS, strict=True)]
    observed = {
        "url": watch.url, "peer": f"192.0.2.{(at - BEGIN).days + 1}", "status": 200, "tls": "TLSv1.3",
        "cipher": "TLS_AES_256_GCM_SHA384", "certificate": f"{watch.id:064x}",
        "ms": dict(zip(PHASES, spans, strict=True)),
    }  # fmt: skip
    return Look(Verdict.PASS, observed=observed, took_ms=round(sum(spans), 2))


async def _octets() -> int:
    """In use, empty pages not counted."""
    client = connection()
    if client.capabilities.dialect == "postgres":
        names = [name for name in ("look", "look_block", "look_day", "look_evidence") if await _fresh(name)]
        sizes = " + ".join(f"pg_total_relation_size('{name}')" for name in names)
        return int((await client.execute_query_dict(f"SELECT {sizes} AS n"))[0]["n"])
    pragmas = ("page_count", "freelist_count", "page_size")
    count, free, size = [(await client.execute_query_dict(f"PRAGMA {name}"))[0][name] for name in pragmas]
    return int((count - free) * size)


async def _fresh(name: str) -> bool:
    """Rows that were deleted are out of the way."""
    await connection().execute_script(f"VACUUM FULL {name}")
    return True


async def _block() -> float:
    blocks = await tables.LookBlock.all().values_list("body", flat=True)
    return sum(len(body) for body in blocks) / len(blocks)  # type: ignore[misc,arg-type]


def _figures(name: str, said: dict[str, Any]) -> list[Figure]:
    rows, blocks = said["row"] * 86400 / EVERY, said["packed"] * KEPT
    what = f"{name}: {MANY:,} watches at five minutes, {KEPT} days"
    return [
        Figure(what, (rows + blocks) * MANY / 1e9, "GB", LIMIT, "limit", note="and what was seen"),
        Figure(f"{name}: row of a look, with its index", said["row"], "octets"),
        Figure(f"{name}: a watch and day, packed", said["packed"], "octets", note=f"block {said['block']:.0f}"),
        Figure(f"{name}: taking a look", said["writing"], "CPU-ms a look", note="settled, judged, stored"),
        Figure(f"{name}: packing at night", said["packing"], "CPU-ms a look"),
    ]  # fmt: skip
