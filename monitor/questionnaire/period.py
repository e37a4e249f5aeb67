"""Days on which something was done, beside the time of the work that they belong to. Pure.

A certificate of deletion with a day from before the work began is a slip of the year, and is refused; one from before
its end may be right, because data can be erased as soon as its purpose is met, and is only pointed out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from monitor.language import say_day
from monitor.questionnaire.examination import Examination, Examined, QuestionState, SectionState
from monitor.questionnaire.model import Question, Questionnaire, QuestionType
from monitor.questionnaire.problem import Problem
from monitor.questionnaire.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.questionnaire.answers import Answer


@dataclass(frozen=True, slots=True)
class Period:
    """業務の期間: the first day of the work, and its last where that is known."""

    began: date
    ended: date | None = None


def within(found: Examination, asked: Questionnaire, answers: Mapping[str, Answer], work: Period) -> Examination:
    """The examination with what the time of the work says of every day on which something was done."""
    past = (one for one in asked.questions if one.type is QuestionType.DATE and one.latest == "today")
    judged = {one.id: _judged(found.questions[one.id], one, answers, work) for one in past if one.id in answers}
    wrong = {name for name, one in judged.items() if one.problems}
    sections = {
        section.id: SectionState.INCOMPLETE
        if any(question.id in wrong for question in section.questions)
        else found.sections[section.id]
        for section in asked.sections
    }
    return Examination({**found.questions, **judged}, sections)


def _judged(examined: Examined, question: Question, answers: Mapping[str, Answer], work: Period) -> Examined:
    if examined.state is not QuestionState.ANSWERED:
        return examined
    day = date.fromisoformat(str(answers[question.id].value))
    if day < work.began:
        said = _said("before-the-work", work.began, _BEFORE)
        return Examined(QuestionState.INVALID, (*examined.problems, said))
    if work.ended and day < work.ended:
        return replace(examined, warnings=(*examined.warnings, _said("before-its-end", work.ended, _EARLY)))
    return examined


_BEFORE = Text(
    ja="業務の開始日（{day}）より前の日付です。年をご確認ください。",
    en="This is before the work began ({day}). Please check the year.",
)
_EARLY = Text(
    ja="業務の終了日（{day}）より前の日付です。お間違いがなければ、このままで結構です。",
    en="This is before the work ended ({day}). If it is right, leave it as it is.",
)


def _said(token: str, day: date, text: Text) -> Problem:
    told = {tongue: text.in_(tongue).replace("{day}", say_day(day, tongue)) for tongue in ("ja", "en")}
    return Problem(token, "value", Text(**told))
