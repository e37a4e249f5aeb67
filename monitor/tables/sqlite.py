"""Tortoise's SQLite engine, with transactions that take the write lock when they begin.

A deferred transaction that reads first and writes later fails with SQLITE_BUSY as soon as another process (the command
line beside the daemon) wrote in between, and no time-out helps. `BEGIN IMMEDIATE` waits its turn instead.

A transaction that cannot begin or end leaves nothing behind: neither the lock of this process, which all later
transactions would wait for in vain, nor an open transaction on the connection that they share.

What is only read, and outside a transaction, goes over connections of its own: they see what was committed last, as
PostgreSQL's do, and a page does not wait for a stage that is writing.

A database in memory has one connection, and no thread: it waits for nothing, and to hand a statement to a thread and
take the rows back costs more than most statements do.
"""

from __future__ import annotations

import asyncio
import sqlite3
from functools import partial
from typing import TYPE_CHECKING, Any

import aiosqlite
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from tortoise.backends.base.client import TransactionalDBClient, TransactionContext


class _Immediate(SqliteTransactionWrapper):
    async def begin(self) -> None:
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise TransactionManagementError(error) from error

    async def undo(self) -> None:
        """Roll back whatever is open; nothing, if nothing is. Also when we are cancelled: the connection's thread does
        what it was told in the order in which it was.
        """
        if self._connection:
            await self._connection.rollback()


class _Scope(SqliteTransactionContext):
    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self.connection.begin()
        except BaseException:
            try:
                await self.connection.undo()
            finally:
                self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        return self.connection  # type: ignore[no-any-return]

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        get_connections().reset(self.token)
        try:
            await (self.connection.commit() if kind is None else self.connection.undo())
        except BaseException:
            await self.connection.undo()
            raise
        finally:
            self._trxlock.release()


class _Here(aiosqlite.Connection):
    """A connection whose statements run where they are asked for; between two of them others get their turn."""

    async def _execute(self, fn: Callable[..., Any], *args: Any, **more: Any) -> Any:
        try:
            return fn(*args, **more)
        finally:  # afterwards: whoever is cancelled here has been heard, as a thread would have heard it
            await asyncio.sleep(0)


READERS = 2  #: connections that only read; a long reading leaves one to the others
ROOM = -4000  #: kibibytes of pages that each of them keeps


class Client(SqliteClient):
    def __init__(self, file_path: str, **settings: Any) -> None:
        super().__init__(file_path, **settings)
        self._in_memory = file_path == ":memory:"
        reading = {**settings, "cache_size": ROOM, "query_only": "ON"}
        self._readers = [] if self._in_memory else [SqliteClient(file_path, **reading) for _ in range(READERS)]

    async def create_connection(self, with_db: bool) -> None:
        if self._in_memory and not self._connection:
            connecting = partial(sqlite3.connect, ":memory:", isolation_level=None, check_same_thread=False)
            self._connection = await _Here(connecting, iter_chunk_size=1)
            self._connection.row_factory = sqlite3.Row
            for pragma, value in self.pragmas.items():
                await self._connection.execute(f"PRAGMA {pragma}={value}")
            await self._post_connect()
        await super().create_connection(with_db)

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Sequence[Any]]:
        reader = self._reader(query)
        reading = reader.execute_query(query, values) if reader else super().execute_query(query, values)
        found: tuple[int, Sequence[Any]] = await reading
        return found

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        reader = self._reader(query)
        reading = reader.execute_query_dict(query, values) if reader else super().execute_query_dict(query, values)
        found: list[dict[str, Any]] = await reading
        return found

    def _reader(self, query: str) -> SqliteClient | None:
        """Who reads this: one who is free, if any is. None: it writes, or it must see what stands on our connection."""
        if not self._readers or self._connection is None or not query.startswith("SELECT"):
            return None
        free = (one for one in self._readers if not one._lock.locked())  # noqa: SLF001 - Tortoise has no other door
        return next(free, self._readers[0])

    async def close(self) -> None:
        for reader in self._readers:
            await reader.close()
        await super().close()

    def _in_transaction(self) -> TransactionContext:
        return _Scope(_Immediate(self), self._lock)


client_class = Client
