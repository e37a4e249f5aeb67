"""A database that is away when everything is done is no reason to end in failure."""

import asyncpg
import pytest

from monitor.tables.store import connection, opened


@pytest.mark.postgres
async def test_a_database_that_goes_away_while_it_is_closed_ends_nothing_in_failure(new_postgres, monkeypatch):
    closed, close = [], asyncpg.pool.Pool.close

    async def broken(pool):
        closed.append(pool)
        if len(closed) > 1:
            return await close(pool)
        pool.terminate()
        raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")

    monkeypatch.setattr(asyncpg.pool.Pool, "close", broken)
    url = await new_postgres()
    async with opened(url):
        await connection().execute_query("SELECT 1")
    assert closed
    async with opened(url):
        assert await connection().execute_query("SELECT 1")
