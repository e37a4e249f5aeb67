"""What a server would agree to besides the best, asked of real servers, and of stand-ins for what OpenSSL has dropped."""

from __future__ import annotations

import asyncio
import socket
import struct

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from checks.answers import Offer, Trouble
from checks.tls import TlsCheck
from checks.tls_offers import ASKED, GROUPS, REFUSED, asked
from monitor.probe import Override
from monitor.probe.hello import BROKEN, CURRENT, OFFERED, STATIC_RSA, TRIPLE_DES, chosen, hello

HOST = "vendor.example"
KEY = rsa.generate_private_key(65537, 2048)


@pytest.fixture
def serve(world):
    """A real server with an RSA key that takes these suites and no others below TLS 1.3."""

    async def start(suites, **changes):
        issued = world.authority.issue(HOST, key=KEY)
        url = await world.secure(issued=issued, suites=suites, **changes)
        return url, await world.probe()

    return start


@pytest.mark.parametrize(
    ("suites", "taken"),
    [
        ("ECDHE+AESGCM", {Offer.UP_TO_TLS_1_2}),
        ("AES128-SHA", {Offer.UP_TO_TLS_1_2, Offer.WEAK_SUITES, Offer.STATIC_RSA}),
        ("ECDHE+AESGCM:AES256-GCM-SHA384", {Offer.UP_TO_TLS_1_2, Offer.WEAK_SUITES, Offer.STATIC_RSA}),
        ("CAMELLIA256-SHA", {Offer.UP_TO_TLS_1_2, Offer.WEAK_SUITES, Offer.STATIC_RSA}),
        ("ECDHE-RSA-NULL-SHA", {Offer.UP_TO_TLS_1_2, Offer.WEAK_SUITES, Offer.BROKEN_SUITES}),
        ("NULL-SHA256", {Offer.UP_TO_TLS_1_2, Offer.WEAK_SUITES, Offer.BROKEN_SUITES}),
        ("AECDH-AES128-SHA", {Offer.UP_TO_TLS_1_2, Offer.WEAK_SUITES, Offer.BROKEN_SUITES}),
        ("NULL-SHA256:AES128-SHA", {Offer.UP_TO_TLS_1_2, Offer.WEAK_SUITES, Offer.BROKEN_SUITES, Offer.STATIC_RSA}),
    ],
)
async def test_a_server_takes_what_it_is_set_up_for_and_nothing_else(serve, suites, taken):
    url, probe = await serve(suites)
    answers = {offer: await probe.shake(url, offer) for offer in OFFERED}
    assert {offer for offer, answer in answers.items() if answer.tls} == taken
    assert {answer.trouble for offer, answer in answers.items() if offer not in taken} <= {Trouble.TLS_FAILED}
    assert all(answers[offer].tls.cipher in OFFERED[offer].values() for offer in taken)


async def test_the_version_that_was_agreed_on_comes_with_the_suite(serve):
    url, probe = await serve("ECDHE-RSA-AES128-SHA:AES128-SHA", old="only")
    answer = await probe.shake(url, Offer.UP_TO_TLS_1_2)
    assert answer.tls.version == "TLSv1.1"


async def test_a_server_of_tls_1_3_alone_takes_nothing_older(world):
    url = await world.secure(newest=True)
    probe = await world.probe()
    assert {(await probe.shake(url, offer)).trouble for offer in Offer} == {Trouble.TLS_FAILED}


async def test_a_name_is_told_to_servers_that_choose_by_it_and_an_address_is_not():
    assert HOST.encode() in hello(HOST, CURRENT)
    assert b"192.0.2.7" not in hello("192.0.2.7", CURRENT)


def picking(*codes, version=0x0303, session=b""):
    """A stand-in that picks the first of these suites that it is offered, and refuses where there is none."""

    async def talk(reader, writer):
        head = await reader.readexactly(5)
        said = await reader.readexactly(int.from_bytes(head[3:]))
        at = 4 + 2 + 32
        at += 1 + said[at]
        count = int.from_bytes(said[at : at + 2]) // 2
        offered = struct.unpack(f">{count}H", said[at + 2 : at + 2 + 2 * count])
        found = next((code for code in codes if code in offered), None)
        if found is None:
            writer.write(b"\x15\x03\x03\x00\x02\x02\x28")
            return
        body = struct.pack(">H", version) + bytes(32) + bytes([len(session)]) + session + struct.pack(">HB", found, 0)
        message = b"\x02" + len(body).to_bytes(3) + body
        answer = b"\x16\x03\x03" + struct.pack(">H", len(message)) + message
        for at in range(0, len(answer), 7):
            writer.write(answer[at : at + 7])
            for _ in range(5):  # the other side reads this piece before the next
                await asyncio.sleep(0)

    return talk


@pytest.mark.parametrize(
    ("code", "group"),
    [
        (0x0005, Offer.BROKEN_SUITES),
        (0xC011, Offer.BROKEN_SUITES),
        (0x0003, Offer.BROKEN_SUITES),
        (0x0009, Offer.BROKEN_SUITES),
        (0x001B, Offer.BROKEN_SUITES),
        (0x000A, Offer.TRIPLE_DES),
        (0xC012, Offer.TRIPLE_DES),
        (0x0007, Offer.STATIC_RSA),
    ],
)
async def test_what_our_own_openssl_no_longer_knows_is_asked_for_all_the_same(world, code, group):
    url = f"https://{HOST}:{await world.serve(picking(code, session=bytes(32)), host=HOST)}/"
    probe = await world.probe()
    answers = {offer: await probe.shake(url, offer) for offer in (*GROUPS, Offer.WEAK_SUITES)}
    assert {offer for offer, answer in answers.items() if answer.tls} == {group, Offer.WEAK_SUITES}
    assert answers[group].tls.cipher == OFFERED[group][code]
    said = await asked(url, probe, "TLSv1.3")
    assert said[ASKED[group]] == f"TLSv1.2 {OFFERED[group][code]}"
    assert [said[ASKED[other]] for other in GROUPS if other is not group] == [REFUSED, REFUSED]


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (b"\x15\x03\x01\x00\x02\x02\x46", Trouble.TLS_FAILED),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Trouble.TLS_FAILED),
        (b"\x16\x03\x03\x00\x04\x02\x00", Trouble.TLS_FAILED),
        (b"", Trouble.TLS_FAILED),
        (None, Trouble.TIMEOUT),
    ],
)
async def test_no_answer_in_time_is_no_refusal_and_everything_else_that_is_no_greeting_is(world, answer, trouble):
    async def talk(reader, writer):
        await reader.read(1)
        if answer is None:
            await asyncio.Event().wait()
        writer.write(answer)

    url = f"https://{HOST}:{await world.serve(talk, host=HOST)}/"
    assert (await (await world.probe(timeout=0.2)).shake(url, Offer.WEAK_SUITES)).trouble is trouble


async def test_where_nobody_listens_there_is_no_refusal(world):
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    world.overrides.append(Override(HOST, port, ("127.0.0.1",)))
    url = f"https://{HOST}:{port}/"
    assert (await (await world.probe()).shake(url, Offer.STATIC_RSA)).trouble is Trouble.REFUSED


@pytest.mark.parametrize("suites", ["ECDHE+AESGCM", "AES128-SHA", "NULL-SHA256:AES128-SHA:ECDHE+AESGCM"])
async def test_a_whole_look_makes_five_handshakes_at_the_most_beside_the_visit(world, suites):
    opened = []

    def counted(context):
        context.sni_callback = lambda *_: opened.append(1)
        return context

    issued = world.authority.issue(HOST, key=KEY)
    context = counted(await asyncio.to_thread(issued.server, suites=suites))
    url = f"https://{HOST}:{await world.serve(tls=context, host=HOST)}/"
    await TlsCheck().observe(url, await world.probe())
    assert len(opened) <= 6


def test_no_suite_stands_in_two_groups_and_none_of_today_is_weak():
    groups = (BROKEN, TRIPLE_DES, STATIC_RSA, CURRENT)
    assert len(set().union(*groups)) == sum(map(len, groups))
    names = [name for group in groups for name in group.values()]
    assert len(set(names)) == len(names)


@given(st.binary(max_size=120), st.sampled_from(sorted(BROKEN)))
def test_whatever_a_server_answers_is_a_yes_to_what_was_offered_or_a_no(junk, code):
    assert chosen(junk, BROKEN).trouble is Trouble.TLS_FAILED
    greeting = b"\x16\x03\x03\x00\x00\x02\x00\x00\x00\x03\x03" + bytes(32) + b"\x00" + struct.pack(">H", code) + junk
    assert chosen(greeting, BROKEN).tls.cipher == BROKEN[code]
    assert chosen(greeting, CURRENT).trouble is Trouble.TLS_FAILED
    assert chosen(greeting[: len(greeting) - len(junk) - 1], BROKEN).trouble is Trouble.TLS_FAILED
