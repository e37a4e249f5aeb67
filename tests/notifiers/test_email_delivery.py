"""Letters handed to real servers: what counts as sent, what is tried again, what is given up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.demo.sink import HANG_UP, MailSink
from notifiers.contract import Permanent, Temporary, TooLarge

A, B = "a@acme-print.example", "b@acme-print.example"


@pytest.fixture
async def sink():
    async with MailSink() as sink:
        yield sink


async def test_a_letter_arrives_as_it_was_written(sink, channel, letter):
    receipt = await channel(sink).send(letter(to=(A, B), reply_to="reviewer-1@impress.example"))
    (mail,) = sink.mails
    assert receipt.reply == "250 OK"
    assert (mail.sender, mail.to) == ("itaku@group.example", (A, B))
    assert mail.author == "架空出版 委託先管理 <itaku@group.example>"
    assert mail.subject == "【要回答・12/31(木)まで】安全管理措置の確認 [ITK-000123]"
    assert mail.text == "回答をお願いします。\r\n"
    assert "<p>回答をお願いします。</p>" in mail.html
    assert mail.header("message-id") == "<ob.01J9.0@group.example>"


async def test_fifty_times_451_loses_nothing(sink, channel, letter):
    sink.answer = lambda envelope, number: "451 4.7.1 Greylisted, come back in 60 seconds" if number <= 50 else "250 OK"
    email = channel(sink)
    for _ in range(50):
        with pytest.raises(Temporary) as again:
            await email.send(letter())
        assert again.value.delay == timedelta(seconds=60)
    await email.send(letter())
    (mail,) = sink.mails
    assert mail.header("Message-ID") == letter().message_id
    assert sink.connections == 1


async def test_a_dead_mailbox_among_two_is_named_and_the_other_served(sink, channel, letter):
    sink.answer_recipient = lambda address: "550 5.1.1 no such user" if address == B else "250 OK"
    receipt = await channel(sink).send(letter(to=(A, B)))
    assert dict(receipt.refused) == {B: "550 5.1.1 no such user"}
    assert sink.mails[0].to == (A,)


async def test_a_greylisted_mailbox_among_two_is_left_for_later(sink, channel, letter):
    sink.answer_recipient = lambda address: "451 4.7.1 later" if address == B else "250 OK"
    with pytest.raises(Temporary) as again:
        await channel(sink).send(letter(to=(A, B)))
    assert again.value.part.left == (B,)
    assert sink.mails[0].to == (A,)


async def test_dead_mailboxes_only_are_final(sink, channel, letter):
    sink.answer_recipient = lambda address: "550 5.1.1 no such user"
    with pytest.raises(Permanent) as end:
        await channel(sink).send(letter(to=(A, B)))
    assert set(end.value.refused) == {A, B}
    assert not sink.mails


async def test_an_address_that_cannot_be_told_is_refused_here_and_the_others_served(sink, channel, letter):
    receipt = await channel(sink).send(letter(to=("担当@acme-print.example", A, "x@y.example\r\nBcc: z@y.example")))
    assert set(receipt.refused) == {"担当@acme-print.example", "x@y.example\r\nBcc: z@y.example"}
    assert sink.mails[0].to == (A,)
    assert sink.mails[0].header("To") == A


@pytest.mark.parametrize("to", [(), ("担当@acme-print.example",)])
async def test_a_letter_to_nobody_is_final_and_opens_no_connection(sink, channel, letter, to):
    with pytest.raises(Permanent) as end:
        await channel(sink).send(letter(to=to))
    assert set(end.value.refused) == set(to)
    assert sink.connections == 0


async def test_the_same_mailbox_twice_is_told_once(sink, channel, letter):
    await channel(sink).send(letter(to=("a@日本語.example", "a@xn--wgv71a119e.example")))
    assert sink.mails[0].to == ("a@xn--wgv71a119e.example",)


async def test_a_carriers_odd_address_reaches_the_server(sink, channel, letter):
    receipt = await channel(sink).send(letter(to=("hanako.@docomo.ne.jp",)))
    assert not receipt.refused
    assert b'To: "hanako."@docomo.ne.jp\r\n' in sink.mails[0].raw


async def test_a_reply_to_that_cannot_be_written_does_not_cost_the_letter(sink, channel, letter, caplog):
    await channel(sink).send(letter(reply_to="担当@impress.example"))
    assert sink.mails[0].header("Reply-To") == ""
    assert letter().message_id in caplog.text
    assert "担当" not in caplog.text


async def test_a_letter_refused_after_its_last_line_is_final(sink, channel, letter):
    sink.answer = lambda envelope, number: "552 5.3.4 too big"
    with pytest.raises(TooLarge, match=r"552 5\.3\.4 too big"):
        await channel(sink).send(letter())


async def test_a_dot_at_the_start_of_a_line_is_no_end(scripted, channel, letter, sink):
    await channel(sink).send(letter(html="", text=".\r\n.x\r\n\r\n.\r\nrest"))
    assert sink.mails[0].text == ".\r\n.x\r\n\r\n.\r\nrest\r\n"


async def test_no_answer_to_the_last_line_is_not_sent(sink, channel, letter):
    sink.answer = lambda envelope, number: HANG_UP if number == 1 else "250 OK"
    email = channel(sink)
    with pytest.raises(Temporary, match="broke off"):
        await email.send(letter())
    await email.send(letter())
    assert sink.connections == 2
    assert len(sink.mails) == 1


async def test_a_line_cut_in_the_middle_of_a_letter_is_tried_again(scripted, channel, letter):
    server = await scripted({"BODY": scripted.CUT}, {})
    email = channel(server)
    with pytest.raises(Temporary, match="broke off"):
        await email.send(letter(text="long " * 100_000))
    await email.send(letter())
    assert server.heard[1][-1] == "END"


@pytest.mark.parametrize("verb", ["GREETING", "EHLO", "MAIL", "RCPT", "DATA", "END"])
async def test_421_is_temporary_wherever_it_comes(scripted, channel, letter, verb):
    server = await scripted({verb: "421 4.3.2 shutting down, back in 5 minutes"}, {})
    email = channel(server)
    with pytest.raises(Temporary, match="shutting down") as again:
        await email.send(letter(to=(A, B)))
    assert again.value.delay == timedelta(minutes=5)
    assert not again.value.fault
    await email.send(letter())


@pytest.mark.parametrize("verb", ["GREETING", "EHLO", "MAIL", "RCPT", "DATA", "END"])
async def test_a_server_that_hangs_up_is_tried_again(scripted, channel, letter, verb):
    server = await scripted({verb: scripted.CUT}, {})
    email = channel(server)
    with pytest.raises(Temporary):
        await email.send(letter())
    await email.send(letter())


@pytest.mark.parametrize("verb", ["GREETING", "EHLO", "MAIL", "RCPT", "DATA", "END"])
async def test_a_server_that_says_nothing_is_not_waited_for_for_ever(scripted, channel, letter, verb):
    server = await scripted({verb: scripted.HANG})
    with pytest.raises(Temporary, match="does not answer in time"):
        await channel(server, timeout=0.05).send(letter())


@pytest.mark.parametrize("verb", ["GREETING", "EHLO", "MAIL", "RCPT", "DATA", "END"])
async def test_nonsense_instead_of_a_reply_is_trouble_and_no_verdict(scripted, channel, letter, verb):
    server = await scripted({verb: "so sorry"}, {})
    email = channel(server)
    with pytest.raises(Temporary):
        await email.send(letter())
    await email.send(letter())
    assert len(server.heard) == 2


@pytest.mark.parametrize("early", ["250 thanks already", "251 forwarding", "220 hello again"])
async def test_a_yes_before_the_letter_was_said_is_not_sent(scripted, channel, letter, early):
    server = await scripted({"DATA": early}, {})
    with pytest.raises(Temporary):
        await channel(server).send(letter())
    assert "END" not in server.heard[0]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ({"GREETING": "554 5.7.1 no service for you"}, "no service for you"),
        ({"EHLO": "550 who are you", "HELO": "550 who are you"}, "who are you"),
        ({"MAIL": "550 5.7.1 not your address"}, r"check \[mail\] from"),
        ({"MAIL": "530 5.7.0 log in first"}, "check .* username and password_file"),
        ({"RCPT": "554 5.7.1 relay access denied"}, "our rights"),
    ],
)
async def test_what_the_server_says_against_us_burns_no_letter(scripted, channel, letter, script, words):
    server = await scripted(script)
    with pytest.raises(Temporary, match=words) as again:
        await channel(server).send(letter())
    assert again.value.fault


async def test_a_letter_that_the_server_finds_too_big_is_final(scripted, channel, letter):
    server = await scripted({"EHLO": "250-hello\r\n250 SIZE 1000", "MAIL": "552 5.3.4 too big"})
    with pytest.raises(Permanent, match="too big"):
        await channel(server).send(letter())


async def test_a_server_from_before_ehlo_still_gets_its_mail(scripted, channel, letter):
    server = await scripted({"EHLO": "500 what?"})
    await channel(server).send(letter())
    assert server.heard[0][:3] == ["EHLO", "HELO", "MAIL"]


async def test_no_server_at_all_is_temporary(channel, letter):
    async with MailSink() as gone:
        pass
    with pytest.raises(Temporary, match=r"127\.0\.0\.1"):
        await channel(gone).send(letter())
