"""Trust is decided as browsers decide it, and the certificate does not vanish on the day when it is wanted."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from checks.answers import Offer, Trouble
from monitor.probe.trust import Trust
from tests.probe.probe_world import Authority, dressed, self_signed

NOW = datetime.now(UTC)  # noqa: TID251 - real handshakes are judged by the real clock
YESTERDAY, TOMORROW = NOW - timedelta(days=1), NOW + timedelta(days=1)
HOST = "vendor.example"


def expired(authority):
    return authority.issue(HOST, ends=YESTERDAY)


def not_yet_valid(authority):
    return authority.issue(HOST, begins=TOMORROW)


def for_another_name(authority):
    return authority.issue("other.example")


def with_a_common_name_only(authority):
    return authority.issue()


def signed_by_itself(_authority):
    return self_signed(HOST)


def of_an_unknown_authority(_authority):
    return Authority("stranger").issue(HOST)


UNTRUSTED = {
    expired: {10},
    not_yet_valid: {9},
    for_another_name: {62},
    with_a_common_name_only: {62},
    signed_by_itself: {18},
    of_an_unknown_authority: {20, 21},
}


@pytest.mark.parametrize(("make", "codes"), UNTRUSTED.items(), ids=[make.__name__ for make in UNTRUSTED])
async def test_a_certificate_that_is_refused_is_kept_with_the_reason(world, make, codes):
    issued = make(world.authority)
    hop = (await world.look(await world.secure(issued=issued))).final
    assert hop.trouble is Trouble.CERTIFICATE
    assert hop.tls.verify_code in codes
    assert hop.tls.verify_text
    assert hop.tls.chain == (issued.der,)
    assert len(hop.tls.sha256) == 64
    assert hop.status == 0  # nothing was asked of a server that nobody vouches for


async def test_a_missing_intermediate_is_refused_and_a_sent_one_is_not(world):
    issued = world.authority.issue(HOST, by=world.authority.intermediate())
    whole = (await world.look(await world.secure(issued=issued))).final
    assert (whole.status, whole.tls.verify_code, whole.tls.chain) == (200, 0, (issued.der,))
    world.overrides.clear()
    cut = (await world.look(await world.secure(issued=issued, with_chain=False))).final
    assert (cut.trouble, cut.tls.verify_code in {20, 21}) == (Trouble.CERTIFICATE, True)


async def test_the_whole_chain_is_kept_where_trust_failed(world):
    stranger = Authority("stranger")
    issued = stranger.issue(HOST, by=stranger.intermediate())
    hop = (await world.look(await world.secure(issued=issued))).final
    assert len(hop.tls.chain) == 2
    assert hop.tls.chain[0] == issued.der


async def test_a_chain_that_only_strictness_objects_to_is_accepted(world):
    world.authority = Authority("lax", strict=False)
    await world.trust(world.authority.root)
    hop = (await world.look(await world.secure())).final
    assert (hop.status, hop.trouble) == (200, None)


async def test_strictness_is_off_whatever_the_interpreter_thinks(world):
    trust = await Trust.load(world.ca_file)
    assert not trust.verdict.verify_flags & ssl.VERIFY_X509_STRICT
    assert trust.verdict.check_hostname
    assert trust.verdict.verify_mode is ssl.CERT_REQUIRED
    assert not trust.verdict.hostname_checks_common_name


async def test_an_authority_between_may_be_the_trusted_one(world):
    between = world.authority.intermediate()
    await world.trust(between)
    hop = (await world.look(await world.secure(issued=world.authority.issue(HOST, by=between), with_chain=False))).final
    assert hop.status == 200


async def test_addresses_and_wildcards_in_the_san_hold(world):
    port = await world.serve(tls=await dressed(world.authority.issue("127.0.0.1")))
    url = await world.secure(issued=world.authority.issue("*.vendor.example"), host="www.vendor.example")
    probe = await world.probe()
    assert (await probe.fetch(f"https://127.0.0.1:{port}/")).final.status == 200
    assert (await probe.fetch(url)).final.status == 200


async def test_a_server_of_old_tls_alone_fails_and_shows_its_chain(world):
    issued = world.authority.issue(HOST)
    hop = (await world.look(await world.secure(issued=issued, old="only"))).final
    assert hop.trouble is Trouble.TLS_FAILED
    assert (hop.tls.version, hop.tls.chain) == ("TLSv1.1", (issued.der,))


async def test_no_tls_at_all_is_told(world):
    async def bewildered(reader, writer):
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    port = await world.serve(bewildered, host=HOST)
    hop = (await world.look(f"https://{HOST}:{port}/")).final
    assert (hop.trouble, hop.tls) == (Trouble.TLS_FAILED, None)


@pytest.mark.parametrize(("old", "version"), [(False, None), ("too", "TLSv1.1"), ("only", "TLSv1.1")])
async def test_old_versions_are_really_offered(world, old, version):
    url = await world.secure(old=old)
    answer = await (await world.probe()).shake(url, Offer.OLD_VERSIONS)
    assert (answer.tls.version if answer.tls else None) == version
    assert answer.trouble is (None if version else Trouble.TLS_FAILED)


async def test_a_refusal_of_old_versions_is_remembered_and_an_acceptance_is_not(world, monkeypatch):
    refusing, accepting = await world.secure(host="new.example"), await world.secure(host="old.example", old="too")
    probe = await world.probe()
    opened = []
    monkeypatch.setattr(probe, "_opener", lambda info, opener=probe._opener: opened.append(info[4][1]) or opener(info))
    for _ in range(3):
        await probe.shake(refusing, Offer.OLD_VERSIONS)
        await probe.shake(accepting, Offer.OLD_VERSIONS)
    assert sorted(opened.count(port) for port in set(opened)) == [1, 3]


async def test_what_we_cannot_offer_ourselves_is_not_the_servers_refusal(world):
    url = await world.secure()
    probe = await world.probe()
    probe._trust.old.set_ciphers("ECDHE+AESGCM:@SECLEVEL=2")  # no suite of TLS 1.0 and 1.1 is left
    assert (await probe.shake(url, Offer.OLD_VERSIONS)).trouble is Trouble.LOCAL_FAULT


async def test_authorities_are_loaded_once_however_many_visits(world, monkeypatch):
    loaded = []
    original = ssl.SSLContext.load_default_certs
    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", lambda self: loaded.append(self) or original(self))
    url = await world.secure()
    probe = await world.probe()
    for _ in range(5):
        assert (await probe.fetch(url)).final.status == 200
    assert len(loaded) == 1


async def test_a_reload_learns_of_a_new_authority(world):
    newcomer = Authority("newcomer")
    url = await world.secure(issued=newcomer.issue(HOST))
    probe = await world.probe()
    assert (await probe.fetch(url)).trouble is Trouble.CERTIFICATE
    await world.trust(newcomer.root)
    await probe.reload()
    assert (await probe.fetch(url)).final.status == 200


async def test_every_visit_is_a_whole_handshake_and_sees_a_rotated_certificate(world):
    first, second = world.authority.issue(HOST), world.authority.issue(HOST)
    port = await world.serve(tls=await dressed(first), host=HOST)
    probe = await world.probe()
    before = await probe.fetch(f"https://{HOST}:{port}/")
    other = await world.serve(tls=await dressed(second), host=HOST)
    again = await world.look(f"https://{HOST}:{other}/")
    assert (before.final.tls.chain, again.final.tls.chain) == ((first.der,), (second.der,))


async def test_a_huge_chain_is_refused_and_costs_little(world):
    stranger = Authority("stranger")
    issued = stranger.issue(HOST)
    issued.above = (stranger.root.certificate,) * 600
    exchange = await world.look(await world.secure(issued=issued))
    assert exchange.trouble in {Trouble.TLS_FAILED, Trouble.CERTIFICATE}


async def test_a_short_rsa_key_is_still_shown(world):
    issued = world.authority.issue(HOST, key=rsa.generate_private_key(65537, 1024))
    hop = (await world.look(await world.secure(issued=issued))).final
    assert hop.tls.chain[0] == issued.der
