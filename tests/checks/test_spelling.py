"""A stranger's text in one spelling: as the standards have it, and never in more time than its length is worth."""

from __future__ import annotations

import unicodedata
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.spelling import normal, unescaped

FORMS = ("NFC", "NFKC")
LOW, HIGH = "\u0323", "\u0301"  # two marks that Unicode puts into this order


@given(text=st.text(), form=st.sampled_from(FORMS))
def test_a_text_of_people_has_the_normal_form_of_unicode(text, form):
    assert normal(form, text) == unicodedata.normalize(form, text)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("first", [HIGH, "\uff9e", "\u0f73"])
def test_marks_without_end_behind_one_letter_are_sorted_in_no_time(form, first):
    assert len(normal(form, "a" + (first * 60 + LOW * 60) * 3000)) < 100


@pytest.mark.parametrize("form", FORMS)
def test_no_letter_loses_a_mark_to_another_letter(form):
    assert normal(form, f"a{HIGH}e{LOW}" * 100) == unicodedata.normalize(form, f"a{HIGH}e{LOW}" * 100)


@given(text=st.text(alphabet="&#x;0123456789abltgmp<"))
def test_character_references_are_read_as_browsers_read_them(text):
    assert unescaped(text) == unescape(text)


def test_a_character_reference_of_many_digits_is_an_unknown_character_and_no_error():
    assert unescaped("a&#" + "9" * 100_000 + ";b") == "a\N{REPLACEMENT CHARACTER}b"
