"""A database that holds a registry with one watch, and ways to let it look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from stage import engagement, registry

from monitor import clock
from monitor.plugins import looks
from monitor.registry.apply import apply
from monitor.registry.read import read

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
async def applied(store: str, tmp_path: Path) -> str:
    """A database that holds a company, its sister, a party and an engagement."""
    file = tmp_path / "registry.toml"
    file.write_text(registry(engagement("dm")), encoding="utf-8")
    await apply(read([file]), clock.now(), looks())
    return store
