"""How complete and how sound a set of answers is. Pure, and never fails, whatever the answers hold.

Unanswered, not applicable, zero and hidden are four different things. A question that is not asked blocks nothing,
decides nothing and is not part of what is submitted; its answer is kept, in case it is asked again.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from monitor.questionnaire.answers import NOTHING
from monitor.questionnaire.condition import holds
from monitor.questionnaire.judgement import evidence_missing, findings_of, is_unanswered, judge
from monitor.questionnaire.problem import Problem, both
from monitor.questionnaire.text import is_blank

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from monitor.questionnaire.answers import Answer
    from monitor.questionnaire.model import Finding, Question, Questionnaire, Section


Entry = TypeVar("Entry")
Value = TypeVar("Value")


class Lazily(Mapping[str, Value], Generic[Entry, Value]):
    """What is worked out of each entry when it is asked for, and once: a page of twenty questions judges these alone
    and not two hundred.
    """

    def __init__(self, entries: Mapping[str, Entry], make: Callable[[Entry], Value]) -> None:
        self._entries, self._make, self._made = entries, make, dict[str, Value]()

    def __getitem__(self, name: str) -> Value:
        if name not in self._made:
            self._made[name] = self._make(self._entries[name])
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


class QuestionState(enum.StrEnum):
    """Where one answer stands."""

    UNANSWERED = "unanswered"
    ANSWERED = "answered"
    NOT_APPLICABLE = "not_applicable"
    HIDDEN = "hidden"
    INVALID = "invalid"


class SectionState(enum.StrEnum):
    """未着手・記入中・完了: nobody has looked, something is missing, nothing is missing."""

    UNTOUCHED = "untouched"
    INCOMPLETE = "incomplete"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Examined:
    """One question's state. Problems block submission, a warning is only pointed out."""

    state: QuestionState
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Examination:
    """The state of all questions and sections, by id and in the order of the questionnaire."""

    questions: Mapping[str, Examined]
    sections: Mapping[str, SectionState]

    @property
    def blocking(self) -> tuple[str, ...]:
        """The questions that still keep the answers from being submitted."""
        return tuple(question for question, examined in self.questions.items() if examined.problems)

    @property
    def complete(self) -> bool:
        return not self.blocking


def examine(questionnaire: Questionnaire, answers: Mapping[str, Answer], today: date) -> Examination:
    """Judges every answer. `today`, in the group's zone, is what "not in the future" is measured by."""
    asked = shown(questionnaire, answers)

    def examined(question: Question) -> Examined:
        if question.id not in asked:
            return Examined(QuestionState.HIDDEN)
        return _examined(question, answers.get(question.id, NOTHING), today)

    questions = Lazily({question.id: question for question in questionnaire.questions}, examined)
    sections = {section.id: section for section in questionnaire.sections}
    return Examination(questions, Lazily(sections, lambda section: _section(section, questions, answers)))


def shown(questionnaire: Questionnaire, answers: Mapping[str, Answer]) -> frozenset[str]:
    """The questions that are asked, given these answers. Conditions look back only, so one pass is enough."""
    given: dict[str, frozenset[str]] = {}
    for question in questionnaire.questions:
        if question.when is None or holds(question.when, given):
            given[question.id] = answers.get(question.id, NOTHING).chosen
    return frozenset(given)


def submission(questionnaire: Questionnaire, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """What is submitted: the answers to questions that are asked, in their order."""
    asked = shown(questionnaire, answers)
    present = (question.id for question in questionnaire.questions if question.id in asked)
    return {question: answers[question] for question in present if not answers.get(question, NOTHING).blank}


def findings(questionnaire: Questionnaire, answers: Mapping[str, Answer]) -> tuple[tuple[Question, Finding], ...]:
    """指摘事項 that the answers raise by themselves, in the order of the questionnaire."""
    present = submission(questionnaire, answers)
    asked = (question for question in questionnaire.questions if question.id in present)
    return tuple((question, finding) for question in asked for finding in findings_of(question, present[question.id]))


def _examined(question: Question, answer: Answer, today: date) -> Examined:
    problems = judge(question, answer, today)
    if is_unanswered(question, answer):
        return Examined(QuestionState.UNANSWERED, problems)
    if problems:
        return Examined(QuestionState.INVALID, problems)
    state = QuestionState.NOT_APPLICABLE if answer.not_applicable else QuestionState.ANSWERED
    return Examined(state, warnings=tuple(_warnings(question, answer)))


def _warnings(question: Question, answer: Answer) -> Iterator[Problem]:
    if question.evidence and evidence_missing(question, answer):
        what = question.evidence.what
        yield both("evidence-wanted", "files", {"what": what.ja}, {"what": what.en})


def _section(section: Section, examined: Mapping[str, Examined], answers: Mapping[str, Answer]) -> SectionState:
    asked = [question.id for question in section.questions if examined[question.id].state is not QuestionState.HIDDEN]
    if asked and not any(_touched(answers.get(question, NOTHING)) for question in asked):
        return SectionState.UNTOUCHED
    incomplete = any(examined[question].problems for question in asked)
    return SectionState.INCOMPLETE if incomplete else SectionState.COMPLETE


def _touched(answer: Answer) -> bool:
    return not (answer.blank and is_blank(answer.comment))
