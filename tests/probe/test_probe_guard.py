"""Nobody outside makes us look into our own networks, however the address is written."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.answers import Offer, Trouble
from monitor import target
from monitor.probe import BadUrl, Guard, read_target
from monitor.probe.guard import public, unwrapped
from monitor.target import canonical_host
from tests.probe.probe_world import GOOD, answers, page

SECRET_ADDRESSES = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]
PUBLIC_ADDRESSES = [
    "1.1.1.1",
    "100.63.255.255",
    "100.128.0.0",
    "172.32.0.1",
    "192.0.1.1",
    "223.255.255.255",
    "2001:200::1",
    "2606:4700::1111",
    "::ffff:1.1.1.1",
    "64:ff9b::101:101",
]
LOOPBACK_SPELLINGS = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://0x7f.1/",
    "http://0x7f.0x0.0x0.0x1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://127.0.0.1./",
    "http://127.0.0.1../",
    "http://１２７.０.０.１/",
    "http://①②⑦.0.0.1/",
    "http://127。0。0。1/",
    "http://127．0．0．1/",
    "http://%31%32%37.0.0.1/",
    "http://127.0.0.1%2e/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://0/",
    "http://0.0.0.0/",
    "http://LOCALHOST/",
    "http://localhost./",
]
addresses = st.ip_addresses()


@pytest.mark.parametrize("text", SECRET_ADDRESSES)
def test_an_address_that_is_not_public_is_refused(text):
    assert Guard().refusal(text, 443) is Trouble.GUARD_ADDRESS


@pytest.mark.parametrize("text", PUBLIC_ADDRESSES)
def test_a_public_address_is_let_through(text):
    assert Guard().refusal(text, 443) is None


@pytest.mark.parametrize("text", ["", "localhost", "127.1", "1.1.1.1.1", "::g"])
def test_what_is_no_address_is_refused(text):
    assert Guard().refusal(text, 443) is Trouble.GUARD_ADDRESS


@given(addresses)
def test_the_guard_never_raises_and_says_the_same_twice(address):
    first = Guard().refusal(str(address), 443)
    assert first is Guard().refusal(str(address), 443)
    assert (first is None) is public(address)


@given(addresses)
def test_what_the_standard_library_calls_private_is_never_public(address):
    inner = unwrapped(address)
    if inner.is_private or inner.is_loopback or inner.is_link_local or inner.is_multicast or inner.is_unspecified:
        assert not public(address)


@given(st.ip_addresses(v=4))
def test_a_wrapped_address_is_judged_like_the_one_inside(address):
    mapped = IPv6Address(b"\0" * 10 + b"\xff\xff" + address.packed)
    nat64 = IPv6Address(IPv6Address("64:ff9b::").packed[:12] + address.packed)
    assert public(mapped) is public(nat64) is public(address)


@given(addresses)
def test_allowing_a_network_lets_its_addresses_through_and_no_others(address):
    network = ip_network("10.1.0.0/16")
    guard = Guard((network,))
    inside = isinstance(unwrapped(address), IPv4Address) and unwrapped(address) in network
    assert (guard.refusal(str(address), 443) is None) is (public(address) or inside)


def test_allowing_everything_lets_everything_through():
    guard = Guard(allow_all=True)
    assert all(guard.refusal(str(ip_address(text.partition("%")[0])), 443) is None for text in SECRET_ADDRESSES)


@pytest.mark.parametrize("port", [22, 25, 110, 143, 465, 587, 6667])
def test_ports_of_other_protocols_are_refused_everywhere(port):
    assert Guard(allow_all=True).refusal("1.1.1.1", port) is Trouble.GUARD_PORT


@given(st.integers(min_value=10081, max_value=65535))
def test_ordinary_high_ports_are_let_through(port):
    assert Guard().refusal("1.1.1.1", port) is None


@pytest.mark.parametrize("url", LOOPBACK_SPELLINGS)
async def test_no_spelling_of_loopback_gets_through(world, url):
    probe = await world.probe(allow_private=())
    exchange = await probe.fetch(url)
    assert exchange.trouble is Trouble.GUARD_ADDRESS
    assert exchange.trouble.unseen


@pytest.mark.parametrize("url", LOOPBACK_SPELLINGS)
async def test_no_redirect_to_loopback_gets_through(world, url):
    secret = []
    port = await world.serve(answers(GOOD, asked=secret))
    there = url.rstrip("/") + f":{port}/secret"
    start = await world.serve(
        page(f"Location: {there.encode().decode('latin-1')}", status="302 Found"), address="127.0.0.2"
    )
    probe = await world.probe(allow_private=(ip_network("127.0.0.2/32"),))
    exchange = await probe.fetch(f"http://127.0.0.2:{start}/")
    assert exchange.trouble is Trouble.GUARD_ADDRESS
    assert [hop.status for hop in exchange.hops] == [302, 0]
    assert not secret


async def test_a_name_that_resolves_to_loopback_is_refused(world):
    server = await world.names({"inside.example": "127.0.0.1", "metadata.example": "169.254.169.254"})
    probe = await world.probe(nameservers=(server,), allow_private=())
    for host in ("inside.example", "metadata.example"):
        assert (await probe.fetch(f"https://{host}/")).trouble is Trouble.GUARD_ADDRESS


async def test_a_name_that_resolves_differently_the_second_time_is_refused_then(world):
    secret = []
    port = await world.serve(answers(GOOD, asked=secret))
    server = await world.names({"rebind.example": ["127.0.0.2", "127.0.0.1"]})
    again = answers(page(f"Location: http://rebind.example:{port}/again", status="302 Found"))
    start = await world.serve(again, address="127.0.0.2")
    probe = await world.probe(nameservers=(server,), allow_private=(ip_network("127.0.0.2/32"),))
    exchange = await probe.fetch(f"http://rebind.example:{start}/")
    assert exchange.first.status == 302
    assert exchange.trouble is Trouble.GUARD_ADDRESS
    assert not secret


async def test_an_override_does_not_get_around_the_guard(world):
    port = await world.serve(host="vendor.example")
    probe = await world.probe(allow_private=())
    assert (await probe.fetch(f"http://vendor.example:{port}/")).trouble is Trouble.GUARD_ADDRESS


async def test_handshakes_for_their_own_sake_pass_the_same_guard(world):
    url = await world.secure()
    probe = await world.probe(allow_private=())
    assert (await probe.shake(url, Offer.OLD_VERSIONS)).trouble is Trouble.GUARD_ADDRESS
    address = await probe.shake("https://127.1:8443/", Offer.OLD_VERSIONS)
    assert address.trouble is Trouble.GUARD_ADDRESS


async def test_a_foreign_port_is_refused_even_behind_a_redirect(world):
    url = await world.plain(page("Location: http://vendor.example:25/", status="302 Found"))
    probe = await world.probe(resolve=(*world.overrides, *(type(o)(o.host, 25, o.addresses) for o in world.overrides)))
    assert (await probe.fetch(url)).trouble is Trouble.GUARD_PORT


@given(st.text(max_size=60))
def test_reading_a_url_either_works_or_says_what_is_wrong(text):
    for candidate in (text, f"http://{text}/", f"https://a.example/{text}"):
        with suppress(BadUrl):
            target = read_target(candidate)
            assert target.host.isascii()
            assert target.host == canonical_host(target.host)


@given(st.ip_addresses(v=4))
def test_every_number_that_means_an_address_is_read_as_that_address(address):
    number = int(address)
    octets = address.packed
    spellings = [
        str(number),
        hex(number),
        f"0{number:o}",
        ".".join(f"0x{octet:x}" for octet in octets),
        ".".join(f"0{octet:o}" for octet in octets),
        f"{octets[0]}.{number & 0xFFFFFF}",
        f"{octets[0]}.{octets[1]}.{number & 0xFFFF}",
        f"{address}.",
    ]
    assert {read_target(f"http://{spelling}/").host for spelling in spellings} == {str(address)}


def test_long_urls_of_redirects_are_read_and_not_remembered():
    before = target._read.cache_info().currsize
    assert read_target(f"https://long.example/{'a' * 5000}").host == "long.example"
    assert target._read.cache_info().currsize == before
