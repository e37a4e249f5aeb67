"""A patrol on a database of its own, on both engines."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import beat as beats

from monitor import patrol

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def make(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., beats.Beat]:
    """Makes a patrol with its kinds of checks and their rhythms: `make(availability=minutes(5), tls=hours(6))`."""
    monkeypatch.setattr(patrol, "WAVE", 0.01)
    return lambda **looks: beats.make(tmp_path, **looks)


@pytest.fixture
def beat(make: Callable[..., beats.Beat]) -> beats.Beat:
    """A patrol with one kind of check, every five minutes."""
    return make(availability=beats.MINUTE * 5)
