"""Journeys through the real thing: a running house with its mail server, or the whole demonstration, and a browser."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from monitor.tables.store import opened
from tests.journey.walking import walker
from tests.web.conftest import browser  # noqa: F401 - a fixture
from tests.web.running import Ground, Running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from tests.journey.walking import Walker


@pytest.fixture
async def empty(tmp_path: Path) -> str:
    """A database for journeys whose road is the pages and not the engine."""
    url = f"sqlite:///{tmp_path}/journey.sqlite3"
    async with opened(url, create=True):
        pass
    return url


@pytest.fixture
async def house(tmp_path: Path, empty: str) -> AsyncIterator[Running]:
    """One company that asks one party for its yearly answers."""
    async with Ground(tmp_path, empty) as found:
        yield found


@pytest.fixture
def person(browser: Any, house: Running) -> Callable[..., Awaitable[Walker]]:  # noqa: F811 - the fixture
    """Somebody at a browser: `await person(width=320, scripts=False, locale="ja-JP")`."""
    return partial(walker, browser, house.base)
