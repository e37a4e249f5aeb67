"""Two replicas at the worst moment: PostgreSQL itself keeps both waiting until each has read what the other changes."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from monitor import plugins
from monitor.ledger import _LOCK as CHAIN
from monitor.registry.apply import apply
from monitor.registry.read import read
from monitor.tables.store import connection

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from datetime import datetime
    from pathlib import Path

#: A lock may be nobody's in particular; whoever waits for it holds another that names the database.
QUEUE = """
SELECT count(DISTINCT waiting.pid) FROM pg_locks waiting JOIN pg_locks other USING (pid)
JOIN pg_database ON pg_database.oid = other.database WHERE NOT waiting.granted AND datname = current_database()
"""


async def declare(home: Path, toml: str, at: datetime) -> None:
    file = home / "registry.toml"
    file.write_text(toml, encoding="utf-8")
    await apply(read([file], plugins.known()), at, plugins.looks())


@asynccontextmanager
async def held(statement: str, *values: Any) -> AsyncIterator[Any]:
    """A third transaction that has done this and holds what it locks until the block is left."""
    async with connection().acquire_connection() as holder:
        doing = holder.transaction()
        await doing.start()
        await holder.execute(statement, *values)
        try:
            yield holder
        finally:
            await doing.rollback()


def unwritten(table: str) -> Any:
    """Everybody may read a table, and nobody write it."""
    return held(f"LOCK TABLE {table} IN SHARE MODE")


def unchained() -> Any:
    """Nobody may write a line of the ledger."""
    return held(f"SELECT pg_advisory_xact_lock({CHAIN})")


async def wait(holder: Any, many: int = 2) -> None:
    """Until so many stand in a queue, for whatever lock."""
    for _ in range(500):
        if await holder.fetchval(QUEUE) >= many:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("they never wait")


async def twice(work: Callable[[], Awaitable[Any]], table: str) -> list[Any]:
    """What two say who do the same, neither of whom writes before both have read."""
    async with unwritten(table) as holder:
        both = [asyncio.ensure_future(work()) for _ in range(2)]
        await wait(holder, 2)
    return await asyncio.gather(*both, return_exceptions=True)


async def one_after_the_other(
    table: str, first: Callable[[], Awaitable[Any]], second: Callable[[], Awaitable[Any]]
) -> list[Any]:
    """What two say, of whom the first is about to write a table when the second comes to it."""
    async with unwritten(table) as holder:
        both = [asyncio.ensure_future(first())]
        await wait(holder, 1)
        both.append(asyncio.ensure_future(second()))
        await wait(holder, 2)
    return await asyncio.gather(*both, return_exceptions=True)
