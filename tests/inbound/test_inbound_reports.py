"""What mails are, whoever's server wrote them; and what nobody can do with one."""

from __future__ import annotations

import pytest
import shapes
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.inbound.excerpt import MOST, excerpt
from monitor.inbound.reading import KINDS, addressed_to, answered, read
from monitor.links import Keyring
from monitor.return_address import BOUNCE, REPLY, ReturnAddresses

RETURNS = ReturnAddresses(Keyring({"k2": b"b" * 32, "k1": b"a" * 32}), "bounce.example")
MAIL = "0123456789abcdef" * 2


@pytest.mark.parametrize("name", ["POSTFIX", "OPENSMTPD", "EXCHANGE", "EXIM", "QMAIL"])
def test_a_bounce_of_every_shape_names_the_reader_and_is_for_good(name):
    found = read(getattr(shapes, name))
    assert found.kind == "bounce"
    assert [(one.address, one.gone, one.hard, one.status[:2]) for one in found.failures] == [
        (shapes.ADDRESS, True, True, "5.")
    ]
    assert found.failures[0].why, "the other server's reason is told"


@pytest.mark.parametrize(("name", "kind", "hard"), [
    ("DELAYED", "delayed", [False]), ("GIVEN_UP", "bounce", [False]), ("DELIVERED", "auto-reply", []),
    ("ABSENT", "auto-reply", []), ("ABSENT_UNMARKED", "auto-reply", []), ("READ_RECEIPT", "auto-reply", []),
])  # fmt: skip
def test_what_is_no_hard_bounce_is_told_apart(name, kind, hard):
    found = read(getattr(shapes, name))
    assert (found.kind, [one.hard for one in found.failures]) == (kind, hard)


def test_somebody_who_quotes_a_bounce_is_no_bounce():
    text = "We got this:\n" + shapes.QMAIL.decode()
    assert read(shapes.reply(text, charset="utf-8")).kind == "reply"


def test_a_reply_in_an_old_encoding_is_read_without_what_it_quotes_and_without_the_link():
    text = "承知しました。\n明日回答します。itk_abcDEF123456\n\n2026年9月1日(火) 9:00 インプレス <itaku@itaku.example>:\n> 回答をお願いします\n> https://x.example/f/itk_secret"
    found = read(shapes.reply(text))
    assert (found.kind, found.subject, found.sender) == ("reply", "Re: 要回答", "privacy@acme.example")
    assert found.text == "承知しました。\n明日回答します。itk_…"


@pytest.mark.parametrize("announced", [
    "On Tue, 1 Sep 2026 at 09:00, Impress wrote:", "-----Original Message-----", "差出人: インプレス", "From: itaku@itaku.example",
    "________________________________", "2026/09/01 9:00、インプレスのメール:", "---- 元のメッセージ ----",
])  # fmt: skip
def test_what_programs_quote_is_cut_and_what_was_written_stays(announced):
    assert excerpt(f"Our answer.\n\n{announced}\nDear all,\nplease answer.") == "Our answer."


def test_who_writes_below_the_quotation_is_heard():
    assert excerpt("On 1 Sep Impress wrote:\n> please answer\n\nDone.").endswith("Done.")


@settings(deadline=None)
@given(st.text(max_size=3000))
def test_an_excerpt_is_bounded_and_holds_no_link(text):
    found = excerpt(text + " itk_AAAABBBBCCCC")
    assert len(found) <= MOST
    assert "itk_A" not in found
    assert "\x00" not in found
    assert "\u202e" not in found


@settings(deadline=None)
@given(st.binary(max_size=2000))
def test_no_octets_are_more_than_it_can_bear(octets):
    for raw in (
        octets,
        b"Return-Path: <>\n" + octets,
        shapes.POSTFIX[:300] + octets,
        shapes.reply("x").partition(b"\n\n")[0] + octets,
    ):
        assert read(raw).kind in KINDS
        assert len(list(addressed_to(raw))) >= 0
        assert isinstance(answered(raw), list)


@settings(deadline=None)
@given(
    st.integers(0, len(shapes.POSTFIX)),
    st.binary(max_size=40),
    st.sampled_from([shapes.POSTFIX, shapes.QMAIL, shapes.EXIM, shapes.ABSENT]),
)
def test_no_damaged_report_is_more_than_it_can_bear(place, octets, whole):
    assert read(whole[:place] + octets + whole[place + 5 :]).kind in KINDS


HOSTILE = {
    "a head without end": b"X: " + b"a" * 3_000_000,
    "a hundred thousand heads": b"X-A: b\r\n" * 100_000,
    "parts within parts": b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(5000)),
    "a thousand parts": b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n' + b"--x\r\n\r\na\r\n" * 20_000,
    "mails within mails": b"Content-Type: message/rfc822\r\n\r\n" * 8000,
    "an unknown charset": b'From: a@b.example\r\nSubject: =?klingon?b?AAAA?=\r\nContent-Type: text/plain; charset="klingon"\r\n\r\n\xff\xfe',
    "a subject in broken base64": b"From: a@b.example\r\nSubject: =?utf-8?b?6Ieq5YuV6L++//AA=?=\r\n\r\nx",
    "a null in its words": b"From: a@b.example\r\nSubject: a\x00b\r\n\r\n\x00",
    "a surrogate": b"From: a@b.example\r\nSubject: x\r\n\r\n" + b"\xed\xa0\x80",
}  # fmt: skip


@pytest.mark.parametrize(("before", "kind"), [(8_000, "bounce"), (40_000, "stray")])
def test_a_failure_is_guessed_from_the_beginning_of_a_mail_only(before, kind):
    head, _, body = shapes.QMAIL.partition(b"\n\n")
    assert read(head + b"\n\n" + b"An octet or two.\n" * (before // 17) + body).kind == kind


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mail_is_kept_and_harms_nobody(name):
    for raw in (HOSTILE[name], b"Return-Path: <>\r\n" + HOSTILE[name]):
        assert read(raw).kind in {"stray", "reply", "auto-reply"}
        list(addressed_to(raw))


def test_a_return_address_fits_is_ours_and_survives_shouting_and_new_keys():
    old = ReturnAddresses(Keyring({"k1": b"a" * 32}), "bounce.example").spell(BOUNCE, MAIL)
    local, _, domain = old.partition("@")
    assert (len(local) <= 64, domain) == (True, "bounce.example")
    assert RETURNS.read(f"<{old.upper()}>") == (BOUNCE, MAIL)


@settings(deadline=None)
@given(st.integers(0, 50), st.sampled_from("0123456789abcdef"))
def test_an_address_that_was_tampered_with_is_nobodys(place, digit):
    spelled = RETURNS.spell(BOUNCE, MAIL)
    changed = spelled[:place] + digit + spelled[place + 1 :]
    assert (RETURNS.read(changed) is None) == (changed != spelled)


def test_an_address_for_bounces_is_none_for_replies():
    spelled = RETURNS.spell(BOUNCE, MAIL)
    assert RETURNS.read("r" + spelled[1:]) is None
    assert RETURNS.read(spelled.replace("bounce.example", "other.example")) is None
    assert ReturnAddresses(RETURNS.keyring).spell(REPLY, MAIL) == ""
