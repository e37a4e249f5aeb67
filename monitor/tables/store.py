"""Opening and closing the database, transactions, migrations.

Tortoise finds its connections through a context variable, so the store is opened first and closed last; tasks and
handlers started inside see it.
"""

from __future__ import annotations

import sqlite3
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import asyncpg
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.exceptions import BaseORMException, DBConnectionError, OperationalError, TransactionManagementError
from tortoise.migrations.executor import MigrationExecutor
from tortoise.transactions import in_transaction

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tortoise.backends.base.client import BaseDBAsyncClient

MEMORY = "sqlite://:memory:"
_APP = {"models": ["monitor.tables"], "default_connection": "default", "migrations": "monitor.migrations"}


class StoreAway(Exception):  # noqa: N818 - the house's word for it
    """The database cannot be reached or is locked: temporary, tried again."""


AWAY = (
    DBConnectionError,
    OSError,
    TransactionManagementError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
)


def is_postgres(url: str) -> bool:
    return urlsplit(url).scheme in {"postgres", "postgresql", "asyncpg"}


def sqlite_path(url: str) -> Path | None:
    """The file of a SQLite URL (`sqlite:///relative`, `sqlite:////absolute`), or none for memory and PostgreSQL."""
    if is_postgres(url) or url == MEMORY:
        return None
    return Path(unquote(url.removeprefix("sqlite:///").removeprefix("sqlite://")))


def configuration(url: str) -> dict[str, Any]:
    """What Tortoise needs to know. SQLite: WAL, and a commit is on the disk when it says so (`synchronous = FULL`)."""
    if is_postgres(url):
        scheme, rest = url.split("://", 1)
        connection = expand_db_url(f"postgres://{rest}" if scheme != "asyncpg" else url)
    else:
        path = sqlite_path(url)
        connection = {
            "engine": "monitor.tables.sqlite",
            "credentials": {
                "file_path": str(path or ":memory:"),
                "synchronous": "FULL",
                "busy_timeout": 10000,
                "temp_store": "MEMORY",
                "cache_size": -16000,
            },
        }
    return {"connections": {"default": connection}, "apps": {"itaku": _APP}}


@asynccontextmanager
async def opened(url: str, *, create: bool = False) -> AsyncIterator[BaseDBAsyncClient]:
    """The database, open for everything inside the block. `create`: a fresh one (memory, tests) gets its schema at once.

    Raises `StoreAway` when it cannot be reached.
    """
    context = TortoiseContext()
    async with context:
        try:
            await context.init(config=configuration(url))
            await get_connection("default").execute_query("SELECT 1")
        except (*AWAY, OperationalError, sqlite3.OperationalError) as error:
            raise StoreAway(str(error)) from error
        if create:
            await _create()
        yield get_connection("default")


_schema: list[
    str
] = []  # what the migrations made of an empty SQLite, so that a process migrates once for all its worlds


async def _create() -> None:
    """The schema of an empty database, as all migrations leave it."""
    connection = get_connection("default")
    if connection.capabilities.dialect == "sqlite" and _schema:
        await connection.execute_script(";\n".join(_schema) + ";")
        return
    await upgrade()
    if connection.capabilities.dialect == "sqlite":
        made = await connection.execute_query_dict(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        )
        _schema.extend(row["sql"] for row in made)


def transaction() -> Any:
    """One transaction; on SQLite it takes the write lock at its beginning, so a claim inside needs no row lock."""
    return in_transaction("default")


def executor() -> MigrationExecutor:
    return MigrationExecutor(get_connection("default"), {"itaku": _APP})


async def upgrade() -> list[str]:
    """Apply what migrations are missing; their names, in order."""
    run = executor()
    names = [step.migration.name for step in await run.plan()]
    await run.migrate()
    return names


async def pending() -> list[str]:
    """Migrations that the database has not seen yet."""
    try:
        return [step.migration.name for step in await executor().plan()]
    except BaseORMException:
        return ["all"]
