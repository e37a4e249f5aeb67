"""The whole message: both bodies, honest headers, nothing that a relay of forty years ago could not carry."""

from __future__ import annotations

import email.policy
import re
from datetime import UTC, datetime
from email import message_from_bytes

import pytest

from notifiers.email import compose
from notifiers.email.address import NotSendable

SENDER = "itaku@group.example"
EVERYTHING = "髙﨑 ㈱ 〜 𠮷 ① ｶﾞ 👩‍💼 ~ ' \" & < > ー－"
MALFORMED = ["<a b@c.example>", "no brackets", "<a@b>\r\nBcc: c@d.example", "<あ@b.example>", ""]
STYLED = """<!doctype html><html lang="ja"><head><style>
a.button { padding: 12px } @media (prefers-color-scheme: dark) { a.button { color: white } }
</style></head><body><a class="button" href="https://itaku.group.example/f/abc?x=1&amp;y=2">回答する</a></body></html>"""


def octets(letter):
    return compose(letter, SENDER).as_bytes()


def parsed(letter):
    return message_from_bytes(octets(letter), policy=email.policy.default)


def body(message, kind):
    return message.get_body(preferencelist=(kind,)).get_content().replace("\r\n", "\n")


def test_every_character_arrives_in_subject_and_both_bodies(letter):
    message = parsed(letter(subject=EVERYTHING, text=EVERYTHING, html=f"<p>{EVERYTHING[:-7]}</p>"))
    assert message["Subject"] == EVERYTHING
    assert body(message, "plain") == f"{EVERYTHING}\n"
    assert EVERYTHING[:20] in body(message, "html")


def test_nothing_on_the_wire_needs_more_than_seven_bits_or_a_long_line(letter):
    everything = {"subject": EVERYTHING * 5, "text": EVERYTHING * 200, "html": EVERYTHING * 200}
    wire = octets(letter(**everything, sender_name=EVERYTHING, headers={"X-Itaku-Reason": EVERYTHING}))
    assert wire.isascii()
    assert wire.count(b"\n") == wire.count(b"\r") == wire.count(b"\r\n")
    assert max(map(len, wire.split(b"\r\n"))) <= 78
    assert b"?==?" not in wire


def test_the_bodies_are_base64_in_utf_8(letter):
    parts = list(parsed(letter()).iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert {part["Content-Transfer-Encoding"] for part in parts} == {"base64"}
    assert {part.get_content_charset() for part in parts} == {"utf-8"}


def test_a_letter_without_html_is_plain_text(letter):
    message = parsed(letter(html=""))
    assert message.get_content_type() == "text/plain"
    assert body(message, "plain") == "回答をお願いします。\n"


def test_styles_are_inlined_and_the_dark_ones_kept(letter):
    html = body(parsed(letter(html=STYLED)), "html")
    assert re.search(r'<a [^>]*style="padding: 12px;"', html)
    assert "@media (prefers-color-scheme: dark)" in html
    assert 'href="https://itaku.group.example/f/abc?x=1&amp;y=2"' in html


def test_no_style_sheet_is_ever_fetched(letter, tmp_path):
    sheet = tmp_path / "sheet.css"
    sheet.write_text("p { color: red }")
    html = f'<html><head><link rel="stylesheet" href="{sheet.as_uri()}"></head><body><p>x</p></body></html>'
    assert "red" not in body(parsed(letter(html=html)), "html")


def test_half_a_surrogate_pair_spoils_one_character_and_not_the_letter(letter):
    message = parsed(letter(subject="a\ud83db", text="a\ud83db", html="<p>a\ud83db</p>", sender_name="\udc80"))
    assert message["Subject"] == "a b"
    assert body(message, "plain") == "a?b\n"


def test_the_date_is_the_letters_and_nobody_elses(letter):
    assert parsed(letter())["Date"] == "Tue, 01 Sep 2026 09:00:00 +0900"
    assert (
        parsed(letter(written_at=datetime(2031, 1, 2, 3, 4, 5, tzinfo=UTC)))["Date"]
        == "Thu, 02 Jan 2031 03:04:05 +0000"
    )


def test_a_date_without_a_zone_is_a_mistake(letter):
    with pytest.raises(ValueError, match="zone"):
        compose(letter(written_at=datetime(2026, 9, 1)), SENDER)  # noqa: DTZ001 - the mistake


def test_the_same_letter_is_the_same_octets(letter):
    assert octets(letter()) == octets(letter())


def test_it_says_that_a_machine_wrote_it(letter):
    message = parsed(letter())
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert message["Content-Language"] == "ja"


def test_the_company_speaks_and_its_person_gets_the_reply(letter):
    message = parsed(letter(reply_to="reviewer-1@impress.example"))
    (author,) = message["From"].addresses
    assert (author.display_name, author.addr_spec) == ("架空出版 委託先管理", SENDER)
    assert message["Reply-To"] == "reviewer-1@impress.example"


def test_a_reminder_hangs_below_the_first_letter_of_its_obligation(letter):
    root = "<ob.01J9.0@group.example>"
    message = parsed(letter(message_id="<ob.01J9.2@group.example>", references=(root,)))
    assert message["Message-ID"] == "<ob.01J9.2@group.example>"
    assert message["In-Reply-To"] == message["References"] == root


def test_the_first_letter_of_an_obligation_answers_none(letter):
    message = parsed(letter(references=("<ob.01J9.0@group.example>",)))
    assert message["In-Reply-To"] is None
    assert message["References"] is None


def test_a_letter_about_hundreds_of_obligations_keeps_its_headers_small(letter):
    roots = tuple(f"<ob.{number}.0@group.example>" for number in range(600))
    assert len(parsed(letter(references=roots))["References"].split()) == 30


def test_further_headers_are_passed_on(letter):
    message = parsed(letter(headers={"List-Id": "<attestation.impress.itaku.group.example>", "X-Itaku-Severity": "高"}))
    assert message["List-Id"] == "<attestation.impress.itaku.group.example>"
    assert message["X-Itaku-Severity"] == "高"


@pytest.mark.parametrize(
    "name", ["Bcc", "from", "Subject", "MIME-Version", "Content-Type", "Return-Path", "X: y", "X\r\nBcc", "", "件名"]
)
def test_a_letter_cannot_contradict_our_own_headers(letter, name):
    with pytest.raises(ValueError, match="header"):
        compose(letter(headers={name: "x"}), SENDER)


@pytest.mark.parametrize("field", ["subject", "sender_name", "language"])
@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\x0b", "\u2028", "\x85"])
def test_no_text_of_a_stranger_starts_a_header(letter, field, line_break):
    evil = f"x{line_break}Bcc: stranger@elsewhere.example{line_break}{line_break}<p>body</p>"
    message = parsed(letter(**{field: evil, "headers": {"X-Itaku-Reason": evil}}))
    assert message["Bcc"] is None
    assert body(message, "plain") == "回答をお願いします。\n"


@pytest.mark.parametrize("message_id", MALFORMED)
@pytest.mark.parametrize("where", ["message_id", "references"])
def test_a_malformed_identity_is_a_mistake(letter, message_id, where):
    with pytest.raises(ValueError, match="Message-ID"):
        compose(letter(**{where: message_id if where == "message_id" else (message_id,)}), SENDER)


@pytest.mark.parametrize("address", ["a@b.example\r\nBcc: c@d.example", "担当@acme.example"])
def test_an_address_is_never_cleaned_into_another(letter, address):
    with pytest.raises(NotSendable):
        compose(letter(to=(address,)), SENDER)


def test_odd_and_foreign_addresses_are_written_within_the_grammar(letter):
    wire = octets(letter(to=("hanako.@docomo.ne.jp", "info@日本語.example")))
    assert b'To: "hanako."@docomo.ne.jp, info@xn--wgv71a119e.example\r\n' in wire
