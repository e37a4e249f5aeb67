"""Whether one given answer will do. Pure; what it cannot accept it returns as problems, each with its remedy."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from monitor.calendar import FIRST_DAY, LAST_DAY, within
from monitor.questionnaire.entry import boxes_left_empty, holds_forbidden
from monitor.questionnaire.model import Choice, Finding, Question, QuestionType
from monitor.questionnaire.my_number import holds_my_number
from monitor.questionnaire.problem import Field, Problem, both, problem, unanswered
from monitor.questionnaire.text import is_blank

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from monitor.questionnaire.answers import Answer

REMARK_LIMIT = 2000  #: characters of a comment or of the reason for "not applicable"


def unstorable(answer: Answer) -> Problem | None:
    """What forbids keeping the answer even as a draft. To be asked before anything is written anywhere."""
    if any(map(holds_my_number, answer.value if isinstance(answer.value, tuple) else (str(answer.value or ""),))):
        return problem("my-number", "value")
    if holds_my_number(answer.reason):
        return problem("my-number", "reason")
    if holds_my_number(answer.comment):
        return problem("my-number", "comment")
    if any(holds_my_number(file.name) for file in answer.files):
        return problem("my-number", "files")
    return None


def judge(question: Question, answer: Answer, today: date) -> tuple[Problem, ...]:
    """Everything that keeps an answer from being submitted. `today` is the day of answering, in the group's zone."""
    refused = unstorable(answer)
    if refused:
        return (refused,)
    return (*_own(question, answer, today), *_prose(answer.comment, "comment", REMARK_LIMIT), *_empty_files(answer))


def is_unanswered(question: Question, answer: Answer) -> bool:
    """Nothing that answers this question is there. A file answers only a question for a file."""
    if answer.not_applicable:
        return False
    return not answer.files if question.type is QuestionType.FILE else answer.valueless


def findings_of(question: Question, answer: Answer) -> tuple[Finding, ...]:
    """指摘事項 that an answer raises by itself."""
    if question.type is QuestionType.YES_NO:
        return (question.finding,) if question.finding and question.bad in answer.chosen else ()
    return tuple(choice.finding for choice in question.choices if choice.finding and choice.id in answer.chosen)


def evidence_missing(question: Question, answer: Answer) -> bool:
    """Whether a file is wanted with this very answer and is not there."""
    evidence = question.evidence
    if evidence is None or answer.files or answer.not_applicable:
        return False
    on = evidence.on or (("yes",) if question.type is QuestionType.YES_NO else ())
    return not on or not answer.chosen.isdisjoint(on)


def _own(question: Question, answer: Answer, today: date) -> Iterator[Problem]:
    if answer.not_applicable:
        yield from _not_applicable(question, answer)
    elif not is_unanswered(question, answer):
        yield from _applicable(question, answer, today)
    elif question.required:
        yield unanswered(question)


def _not_applicable(question: Question, answer: Answer) -> Iterator[Problem]:
    if not question.na_allowed:
        yield problem("na-not-allowed", "not_applicable")
    elif not answer.valueless:
        yield problem("na-and-value", "not_applicable")
    elif is_blank(answer.reason):
        yield problem("reason-needed", "reason")
    yield from _prose(answer.reason, "reason", REMARK_LIMIT)


def _applicable(question: Question, answer: Answer, today: date) -> Iterator[Problem]:
    yield from _CHECKS[question.type](question, answer, today)
    if question.takes_comment and is_blank(answer.comment):
        yield from _unexplained(question, answer)
    if question.evidence and question.evidence.required and evidence_missing(question, answer):
        what = question.evidence.what
        yield both("evidence-needed", "files", {"what": what.ja}, {"what": what.en})


def _unexplained(question: Question, answer: Answer) -> Iterator[Problem]:
    for choice in question.choices:
        if choice.explain and choice.id in answer.chosen:
            yield _explanation(choice)
            return
    if findings_of(question, answer):
        yield problem("comment-needed", "comment")


def _explanation(choice: Choice) -> Problem:
    if choice.ask:
        return Problem("explanation-needed", "comment", choice.ask)
    return both("explanation-needed", "comment", {"choice": choice.text.ja}, {"choice": choice.text.en})


def _one_value(question: Question, answer: Answer, _today: date) -> Iterator[Problem]:
    if not isinstance(answer.value, str) or answer.value not in question.values:
        yield problem("not-a-choice")


def _many_values(question: Question, answer: Answer, _today: date) -> Iterator[Problem]:
    if not isinstance(answer.value, tuple) or not answer.chosen <= set(question.values):
        yield problem("not-a-choice")
        return
    for choice in question.choices:
        if choice.exclusive and choice.id in answer.chosen and len(answer.chosen) > 1:
            yield both("one-only", "value", {"choice": choice.text.ja}, {"choice": choice.text.en})


def _text(question: Question, answer: Answer, _today: date) -> Iterator[Problem]:
    if not isinstance(answer.value, str):
        yield problem("not-a-text")
        return
    yield from _prose(answer.value, "value", question.longest)


def _number(question: Question, answer: Answer, _today: date) -> Iterator[Problem]:
    if not isinstance(answer.value, int):
        yield problem("not-a-number")
    elif question.minimum is not None and answer.value < question.minimum:
        yield problem("too-small", limit=question.minimum)
    elif question.maximum is not None and answer.value > question.maximum:
        yield problem("too-large", limit=question.maximum)


def _date(question: Question, answer: Answer, today: date) -> Iterator[Problem]:
    day = _day(answer.value)
    if day is None:
        yield _no_day(str(answer.value))
    elif not within(day):
        yield _beyond("too-early", FIRST_DAY) if day < FIRST_DAY else _beyond("too-late", LAST_DAY)
    elif question.earliest and day < (today if question.earliest == "today" else question.earliest):
        yield _beyond("too-early", question.earliest)
    elif question.latest and day > (today if question.latest == "today" else question.latest):
        yield _beyond("too-late", question.latest)


def _no_day(typed: str) -> Problem:
    empty = boxes_left_empty(typed)
    if not empty:
        return problem("not-a-date")
    ja = "と".join({"year": "年", "month": "月", "day": "日"}[box] for box in empty)
    return both("date-in-part", "value", {"boxes": ja}, {"boxes": " and the ".join(empty)})


def _beyond(code: str, limit: date | str) -> Problem:
    if isinstance(limit, str):
        return both(code, "value", {"limit": "本日"}, {"limit": "today"})
    return problem(code, limit=limit.isoformat())


def _day(value: object) -> date | None:
    """Only the one spelling in which days are kept; `date.fromisoformat` would also take weeks."""
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return day if day and day.isoformat() == value else None


def _file(_question: Question, _answer: Answer, _today: date) -> Iterator[Problem]:
    yield from ()  # what a file may be is decided where it is taken in


def _empty_files(answer: Answer) -> Iterator[Problem]:
    for file in answer.files:
        if file.size == 0:
            yield problem("file-empty", "files", name=file.name)


def _prose(text: str, field: Field, limit: int) -> Iterator[Problem]:
    if holds_forbidden(text):
        yield problem("control-characters", field)
    if len(text) > limit:
        yield problem("too-long", field, length=len(text), limit=limit)


_CHECKS: Mapping[QuestionType, Callable[[Question, Answer, date], Iterator[Problem]]] = {
    QuestionType.YES_NO: _one_value,
    QuestionType.CHOICE: _one_value,
    QuestionType.CHOICES: _many_values,
    QuestionType.TEXT: _text,
    QuestionType.LONG_TEXT: _text,
    QuestionType.NUMBER: _number,
    QuestionType.DATE: _date,
    QuestionType.FILE: _file,
    QuestionType.STATEMENT: _one_value,
}
