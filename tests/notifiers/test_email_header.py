"""Header lines: whatever text goes in, the lines are legal and the reader gets the text back."""

from __future__ import annotations

import email.header
import email.policy
import re
from email import message_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifiers.email import header

JAPANESE = "髙﨑㈱〜𠮷①ｶﾞ🏢👩‍💼株式会社架空出版　委託先管理・・【要回答】12/31（木）安全管理措置の確認ー"
NAMES = st.text(alphabet=st.sampled_from(JAPANESE), min_size=1, max_size=80)
WORDS = ["安全", "TLS", "=?utf-8?b?44GC?=", "=?", "?=", "[ITK-000123]", "x" * 90, "　"]
TEXTS = st.one_of(
    st.text(max_size=200),
    st.text(alphabet=st.sampled_from(JAPANESE + ' aZ0[]()<>@,;:\\".=?_\r\n\t\x00'), max_size=200),
    st.lists(st.sampled_from(WORDS), max_size=20).map(" ".join),
)
BREAKS = ["\r\n", "\n", "\r", "\x00", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\ud83d"]


def written(line):
    return line.fold(policy=email.policy.SMTP)


def read(line):
    """As a reader does: unfold, drop the name, decode the words."""
    unfolded = written(line).removesuffix("\r\n").replace("\r\n", "")
    value = unfolded.removeprefix(f"{line.name}:").removeprefix(" ")
    return "".join(
        part if isinstance(part, str) else part.decode(charset or "ascii")
        for part, charset in email.header.decode_header(value)
    )


def assert_legal(line):
    wire = written(line)
    assert wire.isascii()
    assert wire.endswith("\r\n")
    assert "?==?" not in wire
    lines = wire.removesuffix("\r\n").split("\r\n")
    assert all(re.fullmatch(r"[\x20-\x7e]*", text) for text in lines)
    assert max(map(len, lines)) <= 76
    assert re.match(rf"{line.name}:( |$)", lines[0])
    assert all(re.match(r" [^ ]", text) for text in lines[1:])
    assert all(len(word) <= 75 for word in re.findall(r"=\?utf-8\?b\?[^?]*\?=", wire))


@given(TEXTS)
def test_any_subject_comes_back_as_it_was_in_legal_lines(text):
    line = header.text("Subject", text)
    assert_legal(line)
    assert read(line) == header.clean(text) == line


@pytest.mark.parametrize("length", range(1, 120))
def test_a_japanese_subject_of_any_length_is_read_right_by_pythons_own_parser(length):
    subject = (JAPANESE * 4).replace("　", "")[:length]
    wire = written(header.text("Subject", subject)).encode()
    assert message_from_bytes(wire, policy=email.policy.default)["Subject"] == subject


@given(NAMES)
def test_a_japanese_name_has_no_stray_spaces_and_no_glued_words(name):
    line = header.people("From", [(name, "itaku@group.example")])
    assert_legal(line)
    assert read(line) == f"{name} <itaku@group.example>"


@pytest.mark.parametrize("length", range(1, 15))
def test_a_name_of_usual_length_is_read_right_even_by_parsers_that_put_blanks_between_words(length):
    """Python's own is one of them, in the versions that we meet; up to 14 kanji are one word."""
    name = "株式会社髙﨑架空出版委託先管理"[:length]
    wire = written(header.people("From", [(name, "itaku@group.example")])).encode()
    (mailbox,) = message_from_bytes(wire, policy=email.policy.default)["From"].addresses
    assert (mailbox.display_name, mailbox.addr_spec) == (name, "itaku@group.example")


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_no_name_can_add_a_recipient_or_a_header(names):
    line = header.people("To", [(name, f"p{number}@acme.example") for number, name in enumerate(names)])
    assert_legal(line)
    message = message_from_bytes(written(line).encode(), policy=email.policy.default)
    assert message.keys() == ["To"]
    assert [mailbox.addr_spec for mailbox in message["To"].addresses] == [
        f"p{number}@acme.example" for number in range(len(names))
    ]


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("Fictional Press", "From: Fictional Press <a@b.example>"),
        ("Fictional Press, Inc.", 'From: "Fictional Press, Inc." <a@b.example>'),
        ('The "Press" \\ Co', 'From: "The \\"Press\\" \\\\ Co" <a@b.example>'),
        ("", "From: a@b.example"),
    ],
)
def test_an_english_name_stays_legible(name, wire):
    assert written(header.people("From", [(name, "a@b.example")])) == f"{wire}\r\n"


@pytest.mark.parametrize("separator", BREAKS)
def test_what_breaks_lines_becomes_a_blank(separator):
    line = header.text("Subject", f"hello{separator}Bcc: stranger@elsewhere.example")
    assert written(line) == "Subject: hello Bcc: stranger@elsewhere.example\r\n"


def test_the_ideographic_space_stays():
    assert read(header.text("Subject", "架空出版　委託先管理")) == "架空出版　委託先管理"


def test_what_only_looks_encoded_is_shown_as_it_was_typed():
    typed = "=?utf-8?b?44GC?="
    line = header.text("Subject", typed)
    assert typed not in written(line)
    assert read(line) == typed


def test_the_reference_at_the_end_of_a_subject_stays_legible_on_the_wire():
    assert "[ITK-000123]" in written(header.text("Subject", "安全管理措置の確認 [ITK-000123]"))


def test_a_long_link_for_programs_is_never_encoded():
    link = f"<https://itaku.group.example/unsubscribe/{'t' * 120}>"
    assert link in written(header.machine("List-Unsubscribe", link))


def test_references_are_folded_between_identities():
    roots = [f"<ob.{number:026}.0@itaku.group.example>" for number in range(10)]
    line = header.machine("References", " ".join(roots))
    assert_legal(line)
    assert written(line).replace("\r\n", "") == f"References: {' '.join(roots)}"
