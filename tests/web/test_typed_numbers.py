"""Numbers that are typed: what none of our columns can hold is no number, and no error of ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.web.fields import DIGITS, whole_number


@given(st.text() | st.text("0123456789０１２３²①-+ _.", max_size=2 * DIGITS))
def test_any_text_is_a_number_that_fits_or_none(text):
    number = whole_number(text)
    assert number is None or 0 <= number < 10**DIGITS


@given(st.integers(0, 10**DIGITS - 1))
def test_a_number_is_read_as_it_was_typed_in_any_width(number):
    wide = str(number).translate({ord("0") + n: ord("０") + n for n in range(10)})
    assert whole_number(str(number)) == whole_number(wide) == number


@pytest.mark.parametrize("text", ["", " 1", "-1", "1.0", "1_000", "x", "9" * 10, "9" * 5000])
def test_what_is_none(text):
    assert whole_number(text) is None
