"""One look from beginning to end: where the time of judging is spent."""

from __future__ import annotations

import threading

import pytest

from checks import CHECKS
from checks.availability import Availability
from checks.contract import Look
from checks.looking import Quick, looked
from tests.checks.looked_at import AT, URL, FakeProbe, served

LOOP = threading.main_thread()


class Judge:
    """A check that notes in which thread it judges."""

    def __init__(self, quick=None):
        if quick is not None:
            self.quick = quick

    async def observe(self, url, probe):
        return await probe.fetch(url)

    def judge(self, _seen, _at, _before):
        self.thread = threading.current_thread()
        return Look.of([], {}, 0.0)


async def judged(check):
    await looked(check, URL, FakeProbe(served()), AT, {})
    return check.thread


async def test_other_looks_go_on_while_a_page_is_judged():
    assert await judged(Judge()) is not LOOP
    assert await judged(Judge(quick=False)) is not LOOP


async def test_who_judges_in_no_time_needs_no_thread():
    assert await judged(Judge(quick=True)) is LOOP


@pytest.mark.parametrize("wish", ["text", "absent", "pattern", "json"])
def test_a_body_is_not_read_in_no_time(wish):
    assert not Availability(**{wish: "x"}).quick
    assert Availability().quick


def test_only_what_reads_no_page_is_called_quick():
    assert {kind for kind, check in CHECKS.items() if isinstance(check, Quick)} == {"availability", "tls"}
