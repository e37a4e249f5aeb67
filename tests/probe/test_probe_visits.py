"""What a visit brings back, and what odd and hostile servers cost: one turn for the time-out, and nothing else."""

from __future__ import annotations

import asyncio
import gzip
import socket
from time import perf_counter
from unittest.mock import create_autospec

import pytest
import uvloop

from checks.answers import Trouble
from monitor.probe import BadUrl, ProbeSettings, Visit
from monitor.probe.door import _read
from monitor.probe.outcome import TROUBLES
from monitor.probe.wire import Listener
from tests.probe.probe_world import GOOD, answers, page


def drip(head, piece=b"x", every=0.02):
    """A server that says its head and then piece after piece without end."""

    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(every)

    return handle


async def silence(reader, _writer):
    await reader.read()
    await asyncio.sleep(30)


async def test_a_visit_records_every_phase_the_peer_and_the_certificate(world):
    url = await world.secure(page("Server: x", "X-Two: 1", "x-two: 2"))
    exchange = await world.look(url)
    hop = exchange.final
    assert (hop.status, hop.body, hop.truncated, hop.peer, hop.trouble) == (200, b"hello", False, "127.0.0.1", None)
    assert hop.headers[:3] == (("Server", "x"), ("X-Two", "1"), ("x-two", "2"))
    assert hop.header("x-two") == ("1", "2")
    assert min(hop.phases.dns, hop.phases.connect, hop.phases.tls, hop.phases.first_byte) > 0
    assert (hop.tls.version, len(hop.tls.chain), hop.tls.verify_code) == ("TLSv1.3", 1, 0)
    assert exchange.took_ms == pytest.approx(hop.phases.total, abs=0.01)


async def test_the_phases_of_plain_http_have_no_tls(world):
    hop = (await world.look(await world.plain())).final
    assert hop.tls is None
    assert (hop.phases.tls, hop.phases.connect > 0, hop.phases.first_byte > 0) == (0.0, True, True)


async def test_the_request_says_who_asks_and_carries_nothing_else(world, monkeypatch):
    asked = []
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    url = await world.plain(answers(page("Set-Cookie: a=b"), asked=asked))
    probe = await world.probe(user_agent=ProbeSettings.named("1.0", "https://itaku.example/"))
    await probe.fetch(url)
    await probe.fetch(url, headers={"Origin": "https://stranger.invalid"})
    assert b"User-Agent: itaku/1.0 (+https://itaku.example/about-monitoring)" in asked[0]
    assert not any(b"cookie" in request.lower() or b"authorization" in request.lower() for request in asked)
    assert [b"Origin: " in request for request in asked] == [False, True]
    assert all(request.startswith(b"GET / HTTP/1.1\r\n") for request in asked)


async def test_redirects_are_followed_by_hand_and_each_hop_is_kept(world):
    end = await world.secure(host="www.vendor.example")
    middle = await world.plain(page(f"Location: {end}", status="308 Permanent Redirect"), host="two.example")
    start = await world.plain(page(f"Location: {middle}", status="301 Moved", body=b"not read"), host="one.example")
    exchange = await world.look(start)
    assert [hop.status for hop in exchange.hops] == [301, 308, 200]
    assert [hop.url for hop in exchange.hops] == [start, middle, end]
    assert exchange.evidence()["via"][0] == {"url": start, "status": 301}


@pytest.mark.parametrize("location", ["mailto:x@vendor.example", "itms-apps://store/1"])
async def test_a_redirect_out_of_the_web_is_the_final_answer(world, location):
    exchange = await world.look(await world.plain(page(f"Location: {location}", status="302 Found")))
    assert (exchange.final.status, exchange.trouble) == (302, None)


@pytest.mark.parametrize("location", ["http://[::1", "http://user name@", "http://x:99999/"])
async def test_a_redirect_to_nonsense_is_a_malformed_answer(world, location):
    exchange = await world.look(await world.plain(page(f"Location: {location}", status="302 Found")))
    assert exchange.trouble is Trouble.MALFORMED


async def test_redirects_without_end_stop_after_five(world):
    asked = []
    url = await world.plain(answers(page("Location: /again", status="302 Found"), asked=asked))
    exchange = await world.look(url)
    assert exchange.trouble is Trouble.REDIRECTS
    assert len(exchange.hops) == len(asked) == 6


async def test_slow_redirects_share_one_time_out(world):
    async def slow(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.15)
        writer.write(page("Location: /again", status="302 Found"))

    began = perf_counter()
    exchange = await world.look(await world.plain(slow), timeout=0.4)
    assert exchange.trouble is Trouble.TIMEOUT
    assert perf_counter() - began < 0.9


ODD = {
    "a nine kilobyte header": page(f"Content-Security-Policy: {'x' * 9000}"),
    "two hundred fields": page(*(f"X-{n}: {n}" for n in range(200))),
    "corrupt gzip": page("Content-Encoding: gzip", body=gzip.compress(b"x" * 99)[:20]),
    "brotli that we do not speak": page("Content-Encoding: br", body=b"\xff\xfe"),
    "no length, closed at the end": b"HTTP/1.1 200 OK\r\n\r\nhello",
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "an interim answer first": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + GOOD,
    "more than its length says": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello",
    "no reason phrase": b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
    "Latin-1 in a field": page("X-Name: caf\xe9"),
}
MALFORMED = {
    "a space before the colon": page("X-Bad : v"),
    "length and chunks at once": page("Transfer-Encoding: chunked"),
    "another protocol": b"SSH-2.0-OpenSSH_9.2\r\n",
    "a body shorter than declared": b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello",
    "broken chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "too many fields": page(*(f"X-{n}: {n}" for n in range(2000))),
    "fields longer than any page": page(*(f"X-{n}: {'x' * 60_000}" for n in range(20))),
    "a field without end": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000,
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
async def test_an_odd_but_legal_answer_is_an_answer(world, odd):
    exchange = await world.look(await world.plain(odd))
    assert (exchange.final.status, exchange.trouble) == (200, None)


async def test_what_is_sent_beyond_an_answer_without_a_body_is_no_part_of_it(world):
    exchange = await world.look(await world.plain(b"HTTP/1.1 204 No Content\r\n\r\nhello"))
    assert (exchange.final.status, exchange.final.body, exchange.trouble) == (204, b"", None)


async def test_an_answer_that_breaks_after_its_beginning_was_read_is_unreadable_at_once():
    listener = Listener()
    listener.connection_made(create_autospec(asyncio.Transport, instance=True))
    listener.data_received(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
    _, body = await listener.read()
    listener.data_received(b"zz\r\n")
    with pytest.raises(TROUBLES):
        await body.read()


@pytest.mark.parametrize("wrong", MALFORMED.values(), ids=MALFORMED.keys())
async def test_an_answer_that_cannot_be_read_is_malformed_and_never_a_400(world, wrong):
    exchange = await world.look(await world.plain(wrong))
    assert exchange.trouble is Trouble.MALFORMED
    assert exchange.final.status != 400


async def test_a_real_400_is_told_as_such(world):
    exchange = await world.look(await world.plain(page(status="400 Bad Request")))
    assert (exchange.final.status, exchange.trouble) == (400, None)


async def test_a_connection_closed_without_an_answer_is_told_and_not_tried_again(world):
    asked = []
    exchange = await world.look(await world.plain(answers(asked=asked)))
    assert exchange.trouble is Trouble.CLOSED
    assert len(asked) == 1


async def test_nobody_listening_is_refused(world):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    exchange = await world.look(f"http://127.0.0.1:{port}/")
    assert exchange.trouble is Trouble.REFUSED


HOSTILE = {
    "never answers": (silence, Trouble.TIMEOUT),
    "a head byte by byte": (drip(b"HTTP/1.1 200 OK\r\nX: "), Trouble.TIMEOUT),
    "a body byte by byte": (drip(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"), Trouble.TIMEOUT),
    "a body without end": (drip(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536, 0), None),
    "fields without end": (drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 999, 0), Trouble.MALFORMED),
    "a field without end": (drip(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 65536, 0), Trouble.MALFORMED),
    "interim answers now and then": (drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.05), Trouble.TIMEOUT),
    "interim answers without end": (drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 999, 0), Trouble.MALFORMED),
}


@pytest.mark.parametrize(("server", "trouble"), HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("secure", [False, True])
async def test_a_hostile_server_costs_one_turn_for_the_time_out(world, server, trouble, secure):
    url = await (world.secure(server) if secure else world.plain(server))
    probe = await world.probe(timeout=0.3)
    began = perf_counter()
    exchange = await probe.fetch(url)
    assert perf_counter() - began < 0.8
    assert exchange.trouble is trouble
    assert len(exchange.final.body) <= 65536
    assert probe.under_way == 0
    if trouble is None:
        assert exchange.final.truncated


async def test_what_came_before_the_time_out_is_kept(world):
    exchange = await world.look(await world.plain(drip(page("X-Kept: yes", body=b"x" * 99)[:-90])), timeout=0.2)
    assert (exchange.trouble, exchange.final.status) == (Trouble.TIMEOUT, 200)
    assert exchange.final.header("x-kept") == ("yes",)


async def test_a_host_that_takes_tcp_but_no_tls_in_time_is_a_time_out(world):
    port = await world.serve(silence, host="vendor.example")
    exchange = await world.look(f"https://vendor.example:{port}/", timeout=0.2)
    assert exchange.trouble is Trouble.TIMEOUT


async def test_an_address_that_never_answers_is_a_connect_time_out(world):
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:  # the backlog of a server that accepts nobody fills up
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        exchange = await world.look(f"http://127.0.0.1:{port}/", timeout=0.2)
        for one in waiting:
            one.close()
    assert exchange.trouble is Trouble.CONNECT_TIMEOUT


async def test_a_cancelled_visit_leaves_nothing_behind(world):
    url = await world.secure(silence)
    probe = await world.probe()
    visit = asyncio.create_task(probe.fetch(url))
    await asyncio.sleep(0.05)
    assert probe.under_way == 1
    visit.cancel()
    with pytest.raises(asyncio.CancelledError):
        await visit
    assert probe.under_way == 0


@pytest.mark.parametrize(
    "url", ["", "vendor.example", "ftp://vendor.example/", "http://u:p@vendor.example/", "http:///"]
)
async def test_a_bad_url_is_the_callers_mistake(world, url):
    with pytest.raises(BadUrl):
        await world.look(url)


async def test_checks_that_share_a_visit_share_one_request(world):
    asked = []
    url = await world.plain(answers(GOOD, asked=asked))
    visit = Visit(await world.probe())
    first, second = await asyncio.gather(visit.fetch(url), visit.fetch(url))
    assert first is second
    await visit.fetch(url, headers={"Origin": "https://stranger.invalid"})
    assert len(asked) == 2


def test_the_door_works_on_uvloop_as_well(quiet_world):
    async def looked():
        async with quiet_world as world:
            good, bad = await world.secure(), await world.secure(host="bad.example", issued=world.authority.issue("x"))
            slow = await world.plain(silence, host="slow.example")
            probe = await world.probe(timeout=0.3)
            return [await probe.fetch(url) for url in (good, bad, slow)]

    good, bad, slow = uvloop.run(looked())
    assert good.final.status == 200
    assert min(good.final.phases.connect, good.final.phases.tls, good.final.phases.first_byte) > 0
    assert (bad.trouble, bad.final.tls.verify_code) == (Trouble.CERTIFICATE, 62)
    assert slow.trouble is Trouble.TIMEOUT


class Piece(bytes):
    """An octet that knows how often it was put behind a body by copying all that came before."""

    copied = 0

    def __radd__(self, before):
        Piece.copied += isinstance(before, bytes)
        return NotImplemented


async def test_a_body_that_drips_in_is_not_copied_for_each_piece():
    class Answer:
        async def read(self, _most):
            return Piece(b"x")

        def at_eof(self):
            return False

    assert await _read(Answer(), 100) == (b"x" * 100, True)
    assert Piece.copied == 0
