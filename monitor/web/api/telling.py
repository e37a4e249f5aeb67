"""A request as a machine reads it: what is asked, what stands, what is missing, and which version that is."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.asked import last_submission
from monitor.letters.words import duty_reference
from monitor.obligations.marks import RETURNED
from monitor.questionnaire import Answer, QuestionState
from monitor.web.api import models
from monitor.web.api.calls import answer, with_link
from monitor.web.form.beginning import matter, wanted
from monitor.web.form.proved import proved
from monitor.web.form.receiving import MAY_READ
from monitor.web.site import SITE
from monitor.web.words import named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

    from monitor.contradiction import Observed
    from monitor.obligations.drafts import Draft
    from monitor.questionnaire import Examination, Question, Section, Text
    from monitor.questionnaire.model import Choice
    from monitor.tables import Obligation
    from monitor.web.form.opening import Opened


async def version_of(duty: Obligation, draft: Draft) -> str:
    """The version of the answers: another one as soon as one of them, a file or the state of the request is another."""
    last = await last_submission(duty.id)
    files = sorted(file.id for one in draft.answers.values() for file in one.files)
    stands = [duty.id, duty.state, last.id if last else 0, sorted(draft.versions.items()), files]
    return hashlib.sha256(json.dumps(stands).encode()).hexdigest()[:32]


@with_link
async def show(request: web.Request, found: Opened) -> web.StreamResponse:
    """All of it; of a request that is closed, what was handed in."""
    draft = await found.draft()
    version = await version_of(found.duty, draft)
    seen = await proved(found, found.questionnaire.questions, request.app[SITE].claims) if found.writable else {}
    return answer(request, await _told(found, draft, version, seen), version=version)


async def _told(found: Opened, draft: Draft, version: str, seen: Mapping[str, Observed]) -> models.Request:
    duty, language, examined = found.duty, found.language, found.examined(draft)
    what = wanted(found)
    return models.Request(
        reference=duty_reference(duty.id),
        kind=duty.kind,
        state=duty.state,
        returned_because=duty.reason if duty.state == RETURNED else "",
        due_on=duty.due_on,
        timezone=found.present.calendar.zone.key,
        company=found.asker,
        group=named(found.present.group, language),
        party=named(found.party, language),
        work=found.engagement.title or found.engagement.key,
        matter=matter(found),
        wanted=what[1] if what else "",
        grade=found.grade,
        may_answer=found.answerable,
        may_submit=found.submittable,
        version=version,
        declaration=models.Words(ja=found.statement("ja"), en=found.statement("en")),
        form=_form(found) if found.writable else None,
        sections=[_section(one, found, draft, examined, seen) for one in found.sections] if found.writable else [],
        missing=missing(found, examined) if found.writable else [],
        submissions=await _submissions(found),
    )


def _form(found: Opened) -> models.Form:
    asked = found.questionnaire
    return models.Form(
        id=asked.id,
        version=asked.version,
        title=_words(asked.title),
        intro=_words(asked.intro),
        sha256=str(found.duty.request_id),
    )


def missing(found: Opened, examined: Examination) -> list[models.Mistake]:
    """What keeps these answers from being handed in, of the parts that this link shows."""
    shown = {question.id for section in found.sections for question in section.questions}
    return [
        models.Mistake(question=name, field=one.field, code=one.code, detail=one.message.in_(found.language))
        for name in examined.blocking
        if name in shown
        for one in examined.questions[name].problems
    ]


async def _submissions(found: Opened) -> list[models.HandedBefore]:
    rows = await tables.Submission.filter(obligation_id=found.duty.id).order_by("id") if found.grade in MAY_READ else []
    return [
        models.HandedBefore(
            number=number, submitted_at=row.submitted_at, answers_sha256=row.sha256, outcome=row.verdict or ""
        )
        for number, row in enumerate(rows, 1)
    ]


def _section(
    section: Section, found: Opened, draft: Draft, examined: Examination, seen: Mapping[str, Observed]
) -> models.Section:
    return models.Section(
        id=section.id,
        title=_words(section.title),
        intro=_said(section.intro),
        place=section.place.name if section.place else None,
        questions=[
            models.Question(
                **_asked(one),
                asked=examined.questions[one.id].state is not QuestionState.HIDDEN,
                stands=one.id in found.back.settled,
                came_back=found.back.points.get(one.id),
                proved=_proved(seen[one.id], found) if one.id in seen else None,
                answer=_given(draft.answers.get(one.id)),
            )
            for one in section.questions
        ],
    )


def _asked(question: Question) -> dict[str, Any]:
    """A question as it was frozen, without what it counts in the score."""
    evidence = question.evidence
    return {
        "id": question.id,
        "type": question.type,
        "text": _words(question.text),
        "help": _said(question.help),
        "reference": _said(question.reference),
        "required": question.required,
        "not_applicable_allowed": question.na_allowed,
        "comment_allowed": question.takes_comment,
        "choices": [_choice(one) for one in question.choices],
        "evidence": models.Wanted(what=_words(evidence.what), required=evidence.required, on=list(evidence.on))
        if evidence
        else None,
        "unit": _said(question.unit),
        "minimum": question.minimum,
        "maximum": question.maximum,
        "earliest": str(question.earliest) if question.earliest else None,
        "latest": str(question.latest) if question.latest else None,
        "longest": question.longest if question.type in {"text", "long_text"} else None,
        "when": question.when,
    }


def _choice(choice: Choice) -> models.Choice:
    return models.Choice(id=choice.id, text=_words(choice.text), explain=choice.explain, exclusive=choice.exclusive)


def _proved(seen: Observed, found: Opened) -> models.Proved:
    return models.Proved(value=seen.answer, seen_on=found.present.calendar.day_of(seen.at))


def _given(given: Answer | None) -> models.Given | None:
    if given is None or (given.blank and not given.comment):
        return None
    value = list(given.value) if isinstance(given.value, tuple) else given.value
    return models.Given(
        value=value,
        not_applicable=given.not_applicable,
        reason=given.reason,
        comment=given.comment,
        files=[models.File(**file.model_dump()) for file in given.files],
    )


def _words(text: Text) -> models.Words:
    return models.Words(ja=text.ja, en=text.en)


def _said(text: Text | None) -> models.Words | None:
    return _words(text) if text else None
