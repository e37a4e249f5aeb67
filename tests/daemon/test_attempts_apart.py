"""What a failed attempt leaves behind in its context is not there for the next."""

from contextvars import ContextVar

from monitor.building import apart, insist

LEFT: ContextVar[str] = ContextVar("LEFT", default="a whole connection")


class AtOnce:
    async def wait(self, seconds=None):
        return False


async def test_what_a_failed_attempt_leaves_behind_is_not_there_for_the_next_nor_afterwards():
    found = []

    async def work():
        found.append(LEFT.get())
        LEFT.set("a transaction that broke")
        if len(found) < 3:
            raise ConnectionResetError

    assert await insist(apart(work), AtOnce())
    assert found == ["a whole connection"] * 3
    assert LEFT.get() == "a whole connection"
