import pytest
from hypothesis import settings

from tests.probe.probe_world import World

# A busy machine is not a failure; how long a test may take is said for all tests in one place.
settings.register_profile("unhurried", parent=settings(), deadline=None)
settings.load_profile("unhurried")


@pytest.fixture
def quiet_world(tmp_path):
    return World(tmp_path)


@pytest.fixture
async def world(quiet_world):
    async with quiet_world:
        yield quiet_world
