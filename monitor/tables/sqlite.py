"""Tortoise's SQLite engine, with transactions that take the write lock when they begin.

A deferred transaction that reads first and writes later fails with SQLITE_BUSY as soon as another process (the command
line beside the daemon) wrote in between, and no time-out helps. `BEGIN IMMEDIATE` waits its turn instead.

A transaction that cannot begin or end leaves nothing behind: neither the lock of this process, which all later
transactions would wait for in vain, nor an open transaction on the connection that they share.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError

if TYPE_CHECKING:
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


class Client(SqliteClient):
    def _in_transaction(self) -> TransactionContext:
        return _Scope(_Immediate(self), self._lock)


client_class = Client
