from __future__ import annotations

import pytest
from blockbuster import blockbuster_ctx
from hypothesis import settings

# A busy machine is not a failure; how long a test may take is said for all tests in one place.
settings.register_profile("unhurried", parent=settings(), deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def _nothing_of_this_room_blocks_the_loop():
    with blockbuster_ctx("monitor.evidence"):
        yield
