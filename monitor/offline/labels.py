"""The words of a workbook's drop-downs, and what people write in their place: ○, ×, ✓, in any width and language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.spelling import normal
from monitor.language import LANGUAGES, Message
from monitor.questionnaire.model import AGREED, NO, YES, QuestionType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.questionnaire import Question

TICK = "○"
_YES = frozenset("○◯〇oy✓✔☑レvはいyes適有済true1") | {
    "はい",
    "yes",
    "true",
    "有り",
    "あり",
    "適合",
    "実施済",
    "了承",
    "同意",
}
_NO = frozenset("×✕✖xn☐否無0") | {"いいえ", "no", "false", "無し", "なし", "不適", "未実施"}
TICKED = frozenset("○◯〇o✓✔☑レvy●■1") | {"yes", "true", "はい", "該当"}
UNTICKED = frozenset("×✕✖x☐n-ー−0□") | {"no", "false", "いいえ", "非該当"}


def fold(text: str) -> str:
    """How two spellings of one label are compared: width, case and blanks say nothing."""
    return "".join(normal("NFKC", text).casefold().split())


def not_applicable(language: str) -> str:
    return Message("Not applicable").in_(language)


def said_not_applicable(text: str) -> bool:
    return fold(text) in {fold(not_applicable(language)) for language in LANGUAGES} | {"n/a", "na", "非該当"}


def labels(question: Question, language: str) -> dict[str, str]:
    """What each fixed answer of a question is called in a drop-down, no two alike."""
    texts = {value: _text(question, value, language) for value in question.values}
    if len({fold(text) for text in texts.values()}) == len(texts):
        return texts
    return {value: f"{number}. {text}" for number, (value, text) in enumerate(texts.items(), start=1)}


def _text(question: Question, value: str, language: str) -> str:
    fixed = {YES: "Yes", NO: "No", AGREED: "Confirmed"}
    if question.type in {QuestionType.YES_NO, QuestionType.STATEMENT}:
        return Message(fixed[value]).in_(language)
    return " ".join(next(choice for choice in question.choices if choice.id == value).text.in_(language).split())


def meant(question: Question, typed: str, language: str) -> str | None:
    """The fixed answer that somebody wrote: as the drop-down has it, in the other language, by its id, or as a sign."""
    for tongue in sorted(LANGUAGES, key=lambda one: one != language):
        found = labels(question, tongue)
        for compare in (str.strip, fold):
            alike = [value for value, text in found.items() if compare(text) == compare(typed)]
            if len(alike) == 1:
                return alike[0]
    if typed.strip() in question.values:
        return typed.strip()
    return _sign(question, fold(typed))


def _sign(question: Question, typed: str) -> str | None:
    if question.type is QuestionType.YES_NO:
        return YES if typed in _YES else NO if typed in _NO else None
    return AGREED if question.type is QuestionType.STATEMENT and typed in _YES else None


def offered(texts: Iterable[str], language: str) -> str:
    """The answers that a cell may hold, as a sentence lists them."""
    return ("」「" if language == "ja" else "” / “").join(texts)
