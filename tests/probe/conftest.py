import pytest

from tests.probe.probe_world import World


@pytest.fixture
async def world(tmp_path):
    async with World(tmp_path) as made:
        yield made
