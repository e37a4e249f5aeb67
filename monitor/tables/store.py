"""Opening and closing the database, transactions, migrations.

Tortoise finds its connections through a context variable, so the store is opened first and closed last; tasks and
handlers started inside see it.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import asyncpg
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.connection import get_connections
from tortoise.context import TortoiseContext, get_current_context
from tortoise.exceptions import BaseORMException, DBConnectionError, OperationalError, TransactionManagementError
from tortoise.migrations.executor import MigrationExecutor
from tortoise.transactions import in_transaction

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tortoise.backends.base.client import BaseDBAsyncClient

log = logging.getLogger(__name__)
MEMORY = "sqlite://:memory:"
_TIES = ("default_connection", "basetable", "basequery", "basequery_all_fields")  #: of a model to its database
_MIGRATING = 0x17A6D  #: PostgreSQL's lock of whoever changes the tables
_MODULES = {"models": ["monitor.tables"], "migrations": "monitor.migrations"}


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
    asyncpg.DeadlockDetectedError,  # another transaction went first: nothing was written, and it can be tried again
)


def locked(error: Exception) -> bool:
    """Whether another process holds SQLite's lock for longer than we wait."""
    return "locked" in str(error)


async def answers() -> bool:
    """Whether the database is there now."""
    try:
        await connection().execute_query("SELECT 1")
    except (*AWAY, OperationalError):
        return False
    return True


def is_postgres(url: str) -> bool:
    return urlsplit(url).scheme in {"postgres", "postgresql", "asyncpg"}


def sqlite_path(url: str) -> Path | None:
    """The file of a SQLite URL (`sqlite:///relative`, `sqlite:////absolute`), or none for memory and PostgreSQL."""
    if is_postgres(url) or url == MEMORY:
        return None
    return Path(unquote(url.removeprefix("sqlite:///").removeprefix("sqlite://")))


def configuration(url: str) -> dict[str, Any]:
    """What Tortoise needs to know. SQLite: WAL, and a commit is on the disk when it says so (`synchronous = FULL`)."""
    # Tortoise keeps the SQL that it has made by connection name, for the whole process: one name for each dialect.
    name = "postgres" if is_postgres(url) else "sqlite"
    if is_postgres(url):
        scheme, rest = url.split("://", 1)
        found = expand_db_url(f"postgres://{rest}" if scheme != "asyncpg" else url)
    else:
        path = sqlite_path(url)
        found = {
            "engine": "monitor.tables.sqlite",
            "credentials": {
                "file_path": str(path or ":memory:"),
                "synchronous": "FULL",
                "busy_timeout": 10000,
                "temp_store": "MEMORY",
                "cache_size": -16000,
            },
        }
    return {"connections": {name: found}, "apps": {"itaku": {**_MODULES, "default_connection": name}}}


def connection() -> BaseDBAsyncClient:
    """The connection of whatever store is open here; inside a transaction, the transaction's."""
    handler = get_connections()
    return handler.get(next(iter(handler.db_config)))


@asynccontextmanager
async def opened(url: str, *, create: bool = False) -> AsyncIterator[BaseDBAsyncClient]:
    """The database, open for everything inside the block. `create`: a fresh one (memory, tests) gets its schema at
    once.

    Raises `StoreAway` when it cannot be reached. That it is away when the block is left is no error: by then everything
    is written, and what is left to close is given up.
    """
    with _ties_kept():
        async with TortoiseContext() as context:
            await _connect(context, url)
            if create:
                await _create()
            yield connection()
            try:
                await context.close_connections()
            except AWAY as error:
                log.info("the database was away when it was closed (%s)", error)


@contextmanager
def _ties_kept() -> Iterator[None]:
    """Tortoise ties its models to whatever was opened last, for the whole process. When a store that was opened inside
    another is closed, they are tied to the outer one again.
    """
    outer = get_current_context()
    models = list(outer.apps.get_models_iterable()) if outer and outer.apps else []
    metas = [model._meta for model in models]  # noqa: SLF001 - Tortoise has no other door to it
    ties = [(meta, name, getattr(meta, name)) for meta in metas for name in _TIES]
    try:
        yield
    finally:
        for meta, name, tied in ties:
            setattr(meta, name, tied)


async def _connect(context: TortoiseContext, url: str) -> None:
    try:
        await asyncio.to_thread(_try_file, sqlite_path(url))
        await context.init(config=configuration(url))
        await connection().execute_query("SELECT 1")
    except (*AWAY, OperationalError, sqlite3.DatabaseError) as error:
        raise StoreAway(str(error)) from error


def _try_file(path: Path | None) -> None:
    """Open a SQLite file once by hand, in a folder that is made if need be: the engine's own failure to open one comes
    from its thread, with a traceback that nobody can catch.
    """
    if path:
        path.parent.mkdir(exist_ok=True, mode=0o700)
        if not path.exists():
            path.touch(mode=0o600)  # what SQLite puts beside it gets the same
        with closing(sqlite3.connect(path, timeout=10)) as connection:
            connection.execute("PRAGMA schema_version")


_schema: list[str] = []  #: what all migrations made of an empty SQLite; a process migrates once for all its worlds
_APPLIED = "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('{app}', '{name}', '{applied_at}')"


async def _create() -> None:
    """The schema of an empty database, as all migrations leave it."""
    client = connection()
    if client.capabilities.dialect != "sqlite":
        await upgrade()
    elif _schema:
        await client.execute_script(";\n".join(_schema) + ";")
    else:
        await upgrade()
        made = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        _schema.extend(row["sql"] for row in await client.execute_query_dict(made))
        applied = await client.execute_query_dict("SELECT app, name, applied_at FROM tortoise_migrations")
        _schema.extend(_APPLIED.format(**row) for row in applied)


Deed = Callable[["list[Any]"], Awaitable[None]]


@dataclass
class _Ending:
    """What the transaction that is open does last: each deed with what it is about, in the order in which that came."""

    store: object
    about: list[tuple[Deed, Any]] = field(default_factory=list)
    over: bool = False

    @classmethod
    def here(cls) -> _Ending | None:
        """That of the transaction that is open; none for a task that began inside one and has outlived it."""
        ending = _ending.get()
        return ending if ending and not ending.over and ending.store is get_connections() else None


_ending: ContextVar[_Ending | None] = ContextVar("ending", default=None)


@asynccontextmanager
async def transaction() -> AsyncIterator[BaseDBAsyncClient]:
    """One transaction; on SQLite it takes the write lock at its beginning, so a claim inside needs no row lock. One
    inside another falls alone where it fails, and ends with the outer one.
    """
    outer = _Ending.here()
    async with in_transaction() as client:
        if outer:
            with _undone(outer):
                yield client
            return
        ending = _Ending(get_connections())
        token = _ending.set(ending)
        try:
            yield client
            for deed in dict.fromkeys(deed for deed, _ in ending.about):
                await deed([one for of, one in ending.about if of is deed])
        finally:
            ending.over = True
            _ending.reset(token)


@contextmanager
def _undone(outer: _Ending) -> Iterator[None]:
    """What an inner transaction wanted done at the end falls with it."""
    before = len(outer.about)
    try:
        yield
    except BaseException:
        del outer.about[before:]
        raise


def last_of_all(deed: Deed, about: Any) -> bool:
    """Let a deed be the last that the open transaction does: once, with all that it is to be about. False where none is
    open. What everybody waits for is thereby held for a moment, and whoever holds it waits for nothing more.
    """
    ending = _Ending.here()
    if ending is not None:
        ending.about.append((deed, about))
    return ending is not None


async def alone(part: int, about: str | None = None) -> None:
    """Wait until nobody else's transaction is in this part of the work; to be called first in one of our own. `about`:
    whoever is in it about another matter is not waited for.

    For what has no row to lock yet. SQLite has one writer at a time anyway.
    """
    client = connection()
    if client.capabilities.dialect == "postgres":
        if about is None:
            await client.execute_query(f"SELECT pg_advisory_xact_lock({part})")
        else:
            await client.execute_query(f"SELECT pg_advisory_xact_lock({part}, hashtext($1))", [about])


def executor() -> MigrationExecutor:
    client = connection()
    return MigrationExecutor(client, {"itaku": {**_MODULES, "default_connection": client.connection_name}})


async def upgrade() -> list[str]:
    """Apply what migrations are missing; their names, in order. Of several processes that start at once on an empty
    database one does it while the others wait, and find nothing missing.
    """
    async with _only_one():
        run = executor()
        names = [step.migration.name for step in await run.plan()]
        await run.migrate()
    return names


@asynccontextmanager
async def _only_one() -> AsyncIterator[None]:
    """Migrations run in transactions of their own, so what keeps others out is held beside them: by PostgreSQL for a
    transaction on a second connection (a pooler between us may give each transaction another one), by the machine for
    the folder of a SQLite file. Who allows us a single connection (`maxsize=1`) has no replicas either.
    """
    client = connection()
    if client.capabilities.dialect == "postgres":
        if getattr(client, "pool_maxsize", 1) == 1:
            yield
            return
        async with client.acquire_connection() as held, held.transaction():
            await held.execute(f"SELECT pg_advisory_xact_lock({_MIGRATING})")
            yield
        return
    file = getattr(client, "filename", ":memory:")
    with ExitStack() as stack:
        if file != ":memory:":
            folder = os.open(Path(file).parent, os.O_RDONLY)
            stack.callback(os.close, folder)
            await asyncio.to_thread(fcntl.flock, folder, fcntl.LOCK_EX)
        yield


async def pending() -> list[str]:
    """Migrations that the database has not seen yet; those that are under way in another process are waited for."""
    async with _only_one():
        try:
            return [step.migration.name for step in await executor().plan()]
        except BaseORMException:
            return ["all"]
