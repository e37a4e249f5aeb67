"""One conversation carries many letters; a broken one carries none."""

from __future__ import annotations

import asyncio

import pytest

from monitor.demo.sink import MailSink
from notifiers.contract import Temporary


@pytest.fixture
async def sink():
    async with MailSink() as sink:
        yield sink


def many(letter, count):
    return [letter(message_id=f"<ob.{number}.0@group.example>") for number in range(count)]


async def until(condition):
    while not condition():  # noqa: ASYNC110 - a handful of turns of the loop, under the time limit of the test
        await asyncio.sleep(0)


async def test_twenty_letters_one_after_the_other_share_one_connection(sink, channel, letter):
    email = channel(sink)
    for one in many(letter, 20):
        await email.send(one)
    assert len(sink.mails) == 20
    assert sink.connections == 1


async def test_a_hundred_letters_at_once_use_two_connections_and_no_more(sink, channel, letter):
    email = channel(sink)
    await asyncio.gather(*map(email.send, many(letter, 100)))
    assert len({mail.header("Message-ID") for mail in sink.mails}) == 100
    assert sink.connections == 2


async def test_a_refused_letter_leaves_nothing_behind_for_the_next(sink, channel, letter):
    sink.answer = lambda envelope, number: "451 later" if number == 1 else "250 OK"
    email = channel(sink)
    with pytest.raises(Temporary):
        await email.send(letter(to=("a@acme.example",)))
    await email.send(letter(to=("b@acme.example",)))
    assert sink.mails[0].to == ("b@acme.example",)
    assert sink.connections == 1


async def test_a_server_that_closed_an_idle_connection_costs_no_try(sink, channel, letter):
    email = channel(sink)
    for one in many(letter, 3):
        await email.send(one)
        sink.hang_up()
    assert len(sink.mails) == 3
    assert sink.connections == 3


async def test_a_server_that_no_longer_knows_an_idle_connection_costs_no_try(scripted, channel, letter):
    server = await scripted(
        {"RSET": "421 4.4.2 you were idle too long"}, {"RSET": scripted.CUT}, {"RSET": "500 what?"}, {}
    )
    email = channel(server)
    for one in many(letter, 4):
        await email.send(one)
    assert [verbs[-1] for verbs in server.heard[:3]] == ["RSET"] * 3


async def test_an_idle_connection_that_is_silent_costs_no_try(scripted, channel, letter):
    server = await scripted({"RSET": scripted.HANG}, {})
    email = channel(server, timeout=0.1)
    await email.send(letter())
    await email.send(letter())
    assert len(server.heard) == 2


async def test_a_connection_is_worn_after_so_many_letters(sink, channel, letter):
    email = channel(sink, letters=3)
    for one in many(letter, 7):
        await email.send(one)
    assert sink.connections == 3


async def test_an_idle_connection_says_goodbye_by_itself(scripted, channel, letter):
    server = await scripted({})
    await channel(server, idle=0.0).send(letter())
    await until(lambda: server.heard[0][-1] == "QUIT")


async def test_closing_says_goodbye(scripted, channel, letter):
    server = await scripted({})
    email = channel(server)
    await email.send(letter())
    await email.aclose()
    assert server.heard[0][-1] == "QUIT"


async def test_a_letter_on_its_way_while_we_close_is_finished(scripted, channel, letter):
    server = await scripted({})
    email = channel(server)
    sending = asyncio.create_task(email.send(letter()))
    await until(lambda: server.heard and "MAIL" in server.heard[0])
    await email.aclose()
    assert (await sending).reply == "250 fine"
    await until(lambda: server.heard[0][-1] == "QUIT")


@pytest.mark.parametrize("verb", ["GREETING", "EHLO", "MAIL", "RCPT", "DATA", "END"])
async def test_a_cancelled_letter_takes_its_connection_with_it(scripted, channel, letter, verb):
    server = await scripted({verb: scripted.HANG}, {})
    email = channel(server, connections=1)
    sending = asyncio.create_task(email.send(letter()))
    await server.reached.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    await server.gone.wait()
    await email.send(letter())
    assert len(server.heard) == 2


async def test_half_a_letter_that_is_cancelled_never_becomes_a_whole_one(scripted, channel, letter):
    server = await scripted({"BODY": scripted.HANG})
    sending = asyncio.create_task(channel(server, timeout=5.0).send(letter(html="", text="long " * 2_000_000)))
    await server.reached.wait()
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    server.gone.set()
    await server.finished.wait()
    assert not server.letter.endswith(b"\r\n.\r\n")


async def test_a_letter_cancelled_while_it_waits_for_its_turn_blocks_nobody(scripted, channel, letter):
    server = await scripted({"END": scripted.HANG}, {})
    email = channel(server, connections=1)
    first, second = (asyncio.create_task(email.send(one)) for one in many(letter, 2))
    await server.reached.wait()
    second.cancel()
    first.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    await email.send(letter())
    assert len(server.heard) == 2


async def test_a_cancel_while_an_idle_connection_is_asked_leaves_no_half_conversation(scripted, channel, letter):
    server = await scripted({"RSET": scripted.HANG}, {})
    email = channel(server)
    await email.send(letter())
    sending = asyncio.create_task(email.send(letter()))
    await server.reached.wait()
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    await server.gone.wait()
    await email.send(letter())


async def test_a_server_that_failed_us_is_left_alone_for_a_while(scripted, channel, letter):
    server = await scripted({"GREETING": "554 go away"})
    email = channel(server, pause=60.0)
    results = await asyncio.gather(*map(email.send, many(letter, 50)), return_exceptions=True)
    assert all(isinstance(result, Temporary) and result.fault and "go away" in result.reason for result in results)
    assert len(server.heard) <= 2


async def test_the_pause_begins_when_the_server_has_failed_us_and_not_before(scripted, channel, letter):
    server = await scripted({"GREETING": scripted.HANG})
    email = channel(server, timeout=0.2, pause=0.15)
    for _ in range(2):
        with pytest.raises(Temporary, match="in time"):
            await email.send(letter())
    assert len(server.heard) == 1


async def test_a_successful_check_ends_the_pause(scripted, channel, letter):
    server = await scripted({"GREETING": "421 later"}, {})
    email = channel(server, pause=60.0)
    with pytest.raises(Temporary):
        await email.send(letter())
    await email.check()
    await email.send(letter())


async def test_a_refused_letter_is_no_reason_to_leave_the_server_alone(scripted, channel, letter):
    server = await scripted({"MAIL": "451 not this one"}, {})
    email = channel(server, pause=60.0, letters=1)
    with pytest.raises(Temporary):
        await email.send(letter())
    await email.send(letter())


async def test_a_check_says_hello_and_goodbye_and_sends_nothing(scripted, channel):
    server = await scripted({})
    await channel(server).check()
    assert server.heard == [["EHLO", "QUIT"]]
