from __future__ import annotations

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from questionnaire_strategies import TODAY

from monitor.questionnaire import Answer, EvidenceFile, examine, from_data, holds_my_number, unstorable

WIDE = str.maketrans(string.digits + "-", "０１２３４５６７８９－")
TEXT = {"ja": "文", "en": "words"}


def check_digit(eleven: str) -> str:
    """The rule as the ordinance states it: from the right, weights 2 to 7 and again 2 to 6."""
    total = sum(int(digit) * (n + 1 if n <= 6 else n - 5) for n, digit in enumerate(reversed(eleven), start=1))
    return str(0 if total % 11 <= 1 else 11 - total % 11)


elevens = st.text(string.digits, min_size=11, max_size=11)
around = st.sampled_from(("", "番号は", "No.", " ", "（", "x", "\n"))


@given(elevens, st.sampled_from(("", "-", " ", "ー", "  ", "\n", "・")), st.booleans(), around, around)
def test_a_my_number_is_found_in_any_spelling(eleven, gap, wide, before, after):
    number = eleven + check_digit(eleven)
    written = gap.join((number[:4], number[4:8], number[8:]))
    assert holds_my_number(before + (written.translate(WIDE) if wide else written) + after)


@pytest.mark.parametrize("sign", ["\u200b", "\u00ad", "\u2060", "\ufeff", "\u202e"])
def test_a_sign_that_nobody_sees_hides_no_digit(sign):
    assert holds_my_number(f"12{sign}34{sign}567{sign}89018")


@given(elevens, st.sampled_from(string.digits))
def test_twelve_digits_with_another_check_digit_are_no_my_number(eleven, last):
    assume(last != check_digit(eleven))
    assert not holds_my_number(eleven + last)


@given(elevens, st.sampled_from(string.digits))
def test_more_or_fewer_digits_are_no_my_number(eleven, more):
    assert not holds_my_number(eleven)
    assert not holds_my_number(eleven + check_digit(eleven) + more)


def test_a_corporate_number_has_thirteen_digits_and_is_welcome():
    assert not holds_my_number("法人番号 8010401012345")


def test_a_hash_value_is_welcome_whatever_digits_it_holds():
    assert not holds_my_number("ab123456789018cd" * 4)
    assert holds_my_number("123456789018")


@pytest.mark.parametrize("text", ["", "2026年12月31日に1,200件を消去", "03-1234-5678", "管理番号 A-0012-3456"])
def test_ordinary_words_of_a_certificate_are_welcome(text):
    assert not holds_my_number(text)


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        (Answer(value="123456789018"), "value"),
        (Answer(value=123456789018), "value"),
        (Answer(value=("123456789018",)), "value"),
        (Answer(not_applicable=True, reason="1234 5678 9018"), "reason"),
        (Answer(comment="1234-5678-9018"), "comment"),
        (Answer(files=(EvidenceFile(id="1", name="123456789018.pdf", sha256="a" * 64, size=1),)), "files"),
    ],
)
def test_an_answer_with_a_my_number_may_not_even_be_kept_as_a_draft(answer, field):
    refused = unstorable(answer)
    assert refused
    assert (refused.code, refused.field) == ("my-number", field)
    assert "123456789018" not in refused.message.ja + refused.message.en


def test_other_answers_may_be_kept():
    assert unstorable(Answer(value="1,200件", comment="済み")) is None
    assert unstorable(Answer()) is None


def test_a_my_number_blocks_any_question():
    section = {"id": "s", "title": TEXT, "questions": [{"id": "q", "type": "yes_no", "text": TEXT, "required": False}]}
    head = {"id": "x", "version": 1, "minutes": 1, "licence": "a", "source": "b", "title": TEXT, "intro": TEXT}
    questionnaire = from_data(head | {"sections": [section]})
    examination = examine(questionnaire, {"q": Answer(comment="123456789018")}, TODAY)
    assert examination.blocking == ("q",)
