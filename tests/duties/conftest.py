"""A party's page under watch, as the patrol's tests have it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "patrol"))

from published import published

from monitor import patrol


@pytest.fixture
def publish(store, tmp_path, monkeypatch):
    """`page = await publish(*engagements)`: party 0's policy, known since a day."""
    monkeypatch.setattr(patrol, "WAVE", 0.01)
    return lambda *engagements: published(tmp_path, *engagements)
