"""The proxy behind which the browser lives: it carries, writes down, and lets nobody through to us."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.probe import Guard
from monitor.probe import proxy as proxy_module
from monitor.probe.proxy import Proxy
from monitor.probe.resolver import Names
from monitor.probe.wire import GuardedOpener
from tests.probe.probe_world import GOOD, LOOPBACK, answers

INSIDE = "127.0.0.2"  # stands for our own network: the tests' guard allows 127.0.0.1 and nothing else


@pytest.fixture
async def started(world):
    """Starts a proxy that knows the world's servers."""
    opened = []

    async def start(nameservers=()):
        names = Names(tuple(world.overrides), tuple(nameservers))
        proxy = Proxy(names, GuardedOpener(Guard(LOOPBACK)))
        opened.append((proxy, names))
        return await proxy.__aenter__()

    yield start
    for proxy, names in opened:
        await proxy.__aexit__(None, None, None)
        await names.close()


@asynccontextmanager
async def to(proxy):
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def said(proxy, *pieces, rest=True):
    """What the proxy answers to these bytes until it hangs up."""
    async with to(proxy) as (reader, writer):
        for piece in pieces:
            writer.write(piece if isinstance(piece, bytes) else piece.encode())
        if not rest:
            return await reader.readuntil(b"\r\n\r\n")
        heard = b""
        with suppress(ConnectionResetError):
            while piece := await reader.read(65536):
                heard += piece
        return heard


def tunnel(host, port):
    return f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n"


def ask(host, port, path="/", method="GET", fields="", body=""):
    return f"{method} http://{host}:{port}{path} HTTP/1.1\r\nHost: {host}:{port}\r\n{fields}\r\n{body}"


async def test_a_tunnel_carries_both_ways_and_is_written_down(world, started):
    port = await world.serve(GOOD, host="vendor.example")
    proxy = await started()
    answer = await said(proxy, tunnel("Vendor.Example", port), "GET / HTTP/1.1\r\n\r\n")
    assert answer == b"HTTP/1.1 200 Connection established\r\n\r\n" + GOOD
    assert list(proxy.hosts) == ["vendor.example"]
    assert not proxy.kept_from


@pytest.mark.parametrize(
    "host",
    [
        INSIDE,
        "127.2",
        "0x7f.2",
        "0177.0.0.2",
        "2130706434",
        "[::ffff:127.0.0.2]",
        "10.0.0.1",
        "[::1]",
        "169.254.169.254",
    ],
)
@pytest.mark.parametrize("form", [tunnel, ask])
async def test_no_spelling_of_an_address_of_ours_is_connected_to(world, started, host, form):
    heard = []
    port = await world.serve(answers(GOOD, asked=heard), address=INSIDE)
    proxy = await started()
    answer = await said(proxy, form(host, port), "GET / HTTP/1.1\r\n\r\n")
    assert answer == b"" if form is ask else answer.startswith(b"HTTP/1.1 502 ")
    assert list(proxy.kept_from) == list(proxy.hosts) != []
    assert heard == []


async def test_a_name_that_leads_to_us_the_second_time_is_refused_the_second_time(world, started):
    heard = []
    port = await world.serve(GOOD)
    inside = await world.serve(answers(GOOD, asked=heard), address=INSIDE)
    nameserver = await world.names({"turn.example": ["127.0.0.1", INSIDE]})
    proxy = await started([nameserver])
    assert b"200" in await said(proxy, tunnel("turn.example", port), rest=False)
    assert not proxy.kept_from
    assert b"502" in await said(proxy, tunnel("turn.example", inside), rest=False)
    assert list(proxy.kept_from) == ["turn.example"]
    assert heard == []


async def test_a_port_of_another_protocol_is_refused(started):
    proxy = await started()
    assert b"502" in await said(proxy, tunnel("127.0.0.1", 25), rest=False)
    assert list(proxy.kept_from) == ["127.0.0.1"]


async def test_a_name_that_there_is_not_was_asked_for_all_the_same(world, started):
    proxy = await started([await world.names({})])
    assert b"502" in await said(proxy, tunnel("gone.example", 443), rest=False)
    assert list(proxy.hosts) == ["gone.example"]
    assert not proxy.kept_from


async def test_a_plain_request_is_passed_on_as_a_server_reads_it(world, started):
    heard = []
    port = await world.serve(answers(GOOD, asked=heard), host="vendor.example")
    fields = "Proxy-Connection: keep-alive\r\nConnection: keep-alive\r\nCookie: a=1\r\n"
    answer = await said(await started(), ask("vendor.example", port, "/a%20b?c=d", fields=fields))
    assert answer.endswith(b"\r\n\r\nhello")
    lines = heard[0].decode().split("\r\n")
    assert lines[0] == "GET /a%20b?c=d HTTP/1.1"
    assert "Cookie: a=1" in lines
    assert [line for line in lines if "onnection" in line] == ["Connection: close"]


async def test_the_browser_is_told_that_a_plain_connection_is_for_one_request(world, started):
    kept_open = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok"
    port = await world.serve(kept_open, host="vendor.example")
    answer = await said(await started(), ask("vendor.example", port))
    assert answer.startswith(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n")
    assert b"keep-alive" not in answer
    assert answer.count(b"Connection: close\r\n") == 1


async def test_a_second_request_on_a_plain_connection_reaches_nobody(world, started):
    """A browser may send it for another host, which must be vetted and written down by its own."""
    heard = bytearray()

    async def listen(reader, writer):
        heard.extend(await reader.readuntil(b"hello"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
        await writer.drain()
        with suppress(TimeoutError):
            async with asyncio.timeout(0.3):
                heard.extend(await reader.read(100))
        writer.write(b"ok")

    port = await world.serve(listen, host="vendor.example")
    post = ask("vendor.example", port, method="POST", fields="Content-Length: 5\r\n", body="hello")
    await said(await started(), post + ask("other.example", port))
    assert heard.endswith(b"\r\n\r\nhello")


@pytest.mark.parametrize(
    "request_text",
    [
        "GET / HTTP/1.1\r\n\r\n",
        "GET ftp://vendor.example/ HTTP/1.1\r\n\r\n",
        "GET https://vendor.example/ HTTP/1.1\r\n\r\n",
        "CONNECT vendor.example:99999 HTTP/1.1\r\n\r\n",
        "CONNECT user@vendor.example:443 HTTP/1.1\r\n\r\n",
        "GET http://vendor.example/ HTTP/1.1 x\r\n\r\n",
        "GET http://vendor.example/" + "x" * 70000 + " HTTP/1.1\r\n\r\n",
        "\r\n\r\n",
    ],
)
async def test_what_is_no_request_of_a_browser_ends_the_connection(started, request_text):
    proxy = await started()
    assert await said(proxy, request_text) == b""
    assert not proxy.hosts


async def test_an_answer_that_is_none_ends_the_connection(world, started):
    port = await world.serve(b"garbage\r\n\r\n", host="vendor.example")
    assert await said(await started(), ask("vendor.example", port)) == b""


async def test_a_page_that_swallows_everything_is_cut_off(world, started, monkeypatch):
    monkeypatch.setattr(proxy_module, "MOST_BYTES", 200_000)
    port = await world.serve(b"x" * 5_000_000, host="vendor.example")
    proxy = await started()
    head = b"HTTP/1.1 200 Connection established\r\n\r\n"
    assert len(await said(proxy, tunnel("vendor.example", port), "GET / HTTP/1.1\r\n\r\n")) <= 200_000 + len(head)
    assert len(await said(proxy, tunnel("vendor.example", port), "GET / HTTP/1.1\r\n\r\n")) <= len(head)


async def test_a_page_of_endless_hosts_is_cut_off(world, started, monkeypatch):
    monkeypatch.setattr(proxy_module, "MOST_HOSTS", 2)
    monkeypatch.setattr(proxy_module, "MOST_CONNECTIONS", 4)
    proxy = await started([await world.names({})])
    answers_given = [await said(proxy, tunnel(f"h{n}.example", 443)) for n in range(6)]
    assert [bool(answer) for answer in answers_given] == [True] * 4 + [False] * 2
    assert len(proxy.hosts) == 2


async def test_silence_waits_for_whoever_is_being_connected_to(world, started):
    asked = asyncio.Event()

    class Slow(Names):
        async def resolve(self, *args, **more):
            asked.set()
            await asyncio.Event().wait()

    names = Slow((), ())
    async with Proxy(names, GuardedOpener(Guard(LOOPBACK))) as proxy, to(proxy) as (_, writer):
        await proxy.silence(0.0)
        writer.write(tunnel("slow.example", 443).encode())
        await asked.wait()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await proxy.silence(0.0)
    await names.close()


async def test_the_end_of_a_proxy_ends_all_that_goes_through_it(world, started):
    gone = asyncio.Event()

    async def stay(reader, writer):
        await reader.read()
        gone.set()

    port = await world.serve(stay, host="vendor.example")
    names = Names(tuple(world.overrides), ())
    proxy = Proxy(names, GuardedOpener(Guard(LOOPBACK)))
    await proxy.__aenter__()
    async with to(proxy) as (reader, writer):
        writer.write(tunnel("vendor.example", port).encode())
        await reader.readuntil(b"\r\n\r\n")
        await proxy.__aexit__(None, None, None)
        assert await reader.read() == b""
        await asyncio.wait_for(gone.wait(), 2)
    await names.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    st.binary(max_size=200) | st.text(max_size=100).map(lambda word: f"GET http://{word}/ HTTP/1.1\r\n\r\n".encode())
)
async def test_no_bytes_make_it_stumble(started, sent):
    proxy = await started(["127.0.0.1:9"])
    async with to(proxy) as (reader, writer):
        writer.write(sent)
        writer.write_eof()
        with suppress(ConnectionResetError):
            await reader.read()
    assert not proxy._tasks or not proxy.kept_from
