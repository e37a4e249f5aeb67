"""Answers that a form can hold, for any questionnaire, and workbooks that somebody filled in."""

from __future__ import annotations

import io
import re
import zipfile

from hypothesis import strategies as st
from questionnaire_strategies import places, questionnaires

from monitor.offline.workbook import Brief, workbook
from monitor.questionnaire import Answer, Entry, QuestionType, freeze, parse, thaw
from monitor.questionnaire.entry import tidy

SHA = "ab" * 32
BRIEF = Brief(
    "ITK-000001",
    SHA,
    "例示出版",
    "Acme Printing",
    "Direct mail",
    "2026-12-31",
    "2026-11-24",
    "ja",
)
prose = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=30),
    st.sampled_from(
        [
            "=1+1",
            "+81-3-0000",
            "@x",
            "髙﨑 〜 が",
            "007",
            " 余白 ",
            "一\n二",
            "_x000D_",
            "<b>&amp;",
            "TRUE",
            "#N/A",
            "2026/1/1",
        ]
    ),
)


def some_value(question):
    match question.type:
        case QuestionType.CHOICES:
            return st.lists(st.sampled_from(question.values), unique=True).map(tuple)
        case QuestionType.FILE:
            return st.just(())
        case QuestionType.NUMBER:
            return st.one_of(st.integers(-(10**15) + 1, 10**15 - 1).map(str), prose).map(lambda one: (one,))
        case QuestionType.DATE:
            return st.one_of(st.dates().map(str), prose).map(lambda one: (one,))
        case QuestionType.TEXT | QuestionType.LONG_TEXT:
            return prose.map(lambda one: (one,))
        case _:
            return st.one_of(st.just(()), st.sampled_from(question.values).map(lambda one: (one,)))


@st.composite
def answer_to(draw, question):
    """What the web form makes of what somebody typed, its order of ticks aside."""
    na = question.na_allowed and draw(st.booleans())
    values = draw(some_value(question))
    if question.type is QuestionType.CHOICES:
        values = tuple(one for one in question.values if one in values)
    entry = Entry(values, na, draw(prose) if na else "", draw(prose) if question.takes_comment else "")
    return parse(question, entry)


@st.composite
def answered(draw):
    questionnaire = thaw(freeze(draw(questionnaires), draw(places)).text)
    return questionnaire, {
        question.id: draw(answer_to(question)) for question in questionnaire.questions if draw(st.booleans())
    }


def blank(answer: Answer) -> bool:
    return answer == Answer()


def made(questionnaire, answers=None, versions=None, before=None, brief=BRIEF) -> bytes:
    return workbook(questionnaire, brief, answers or {}, versions or {}, before or {})


def rewritten(content: bytes, part: str, change) -> bytes:
    """The workbook with one part of its package changed, as a program that saves it anew might."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.infolist():
            body = old.read(each)
            new.writestr(each.filename, change(body) if re.fullmatch(part, each.filename) else body)
    return out.getvalue()


ANSWERS = r"xl/worksheets/sheet2\.xml"


def put(content: bytes, cell: str, inner: str, kind: str = "") -> bytes:
    """Another content in a cell of the sheet of answers: `inner` is its XML."""

    def change(body: bytes) -> bytes:
        found = re.compile(rb'<c r="%s"( s="[0-9]+")?[^>]*?(/>|>.*?</c>)' % cell.encode())
        new = f'<c r="{cell}"'.encode() + (
            rb"\1" + f"{f' t={kind!r}' if kind else ''}>{inner}</c>".replace("'", '"').encode()
        )
        body, times = found.subn(
            lambda match: match.expand(new.replace(b"\\1", b"\\g<1>") if match[1] else new.replace(b"\\1", b"")), body
        )
        assert times == 1, (cell, times)
        return body

    return rewritten(content, ANSWERS, change)


def text(content: bytes, cell: str, said: str) -> bytes:
    escaped = said.replace("&", "&amp;").replace("<", "&lt;")
    return put(content, cell, f"<is><t>{escaped}</t></is>", "inlineStr")


__all__ = ["ANSWERS", "BRIEF", "SHA", "answered", "blank", "made", "put", "rewritten", "text", "tidy"]
