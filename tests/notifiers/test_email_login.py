"""Encryption and login: what is demanded is never traded for less, and no password ever leaves unprotected."""

from __future__ import annotations

import dataclasses
import hmac
from base64 import b64encode
from pathlib import Path

import pytest

from monitor.demo.sink import MailSink
from notifiers.contract import Temporary
from notifiers.email import EmailSettings

LOGIN = {"username": "itaku", "password": "correct-horse"}
USERS = {"itaku": "correct-horse"}


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize("login", [LOGIN, {}])
async def test_a_letter_travels_encrypted_with_and_without_login(channel, letter, certified, ca_file, tls, login):
    async with MailSink(tls=certified, implicit=tls == "implicit", users=USERS if login else None) as sink:
        email = channel(sink, tls=tls, ca_file=ca_file, **login)
        await email.check()
        await email.send(letter())
        await email.send(letter())
        assert len(sink.mails) == 2
        assert sink.connections == 2


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_a_certificate_of_an_unknown_authority_is_our_trouble_and_costs_no_letter(
    channel, letter, self_made, ca_file, tls
):
    async with MailSink(tls=self_made, implicit=tls == "implicit") as sink:
        with pytest.raises(Temporary, match=r"certificate that we do not trust.*ca_file") as again:
            await channel(sink, tls=tls, ca_file=ca_file).send(letter())
        assert again.value.fault
        assert not sink.mails


async def test_a_private_authority_is_not_trusted_unless_named(channel, letter, certified):
    async with MailSink(tls=certified, implicit=True) as sink:
        with pytest.raises(Temporary, match="do not trust"):
            await channel(sink, tls="implicit").send(letter())


async def test_a_certificate_for_another_name_is_not_accepted(channel, letter, misnamed, ca_file):
    async with MailSink(tls=misnamed, implicit=True) as sink:
        with pytest.raises(Temporary, match="do not trust") as again:
            await channel(sink, tls="implicit", ca_file=ca_file).send(letter())
        assert again.value.fault


async def test_a_server_without_starttls_gets_neither_letter_nor_password(channel, letter, scripted):
    server = await scripted({"EHLO": "250-hello\r\n250 AUTH PLAIN LOGIN"})
    with pytest.raises(Temporary, match="does not offer STARTTLS") as again:
        await channel(server, tls="starttls", **LOGIN).send(letter())
    assert again.value.fault
    assert server.heard == [["EHLO"]]


async def test_implicit_tls_on_a_plain_port_hints_at_the_setting(channel, letter):
    async with MailSink() as sink:
        with pytest.raises(Temporary, match=r"\[mail\] tls"):
            await channel(sink, tls="implicit").send(letter())


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_a_wrong_password_costs_no_letter_and_is_not_told(channel, letter, certified, ca_file, tls):
    async with MailSink(tls=certified, implicit=tls == "implicit", users=USERS) as sink:
        email = channel(sink, tls=tls, ca_file=ca_file, username="itaku", password="battery-staple")
        with pytest.raises(Temporary, match=r"username and password_file \(535") as again:
            await email.send(letter())
        assert again.value.fault
        assert "battery" not in again.value.reason
        with pytest.raises(Temporary):
            await email.check()


async def test_a_server_that_knows_no_login_is_told_apart_from_a_wrong_one(channel, letter, certified, ca_file):
    async with MailSink(tls=certified) as sink:
        with pytest.raises(Temporary, match="offers no login"):
            await channel(sink, tls="starttls", ca_file=ca_file, **LOGIN).send(letter())


async def test_a_server_that_demands_a_login_is_our_trouble(channel, letter, certified, ca_file):
    async with MailSink(tls=certified, users=USERS) as sink:
        with pytest.raises(Temporary, match=r"check .* username") as again:
            await channel(sink, tls="starttls", ca_file=ca_file).send(letter())
        assert again.value.fault


@pytest.mark.parametrize("refusal", [("535 5.7.8 wrong", 1), ("504 5.5.4 not this method", 2)])
async def test_a_wrong_password_is_tried_once_and_another_method_only_if_one_is_unknown(
    channel, letter, scripted, certified, ca_file, refusal
):
    answer, tries = refusal
    server = await scripted({"EHLO": "250-hello\r\n250 AUTH LOGIN PLAIN XOAUTH2", "AUTH": answer}, tls=certified)
    with pytest.raises(Temporary, match="does not accept our login") as again:
        await channel(server, tls="implicit", ca_file=ca_file, **LOGIN).send(letter())
    assert again.value.fault
    assert server.heard[0] == ["EHLO", *["AUTH"] * tries]


async def test_a_server_that_cannot_check_passwords_just_now_is_asked_again(
    channel, letter, scripted, certified, ca_file
):
    server = await scripted({"EHLO": "250-hello\r\n250 AUTH PLAIN", "AUTH": "454 4.7.0 directory away"}, tls=certified)
    with pytest.raises(Temporary, match="directory away") as again:
        await channel(server, tls="implicit", ca_file=ca_file, **LOGIN).send(letter())
    assert not again.value.fault


async def test_an_old_server_may_have_the_password_hashed(channel, letter, scripted, certified, ca_file):
    digest = hmac.new(LOGIN["password"].encode(), b"<1234@sink.example>", "md5").hexdigest()
    answer = b64encode(f"itaku {digest}".encode()).decode().upper()  # as the scripted server hears it
    challenge = {"EHLO": "250-hello\r\n250 AUTH CRAM-MD5", "AUTH": "334 PDEyMzRAc2luay5leGFtcGxlPg=="}
    server = await scripted(challenge | {answer: "235 welcome"}, tls=certified)
    await channel(server, tls="implicit", ca_file=ca_file, **LOGIN).send(letter())
    assert server.heard[0][:4] == ["EHLO", "AUTH", answer, "MAIL"]


async def test_a_missing_ca_file_is_our_trouble_and_named(channel, letter, tmp_path):
    async with MailSink() as sink:
        with pytest.raises(Temporary, match="ca_file cannot be used") as again:
            await channel(sink, tls="starttls", ca_file=tmp_path / "none.pem").send(letter())
        assert again.value.fault


def test_a_password_never_travels_over_an_open_line():
    with pytest.raises(ValueError, match="unencrypted"):
        EmailSettings(host="relay.example", sender="itaku@group.example", tls="none", **LOGIN)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"sender": "nobody"}, "from"),
        ({"host": ""}, "host"),
        ({"host": "two words"}, "host"),
        ({"host": "a..example"}, "host"),
        ({"hello": "x\r\nMAIL"}, "hello"),
        ({"tls": "perhaps"}, "tls"),
        ({"username": "itaku"}, "password"),
        ({"connections": 0}, "connections"),
        ({"timeout": 0.0}, "timeout"),
    ],
)
def test_a_wrong_setting_is_named_before_any_letter_is_at_stake(wrong, named):
    with pytest.raises(ValueError, match=named):
        EmailSettings(**({"host": "relay.example", "sender": "itaku@group.example"} | wrong))


def test_the_password_is_never_shown():
    settings = EmailSettings(host="relay.example", sender="itaku@group.example", ca_file=Path("ca.pem"), **LOGIN)
    assert "correct-horse" not in repr(settings)
    assert dataclasses.is_dataclass(settings)


def test_a_server_that_repeats_the_password_is_not_quoted():
    settings = EmailSettings(host="relay.example", sender="itaku@group.example", **LOGIN)
    told = "535 no: correct-horse Y29ycmVjdC1ob3JzZQ== AGl0YWt1AGNvcnJlY3QtaG9yc2U="
    assert settings.redacted(told) == "535 no: … … …"
