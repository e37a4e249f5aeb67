import pytest
from hypothesis import settings

from tests.probe.probe_world import Authority

# A busy machine is not a failure; how long a test may take is said for all tests in one place.
settings.register_profile("unhurried", parent=settings(), deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def authority():
    return Authority()
