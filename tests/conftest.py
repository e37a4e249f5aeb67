"""What all tests share."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from stage import Told, play


@pytest.fixture
def world(tmp_path: Path) -> Any:
    """Simulates a registry and a script: `await world(toml, begin, end, *events)`."""

    async def run(toml: str, begin: str, end: str, *events: str, policy: Any = None) -> Told:
        return await play(toml, begin, end, *events, tmp=tmp_path, policy=policy)

    return run


@pytest.fixture(autouse=True)
def _no_error_goes_unseen(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Any:
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
