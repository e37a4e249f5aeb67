"""Asking DNS: an answer is believed, silence and failure are said, and "there is nothing" needs two voices."""

from __future__ import annotations

import asyncio

import pytest
from dns_world import Zone, serving

from checks.answers import RecordType, Trouble
from monitor.probe import dns as probe_dns
from monitor.probe import resolver_at
from monitor.probe.dns import Directory

NAME = "acme.example"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(probe_dns, "ATTEMPT_SECONDS", 0.05)


async def ask(kind, *zones, name=NAME):
    if not zones:
        return await Directory(["127.0.0.1:1"]).query(name, kind)
    async with serving(zones[0]) as first:
        if len(zones) == 1:
            return await Directory([first]).query(name, kind)
        async with serving(zones[1]) as second:
            return await Directory([first, second]).query(name, kind)


async def test_records_come_as_zone_files_write_them():
    zone = Zone({(NAME, "MX"): ["20 b.example.", "10 a.example."]})
    found = await ask(RecordType.MX, zone)
    assert found.values == ("10 a.example.", "20 b.example.")
    assert found.exists
    assert found.trouble is None


async def test_the_strings_of_a_txt_are_one_text_without_quotes():
    zone = Zone({(NAME, "TXT"): ['"v=spf1 ip4:192.0.2.1 " "-all"']})
    assert (await ask(RecordType.TXT, zone)).values == ("v=spf1 ip4:192.0.2.1 -all",)


async def test_aliases_are_followed_and_named():
    zone = Zone({(NAME, "CNAME"): ["host.cloud.example."], ("host.cloud.example", "A"): ["192.0.2.7"]})
    found = await ask(RecordType.A, zone)
    assert found.values == ("192.0.2.7",)
    assert found.aliases == ("host.cloud.example",)


async def test_no_such_name_and_no_such_record_are_told_apart():
    zone = Zone({(NAME, "A"): ["192.0.2.7"]})
    assert (await ask(RecordType.MX, zone)).exists
    nowhere = await ask(RecordType.MX, zone, name="nowhere.example")
    assert not nowhere.exists
    assert nowhere.trouble is None


async def test_nothing_is_believed_only_when_the_second_resolver_says_so_too():
    empty, full = Zone(), Zone({(NAME, "TXT"): ["here"]})
    assert (await ask(RecordType.TXT, empty, full)).values == ("here",)
    assert not (await ask(RecordType.TXT, Zone(), Zone())).exists


@pytest.mark.parametrize(
    ("second", "trouble"), [({"fails": [NAME]}, Trouble.SERVFAIL), ({"silent": [NAME]}, Trouble.DNS_TIMEOUT)]
)
async def test_when_the_second_voice_fails_nothing_is_known(second, trouble):
    found = await ask(RecordType.TXT, Zone(), Zone(**second))
    assert found.trouble is trouble


async def test_a_failing_resolver_is_not_the_absence_of_a_record():
    found = await ask(RecordType.TXT, Zone(fails=[NAME]))
    assert found.trouble is Trouble.SERVFAIL
    assert found.unknown().reason == "dns.servfail"
    assert not found.unknown().fault


async def test_silence_is_our_trouble_and_not_the_partys():
    found = await ask(RecordType.TXT, Zone(silent=[NAME]))
    assert found.trouble is Trouble.DNS_TIMEOUT
    assert found.unknown().fault


async def test_a_silent_resolver_is_asked_last_for_a_while():
    silent, lively = Zone(silent=[NAME]), Zone({(NAME, "TXT"): ["here"]})
    async with serving(silent) as first, serving(lively) as second:
        directory = Directory([first, second])
        assert (await directory.query(NAME, RecordType.TXT)).values == ("here",)
        asked = len(silent.asked)
        assert (await directory.query(NAME, RecordType.TXT)).values == ("here",)
        assert len(silent.asked) == asked


@pytest.mark.parametrize("dead_first", [True, False])
async def test_a_resolver_that_is_dead_for_long_is_no_voice_while_another_is_left(dead_first):
    names = [f"n{number}.example" for number in range(probe_dns.SILENCES + 1)]
    async with serving(Zone(silent=names)) as dead, serving(Zone()) as lively:
        directory = Directory([dead, lively] if dead_first else [lively, dead])
        *_, found = [await directory.query(name, RecordType.TXT) for name in names]
    assert (found.values, found.trouble) == ((), None)


async def test_a_resolver_that_is_silent_to_everything_is_left_alone_for_a_while():
    silent = Zone(silent=[f"n{number}.example" for number in range(9)])
    async with serving(silent) as only:
        directory = Directory([only])
        for number in range(9):
            assert (await directory.query(f"n{number}.example", RecordType.A)).trouble is Trouble.DNS_TIMEOUT
    assert {name for name, _ in silent.asked} == {f"n{number}.example" for number in range(probe_dns.SILENCES)}


async def test_one_dead_name_among_lively_ones_silences_no_resolver():
    zone = Zone({(NAME, "TXT"): ["here"]}, silent=["dead.example"])
    async with serving(zone) as only:
        directory = Directory([only])
        for _ in range(probe_dns.SILENCES + 1):
            await directory.query("dead.example", RecordType.TXT)
            assert (await directory.query(NAME, RecordType.TXT)).values == ("here",)


async def test_dnssec_is_vouched_for_by_the_resolver():
    assert (await ask(RecordType.A, Zone({(NAME, "A"): ["192.0.2.1"]}, signed=True))).validated
    assert not (await ask(RecordType.A, Zone({(NAME, "A"): ["192.0.2.1"]}))).validated


async def test_a_name_that_cannot_be_one_does_not_exist():
    found = await ask(RecordType.A, Zone(), name=f"{'a' * 64}.example")
    assert not found.exists


async def test_rings_of_aliases_end():
    class Ring(Zone):
        def answer(self, query, name, kind):
            answer = super().answer(query, name, kind)
            answer.answer.clear()
            import dns.rrset

            for here, there in (("a.example.", "b.example."), ("b.example.", "a.example.")):
                answer.answer.append(dns.rrset.from_text(here, 60, "IN", "CNAME", there))
            return answer

    found = await ask(RecordType.A, Ring(), name="a.example")
    assert found.values == ()


async def test_no_more_questions_are_under_way_at_once_than_packets_survive(monkeypatch):
    monkeypatch.setattr(probe_dns, "ATTEMPT_SECONDS", 2.0)
    most = now = 0

    async def tried(question, server):
        nonlocal most, now
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1
        raise TimeoutError

    monkeypatch.setattr(probe_dns, "_tried", tried)
    directory = Directory(["127.0.0.1:53"])
    await asyncio.gather(*(directory.query(f"n{number}.example", RecordType.A) for number in range(100)))
    assert most == probe_dns.AT_ONCE


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("192.0.2.53", ("192.0.2.53", 53)),
        ("192.0.2.53:5353", ("192.0.2.53", 5353)),
        ("2001:db8::53", ("2001:db8::53", 53)),
        ("[2001:db8::53]", ("2001:db8::53", 53)),
        ("[2001:db8::53]:5353", ("2001:db8::53", 5353)),
    ],
)
def test_a_resolver_is_named_with_or_without_a_port(text, read):
    assert resolver_at(text) == read


@pytest.mark.parametrize(
    "text", ["", "dns.example", "192.0.2.53:", "192.0.2.53:0", "192.0.2.53:dns", "[2001:db8::53", ":53"]
)
def test_what_is_no_resolver_is_refused_by_name(text):
    with pytest.raises(ValueError, match="not the address of a resolver"):
        resolver_at(text)
