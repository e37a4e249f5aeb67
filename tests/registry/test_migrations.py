"""The tables: the migrations make what the models say, and running them again is harmless."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from tortoise import Tortoise
from tortoise.exceptions import TransactionManagementError
from tortoise.migrations.autodetector import MigrationAutodetector

from monitor import tables
from monitor.tables.store import configuration, connection, opened, pending, transaction, upgrade

ROOT = Path(__file__).parents[2]


async def test_the_migrations_make_what_the_models_say(store):
    found = MigrationAutodetector(Tortoise.apps, configuration(store)["apps"])
    assert await found.changes() == []


async def test_migrating_twice_is_harmless(store):
    before = await tables_of(store)
    assert await pending() == []
    assert await upgrade() == []
    assert await tables_of(store) == before


async def test_of_processes_that_start_at_once_on_an_empty_database_one_makes_the_tables(empty):
    run = "import asyncio, sys; from monitor.tables.store import *\nasync def main():\n async with opened(sys.argv[1]): print(len(await upgrade()))\nasyncio.run(main())"
    begun = [asyncio.create_subprocess_exec(sys.executable, "-c", run, empty, stdout=PIPE, cwd=ROOT) for _ in range(3)]
    processes = await asyncio.gather(*begun)
    said = [int((await process.communicate())[0] or -1) for process in processes]
    async with opened(empty):
        assert await pending() == []
    assert sorted(said) == [0, 0, max(said)] != [0, 0, 0]


@pytest.mark.postgres
async def test_one_connection_is_enough_to_make_the_tables(new_postgres):
    url = await new_postgres()
    async with asyncio.timeout(20), opened(f"{url}&maxsize=1"):
        assert await pending() == []
        assert await upgrade() == []


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def empty(request, tmp_path):
    """The URL of a database that has no tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/fresh.sqlite3"
    url = await request.getfixturevalue("new_postgres")()
    async with opened(url):
        await connection().execute_query("DROP SCHEMA public CASCADE")
        await connection().execute_query("CREATE SCHEMA public")
    return url


async def tables_of(url):
    if url.startswith("sqlite"):
        return await connection().execute_query_dict("SELECT name, sql FROM sqlite_master ORDER BY name")
    return await connection().execute_query_dict(
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
        " WHERE table_schema = 'public' ORDER BY 1, 2"
    )


@pytest.fixture
async def impatient(tmp_path, monkeypatch):
    """A SQLite database that waits for no lock, and its file."""
    from monitor.tables import store

    usual = store.configuration

    def hasty(url):
        made = usual(url)
        made["connections"]["sqlite"]["credentials"]["busy_timeout"] = 0
        return made

    monkeypatch.setattr(store, "configuration", hasty)
    file = tmp_path / "itaku.sqlite3"
    async with opened(f"sqlite:///{file}", create=True):
        yield file


async def test_a_transaction_that_cannot_begin_keeps_no_later_one_waiting(impatient):
    holder = sqlite3.connect(impatient, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    for _ in range(3):
        with pytest.raises(TransactionManagementError, match="locked"):
            async with asyncio.timeout(5), transaction():
                pass
    holder.close()
    async with asyncio.timeout(5), transaction():
        await tables.Outage.create(began_at=_at(), ended_at=_at())
    assert await tables.Outage.all().count() == 1


def _at():
    from datetime import UTC, datetime

    return datetime(2026, 9, 1, tzinfo=UTC)


async def test_a_transaction_that_is_cancelled_leaves_none_open(impatient):
    for _ in range(20):
        task = asyncio.create_task(write())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    before = await tables.Outage.all().count()
    async with asyncio.timeout(5), transaction():
        await tables.Outage.create(began_at=_at(), ended_at=_at())
    assert await tables.Outage.all().count() == before + 1


async def write():
    async with transaction():
        await tables.Outage.create(began_at=_at(), ended_at=_at())
