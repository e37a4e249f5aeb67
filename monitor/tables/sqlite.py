"""Tortoise's SQLite engine, with transactions that take the write lock when they begin.

A deferred transaction that reads first and writes later fails with SQLITE_BUSY as soon as another process (the command
line beside the daemon) wrote in between, and no time-out helps. `BEGIN IMMEDIATE` waits its turn instead.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.exceptions import TransactionManagementError

if TYPE_CHECKING:
    from tortoise.backends.base.client import TransactionContext


class _Immediate(SqliteTransactionWrapper):
    async def begin(self) -> None:
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise TransactionManagementError(error) from error


class Client(SqliteClient):
    def _in_transaction(self) -> TransactionContext:
        return SqliteTransactionContext(_Immediate(self), self._lock)


client_class = Client
