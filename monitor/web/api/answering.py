"""Answers from a machine, saved as a draft: all of a call or nothing of it.

What could never be handed in as it stands is refused, question by question, with what to do about it; what is only not
there yet is told as missing. A page keeps what was typed wrong because its reader would lose it; a machine still has
what it sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.language import Message
from monitor.obligations.adding import bare, held_to_write
from monitor.obligations.drafts import Draft
from monitor.questionnaire import Answer, Entry, QuestionState, QuestionType, holds_my_number, parse, unstorable
from monitor.questionnaire.entry import tidy
from monitor.questionnaire.problem import problem as said_of
from monitor.tables.store import transaction
from monitor.web.api.calls import MISTAKES, answer, body, held_to, with_link
from monitor.web.api.models import Mistake, Saved
from monitor.web.api.sent import Answering, Answers
from monitor.web.api.telling import missing, version_of
from monitor.web.form.proved import OBJECTION, object_to, proved
from monitor.web.problems import Problem
from monitor.web.site import SITE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

    from monitor.contradiction import Observed
    from monitor.questionnaire import Question
    from monitor.web.form.opening import Opened

#: What of an answer is only not there yet.
NOT_YET = frozenset({"unanswered", "reason-needed", "comment-needed", "explanation-needed", "evidence-needed"})
NO_QUESTION = Message("There is no such question in this request, or not in the parts that this link shows.")
NOT_ASKED = Message("This question is not asked, given the other answers. Leave it out, or send null.")
STANDS = Message("This answer stands as it was handed in, and need not be changed.")
NOT_SEEN = Message("We have seen nothing of this that could be objected to. Answer the question.")
WANTS = {
    QuestionType.CHOICES: Message("Send a list of the ids of choices."),
    QuestionType.NUMBER: Message("Send a whole number."),
    QuestionType.FILE: Message("Send no value: hand in the file at /api/v1/request/files."),
}
WANTS_TEXT = Message("Send one string: the id of a choice, a text, or a day such as 2026-12-31.")


@dataclass
class Meant:
    """What a call means: answers that differ from those that stand, and all that is wrong with it."""

    changed: dict[str, Answer] = field(default_factory=dict)
    wrong: list[Mistake] = field(default_factory=list)

    def refuse(self, question: str, part: str, code: str, text: str) -> None:
        self.wrong.append(Mistake(question=question, field=part, code=code, detail=text))


@with_link
async def save(request: web.Request, found: Opened) -> web.StreamResponse:
    """Save answers that go on from the version that the caller has read."""
    sent = await body(request, Answers)
    answering(found)
    claims = request.app[SITE].claims
    async with transaction():
        duty, _ = await held_to_write(found.duty.id)
        draft = await found.draft()
        held_to(request, await version_of(duty, draft))
        meant = understood(found, draft, sent.answers)
        seen = await proved(found, found.questionnaire.questions, claims)
        objections = {name: tidy(text) for name, text in sent.objections.items()}
        _objected(found, objections, seen, meant)
        if meant.wrong:
            raise Problem("answers-refused", None, meant.wrong[:MISTAKES])
        said = {f"{name}{OBJECTION}": [text] for name, text in objections.items()}
        for section in found.sections:
            await object_to(found, section, said, claims)
        versions = draft.versions
        stored = await found.store({name: (one, versions.get(name, 0)) for name, one in meant.changed.items()})
    draft = await found.draft()
    version = await version_of(duty, draft)
    left = missing(found, found.examined(draft))
    return answer(request, Saved(version=version, saved=list(stored.saved), missing=left), version=version)


def answering(found: Opened) -> None:
    """Refused where the link may only read, or where nothing is asked."""
    if found.grade == "view":
        raise Problem("may-not-answer")
    if not found.writable:
        raise Problem("not-open")


def understood(found: Opened, draft: Draft, sent: Mapping[str, Answering | None]) -> Meant:
    """What was sent, held against the questions and what else is answered. Pure."""
    meant, language = Meant(), found.language
    shown = {question.id: question for section in found.sections for question in section.questions}
    for name, said in sent.items():
        question = shown.get(name)
        if question is None:
            meant.refuse(name, "", "no-such-question", NO_QUESTION.in_(language))
        elif _of_type(question, said or Answering()):
            _take(question, parse(question, _entry(said or Answering())), draft, meant)
        else:
            meant.refuse(name, "value", "wrong-type", WANTS.get(question.type, WANTS_TEXT).in_(language))
    _settled(found, meant)
    _judge(found, draft, meant)
    return meant


def _take(question: Question, said: Answer, draft: Draft, meant: Meant) -> None:
    stands = draft.answers.get(question.id, Answer())
    if bare(said) != bare(stands):
        meant.changed[question.id] = said.model_copy(update={"files": stands.files})


def _of_type(question: Question, said: Answering) -> bool:
    """Whether the value is of the question's type; what it says is judged later."""
    if said.value is None:
        return True
    match question.type:
        case QuestionType.CHOICES:
            return isinstance(said.value, list)
        case QuestionType.NUMBER:
            return isinstance(said.value, int)
        case QuestionType.FILE:
            return False
        case _:
            return isinstance(said.value, str)


def _entry(said: Answering) -> Entry:
    value = said.value
    values = () if value is None else tuple(value) if isinstance(value, list) else (str(value),)
    return Entry(values, said.not_applicable, said.reason, said.comment)


def _settled(found: Opened, meant: Meant) -> None:
    for name in found.back.settled & meant.changed.keys():
        meant.refuse(name, "", "settled", STANDS.in_(found.language))


def _judge(found: Opened, draft: Draft, meant: Meant) -> None:
    examined = found.examined(Draft({**draft.answers, **meant.changed}, {})).questions
    for name, said in meant.changed.items():
        unfit = unstorable(said)
        problems = (unfit,) if unfit else examined[name].problems
        for one in problems:
            if one.code not in NOT_YET:
                meant.refuse(name, one.field, one.code, one.message.in_(found.language))
        if examined[name].state is QuestionState.HIDDEN and not unfit and not (said.blank and not said.comment):
            meant.refuse(name, "", "not-asked", NOT_ASKED.in_(found.language))


def _objected(found: Opened, said: Mapping[str, str], seen: Mapping[str, Observed], meant: Meant) -> None:
    shown = {question.id for section in found.sections for question in section.questions}
    for name, text in said.items():
        if name not in seen or name not in shown:
            meant.refuse(name, "objection", "nothing-seen", NOT_SEEN.in_(found.language))
        elif holds_my_number(text):
            number = said_of("my-number", "comment")
            meant.refuse(name, "objection", number.code, number.message.in_(found.language))
