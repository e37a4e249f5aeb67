from __future__ import annotations

import string
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.calendar import FIRST_DAY, LAST_DAY
from monitor.questionnaire import Entry, Question, parse
from monitor.questionnaire.entry import calendar_day, tidy, typed_number

TEXT = {"ja": "文", "en": "words"}
DAY = date(2026, 12, 31)


def widened(text: str) -> str:
    """The same text as a Japanese keyboard in full width writes it."""
    wide = {ord(sign): ord(sign) + 0xFEE0 for sign in string.digits + string.ascii_letters + string.punctuation}
    return text.translate(wide | {ord(" "): 0x3000})


def asked(kind, **more):
    return Question.model_validate({"id": "q", "type": kind, "text": TEXT} | more)


def value(question, *typed):
    return parse(question, Entry(values=typed)).value


@given(st.integers(-(10**14), 10**14))
def test_a_number_in_full_width_is_the_number_in_ascii(number):
    for typed in (str(number), f"{number:,}", f" {number} "):
        assert value(asked("number"), typed) == number
        assert value(asked("number"), widened(typed)) == number


@given(st.dates(FIRST_DAY, LAST_DAY))
def test_a_day_in_full_width_is_the_day_in_ascii(day):
    forms = (day.isoformat(), f"{day:%Y/%m/%d}", f"{day.year}.{day.month}.{day.day}", f"{day:%Y%m%d}", f" {day} ")
    for typed in forms:
        assert calendar_day(typed) == day, typed
        assert calendar_day(widened(typed)) == day, typed


@pytest.mark.parametrize("typed", ["9999-12-31", "2201-01-01", "1899-12-31", "令和99年1月1日", "0001-01-15"])
def test_a_day_near_the_ends_of_time_is_read_by_no_act(typed):
    assert (calendar_day(typed) is None) == (typed != "令和99年1月1日")


@given(st.text(string.digits + ",.-/ 年月日RH令和平成元", max_size=14))
def test_whatever_is_typed_means_the_same_in_any_width(typed):
    assert calendar_day(widened(typed)) == calendar_day(typed)
    assert typed_number(widened(typed)) == typed_number(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "2026-12-31",
        "2026/12/31",
        "２０２６年１２月３１日",
        "2026年12月31日",
        "令和8年12月31日",
        "令和８年１２月３１日",
        "㋿8年12月31日",
        "R8.12.31",
        "r8/12/31",
        "2026ー12ー31",
        "2026−12−31",
        " 2026 年 12 月 31 日 ",
        "20261231",
    ],
)
def test_a_day_is_read_in_the_spellings_that_are_used_here(typed):
    assert calendar_day(typed) == DAY
    assert value(asked("date"), typed) == "2026-12-31"


def test_the_first_year_of_an_era_may_be_written_as_a_word():
    assert calendar_day("令和元年5月1日") == date(2019, 5, 1)
    assert calendar_day("平成31年4月30日") == date(2019, 4, 30)
    assert calendar_day("昭和64年1月7日") == date(1989, 1, 7)


@pytest.mark.parametrize(
    "typed", ["2026-02-30", "12/31/2026", "26-12-31", "令和8年", "来月末", "2026-13-01", "0000-01-01"]
)
def test_what_is_no_day_is_kept_as_typed(typed):
    assert calendar_day(typed) is None
    assert value(asked("date"), typed) == typed


@pytest.mark.parametrize(("typed", "number"), [("１，０００", 1000), ("1、200", 1200), ("−3", -3), ("０", 0)])
def test_a_number_is_read_in_the_spellings_that_are_used_here(typed, number):
    assert value(asked("number"), typed) == number


def test_a_number_may_carry_its_unit():
    question = asked("number", unit={"ja": "件", "en": "records"})
    assert value(question, "１，２００件") == 1200
    assert value(question, "1200 records") == 1200
    assert value(question, "1200 boxes") == "1200 boxes"


@pytest.mark.parametrize("typed", ["約1000", "1,00", "1.5", "1e3", "1_000", "٣", "二十", "9" * 16])
def test_what_is_no_whole_number_is_kept_as_typed(typed):
    assert value(asked("number"), typed) == typed


@pytest.mark.parametrize("name", ["髙﨑", "神\ufa19", "福\ufa1b", "𠮷野家", "葛\U000e0100城", "ＡＢＣ印刷㈱", "〜〜"])
def test_names_are_never_changed(name):
    assert value(asked("text"), name) == name
    assert parse(asked("yes_no"), Entry(comment=name)).comment == name


def test_marks_that_another_system_stored_apart_are_composed():
    assert tidy("か\u3099き\u3099") == "がぎ"
    assert tidy("か\u3099神\ufa19か\u3099") == "が神\ufa19が"


def test_line_ends_become_one_sign_and_invisible_signs_go():
    assert tidy("一\r\n二\r三\t四\x00\x1b\x7f\u202e") == "一\n二\n三\t四"


@given(st.text())
def test_tidy_text_is_stable_and_holds_nothing_that_cannot_be_kept(text):
    once = tidy(text)
    assert tidy(once) == once
    assert not any(unicodedata.category(sign) in {"Cc", "Cs"} and sign not in "\n\t" for sign in once)


@pytest.mark.parametrize("typed", ["", " ", "\u3000\n", "\u200b", "\x00"])
@pytest.mark.parametrize("kind", ["text", "long_text", "number", "date", "yes_no", "statement"])
def test_what_cannot_be_seen_is_no_answer(kind, typed):
    assert parse(asked(kind), Entry(values=(typed,))).blank


def test_an_own_sign_of_a_company_can_be_seen():
    assert value(asked("text"), "\ue000") == "\ue000"


def test_ticked_boxes_are_kept_once_each_in_their_order():
    choices = [{"id": each, "text": TEXT} for each in "ab"]
    assert value(asked("choices", choices=choices), "b", "a", "b") == ("b", "a")
    assert value(asked("choices", choices=choices)) is None


def test_not_applicable_keeps_its_reason():
    answer = parse(asked("yes_no"), Entry(not_applicable=True, reason="紙だけです\r\n"))
    assert (answer.not_applicable, answer.reason, answer.blank) == (True, "紙だけです\n", False)
