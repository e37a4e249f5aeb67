"""An office at its usual place: over a real database of either kind."""

from __future__ import annotations

import pytest
from postal import office


@pytest.fixture
async def post(store, tmp_path):
    """The usual office: one company, one trustee, one request that opens on 1 September 2026 at nine."""
    async with office(tmp_path) as found:
        yield found
