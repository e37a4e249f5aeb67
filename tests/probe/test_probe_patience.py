"""Who asks us to come later is left alone until then, and nobody hides behind it for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.answers import Hop, Offer, Trouble
from monitor.probe import patience
from monitor.probe.patience import AWAY, LONGEST, TOO_MANY, Rests, asked_for
from tests.probe.probe_world import page

HOST = "vendor.example"
NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


class Hours:
    """A clock that is set by hand."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def hours(monkeypatch):
    found = Hours()
    monkeypatch.setattr(patience, "monotonic", found)
    return found


def hop(retry_after, status=TOO_MANY, *more):
    return Hop(f"https://{HOST}/", status, (("Retry-After", retry_after), *more))


def http_date(at):
    return format_datetime(at, usegmt=True)


def test_a_number_is_seconds():
    assert asked_for(hop("120")) == 120


def test_a_date_counts_from_the_server_s_own_clock():
    assert asked_for(hop(http_date(NOON), TOO_MANY, ("Date", http_date(NOON - timedelta(minutes=5))))) == 300


@pytest.mark.parametrize("said", ["", "soon", "-5", "1e9", "Tue, 99 Foo 2026 00:00:00 GMT", "１２０秒"])
def test_what_cannot_be_read_asks_for_nothing(said):
    assert asked_for(hop(said)) == 0


@given(st.text(st.characters(max_codepoint=255), max_size=40), st.text(max_size=40))
def test_no_answer_breaks_the_reading(said, date):
    assert asked_for(hop(said, TOO_MANY, ("Date", date))) >= 0


@pytest.mark.parametrize("status", [TOO_MANY, AWAY])
def test_a_host_is_left_alone_as_long_as_it_asked(hours, status):
    rests = Rests()
    rests.heed(HOST, hop("120", status))
    hours.now += 119
    assert rests.left(HOST) == 1
    hours.now += 1
    assert rests.left(HOST) == 0
    assert rests.left("other.example") == 0


@pytest.mark.parametrize("status", [TOO_MANY, AWAY])
def test_nobody_is_left_alone_for_ever(hours, status):
    rests = Rests()
    rests.heed(HOST, hop("999999999", status))
    assert rests.left(HOST) == LONGEST[status]


@pytest.mark.parametrize("status", [200, 301, 403, 500])
def test_other_answers_cannot_ask_for_it(hours, status):
    rests = Rests()
    rests.heed(HOST, hop("120", status))
    assert rests.left(HOST) == 0


async def test_a_host_that_asked_for_it_gets_neither_visit_nor_handshake_and_nobody_is_blamed(world):
    asked = []

    async def busy(reader, writer):
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(page("Retry-After: 120", status="429 Too Many Requests"))

    url = await world.secure(busy)
    probe = await world.probe()
    assert (await probe.fetch(url)).final.status == TOO_MANY
    again = await probe.fetch(url)
    assert (again.trouble, len(asked)) == (Trouble.ASKED_TO_WAIT, 1)
    assert again.trouble.unseen
    assert not again.trouble.ours
    assert (await probe.shake(url, Offer.OLD_VERSIONS)).trouble is Trouble.ASKED_TO_WAIT


async def test_a_redirect_to_a_host_that_rests_stops_there(world):
    resting = await world.plain(page("Retry-After: 120", status="503 Service Unavailable"))
    start = await world.plain(page(f"Location: {resting}", status="302 Found"), host="start.example")
    probe = await world.probe()
    assert (await probe.fetch(start)).final.status == AWAY
    assert [hop.trouble for hop in (await probe.fetch(start)).hops] == [None, Trouble.ASKED_TO_WAIT]
