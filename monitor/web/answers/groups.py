"""A request's answers in words, by section, for whoever has given them and for whoever reviews them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.offline.conditions import numbers
from monitor.questionnaire import QuestionState, diff
from monitor.questionnaire.judgement import findings_of
from monitor.web.answers import view

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.questionnaire import Answer, Change, Examination, Examined, Question, Questionnaire, Section


def answer_groups(
    questionnaire: Questionnaire,
    answers: Mapping[str, Answer],
    examined: Examination,
    before: Mapping[str, Answer],
    language: str,
    *,
    findings: bool = True,
) -> list[dict[str, Any]]:
    """All answers by section, in words, with last time's and what changed since; for reviewers with `findings`."""
    told = Told(before, diff(before, answers), view.said_words(language), language, findings)
    number = numbers(questionnaire)
    return [
        {
            "id": section.id,
            "title": section.title.in_(language),
            "rows": [
                told.row(question, answers.get(question.id), examined.questions[question.id])
                | {"number": number[question.id]}
                for question in section.questions
                if examined.questions[question.id].state is not QuestionState.HIDDEN
            ],
        }
        for section in questionnaire.sections
        if visible(section, examined)
    ]


@dataclass(frozen=True)
class Told:
    """Answers in words, beside those of last time."""

    before: Mapping[str, Answer]
    changes: Mapping[str, Change]
    words: Mapping[str, str]
    language: str
    findings: bool

    def row(self, question: Question, answer: Answer | None, examined: Examined) -> dict[str, Any]:
        """One answer, for the kit's list to check."""
        last = self.before.get(question.id)
        files = answer.files if answer else ()
        return {
            "id": question.id,
            "question": question.text.in_(self.language),
            "answer": view.said(question, answer, self.language, self.words),
            "note": answer.comment if answer else "",
            "files": [{"name": file.name, "size": view.size(file.size)} for file in files],
            "before": view.said(question, last, self.language, self.words) if last else None,
            "change": str(self.changes.get(question.id, "")) if self.before else "",
            "problem": examined.problems[0].message.in_(self.language)
            if examined.problems
            else self._weak(question, answer),
        }

    def _weak(self, question: Question, answer: Answer | None) -> str:
        found = findings_of(question, answer) if self.findings and answer else ()
        return ", ".join(finding.name.in_(self.language) for finding in found)


def visible(section: Section, examination: Examination) -> bool:
    """Whether anything is asked there, given the answers so far."""
    states = (examination.questions[question.id].state for question in section.questions)
    return any(state is not QuestionState.HIDDEN for state in states)
