"""Whether an answer that was given once may be given again. Pure.

A question keeps its id over all versions of a questionnaire, and over all companies that ask it; so an answer finds its
place again. That does not mean that it still fits: the question may be answered otherwise today, a choice may be gone,
a day may have passed, a file may be older than it is worth something. What does not fit is said, and never bent.

A declaration is no answer to be used again: who declares something declares it now.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.calendar import add_months
from monitor.questionnaire.judgement import findings_of, is_unanswered, judge
from monitor.questionnaire.model import Question, Questionnaire, QuestionType

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from monitor.questionnaire.answers import Answer, EvidenceFile
    from monitor.questionnaire.problem import Problem


class Obstacle(enum.StrEnum):
    """Why an earlier answer cannot be given again."""

    ASKED_OTHERWISE = "asked-otherwise"  #: another kind of answer is wanted now
    CHOICE_GONE = "choice-gone"  #: what was chosen cannot be chosen any more
    OTHER_PLACE = "other-place"  #: the question is about another place of storage now
    NOT_VALID = "not-valid"  #: today's rules do not take it; `problem` says which
    PLANNED = "planned"  #: it was a weak one with a plan: how things stand is to be told anew
    TOO_OLD = "too-old"  #: it was a file, and is past its validity


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was asked in one request, and the place of storage that it was about."""

    question: Question
    place: str = ""


@dataclass(frozen=True, slots=True)
class Reuse:
    """What giving an earlier answer again would mean: the answer as it would stand, the files that are too old to come
    with it, whether the question reads otherwise now; or the obstacle.
    """

    answer: Answer
    too_old: tuple[EvidenceFile, ...] = ()
    reworded: bool = False
    obstacle: Obstacle | None = None
    problem: Problem | None = None


def asked_in(questionnaire: Questionnaire) -> dict[str, Asked]:
    """All questions of a request by id."""
    return {
        question.id: Asked(question, section.place.name if section.place else "")
        for section in questionnaire.sections
        for question in section.questions
    }


def reuse(now: Asked, then: Asked, answer: Answer, today: date, handed_in: Mapping[str, date]) -> Reuse | None:
    """What came of an earlier answer to the same question; none where there was none, or where it was a declaration.

    `handed_in`: by hash, the day on which each file was handed in first. Using a file again makes it no younger.
    """
    question = now.question
    if answer.blank or question.type is QuestionType.STATEMENT:
        return None
    obstacle = _otherwise(now, then, answer)
    if obstacle:
        return Reuse(answer, obstacle=obstacle)
    old = tuple(file for file in answer.files if _expired(question, file, today, handed_in))
    again = _again(question, answer, old)
    if is_unanswered(question, again):
        return Reuse(answer, old, obstacle=Obstacle.TOO_OLD)
    if again.comment and findings_of(question, again):
        return Reuse(answer, old, obstacle=Obstacle.PLANNED)
    wrong = next((one for one in judge(question, again, today) if one.field != "files"), None)
    if wrong:
        return Reuse(answer, obstacle=Obstacle.NOT_VALID, problem=wrong)
    return Reuse(again, old, reworded=question.text != then.question.text)


def _otherwise(now: Asked, then: Asked, answer: Answer) -> Obstacle | None:
    if now.question.type is not then.question.type:
        return Obstacle.ASKED_OTHERWISE
    if now.place != then.place:
        return Obstacle.OTHER_PLACE
    fixed = now.question.values
    if fixed and not answer.chosen <= set(fixed):
        return Obstacle.CHOICE_GONE
    return None


def _expired(question: Question, file: EvidenceFile, today: date, handed_in: Mapping[str, date]) -> bool:
    months = question.evidence.valid_months if question.evidence else None
    return months is not None and add_months(handed_in.get(file.sha256, today), months) < today


def _again(question: Question, answer: Answer, old: tuple[EvidenceFile, ...]) -> Answer:
    """The answer without what has no place any more: old files, and a remark where none is asked for."""
    files = tuple(file for file in answer.files if file not in old)
    takes_files = question.evidence is not None or question.type is QuestionType.FILE
    return answer.model_copy(
        update={
            "files": files if takes_files else (),
            "comment": answer.comment if question.takes_comment else "",
        }
    )
