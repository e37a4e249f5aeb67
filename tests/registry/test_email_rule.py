"""Whoever types an address is told at once if no mail could be sent there: one rule, in files and in forms."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from monitor.registry.values import Email, email_typed

REFUSED = [
    "a,b@c.example", "<x@y.example>", "x@y.example;z@y.example", "two words@c.example", "a@b@c.example", "@c.example",
    "a@c", "a@c.example\r\nBcc: z@c.example", "担当@acme.example", f"{'a' * 250}@c.example", "",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_single_address_is_taken_neither_from_a_file_nor_from_a_form(text):
    assert email_typed(text) == ""
    with pytest.raises(ValidationError):
        TypeAdapter(Email).validate_python(text)


@pytest.mark.parametrize(
    "text",
    [
        "a@b.example",
        "o'neil+x@c.example",
        "taro..y.@docomo.example",
        "privacy@個人情報.example",
        "a.b-c_d/e=f@g.example",
    ],
)
def test_an_odd_address_that_exists_is_taken_as_it_is(text):
    assert email_typed(text) == TypeAdapter(Email).validate_python(text) == text


def test_what_a_telephone_types_is_read_as_it_was_meant():
    assert email_typed(" Ｔａｎａｋａ＠ACME.example ") == "tanaka@acme.example"
