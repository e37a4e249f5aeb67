"""A request that leaves as a workbook comes back as the same answers, whatever program and whoever was at it."""

from __future__ import annotations

import io
import re
import sys
import zipfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "questionnaire"))

from filled import BRIEF, SHA, answered, made, put, rewritten, text

from monitor.offline.cells import keys, mark, marked, read, write
from monitor.offline.reading import read_workbook
from monitor.offline.sheets import BOUNDS, grids
from monitor.questionnaire import Answer, from_data
from monitor.refusal import Refused

SMALL = {
    "id": "small", "version": 1, "licence": "CC0-1.0", "source": "invented", "minutes": 5,
    "title": {"ja": "点検", "en": "Check"}, "intro": {"ja": "点検", "en": "Check"},
    "sections": [{"id": "one", "title": {"ja": "一", "en": "One"}, "questions": [
        {"id": "rules", "type": "yes_no", "text": {"ja": "規程", "en": "Rules?"}, "na_allowed": True},
        {"id": "people", "type": "number", "text": {"ja": "人数", "en": "How many?"}, "unit": {"ja": "名", "en": "people"}},
        {"id": "since", "type": "date", "text": {"ja": "いつから", "en": "Since?"}},
        {"id": "who", "type": "text", "text": {"ja": "担当", "en": "Who?"}},
        {"id": "media", "type": "choices", "text": {"ja": "媒体", "en": "Media"}, "choices": [
            {"id": "disk", "text": {"ja": "磁気", "en": "Disk"}}, {"id": "paper", "text": {"ja": "紙", "en": "Paper"}}]},
        {"id": "proof", "type": "file", "text": {"ja": "資料", "en": "File"}},
        {"id": "how", "type": "choice", "text": {"ja": "方法", "en": "How"}, "choices": [
            {"id": "a", "text": {"ja": "該当なし", "en": "None"}}, {"id": "b", "text": {"ja": "溶解", "en": "Melted"}}], "na_allowed": True},
    ]}],
}  # fmt: skip
QUESTIONS = from_data(SMALL)
RULES, PEOPLE, SINCE, WHO, DISK, PAPER, HOW = (f"F{row}" for row in (6, 7, 8, 9, 11, 12, 14))


def back(content, questionnaire=QUESTIONS):
    return read_workbook(content, questionnaire, BRIEF.ref, SHA)


def said(content, question):
    reading = back(content)
    assert not reading.mistakes, [one.message.in_("en") for one in reading.mistakes]
    return reading.said[question].answer.value


@given(answered())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_cells_of_any_answer_are_read_as_that_answer_and_say_nothing_new(case):
    questionnaire, answers = case
    for question in questionnaire.questions:
        for language in ("ja", "en"):
            answer = answers.get(question.id, Answer())
            rows = write(question, answer, language)
            assert set(rows) == set(keys(question))
            assert read(question, rows, language).answer == answer
            assert not marked(read(question, rows, language), mark(question, rows, language, 3)).touched


@given(answered())
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
def test_any_request_with_any_answers_comes_back_from_its_workbook_as_it_was(case):
    questionnaire, answers = case
    reading = read_workbook(made(questionnaire, answers, dict.fromkeys(answers, 7)), questionnaire, BRIEF.ref, SHA)
    assert not reading.mistakes
    assert {name: one.answer for name, one in reading.said.items()} == {
        question.id: answers.get(question.id, Answer()) for question in questionnaire.questions
    }
    assert not any(one.touched for one in reading.said.values())
    assert all(one.version == (7 if name in answers else 0) for name, one in reading.said.items())


@pytest.mark.parametrize(
    ("cell", "typed", "question", "value"),
    [
        (RULES, "○", "rules", "yes"), (RULES, "×", "rules", "no"), (RULES, "はい", "rules", "yes"), (RULES, "ＹＥＳ", "rules", "yes"),
        (PEOPLE, "１，２００名", "people", 1200), (SINCE, "令和8年4月1日", "since", "2026-04-01"), (SINCE, "2026/4/1", "since", "2026-04-01"),
        (WHO, "=1+1", "who", "=1+1"), (WHO, "髙﨑 〜 か\u3099", "who", "髙﨑 〜 が"), (DISK, "✓", "media", ("disk",)),
        (HOW, "該当なし", "how", "a"), (HOW, "Melted", "how", "b"), (HOW, "b", "how", "b"),
    ],
)  # fmt: skip
def test_what_people_write_by_habit_is_read_as_they_mean_it(cell, typed, question, value):
    assert said(text(made(QUESTIONS), cell, typed), question) == value


@pytest.mark.parametrize(
    ("cell", "inner", "question", "value"),
    [
        (PEOPLE, "<v>12</v>", "people", 12), (SINCE, "<v>46113</v>", "since", "2026-04-01"), (WHO, "<v>12</v>", "who", "12"),
        (SINCE, "<v>20260401</v>", "since", "2026-04-01"),
    ],
)  # fmt: skip
def test_figures_that_a_spreadsheet_made_of_what_was_typed_are_read_as_typed(cell, inner, question, value):
    assert said(put(made(QUESTIONS), cell, inner), question) == value


def test_not_applicable_is_chosen_in_its_column_or_among_the_answers_and_keeps_its_reason():
    content = text(text(text(made(QUESTIONS), "G14", "該当なし"), "H14", "紙だけです"), RULES, "N/A")
    found = back(content).said
    assert found["how"].answer == Answer(not_applicable=True, reason="紙だけです")
    assert found["rules"].answer == Answer(not_applicable=True)


def test_each_mistake_names_its_cell_and_what_to_write_and_keeps_no_other_answer_back():
    content = made(QUESTIONS)
    for cell, typed in ((RULES, "たぶん"), (PEOPLE, "about ten"), (SINCE, "2026/13/45"), (PAPER, "?"), (WHO, "管理部")):
        content = text(content, cell, typed)
    reading = back(content)
    told = {one.cell: one.message.in_("ja") for one in reading.mistakes}
    assert set(told) == {RULES, PEOPLE, SINCE, PAPER}
    assert "たぶん" in told[RULES]
    assert "はい" in told[RULES]
    assert {one.sheet for one in reading.mistakes} == {"回答"}
    assert reading.said["who"].answer.value == "管理部"
    assert not reading.said["who"].slips


def test_an_answer_that_came_back_has_room_for_why_it_stays_though_its_question_takes_no_comment():
    usual, returned = made(QUESTIONS), made(QUESTIONS, brief=replace(BRIEF, back={"who": "Since when?"}))
    assert look(usual, "I9") != look(usual, WHO) == look(returned, "I9") == look(returned, WHO)
    answers = next(grid for grid in grids(returned) if str(grid.rows[0][0]).startswith("itaku-request"))
    assert "Since when?" in str(answers.rows[8][3])
    assert back(text(returned, "I9", "変わりません")).said["who"].answer.comment == "変わりません"


def look(content, cell):
    """The number of a cell's look, by which a program knows whether it may be filled in."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if "worksheets/sheet" in name]
    return next(found[1] for sheet in sheets if (found := re.search(rf'r="{cell}" s="(\d+)"', sheet)))


def test_a_formula_is_nobodys_answer():
    reading = back(put(made(QUESTIONS), PEOPLE, "<f>6*2</f><v>12</v>"))
    assert [one.cell for one in reading.mistakes] == [PEOPLE]
    assert "people" not in reading.said
    assert "who" in reading.said


def test_rows_that_were_copied_or_lost_their_question_are_told_and_not_guessed():
    content = text(text(text(made(QUESTIONS), "A7", "rules"), "A8", "no such question"), "A9", "")
    content = text(content, WHO, "管理部")
    reading = back(content)
    assert {one.cell for one in reading.mistakes} >= {"A6", "A7", "A8", "A9"}
    assert set(reading.said) == {"media", "proof", "how"}


def test_an_emptied_cell_takes_the_answer_back_and_an_untouched_one_says_nothing():
    content = made(QUESTIONS, {"who": Answer(value="管理部"), "people": Answer(value=3)}, {"who": 2, "people": 5})
    reading = back(text(content, WHO, ""))
    assert reading.said["who"].touched
    assert reading.said["who"].answer == Answer()
    assert reading.said["who"].version == 2
    assert not reading.said["people"].touched


def test_what_is_too_long_for_a_cell_stays_where_it_is():
    reading = back(made(QUESTIONS, {"who": Answer(value="長" * 40_000)}, {"who": 1}))
    assert not reading.said["who"].touched


def refused(content):
    with pytest.raises(Refused) as caught:
        back(content)
    assert caught.value.message.in_("ja") != caught.value.message.in_("en")
    return caught.value.reason


def test_a_workbook_of_another_request_another_version_or_none_is_refused_as_such():
    content = made(QUESTIONS)
    assert refused(text(content, "A1", "")) == "workbook-foreign"
    assert refused(text(content, "A1", f"itaku-request-1 ITK-000009 {SHA} ja")) == "workbook-other"
    assert refused(text(content, "A1", f"itaku-request-1 ITK-000001 {'0' * 64} ja")) == "workbook-old"
    assert refused(text(content, "A1", f"itaku-request-9 ITK-000001 {SHA} ja")) == "workbook-old"


def test_a_hidden_sheet_is_refused():
    def hide(body):
        return body.replace(
            b'<sheet name="' + "選択肢".encode() + b'"', b'<sheet state="veryHidden" name="' + "選択肢".encode() + b'"'
        )

    assert refused(rewritten(made(QUESTIONS), r"xl/workbook\.xml", hide)) == "workbook-hidden"


def test_a_cell_at_the_end_of_the_sheet_fills_no_memory():
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    content = rewritten(made(QUESTIONS), r"xl/worksheets/sheet2\.xml", lambda body: body.replace(b"</sheetData>", far))
    assert refused(content) == "workbook-too-large"
    nowhere = far.replace(b' r="XFD1048576"', b"")
    content = rewritten(
        made(QUESTIONS), r"xl/worksheets/sheet2\.xml", lambda body: body.replace(b"</sheetData>", nowhere)
    )
    assert refused(content) == "workbook-too-large"


def test_a_workbook_that_unfolds_to_too_much_is_refused_before_it_is_unfolded():
    content = rewritten(made(QUESTIONS), r"xl/theme/theme1\.xml", lambda body: body + bytes(50 << 20))
    assert refused(content) == "workbook-too-large"


@pytest.mark.parametrize(
    ("hostile", "reason"),
    [
        (b'<row r="1">' + b'<c r="A1"/>' * (BOUNDS.elements + 1) + b"</row>", "workbook-too-large"),
        (b"<c " + b" ".join(b'a%d=""' % number for number in range(60_000)) + b"/>", "workbook-too-large"),
        (b"<c " * 10_000, "workbook-unreadable"),
        (b'<c r="A1" y=">" r="XFD1048576"><v>1</v></c>', "workbook-unreadable"),
    ],
)
def test_a_small_workbook_of_endless_tags_is_refused_as_soon_as_they_are_too_many(hostile, reason):
    content = rewritten(
        made(QUESTIONS),
        r"xl/worksheets/sheet2\.xml",
        lambda body: body.replace(b"</sheetData>", hostile + b"</sheetData>"),
    )
    assert len(content) < 1 << 20
    assert refused(content) == reason


CONTENT = made(QUESTIONS, {"who": Answer(value="管理部")}, {"who": 1})


@given(st.integers(0, len(CONTENT)), st.binary(max_size=40), st.integers(0, 60))
@settings(max_examples=200, deadline=None)
def test_any_damage_to_a_workbook_is_refused_or_read_and_nothing_else(at, noise, cut):
    with suppress(Refused):
        back(CONTENT[:at] + noise + CONTENT[at + cut :])


@given(st.sampled_from(["xl/worksheets/sheet2.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml", "xl/styles.xml"]),
       st.integers(0, 5000), st.binary(max_size=30), st.integers(0, 60))  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_any_damage_inside_a_workbook_is_refused_or_read_and_nothing_else(part, at, noise, cut):
    with suppress(Refused):
        back(
            rewritten(
                CONTENT,
                part.replace(".", r"\."),
                lambda body: body[: at % len(body)] + noise + body[at % len(body) + cut :],
            )
        )


def test_the_workbook_is_readable_in_both_languages_and_has_no_formula():
    for language, name in (("ja", "回答"), ("en", "Answers")):
        brief = BRIEF.__class__(**{**BRIEF.__dict__, "language": language})
        sheets = grids(made(QUESTIONS, brief=brief))
        assert name in [sheet.name for sheet in sheets]
        assert not any(sheet.formulas or sheet.hidden for sheet in sheets)
