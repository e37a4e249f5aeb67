"""The mail server of the demo keeps what it is given, readable, and not without end."""

from __future__ import annotations

import pytest

from monitor.demo.sink import MailSink


@pytest.fixture
async def sink():
    async with MailSink(keep=3) as sink:
        yield sink


async def test_mails_are_numbered_in_their_order_and_only_the_latest_kept(sink, channel, letter):
    email = channel(sink)
    for number in range(1, 6):
        await email.send(letter(subject=f"第{number}号"))
    assert [(mail.id, mail.subject) for mail in sink.mails] == [(3, "第3号"), (4, "第4号"), (5, "第5号")]


async def test_a_mail_is_found_by_its_number_until_it_is_forgotten(sink, channel, letter):
    email = channel(sink)
    for _ in range(4):
        await email.send(letter())
    assert sink.find(1) is None
    assert sink.find(4).id == 4


async def test_a_long_japanese_name_is_shown_without_blanks_of_the_parsers_making(sink, channel, letter):
    name = "株式会社髙﨑架空出版ホールディングス 委託先管理事務局"
    await channel(sink).send(letter(sender_name=name))
    assert sink.mails[0].author == f"{name} <itaku@group.example>"


async def test_the_link_in_a_mail_can_be_followed_from_either_body(sink, channel, letter):
    link = "https://itaku.group.example/f/" + "t" * 43
    await channel(sink).send(letter(text=f"{link}\n", html=f'<p><a href="{link}">回答する</a></p>'))
    mail = sink.mails[0]
    assert link in mail.text.splitlines()
    assert f'href="{link}"' in mail.html


async def test_a_refused_mail_is_not_kept(sink, channel, letter):
    sink.answer = lambda envelope, number: "550 no"
    with pytest.raises(Exception, match="550 no"):
        await channel(sink).send(letter())
    assert not sink.mails
    assert sink.offered == 1


async def test_nothing_is_left_open_when_the_sink_closes(channel, letter):
    async with MailSink() as sink:
        await channel(sink).send(letter())
        assert sink.open == 1
    assert sink.open == 0
