"""On SQLite in a file, whoever only reads does not wait for whoever writes, and sees what was committed last."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from monitor import clock, tables
from monitor.tables.store import connection, opened, transaction

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_reading_does_not_wait_for_a_transaction_and_sees_it_once_it_is_committed(tmp_path: Path) -> None:
    async with opened(f"sqlite:///{tmp_path}/here.sqlite3", create=True):
        written, go_on = asyncio.Event(), asyncio.Event()

        async def writing() -> None:
            async with transaction():
                await tables.Pulse.create(name="one", at=clock.now())
                assert await tables.Pulse.all().count() == 1
                written.set()
                await go_on.wait()

        task = asyncio.create_task(writing())
        await written.wait()
        async with asyncio.timeout(10):
            found = [
                await tables.Pulse.all().count(),
                len(await connection().execute_query_dict("SELECT * FROM pulse")),
            ]
        go_on.set()
        await task
        assert found == [0, 0]
        assert await tables.Pulse.all().count() == 1


async def test_several_read_at_once(tmp_path: Path) -> None:
    async with opened(f"sqlite:///{tmp_path}/here.sqlite3", create=True):
        await tables.Pulse.create(name="one", at=clock.now())
        assert await asyncio.gather(*(tables.Pulse.all().count() for _ in range(20))) == [1] * 20


@pytest.mark.parametrize("where", ["sqlite://:memory:", "sqlite:///{folder}/here.sqlite3"])
async def test_what_is_written_outside_a_transaction_is_read_at_once(tmp_path: Path, where: str) -> None:
    async with opened(where.format(folder=tmp_path), create=True):
        for number in range(5):
            await tables.Pulse.create(name=str(number), at=clock.now())
            assert await tables.Pulse.filter(name=str(number)).exists()
