"""The product's own daemon in a process of the bench: same house, same ticks; only the way to the parties is ours."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from monitor import building
from monitor.building import build, start_site
from monitor.config import Settings
from monitor.daemon import begin, settle
from monitor.keys import make_keys

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from checks.contract import Check
    from monitor.house import House
    from monitor.probe import ProbeSettings


class Never:
    """Nobody asks the house to stop while it waits for its database."""

    async def wait(self, seconds: float | None = None) -> bool:
        raise ConnectionError(f"the database was away ({seconds})")


def settings(home: Path, url: str, **more: Any) -> Settings:
    keys = home / "link.keys"
    if not keys.exists():
        make_keys(keys)
    return Settings.model_validate(
        {
            "database": {"url": url},
            "web": {"listen": "127.0.0.1:0", "base_url": "http://127.0.0.1"},
            "evidence": {"url": f"file://{home}/evidence"},
            "links": {"keys": str(keys)},
            "log": {"level": "error"},
            "home": home,
            **more,
        }
    )


@asynccontextmanager
async def house(home: Path, url: str, **more: Any) -> AsyncIterator[tuple[House, AsyncExitStack]]:
    """A house that does not run yet."""
    async with AsyncExitStack() as stack:
        made = await build(settings(home, url, **more), stack, Never())
        if made is None:
            raise ConnectionError(url)
        yield made, stack


@asynccontextmanager
async def daemon(
    home: Path, url: str, way: ProbeSettings | None = None, looks: Mapping[str, Check[Any]] | None = None
) -> AsyncIterator[House]:
    """All ticks run. `way`: how the probe finds the parties; `looks`: checks that note what the bench wants to know."""
    found = patch.object(building, "probe_settings", lambda _: way) if way else nullcontext()
    with found:
        async with house(home, url) as (made, stack):
            if looks and made.patrol:
                made.patrol.looks = looks
            await begin(made, stack, asyncio.Event())
            settle()
            yield made


@asynccontextmanager
async def site(home: Path, url: str) -> AsyncIterator[tuple[House, int]]:
    """The whole daemon with its pages; the port of the pages."""
    async with house(home, url) as (made, stack):
        port = await start_site(made, stack, made.settings)
        await begin(made, stack, asyncio.Event())
        settle()
        yield made, port
