"""Replicas that start in the same moment: what only one of them can make, one makes, and none falls over the others."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from monitor import clock, tables
from monitor.keys import make_keys, read_keys
from monitor.pulse import beat
from monitor.tables.store import connection, opened

REPLICAS = 8


@pytest.mark.postgres
async def test_the_first_pulse_of_all_is_one_even_if_two_find_none(new_postgres):
    async with opened(await new_postgres()):
        held = "LOCK TABLE pulse IN SHARE MODE"  # lets everybody read, and nobody write before all have read
        async with connection().acquire_connection() as holder, holder.transaction():
            await holder.execute(held)
            beating = [asyncio.create_task(beat(clock.now())) for _ in range(2)]
            await _both_wait(holder)
        assert await asyncio.gather(*beating) == [None, None]
        assert await tables.Pulse.all().values_list("name", flat=True) == ["form"]


async def _both_wait(holder) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'pulse'::regclass"
    for _ in range(1000):
        if await holder.fetchval(waiting) == 2:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("they never both wait")


def test_keys_appear_whole_and_are_made_once(tmp_path):
    """Each replica asks for the keys and reads them at once, as at the start of a daemon."""
    for attempt in range(20):
        path, gate = tmp_path / f"{attempt}.keys", Barrier(REPLICAS)

        def start(_, path=path, gate=gate):
            gate.wait()
            return make_keys(path), next(iter(read_keys(path).keys.values()))

        with ThreadPoolExecutor(REPLICAS) as replicas:
            found = list(replicas.map(start, range(REPLICAS)))
        assert sum(made for made, _ in found) == 1
        assert len({key for _, key in found}) == 1
    assert not list(tmp_path.glob(".*")), "nothing half made stays behind"
