"""What stages ask at every beat, mostly in vain, reads no table; and a database in memory is as good as one in a file."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from monitor import clock, tables
from monitor.tables import plain
from monitor.tables.store import MEMORY, connection, opened, transaction

if TYPE_CHECKING:
    from pathlib import Path

MANY = 20_000
FILL = """INSERT INTO party (key, spec, declared, first_seen_at, changed_at, warn_at)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {many})
    SELECT 'p' || i, '{{}}', '{{}}', '{at}', '{at}', '{later}' FROM n"""


async def _plan(question: str, values: list[Any]) -> str:
    """How the database answers a question once it has planned it for whatever values."""
    async with transaction():
        client = connection()
        if client.capabilities.dialect == "postgres":
            said = ", ".join(f"'{value}'" for value in values)
            await client.execute_script(f"PREPARE asked AS {question}; SET LOCAL plan_cache_mode = force_generic_plan")
            rows = await client.execute_query_dict(f"EXPLAIN EXECUTE asked({said})")
        else:
            rows = await client.execute_query_dict(f"EXPLAIN QUERY PLAN {question}", values)
    return "\n".join(str(value) for row in rows for value in dict(row).values())


async def test_whether_anything_is_due_is_answered_from_an_index(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    at, kind = clock.now(), type(connection())
    await connection().execute_script(FILL.format(many=MANY, at=at, later=at + timedelta(days=30)) + "; ANALYZE party")
    asked: list[tuple[str, list[Any]]] = []
    real = kind.execute_query

    async def execute_query(self: Any, question: str, values: list[Any]) -> Any:
        asked.append((question, values))
        return await real(self, question, values)

    monkeypatch.setattr(kind, "execute_query", execute_query)
    assert not await plain.any_due(tables.Party, "warn_at", at)
    assert await plain.any_due(tables.Party, "warn_at", at + timedelta(days=31))
    monkeypatch.undo()
    plan = await _plan(*asked[0])
    assert "index" in plan.lower(), plan
    assert "Seq Scan" not in plan, plan


async def test_an_instant_without_a_zone_is_refused_where_it_would_be_compared(store: str) -> None:
    with pytest.raises(ValueError, match="aware"):
        await plain.any_due(tables.Party, "warn_at", datetime(2026, 6, 1))  # noqa: DTZ001 - the mistake


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_a_transaction_in_memory_that_is_cancelled_leaves_nothing_open(times: int) -> None:
    async with opened(MEMORY, create=True):

        async def write(*names: str) -> None:
            async with transaction():
                for name in names:
                    await tables.Pulse.create(name=name, at=clock.now())

        for turn in range(12):
            task = asyncio.create_task(write(f"a{turn}", f"b{turn}"))
            for _ in range(turn):
                await asyncio.sleep(0)
            for _ in range(times):
                task.cancel()
                await asyncio.sleep(0)
            await asyncio.gather(task, return_exceptions=True)
            await write(f"c{turn}")
        pairs = {str(name) for name in await tables.Pulse.all().values_list("name", flat=True)}
        assert {f"c{turn}" for turn in range(12)} <= pairs
        assert all((f"a{turn}" in pairs) == (f"b{turn}" in pairs) for turn in range(12)), "all of it or nothing"


async def test_a_file_whose_name_looks_like_the_memory_is_a_file(tmp_path: Path) -> None:
    folder = tmp_path / "a:memory:b"
    folder.mkdir()
    url = f"sqlite:///{folder}/here.sqlite3"
    async with opened(url, create=True):
        await tables.Pulse.create(name="kept", at=clock.now())
    async with opened(url):
        assert await tables.Pulse.filter(name="kept").exists()
