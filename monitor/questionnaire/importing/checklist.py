"""チェックシート: the Excel sheet of numbered questions with ○△× that every company here has one of.

Columns are found by what their heading says; the questions become choices of ○, △ and × with findings for the last two,
since that is what those who filled such sheets in have answered so far.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from monitor.language import Message
from monitor.questionnaire.answers import Answer
from monitor.questionnaire.importing.tables import (
    LONGEST,
    MOST,
    Imported,
    Names,
    Unread,
    heading,
    lines,
    nothing_found,
    plain,
    same,
    sheets_of,
    storable,
    too_many,
)
from monitor.questionnaire.loading import from_data

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.questionnaire.importing.tables import Line
    from monitor.sheets import Sheet

_COLUMNS: Mapping[str, Sequence[str]] = {
    "question": (
        *(
            "設問",
            "質問",
            "質問事項",
            "確認内容",
            "確認事項",
            "確認項目",
            "チェック項目",
            "点検項目",
            "点検内容",
            "評価項目",
        ),
        *("チェック内容", "小項目", "内容", "項目", "question", "checkitem", "item"),
    ),
    "section": ("大項目", "大分類", "区分", "分類", "カテゴリ", "カテゴリー", "category", "section"),
    "middle": ("中項目", "中分類"),
    "number": ("no", "no.", "番号", "項番", "設問番号", "#", "number"),
    "answer": ("回答", "回答欄", "評価", "判定", "結果", "実施状況", "チェック欄", "チェック", "○×", "○△×", "answer"),
    "remark": ("備考", "備考欄", "コメント", "補足", "特記事項", "具体的内容", "remarks", "remark", "comment"),
}
_SIGNS = {
    **dict.fromkeys(
        ("○", "〇", "◯", "◎", "o", "はい", "yes", "適", "有", "あり", "実施", "実施済", "実施済み", "済"), "yes"
    ),
    **dict.fromkeys(("△", "▲", "一部", "一部実施", "一部実施済", "一部実施済み", "部分的", "partly"), "partly"),
    **dict.fromkeys(("×", "✕", "✖", "x", "いいえ", "no", "否", "無", "なし", "未実施", "未"), "no"),
    **dict.fromkeys(("-", "－", "ー", "―", "該当なし", "対象外", "非該当", "n/a", "na"), "na"),
}
_HEADINGS = "番号・設問・回答"


@dataclass(slots=True)
class _Taking:
    """What has been read so far. A row that only names a heading opens a section."""

    unread: list[Unread] = field(default_factory=list)
    names: Names = field(default_factory=Names)
    sections: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    section: str = ""

    def sheet(self, sheet: Sheet) -> bool:
        head = heading(sheet, _COLUMNS, frozenset({"question"}))
        if head is None or len(head[1]) == 1:
            if sheet.cells:
                self.unread.append(Unread(sheet.name, Message("the sheet has no questions; it was left out")))
            return False
        self.section = sheet.name
        for line in lines(sheet, *head, self.unread):
            self.line(line)
        return True

    def line(self, line: Line) -> None:
        text = line.get("question")
        self.section = line.get("section") or self.section
        if not self._asks(line, text):
            return
        if len(text) > LONGEST:
            why = Message("the question is longer than {limit} characters", {"limit": LONGEST})
            self.unread.append(Unread(line.cell("question"), why))
            return
        number = f"sheet.{line.get('number')}" if line.get("number") else ""
        name = self.names.give(number, f"sheet.{len(self.names.taken) + 1}")
        middle = line.get("middle")
        self.sections.setdefault(self.section, []).append(
            _question(name, line, f"{middle}：{text}" if middle else text)
        )
        answer = self._answer(line)
        self.answers |= {name: answer} if answer else {}

    def _asks(self, line: Line, text: str) -> bool:
        """Whether the row is a question; else it is a heading of its own, or it is listed."""
        lone = set(line.cells.values())
        if text and (line.get("number") or len(lone) > 1 or "number" not in line.places):
            return True
        if len(lone) == 1 and _heads(next(iter(lone))):
            self.section = next(iter(lone))
        elif lone != {line.get("section")}:
            self.unread.append(Unread(line.cell(), Message("the row has no question")))
        return False

    def _answer(self, line: Line) -> Answer | None:
        said, remark = line.get("answer"), line.get("remark")
        if not said:
            return None
        value = _SIGNS.get(plain(said))
        if value is None:
            self.unread.append(Unread(line.cell("answer"), Message("the answer is none of ○, △, × and 該当なし")))
            return None
        given = Answer(not_applicable=True, reason=remark) if value == "na" else Answer(value=value, comment=remark)
        return storable(given, line, "remark", self.unread)


def _heads(text: str) -> bool:
    """Whether what stands alone in a row may be a heading: no note, number or mark."""
    return not text.startswith(("※", "注", "*")) and plain(text) not in _SIGNS and not re.fullmatch(r"[\W\d]*", text)


def from_checklist(content: bytes, file: str) -> Imported:
    """Raises `InvalidQuestionnaire` where no sheet has a column of questions."""
    taking = _Taking()
    found = [sheet for sheet in sheets_of(content, file) if taking.sheet(sheet)]
    if not found or not taking.sections:
        raise nothing_found(file, _HEADINGS)
    if len(taking.names.taken) > MOST:
        raise too_many(file)
    return Imported(from_data(_form(taking), file), taking.answers, tuple(taking.unread))


def _question(name: str, line: Line, text: str) -> dict[str, Any]:
    number = line.get("number")
    choices: list[dict[str, Any]] = [
        {"id": "yes", "text": {"ja": "○ 実施している", "en": "○ in place"}, "points": 100},
        {"id": "partly", "text": {"ja": "△ 一部実施している", "en": "△ partly in place"}, "points": 50},
        {"id": "no", "text": {"ja": "× 実施していない", "en": "× not in place"}, "points": 0},
    ]
    choices[1]["finding"] = _finding(f"一部未実施 {number}", f"Partly in place {number}", "low")
    choices[2]["finding"] = _finding(f"未実施 {number}", f"Not in place {number}", "medium")
    question = {"id": name, "type": "choice", "text": same(text), "na_allowed": True, "choices": choices}
    return question | ({"item": number} if number else {})


def _finding(ja: str, en: str, severity: str) -> dict[str, Any]:
    advice = {
        "ja": "実施の予定と時期、またはそれに代わる対策をお知らせください。",
        "en": "Tell us when this will be in place, or what takes its place until then.",
    }
    return {"name": {"ja": ja.strip(), "en": en.strip()}, "severity": severity, "days": 60, "advice": advice}


def _form(taking: _Taking) -> dict[str, Any]:
    names, count = Names(), len(taking.names.taken)
    return {
        "id": "checklist",
        "version": 1,
        "minutes": min(600, max(5, count // 2)),
        "licence": "That of the imported file",
        "source": "Imported from a check sheet",
        "title": {
            "ja": "個人データの取扱いに関するチェックシート",
            "en": "Check sheet on the handling of personal data",
        },
        "intro": {
            "ja": "個人データの取扱いについて、次の項目をお伺いします。",
            "en": "This asks about the handling of personal data.",
        },
        "sections": [
            {"id": names.give(title, f"part-{number}"), "title": same(title), "questions": questions}
            for number, (title, questions) in enumerate(taking.sections.items(), start=1)
        ],
    }
