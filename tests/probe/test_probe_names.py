"""A name that does not exist is the party's doing; a resolver that fails is not."""

from __future__ import annotations

import errno
import socket

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.answers import Offer, Trouble
from monitor.probe import Override
from monitor.probe.outcome import told
from monitor.probe.record import Record
from tests.probe.probe_world import NODATA, NXDOMAIN, SERVFAIL, SILENT


@pytest.mark.parametrize(
    ("answer", "trouble", "unseen", "ours"),
    [
        (NXDOMAIN, Trouble.NO_SUCH_NAME, False, False),
        (NODATA, Trouble.NO_SUCH_NAME, False, False),
        (SERVFAIL, Trouble.SERVFAIL, True, False),
        (5, Trouble.SERVFAIL, True, False),
        (SILENT, Trouble.DNS_TIMEOUT, True, True),
    ],
)
async def test_what_the_resolver_says_is_told_apart(world, answer, trouble, unseen, ours):
    server = await world.names({"vendor.example": answer})
    probe = await world.probe(nameservers=(server,), timeout=0.4)
    exchange = await probe.fetch("https://vendor.example/")
    assert exchange.trouble is trouble
    assert (trouble.unseen, trouble.ours) == (unseen, ours)
    assert (await probe.shake("https://vendor.example/", Offer.OLD_VERSIONS)).trouble is trouble


async def test_no_resolver_listening_is_our_own_fault(world):
    with socket.socket(type=socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    probe = await world.probe(nameservers=(f"127.0.0.1:{port}",))
    trouble = (await probe.fetch("https://vendor.example/")).trouble
    assert trouble.ours


async def test_the_name_that_dns_knows_is_found(world):
    port = await world.serve()
    server = await world.names({"vendor.example": "127.0.0.1"})
    exchange = await (await world.probe(nameservers=(server,))).fetch(f"http://vendor.example:{port}/")
    assert exchange.final.status == 200


async def test_our_own_search_domains_are_not_tried(world):
    asked = []

    class Listening(dict):
        def get(self, host, default=None):
            asked.append(host)
            return default

    server = await world.names(Listening())
    await (await world.probe(nameservers=(server,))).fetch("http://vendor/")
    assert set(asked) == {"vendor"}


@pytest.mark.parametrize(
    ("text", "host", "addresses"),
    [
        ("www.vendor.example:443:192.0.2.7", "www.vendor.example", ("192.0.2.7",)),
        ("WWW.Vendor.Example.:443:192.0.2.7,192.0.2.8", "www.vendor.example", ("192.0.2.7", "192.0.2.8")),
        ("v6.example:443:[2001:db8::1]", "v6.example", ("2001:db8::1",)),
        ("v6.example:443:2001:db8::1", "v6.example", ("2001:db8::1",)),
        ("*:443:192.0.2.7", "*", ("192.0.2.7",)),
    ],
)
def test_an_override_is_written_as_curl_writes_it(text, host, addresses):
    assert Override.of(text) == Override(host, 443, addresses)


@pytest.mark.parametrize(
    "text", ["", "vendor.example", "vendor.example:443", "vendor.example:x:192.0.2.7", "v:0:192.0.2.7", "v:443:name"]
)
def test_an_override_that_cannot_be_read_says_how_to_write_it(text):
    with pytest.raises(ValueError, match="HOST:PORT:ADDRESS"):
        Override.of(text)


async def test_an_override_holds_for_its_port_only(world):
    port = await world.serve()
    probe = await world.probe(
        resolve=(Override("*", port, ("127.0.0.1",)), Override("a.example", 1, ("127.0.0.9",))),
        nameservers=(await world.names({}),),
    )
    assert (await probe.fetch(f"http://any.example:{port}/")).final.status == 200
    assert (
        await probe.fetch(f"http://any.example:{port + 1 if port < 65535 else 1024}/")
    ).trouble is Trouble.NO_SUCH_NAME


@given(st.sampled_from([*errno.errorcode, None, 0, -1]), st.booleans(), st.booleans())
def test_every_system_error_has_a_word(code, opened, secured):
    record = Record(1.0, opened=("1.1.1.1", 443) if opened else None, secured=2.0 if secured else 0.0)
    trouble, detail = told(OSError(code, "words"), record)
    assert isinstance(trouble, Trouble)
    assert detail
    if code in {errno.ENETUNREACH, errno.EMFILE, errno.ENETDOWN}:
        assert trouble.ours


def test_no_detail_repeats_what_a_server_sent():
    refused = aiohttp.ClientPayloadError("secret body")
    assert "secret" not in told(refused, Record(1.0))[1]
