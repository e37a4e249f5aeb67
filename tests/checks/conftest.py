import pytest

from tests.probe.probe_world import Authority


@pytest.fixture(scope="session")
def authority():
    return Authority()
