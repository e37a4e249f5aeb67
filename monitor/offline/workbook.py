"""The frozen request as a workbook: one sheet to read, one to fill in, one with the words of the drop-downs.

Everything is written as what it is and nothing as a formula: texts into text cells, days into days, and a text that
begins with `=` stays a text. What must not change is locked without a password, which keeps honest hands from slipping
and nobody from working. Drop-downs offer and do not force, because ○ and 令和8年 are read as well.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from monitor.language import Message
from monitor.offline import cells
from monitor.offline.cells import ANSWER, COMMENT, NA, REASON, Row, mark, option, write
from monitor.offline.conditions import ever_asked, numbers, only_if
from monitor.offline.labels import TICK, labels, not_applicable
from monitor.questionnaire import Answer, QuestionType
from monitor.questionnaire.model import WRITTEN
from monitor.workbooks import column_name, new_workbook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.questionnaire import Question, Questionnaire, Section

FORM = "itaku-request-1"  #: how the sheet is laid out; whoever changes that counts on
HEAD = 4  #: rows above the questions
KEY, MARK = 0, 1
COLUMNS: Mapping[str, int] = {ANSWER: 5, NA: 6, REASON: 7, COMMENT: 8}  #: of what is filled in
_TERMS = ("Asked by", "Asked of", "Concerns", "Due", "Reference", "Made on", "Questions to")
_HEADS = (
    "No.",
    "Question",
    "How to answer",
    "Answer",
    "Not applicable",
    "Why not applicable",
    "Comment",
    "Accepted last time",
)
_WIDTHS = (3, 3, 5, 52, 30, 30, 12, 26, 34, 34)
_HINTS: Mapping[QuestionType, str] = {
    QuestionType.YES_NO: "Choose from the list.",
    QuestionType.CHOICE: "Choose from the list.",
    QuestionType.CHOICES: "Enter {tick} on each line below that applies.",
    QuestionType.TEXT: "Write one line.",
    QuestionType.LONG_TEXT: "Write freely; a new line is Alt + Enter.",
    QuestionType.NUMBER: "Enter a whole number.",
    QuestionType.DATE: "Write a date, such as 2027/3/31 or 令和9年3月31日.",
    QuestionType.FILE: "Hand in the file on the web form.",
    QuestionType.STATEMENT: "Read the statement. If it is true, choose “{agreed}”.",
}
_LOOKS: Mapping[str, Mapping[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "head": {"bold": True, "bg_color": "#1A3E8C", "font_color": "#FFFFFF", "text_wrap": True, "border": 1},
    "section": {"bold": True, "bg_color": "#DCE6F5", "top": 1, "bottom": 1},
    "plain": {"text_wrap": True, "border": 1, "border_color": "#8C8C8C"},
    "quiet": {"text_wrap": True, "border": 1, "border_color": "#8C8C8C", "font_color": "#555555"},
    "key": {"font_size": 6, "font_color": "#767676", "shrink": True},
    "input": {"text_wrap": True, "border": 1, "bg_color": "#FFFBE0", "locked": False, "num_format": "@"},
    "number": {"border": 1, "bg_color": "#FFFBE0", "locked": False, "num_format": "#,##0", "align": "left"},
    "day": {"border": 1, "bg_color": "#FFFBE0", "locked": False, "num_format": "yyyy/m/d", "align": "left"},
}
_UNLOCKED = {"format_cells": True, "format_columns": True, "format_rows": True, "select_locked_cells": True}


@dataclass(frozen=True)
class Brief:
    """What a workbook says about the request it holds."""

    ref: str
    sha256: str  #: of the frozen questions
    asker: str
    party: str
    work: str
    due: str
    made_at: str
    language: str
    contact: str = ""
    promises: Sequence[str] = ()
    back: Mapping[str, str] = field(default_factory=dict)  #: what is said of each answer that came back


@dataclass
class _Book:
    book: Any
    brief: Brief
    questionnaire: Questionnaire
    looks: dict[str, Any] = field(default_factory=dict)
    lists: dict[tuple[str, ...], str] = field(default_factory=dict)  #: words of a drop-down -> where they stand

    def say(self, message: Message) -> str:
        return message.in_(self.brief.language)


def workbook(
    questionnaire: Questionnaire,
    brief: Brief,
    draft: Mapping[str, Answer],
    versions: Mapping[str, int],
    before: Mapping[str, Answer],
) -> bytes:
    """The request with what has been answered so far, and beside it what was accepted last."""
    out = io.BytesIO()
    with new_workbook(out) as raw:
        made = _Book(raw, brief, questionnaire)
        made.looks = {name: raw.add_format({"valign": "top", **look}) for name, look in _LOOKS.items()}
        raw.set_properties({"title": f"{questionnaire.title.in_(brief.language)} {brief.ref}", "author": brief.asker})
        _guide(made)
        sheet = raw.add_worksheet(made.say(Message("Answers")))
        _choices(made)
        _answers(made, sheet, {"draft": draft, "before": before}, versions)
        sheet.activate()
    return out.getvalue()


def _guide(made: _Book) -> None:
    brief, sheet = made.brief, made.book.add_worksheet(made.say(Message("Read first")))
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 84)
    sheet.write_string(0, 0, made.questionnaire.title.in_(brief.language), made.looks["title"])
    values = (brief.asker, brief.party, brief.work, brief.due, brief.ref, brief.made_at, brief.contact)
    facts = list(zip((made.say(Message(term)) for term in _TERMS), values, strict=True))
    steps = [
        "Fill in the yellow cells of the sheet “Answers”. Everything else is locked, and need not be changed.",
        "Where something does not apply to you, choose “Not applicable” in its column and say why in the next.",
        "Do not write any data of customers. Files are not put into this workbook: hand them in on the web form.",
        "Save it as .xlsx without a password, and hand it in on the web form, which the link in our mail opens.",
        "The form shows what would change before anything does. It is submitted there, and not by handing it in.",
        "Colleagues may answer on the web meanwhile. A cell that you leave as it is changes nothing.",
    ]
    for row, (term, value) in enumerate(facts, start=2):
        sheet.write_string(row, 0, term, made.looks["section"])
        sheet.write_string(row, 1, value, made.looks["plain"])
    top = 3 + len(facts)
    for row, text in enumerate((*(made.say(Message(step)) for step in steps), *brief.promises), start=top):
        sheet.write_string(row, 0, str(row - top + 1) if row - top < len(steps) else "", made.looks["quiet"])
        sheet.write_string(row, 1, text, made.looks["plain"])
    _paper(sheet, made)


def _paper(sheet: Any, made: _Book) -> None:
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{made.brief.ref}&R&P / &N")
    sheet.protect("", _UNLOCKED)


def _choices(made: _Book) -> None:
    """The words of the drop-downs: Excel takes no more than 255 characters of them in a cell's own rule."""
    language, name = made.brief.language, made.say(Message("Choices"))
    sheet = made.book.add_worksheet(name)
    sheet.set_column(0, 99, 30)
    wanted = [_listed(question, language) for question in made.questionnaire.questions if question.type in cells.CHOSEN]
    for column, texts in enumerate(dict.fromkeys(wanted)):
        for row, text in enumerate(texts):
            sheet.write_string(row, column, text, made.looks["plain"])
        letter = column_name(column)
        made.lists[texts] = f"='{name}'!{letter}$1:{letter}${len(texts)}"
    sheet.protect("", _UNLOCKED)


def _listed(question: Question, language: str) -> tuple[str, ...]:
    texts, na = tuple(labels(question, language).values()), not_applicable(language)
    return (*texts, na) if question.na_allowed and na not in texts else texts


def _answers(made: _Book, sheet: Any, answers: Mapping[str, Mapping[str, Answer]], versions: Mapping[str, int]) -> None:
    brief, looks = made.brief, made.looks
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_string(0, KEY, f"{FORM} {brief.ref} {brief.sha256} {brief.language}", looks["key"])
    sheet.write_string(0, 3, f"{made.questionnaire.title.in_(brief.language)}  {brief.ref}", looks["title"])
    sheet.write_string(1, 3, made.say(Message("{party}, due {due}", {"party": brief.party, "due": brief.due})))
    sheet.write_string(2, 3, made.say(Message("Fill in the yellow cells. Do not change or move columns A and B.")))
    heads = ("", "", *(made.say(Message(text)) for text in _HEADS))
    for column, text in enumerate(heads):
        sheet.write_string(HEAD - 1, column, text, looks["head"])
    sheet.freeze_panes(HEAD, 4)
    sheet.repeat_rows(HEAD - 1)
    row, number, asked = HEAD, numbers(made.questionnaire), ever_asked(made.questionnaire)
    for section in made.questionnaire.sections:
        row = _section(made, sheet, section, row)
        for question in (one for one in section.questions if one.id in asked):
            now, last = answers["draft"].get(question.id, Answer()), answers["before"].get(question.id)
            told = _Told(number[question.id], question, now, last, versions.get(question.id, 0))
            row = _question(made, sheet, told, row)
    _paper(sheet, made)


def _section(made: _Book, sheet: Any, section: Section, row: int) -> int:
    for column in range(2, len(_WIDTHS)):
        sheet.write_blank(row, column, None, made.looks["section"])
    sheet.write_string(row, 2, section.title.in_(made.brief.language), made.looks["section"])
    return row + 1


@dataclass(frozen=True)
class _Told:
    number: str
    question: Question
    now: Answer
    last: Answer | None
    version: int


def _question(made: _Book, sheet: Any, told: _Told, row: int) -> int:
    question, language, looks = told.question, made.brief.language, made.looks
    rows = write(question, told.now, language)
    last = write(question, told.last, language) if told.last else {}
    sheet.write_string(row, MARK, mark(question, rows, language, told.version), looks["key"])
    sheet.write_string(row, 2, told.number, looks["plain"])
    sheet.write_string(row, 3, _asked(made, question), looks["plain"])
    sheet.write_string(row, 4, _how(made, question), looks["quiet"])
    _own_row(made, sheet, question, row, rows[question.id])
    sheet.write_string(row, 9, _last(last.get(question.id, {})), looks["quiet"])
    for offset, choice in enumerate(question.choices if question.type is QuestionType.CHOICES else (), start=1):
        key = option(question, choice.id)
        sheet.write_string(row + offset, KEY, key, looks["key"])
        sheet.write_string(row + offset, 3, f"　・{choice.text.in_(language)}", looks["plain"])
        sheet.write_blank(row + offset, 4, None, looks["quiet"])
        _put(sheet, row + offset, COLUMNS[ANSWER], rows[key][ANSWER], made)
        sheet.data_validation(row + offset, COLUMNS[ANSWER], row + offset, COLUMNS[ANSWER], _list([TICK]))
        sheet.write_string(row + offset, 9, _last(last.get(key, {})), looks["quiet"])
    sheet.write_string(row, KEY, question.id, looks["key"])
    return row + len(rows)


def _own_row(made: _Book, sheet: Any, question: Question, row: int, own: Row) -> None:
    look = {QuestionType.NUMBER: "number", QuestionType.DATE: "day"}.get(question.type, "input")
    typed = question.type not in {QuestionType.CHOICES, QuestionType.FILE}
    explained = question.takes_comment or question.id in made.brief.back  # whoever leaves it as it is says why
    rooms = {ANSWER: typed, NA: question.na_allowed, REASON: question.na_allowed, COMMENT: explained}
    for name, column in COLUMNS.items():
        room = rooms[name] or own[name] is not None
        _put(sheet, row, column, own[name], made, (look if name == ANSWER else "input") if room else "quiet")
    if question.type in cells.CHOSEN:
        source = made.lists[_listed(question, made.brief.language)]
        sheet.data_validation(row, COLUMNS[ANSWER], row, COLUMNS[ANSWER], _list(source))
    if question.na_allowed:
        offered = _list([not_applicable(made.brief.language)])
        sheet.data_validation(row, COLUMNS[NA], row, COLUMNS[NA], offered)


def _list(source: str | list[str]) -> dict[str, Any]:
    return {"validate": "list", "source": source, "show_error": False}


def _put(sheet: Any, row: int, column: int, value: cells.Value, made: _Book, look: str = "input") -> None:
    if value is None:
        sheet.write_blank(row, column, None, made.looks[look])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, made.looks["day"])
    elif isinstance(value, int):
        sheet.write_number(row, column, value, made.looks[look])
    else:
        sheet.write_string(row, column, str(value), made.looks[look])


def _asked(made: _Book, question: Question) -> str:
    language = made.brief.language
    text = question.text.in_(language)
    lines = [text if question.required else made.say(Message("{question} (optional)", {"question": text}))]
    lines += [only_if(question, made.questionnaire, language)]
    if question.id in made.brief.back:
        lines.append(made.say(Message("To be completed: {comment}", {"comment": made.brief.back[question.id]})))
    lines += [part.in_(language) for part in (question.help, question.reference) if part]
    return "\n".join(line for line in lines if line)


def _how(made: _Book, question: Question) -> str:
    language = made.brief.language
    agreed = labels(question, language).get("agreed", "")
    said = [made.say(Message(_HINTS[question.type], {"tick": TICK, "agreed": agreed}))]
    if question.unit:
        said.append(made.say(Message("In: {unit}", {"unit": question.unit.in_(language)})))
    if question.type in WRITTEN:
        said.append(made.say(Message("At most {limit} characters.", {"limit": question.longest})))
    if question.id in made.brief.back:
        said.append(made.say(Message("If you leave the answer as it is, write why into the column “Comment”.")))
    if question.evidence:
        said.append(made.say(Message("File, on the web form: {what}", {"what": question.evidence.what.in_(language)})))
    return "\n".join(said)


def _last(row: Row) -> str:
    parts = [cells.words(row.get(name)) for name in (ANSWER, NA, REASON, COMMENT)]
    return "\n".join(part for part in parts if part)
