"""From a questionnaire to a workbook. Nothing in it is a formula; drop-downs offer what a cell may hold."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

from monitor.questionnaire.workbook.columns import FORM, GUIDE, HEAD, NO, SHEETS, YES
from monitor.questionnaire.workbook.conditions import condition_said
from monitor.workbooks import new_workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from monitor.questionnaire.model import Questionnaire
    from monitor.questionnaire.workbook.columns import Column

ROWS_TO_FILL = 500  #: so far down drop-downs and text cells are prepared
FIRST = 2  #: the row, from 0, below label and key
_GUIDE = (
    ("この調査票を直すには", "To edit this questionnaire"),
    (
        "「設問」は1行が1問です。並び順がそのまま表示の順になります。行は挿入・削除・移動できます。",
        "In “Questions” one row is one question, asked in this order. Rows can be added, removed and moved.",
    ),
    (
        "選択式の設問の選択肢は「選択肢」に1行ずつ書き、設問のIDで結び付けます。",
        "The answers to choose from stand in “Choices”, one a row, tied to the question by its id.",
    ),
    (
        "2行目の英字は列の名前です。消さないでください。名前のない列はメモとしてご自由にお使いいただけ、読み込みません。",
        "The keys in row 2 name the columns: keep them. A column without one is yours for notes, and not read.",
    ),
    (
        "文言はすべて日本語と英語の両方が必要です。直したら「調査票」の版を一つ上げてください。",
        "Every text is needed in Japanese and in English. After editing raise the version in “Form”.",
    ),
    (
        "数式は使えません。値そのものを入力してください。",
        "No formulas: enter the values themselves.",
    ),
    (
        "読み込むと、誤りがあればシート・行・列・直し方がまとめて示されます。すでに送った調査票は変わりません。",
        "When it is imported, all mistakes are told at once by sheet, row and column. What was sent stays.",
    ),
)


def to_workbook(questionnaire: Questionnaire) -> bytes:
    """The bytes of the .xlsx."""
    out = io.BytesIO()
    book = new_workbook(out, default_date_format="yyyy-mm-dd")
    sheets = {name: book.add_worksheet(name) for name in (GUIDE, FORM, *SHEETS)}
    styles = _styles(book)
    _guide(sheets[GUIDE], styles)
    data = questionnaire.model_dump(exclude_none=True)
    _form(sheets[FORM], data, styles)
    records = (_sections(data), _questions(questionnaire, data), _choices(data))
    for (name, columns), rows in zip(SHEETS.items(), records, strict=True):
        _table(sheets[name], columns, list(rows), styles)
    sheets["設問 Questions"].activate()
    book.close()
    return out.getvalue()


def _styles(book: Workbook) -> dict[str, Format]:
    head = {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#1a3e8c", "font_color": "#ffffff"}
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "label": book.add_format({**head, "border": 1}),
        "key": book.add_format({"font_color": "#595959", "italic": True, "bottom": 2, "bg_color": "#f0f0f0"}),
        "text": book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"}),
        "plain": book.add_format({"valign": "top"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }


def _guide(sheet: Worksheet, styles: dict[str, Format]) -> None:
    sheet.set_column(0, 1, 70)
    for row, (ja, en) in enumerate(_GUIDE):
        style = styles["title" if row == 0 else "wrap"]
        sheet.write_string(row, 0, ja, style)
        sheet.write_string(row, 1, en, style)
    for row, (ja, en, style) in enumerate(_explained(), start=len(_GUIDE) + 1):
        sheet.write_string(row, 0, ja, styles[style])
        sheet.write_string(row, 1, en, styles[style])


def _explained() -> Iterable[tuple[str, str, str]]:
    """What each column of each sheet is for."""
    for name, columns in {FORM: HEAD, **SHEETS}.items():
        yield name, name, "title"
        for column in columns:
            ja, en = f"{column.ja}　{column.note_ja}", f"{column.en} [{column.key}]  {column.note_en}"
            yield ja.strip(), en.strip(), "wrap"


def _form(sheet: Worksheet, data: dict[str, Any], styles: dict[str, Format]) -> None:
    sheet.set_column(0, 1, 22)
    sheet.set_column(2, 2, 100)
    for row, column in enumerate(HEAD):
        sheet.write_string(row, 0, f"{column.ja}\n{column.en}", styles["label"])
        sheet.write_string(row, 1, column.key, styles["key"])
        _write(sheet, (row, 2), _at(data, column.steps), column, styles)


def _sections(data: dict[str, Any]) -> Iterable[dict[str, Any]]:
    yield from data["sections"]


def _questions(questionnaire: Questionnaire, data: dict[str, Any]) -> Iterable[dict[str, Any]]:
    said = {question.id: condition_said(question.when) for question in questionnaire.questions if question.when}
    for section in data["sections"]:
        for question in section["questions"]:
            yield question | {"section": section["id"], "when": said.get(question["id"])}


def _choices(data: dict[str, Any]) -> Iterable[dict[str, Any]]:
    for section in data["sections"]:
        for question in section["questions"]:
            yield from (choice | {"question": question["id"]} for choice in question["choices"])


def _table(
    sheet: Worksheet, columns: Sequence[Column], rows: Sequence[dict[str, Any]], styles: dict[str, Format]
) -> None:
    last = FIRST + len(rows) + ROWS_TO_FILL
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width, styles["text" if _worded(column) else "plain"])
        sheet.write_string(0, place, f"{column.ja}\n{column.en}", styles["label"])
        sheet.write_string(1, place, column.key, styles["key"])
        offered = (YES, NO) if column.kind == "flag" else column.one_of
        if offered:
            sheet.data_validation(FIRST, place, last, place, {"validate": "list", "source": list(offered)})
        for row, record in enumerate(rows, start=FIRST):
            _write(sheet, (row, place), _at(record, column.steps), column, styles)
    sheet.freeze_panes(FIRST, 2)
    sheet.autofilter(1, 0, max(FIRST, FIRST + len(rows) - 1), len(columns) - 1)


def _worded(column: Column) -> bool:
    return column.kind not in {"number", "flag"}


def _at(data: Any, steps: Sequence[str]) -> Any:
    for step in steps:
        data = data.get(step) if isinstance(data, dict) else None
    return data


def _write(sheet: Worksheet, at: tuple[int, int], value: Any, column: Column, styles: dict[str, Format]) -> None:
    match value:
        case None | () | []:
            return
        case bool():
            sheet.write_string(*at, YES if value else NO, styles["plain"])
        case int():
            sheet.write_number(*at, value, styles["plain"])
        case tuple() | list():
            sheet.write_string(*at, ", ".join(value), styles["text"])
        case dt.date():
            sheet.write_string(*at, value.isoformat(), styles["text"])
        case _:
            sheet.write_string(*at, str(value), styles["text" if _worded(column) else "plain"])
