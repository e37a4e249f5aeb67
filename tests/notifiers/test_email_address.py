"""Addresses: what a mail server can be told, and what it must never be told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifiers.email.address import NotSendable, sendable


@pytest.mark.parametrize(
    "address",
    [
        "privacy@acme-print.example",
        "o'neil+itaku@acme.example",
        "a.b-c_d@sub.acme.example",
        "root@localhost",
        "box@[192.0.2.1]",
        '"in quotes already"@acme.example',
    ],
)
def test_an_ordinary_address_passes_unchanged(address):
    assert sendable(address) == address


@pytest.mark.parametrize(
    ("address", "wire"),
    [
        ("hanako.@docomo.ne.jp", '"hanako."@docomo.ne.jp'),
        ("taro..y@docomo.ne.jp", '"taro..y"@docomo.ne.jp'),
        (".leading@carrier.example", '".leading"@carrier.example'),
        ('sa"y@acme.example', '"sa\\"y"@acme.example'),
        ("two words@acme.example", '"two words"@acme.example'),
    ],
)
def test_an_odd_local_part_is_quoted_and_not_repaired(address, wire):
    assert sendable(address) == wire


def test_a_japanese_domain_becomes_punycode():
    assert sendable("info@日本語.example") == "info@xn--wgv71a119e.example"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "@acme.example",
        "nobody@",
        "担当@acme.example",
        "a@acme.example\r\nBcc: b@c.example",
        "a\r\nRCPT TO:<b@c.example>@acme.example",
        "a\x00b@acme.example",
        "a@acme.example> SIZE=0",
        "a@acme..example",
        "a@" + "長" * 80 + ".example",
        "a@ぁ" + "あ" * 70 + ".example",
        "a@acme example",
    ],
)
def test_what_no_server_could_be_told_is_refused_and_not_cleaned(address):
    with pytest.raises(NotSendable) as refusal:
        sendable(address)
    assert not address or address not in str(refusal.value)


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_becomes_more_than_one_printable_word_of_ascii_after_the_quotes(local, domain):
    try:
        wire = sendable(f"{local}@{domain}")
    except NotSendable:
        return
    assert wire.isascii()
    assert wire.isprintable()
    assert not set(wire.rpartition("@")[2]) & set(' <>",;:\\')
