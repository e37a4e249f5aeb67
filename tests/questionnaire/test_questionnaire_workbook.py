"""A questionnaire goes out as Excel and comes back the same; what somebody broke in between is told cell by cell."""

from __future__ import annotations

import io
from datetime import date

import pytest
import xlsxwriter
from hypothesis import given, settings
from questionnaire_strategies import conditions as any_condition
from questionnaire_strategies import questionnaires

from monitor.assets import QUESTIONNAIRES
from monitor.questionnaire import InvalidQuestionnaire, load_all
from monitor.questionnaire.condition import Asked
from monitor.questionnaire.model import Question
from monitor.questionnaire.workbook import from_workbook, to_workbook
from monitor.questionnaire.workbook.columns import CHOICES, HEAD, QUESTIONS, SECTIONS
from monitor.questionnaire.workbook.conditions import NoCondition, condition_read, condition_said
from monitor.sheets import column_name, read_workbook

SHIPPED = load_all(QUESTIONNAIRES)


@given(questionnaires)
@settings(max_examples=12, deadline=None)
def test_any_questionnaire_comes_back_from_excel_exactly(questionnaire):
    assert from_workbook(to_workbook(questionnaire)) == questionnaire


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_what_is_shipped_comes_back_from_excel_exactly(name):
    assert from_workbook(to_workbook(SHIPPED[name])) == SHIPPED[name]


def test_every_key_of_the_format_has_its_column():
    def leaves(part, path=""):
        for name, it in part.model_fields.items():
            yield f"{path}{name}", it

    columns = {column.key.split(".")[0] for column in QUESTIONS}
    assert {name for name, _ in leaves(Question)} - columns == {"choices"}
    assert len({column.key for column in QUESTIONS}) == len(QUESTIONS)


@settings(max_examples=50, deadline=None)
@given(any_condition([{"id": "sub.used", "type": "yes_no"}, {"id": "not", "type": "yes_no"}]))
def test_any_condition_is_said_in_one_line_and_read_back(condition):
    parsed = Question.model_validate(
        {"id": "q", "type": "text", "text": {"ja": "文", "en": "t"}, "when": condition}
    ).when
    assert condition_read(condition_said(parsed)) == condition


@pytest.mark.parametrize(
    "line", ["", "a", "a =", "a = b |", "all(a = b", "all()", "a = b; c = d", "not(a = b; c = d)", "a == b"]
)
def test_a_condition_that_cannot_be_read_says_where_it_ends(line):
    with pytest.raises(NoCondition) as unreadable:
        condition_read(line)
    assert "is expected at" in str(unreadable.value.message)


def test_a_condition_nested_without_end_is_refused_and_full_width_signs_are_read():
    with pytest.raises(NoCondition):
        condition_read("not(" * 5000 + "a = b" + ")" * 5000)
    assert condition_read("ｓｕｂ．ｕｓｅｄ　＝　ａ｜ｂ") == {"question": "sub.used", "in": ["a", "b"]}
    assert condition_said(Asked(question="a", **{"in": ("b",)})) == "a = b"


def edited(change, name="appi-gl10"):
    """The workbook of a shipped form, with what somebody made of its cells: each sheet a dict of cells by row and key."""
    sheets = {sheet.name: dict(sheet.cells) for sheet in read_workbook(to_workbook(SHIPPED[name]))}
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    change(sheets, book)
    for title, cells in sheets.items():
        sheet = book.add_worksheet(title)
        for (row, column), value in cells.items():
            write(book, sheet, row - 1, column - 1, value)
    book.close()
    return out.getvalue()


def write(book, sheet, row, column, value):
    if isinstance(value, date):
        sheet.write_datetime(row, column, value, book.add_format({"num_format": "yyyy-mm-dd"}))
    elif isinstance(value, str) and value.startswith("=formula"):
        sheet.write_formula(row, column, "=1+1", value=2)
    elif isinstance(value, str):
        sheet.write_string(row, column, value)
    else:
        sheet.write(row, column, value)


def column_of(columns, key):
    return next(number for number, column in enumerate(columns, start=1) if column.key == key)


def told(content):
    with pytest.raises(InvalidQuestionnaire) as caught:
        from_workbook(content, "own.xlsx")
    return [(mistake.question, mistake.rule) for mistake in caught.value.mistakes]


def at(key, row, columns=QUESTIONS, sheet="設問 Questions"):
    return f"{sheet}!{column_name(column_of(columns, key))}{row}"


FORM_SHEET, SECTION_SHEET, QUESTION_SHEET, CHOICE_SHEET = (
    "調査票 Form",
    "区分 Sections",
    "設問 Questions",
    "選択肢 Choices",
)


def test_moving_sheets_columns_and_rows_and_adding_notes_changes_nothing_that_is_read():
    def change(sheets, _):
        moved = {(row + 1, 80 - column): value for (row, column), value in sheets.pop(QUESTION_SHEET).items()}
        sheets["設問"] = moved | {(40, 90): "自社のメモ", (1, 1): "点検中"}
        del sheets["説明 Guide"]

    assert from_workbook(edited(change)) == SHIPPED["appi-gl10"]


def test_what_people_write_for_yes_and_no_and_numbers_as_text_are_read():
    def change(sheets, _):
        cells, required, weight = (
            sheets[QUESTION_SHEET],
            column_of(QUESTIONS, "required"),
            column_of(QUESTIONS, "weight"),
        )
        cells[3, required], cells[4, required], cells[5, required] = "○", True, "はい"
        cells[3, weight], cells[4, weight] = "１", " 2 "
        cells[3, column_of(QUESTIONS, "item")] = "10-1 "

    assert from_workbook(edited(change)) == SHIPPED["appi-gl10"]


def test_every_mistake_is_told_at_once_with_its_cell_and_its_rule():
    def change(sheets, _):
        questions, choices = sheets[QUESTION_SHEET], sheets[CHOICE_SHEET]
        questions[3, column_of(QUESTIONS, "type")] = "radio"
        questions[4, column_of(QUESTIONS, "text.en")] = "=formula"
        questions[5, column_of(QUESTIONS, "required")] = "perhaps"
        questions[6, column_of(QUESTIONS, "item")] = date(2026, 10, 1)
        questions[7, column_of(QUESTIONS, "finding.days")] = 0
        questions[8, column_of(QUESTIONS, "when")] = "organisation.roles = perhaps"
        questions[9, column_of(QUESTIONS, "when")] = "policy"
        questions[10, column_of(QUESTIONS, "section")] = "nowhere"
        questions[2, 60] = "wieght"
        del choices[3, column_of(CHOICES, "text.ja")]
        choices[4, column_of(CHOICES, "question")] = "no.such"
        del sheets[FORM_SHEET][[column.key for column in HEAD].index("intro.en") + 1, 3]
        del sheets[SECTION_SHEET][4, column_of(SECTIONS, "title.en")]

    mistakes = dict(told(edited(change)))
    expected = {
        f"{QUESTION_SHEET}!BH2": "unknown-key",
        at("type", 3) + " policy": "value",
        at("text.en", 4): "formula",
        at("required", 5): "value",
        at("item", 6): "text",
        at("finding.days", 7) + " organisation.records": "value",
        at("when", 8) + " organisation.ledger": "condition",
        at("when", 9): "condition",
        f"{QUESTION_SHEET}!A10": "unknown-id",
        f"{CHOICE_SHEET}!C3 systems.authentication": "missing",
        f"{CHOICE_SHEET}!A4": "unknown-id",
        f"{FORM_SHEET}!C9": "missing",
        f"{SECTION_SHEET}!C4 organisation": "missing",
    }
    assert expected.items() <= mistakes.items(), sorted(mistakes.items() ^ expected.items())
    assert len(mistakes) <= len(expected) + 1


def test_merged_cells_are_no_guess():
    def change(sheets, book):
        sheet = book.add_worksheet("設問")
        cells = sheets.pop(QUESTION_SHEET)
        place = column_of(QUESTIONS, "help.ja")
        for (row, column), value in cells.items():
            if (row, column) not in {(3, place), (4, place)}:
                write(book, sheet, row - 1, column - 1, value)
        sheet.merge_range(2, place - 1, 3, place - 1, "まとめた説明")

    assert {(f"{QUESTION_SHEET}!F3", "merged"), (f"{QUESTION_SHEET}!F4", "merged")} <= set(told(edited(change)))


def test_a_sheet_that_is_missing_or_has_lost_its_keys_is_named():
    def without(sheets, _):
        del sheets[SECTION_SHEET]
        for place in [cell for cell in sheets[QUESTION_SHEET] if cell[0] == 2]:
            del sheets[QUESTION_SHEET][place]

    assert {(SECTION_SHEET, "sheet"), (QUESTION_SHEET, "keys")} <= set(told(edited(without)))


def test_what_is_no_workbook_is_one_mistake():
    assert told(b"id = 1") == [("", "workbook")]
