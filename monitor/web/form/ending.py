"""The form's last pages: all answers to check, the declaration, the receipt."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.language import Message
from monitor.obligations import acts, drafts
from monitor.questionnaire import Answer, QuestionState, diff, freeze_answers
from monitor.questionnaire.entry import tidy
from monitor.questionnaire.judgement import findings_of
from monitor.web.fields import fields
from monitor.web.form import view
from monitor.web.form.beginning import over, visible
from monitor.web.form.opening import Opened, form_page, through_link, while_asked
from monitor.web.pages import see_other

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

    from monitor.questionnaire import Change, Examination, Examined, Question, Questionnaire

LONGEST_NAME = 100


@while_asked
async def check(request: web.Request, found: Opened) -> web.StreamResponse:
    """Every answer with a way to change it, last time's beside it, and what is still missing."""
    draft = await found.draft()
    examined, before = found.examined(draft), await drafts.last_accepted(found.duty)
    return form_page(
        request, found, "check.html",
        groups=_changeable(found, answer_groups(found.questionnaire, draft.answers, examined, before, found.language)),
        missing=_missing(found, examined),
        ready=examined.complete,
    )  # fmt: skip


def _changeable(found: Opened, groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each answer with the place where it can be changed."""
    for group in groups:
        for row in group["rows"]:
            row["href"] = f"{found.base}/s/{group['id']}?check=1#{row['id']}"
    return groups


def answer_groups(
    questionnaire: Questionnaire,
    answers: Mapping[str, Answer],
    examined: Examination,
    before: Mapping[str, Answer],
    language: str,
) -> list[dict[str, Any]]:
    """All answers by section, in words, with last time's and what changed since."""
    told = Told(before, diff(before, answers), said_words(language), language)
    return [
        {
            "id": section.id,
            "title": section.title.in_(language),
            "rows": [
                told.row(question, answers.get(question.id), examined.questions[question.id])
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

    def row(self, question: Question, answer: Answer | None, examined: Examined) -> dict[str, Any]:
        """One answer, for the kit's list to check."""
        weak = [finding.name.in_(self.language) for finding in findings_of(question, answer)] if answer else []
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
            "problem": examined.problems[0].message.in_(self.language) if examined.problems else ", ".join(weak),
        }


def said_words(language: str) -> dict[str, str]:
    """The few words in which fixed answers are told."""
    texts = {"none": "No answer", "na": "Not applicable", "yes": "Yes", "no": "No", "agreed": "Declared"}
    return {name: Message(text).in_(language) for name, text in texts.items()}


def _missing(found: Opened, examined: Examination) -> list[dict[str, str]]:
    by_question = {question.id: section for section in found.questionnaire.sections for question in section.questions}
    texts = {question.id: question.text.in_(found.language) for question in found.questionnaire.questions}
    said = {name: examined.questions[name].problems[0].message.in_(found.language) for name in examined.blocking}
    return [
        {"text": view.about(texts[name], said[name], found.language),
         "href": f"{found.base}/s/{by_question[name].id}?check=1#{name}"}
        for name in examined.blocking
    ]  # fmt: skip


@while_asked
async def declare(request: web.Request, found: Opened) -> web.StreamResponse:
    """Who declares that these answers are true."""
    if not found.examined(await found.draft()).complete:
        return see_other(f"{found.base}/check")
    return form_page(request, found, "declare.html", errors=[], said={}, submittable=found.submittable)


@while_asked
async def submit(request: web.Request, found: Opened) -> web.StreamResponse:
    """Hand in. Needs a name, a post and the declaration, which only a person can give."""
    if not found.submittable:
        return see_other(f"{found.base}/")
    draft = await found.draft()
    if not found.examined(draft).complete:
        return see_other(f"{found.base}/check")
    sent = dict(await fields(request))
    said = {name: one_line(sent.get(name)) for name in ("name", "title", "declared")}
    errors = _wrong(said, found.language)
    if errors:
        return form_page(request, found, "declare.html", status=422, errors=errors, said=said, submittable=True)
    frozen = freeze_answers(found.questionnaire, draft.answers)
    declared = acts.Declaration(frozen.text, frozen.sha256, said["name"], said["title"])
    await acts.submit(found.duty.id, found.at, declared, found.actor)
    return see_other(f"{found.base}/done")


def one_line(value: object) -> str:
    """One line of text as typed, without control characters; names keep their signs."""
    text = tidy(value) if isinstance(value, str) else ""
    return "".join(sign for sign in text if unicodedata.category(sign)[0] != "C").strip()[:LONGEST_NAME]


def _wrong(said: Mapping[str, str], language: str) -> list[dict[str, str]]:
    needs = {
        "name": "Enter the name of the person who declares.",
        "title": "Enter the department or post.",
        "declared": "Tick the declaration if it is true.",
    }
    return [
        {"field": name, "text": Message(text).in_(language), "href": f"#{name}"}
        for name, text in needs.items()
        if not said[name]
    ]


@through_link
async def done(request: web.Request, found: Opened) -> web.StreamResponse:
    """The receipt."""
    return see_other(f"{found.base}/") if found.answerable else await over(request, found)
