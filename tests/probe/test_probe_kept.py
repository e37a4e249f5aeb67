"""A page that has not changed is not sent again, and whoever reads it notices no difference."""

from __future__ import annotations

import pytest

from checks.answers import Hop
from monitor.probe import kept
from monitor.probe.kept import KeptPages
from tests.probe.probe_world import page

URL = "https://vendor.example/privacy"
TAG = ("ETag", '"v1"')


class Paper:
    """A server with one page; it sends it only to those who have not got it."""

    def __init__(self, text="terms", tag='"v1"'):
        self.text, self.tag, self.asked = text, tag, []

    async def __call__(self, reader, writer):
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.asked.append(request)
        if f"If-None-Match: {self.tag}" in request:
            writer.write(page(f"ETag: {self.tag}", "X-When: again", status="304 Not Modified", body=b""))
        else:
            writer.write(page(f"ETag: {self.tag}", "X-When: first", body=self.text.encode()))


async def test_what_has_not_changed_is_read_as_if_it_had_been_sent(world):
    paper = Paper()
    url, probe = await world.secure(paper), await world.probe()
    first = await probe.fetch(url, again=True)
    second = await probe.fetch(url, again=True)
    assert (first.final.status, first.final.body) == (second.final.status, second.final.body) == (200, b"terms")
    assert (first.final.kept, second.final.kept) == (False, True)
    assert second.evidence()["unchanged"]
    assert second.final.header("x-when") == ("again",)
    assert second.final.tls is not None


async def test_what_has_changed_is_sent_and_kept_anew(world):
    paper = Paper()
    url, probe = await world.secure(paper), await world.probe()
    await probe.fetch(url, again=True)
    paper.text, paper.tag = "other terms", '"v2"'
    assert (await probe.fetch(url, again=True)).final.body == b"other terms"
    assert (await probe.fetch(url, again=True)).final.kept


async def test_who_judges_the_whole_answer_gets_the_whole_answer(world):
    paper = Paper()
    url, probe = await world.secure(paper), await world.probe()
    await probe.fetch(url, again=True)
    assert not (await probe.fetch(url)).final.kept
    assert "If-None-Match" not in paper.asked[-1]


async def test_a_text_is_read_beyond_the_length_of_other_bodies(world):
    paper = Paper("terms " * 20_000)
    url, probe = await world.secure(paper), await world.probe()
    assert (await probe.fetch(url)).final.truncated
    text = (await probe.fetch(url, again=True)).final
    assert (text.body.decode(), text.truncated) == (paper.text, False)


async def test_in_one_visit_the_beginning_of_a_text_is_not_taken_for_the_text(world):
    paper = Paper("terms " * 20_000)
    url, probe = await world.secure(paper), await world.probe()
    visit = probe.visit()
    assert (await visit.fetch(url)).final.truncated
    assert (await visit.fetch(url, again=True)).final.body.decode() == paper.text
    assert not (await visit.fetch(url, again=True)).final.truncated
    assert len(paper.asked) == 2


async def test_in_one_visit_a_text_that_was_not_sent_again_serves_no_judge_of_headers(world):
    paper = Paper()
    url, probe = await world.secure(paper), await world.probe()
    await probe.fetch(url, again=True)
    visit = probe.visit()
    assert (await visit.fetch(url, again=True)).final.kept
    assert (await visit.fetch(url, again=True)).final.kept
    assert not (await visit.fetch(url)).final.kept
    assert not (await visit.fetch(url, again=True)).final.kept
    assert len(paper.asked) == 3


def test_a_server_that_says_unchanged_without_being_asked_is_taken_at_its_word():
    hop = Hop(URL, 304)
    assert KeptPages().read(URL, hop) is hop


@pytest.mark.parametrize(
    "hop",
    [
        Hop(URL, 200, (), b"no mark"),
        Hop(URL, 200, (TAG,), b"too long", truncated=True),
        Hop(URL, 404, (TAG,), b"gone"),
        Hop(URL, 200, (("ETag", "\xe9\r"),), b"odd mark"),
    ],
)
def test_what_cannot_be_asked_for_again_is_not_kept(hop):
    pages = KeptPages()
    assert pages.read(URL, hop) is hop
    assert not pages.asking(URL)


def test_a_date_will_do_where_there_is_no_mark():
    pages = KeptPages()
    pages.read(URL, Hop(URL, 200, (("Last-Modified", "Tue, 01 Sep 2026 00:00:00 GMT"),), b"terms"))
    assert pages.asking(URL) == {"If-Modified-Since": "Tue, 01 Sep 2026 00:00:00 GMT"}


def test_what_is_kept_has_its_bounds_and_the_longest_unused_goes_first():
    pages = KeptPages(room=240)
    for number in range(5):
        pages.read(f"{URL}/{number}", Hop(URL, 200, (TAG,), b"x" * 30))
        pages.read(f"{URL}/0", Hop(URL, 304))
    assert [number for number in range(5) if pages.asking(f"{URL}/{number}")] == [0, 3, 4]


def test_the_fields_of_a_page_take_room_like_its_body():
    pages = KeptPages(room=1000)
    for number in range(3):
        pages.read(f"{URL}/{number}", Hop(URL, 200, (TAG, ("X-Long", "x" * 600)), b""))
    assert [number for number in range(3) if pages.asking(f"{URL}/{number}")] == [2]


def test_a_page_that_is_longer_than_all_the_room_is_not_kept():
    pages = KeptPages(room=100)
    pages.read(URL, Hop(URL, 200, (TAG,), b"x" * 101))
    assert not pages.asking(URL)


def test_a_cookie_that_was_not_set_again_is_not_set():
    pages = KeptPages()
    pages.read(URL, Hop(URL, 200, (TAG, ("Set-Cookie", "a=1"), ("X-Old", "1")), b"terms"))
    assert pages.read(URL, Hop(URL, 304, (("X-New", "1"),))).headers == (TAG, ("X-Old", "1"), ("X-New", "1"))


def test_a_site_that_always_says_unchanged_is_asked_for_all_of_it_once_a_day(monkeypatch):
    now = 1000.0
    monkeypatch.setattr(kept, "monotonic", lambda: now)
    pages = KeptPages()
    pages.read(URL, Hop(URL, 200, (TAG,), b"terms"))
    assert pages.asking(URL)
    now += kept.TRUSTED
    assert not pages.asking(URL)
    assert pages.read(URL, Hop(URL, 304)).status == 304
