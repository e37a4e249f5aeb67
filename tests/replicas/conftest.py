"""A PostgreSQL database over which several replicas work."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "patrol"))
sys.path.insert(0, str(Path(__file__).parent))

import beat as beats
from postal import office

from monitor import patrol
from monitor.tables.store import opened


@pytest.fixture
async def shared(new_postgres):
    url = await new_postgres()
    async with opened(url):
        yield url


@pytest.fixture
async def post(shared, tmp_path):
    """The usual office: one company, one trustee, one request that opens on 1 September 2026 at nine."""
    async with office(tmp_path) as found:
        yield found


@pytest.fixture
def beat(shared, tmp_path, monkeypatch):
    """A patrol with one kind of check, every five minutes."""
    monkeypatch.setattr(patrol, "WAVE", 0.01)
    return beats.make(tmp_path, availability=beats.MINUTE * 5)
