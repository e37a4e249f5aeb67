"""Two visits to a registrable domain at a time, one to a host; and nobody's latency includes our own waiting."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.names import is_address, registrable
from monitor.probe.politeness import Turns
from tests.probe.probe_world import GOOD


class Crowd:
    """A server that remembers how many were there at once, over all and for each host."""

    def __init__(self, stay=0.04):
        self.stay = stay
        self.now, self.most = [], {}

    async def __call__(self, reader, writer):
        request = await reader.readuntil(b"\r\n\r\n")
        host = request.lower().partition(b"\r\nhost: ")[2].partition(b":")[0].decode()
        self.now.append(host)
        for key in ("all", host):
            there = len(self.now) if key == "all" else self.now.count(host)
            self.most[key] = max(self.most.get(key, 0), there)
        await asyncio.sleep(self.stay)
        self.now.remove(host)
        writer.write(GOOD)


async def crowded(world, hosts, **settings):
    crowd = Crowd()
    port = await world.serve(crowd)
    probe = await world.probe(resolve=(_everywhere(port),), **settings)
    exchanges = await asyncio.gather(*(probe.fetch(f"http://{host}:{port}/") for host in hosts))
    return crowd.most, exchanges


def _everywhere(port):
    from monitor.probe import Override

    return Override("*", port, ("127.0.0.1",))


async def test_one_host_has_one_visit_at_a_time(world):
    most, _ = await crowded(world, ["www.vendor.example"] * 4)
    assert most["all"] == 1


async def test_one_registrable_domain_has_two_visits_at_a_time(world):
    most, _ = await crowded(world, [f"h{number}.vendor.co.jp" for number in range(6)])
    assert most["all"] == 2


async def test_different_parties_are_visited_side_by_side_up_to_the_cap(world):
    most, _ = await crowded(world, [f"vendor-{number}.example" for number in range(12)], concurrency=5)
    assert most["all"] == 5


async def test_waiting_for_a_turn_is_neither_time_out_nor_latency(world):
    begun = asyncio.get_running_loop().time()
    _, exchanges = await crowded(world, ["www.vendor.example"] * 8, timeout=0.2)
    whole = asyncio.get_running_loop().time() - begun
    assert all(exchange.trouble is None for exchange in exchanges)
    assert max(exchange.took_ms for exchange in exchanges) < 1000 * whole / 2, "the last waited for seven others"


async def test_somebody_who_gives_up_waiting_blocks_nobody():
    turns = Turns(1, 2, 1)
    async with turns.turn("a.example"):
        waiting = [asyncio.create_task(_take(turns, host)) for host in ("a.example", "b.example", "a.example")]
        await asyncio.sleep(0)
        for task in waiting[:2]:
            task.cancel()
        await asyncio.gather(*waiting[:2], return_exceptions=True)
    await waiting[2]
    assert turns.under_way == 0
    assert not turns.hosts._gates
    assert not turns.domains._gates


async def _take(turns, host):
    async with turns.turn(host):
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.vendor.example", "vendor.example"),
        ("a.b.vendor.co.jp", "vendor.co.jp"),
        ("www.soumu.go.jp", "soumu.go.jp"),
        ("vendor.jp", "vendor.jp"),
        ("co.jp", "co.jp"),
        ("www.vendor.co.uk", "vendor.co.uk"),
        ("com.vendor.jp", "vendor.jp"),
        ("www.vendor.tokyo.jp", "vendor.tokyo.jp"),
        ("www.tokyo.example", "tokyo.example"),
        ("localhost", "localhost"),
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::1"),
    ],
)
def test_the_registered_part_of_a_name(host, domain):
    assert registrable(host) == domain


@given(st.lists(st.sampled_from(["www", "co", "ne", "vendor", "jp", "example", "uk"]), min_size=1, max_size=6))
def test_the_registered_part_is_a_tail_and_its_own_registered_part(labels):
    host = ".".join(labels)
    domain = registrable(host)
    assert host == domain or host.endswith(f".{domain}")
    assert registrable(domain) == domain


@given(
    st.one_of(st.ip_addresses().map(str), st.from_regex(r"[0-9a-fx.:%]{0,20}", fullmatch=True), st.text(max_size=20))
)
def test_an_address_is_told_from_a_name_as_the_library_tells_them(host):
    try:
        known = bool(ip_address(host))
    except ValueError:
        known = False
    assert is_address(host) == known
