"""What our own looks have proved is not asked: the question says what we saw and when, and leaves room to disagree.

Nothing is filled in for the party. What it never said stays unsaid, and the reviewers see the look in its place. Who
disagrees says so in words: from then on the question is asked as any other, the company decides on the objection, and
both stand beside the answer. A look that the company has found to be wrong counts for nothing until it is made anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.contradiction import observed
from monitor.language import Message, say_day
from monitor.obligations.pleading import plead
from monitor.tables.duty import OBJECTION as OBJECTION_MADE
from monitor.web.answers.view import said_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from monitor.contradiction import Claims, Observed
    from monitor.questionnaire import Question, Section
    from monitor.web.form.filling import Filling

OBJECTION = "_objection"  #: ends the name of the field in which somebody disagrees
SEEN = "We have seen this ourselves on {day}: {answer}. You need not answer."


async def proved(found: Filling, questions: Iterable[Question], claims: Claims | None) -> Mapping[str, Observed]:
    """Of these questions, those that looks have answered. What a questionnaire's author wants answered in any case is
    asked in any case: nobody is told that they need not, and then kept from handing in.
    """
    asked = [question.id for question in questions if not question.required]
    provable = claims and any(one.proof and one.about(name) for one in claims.claim for name in asked)
    if not claims or not provable:
        return {}
    seen = await observed(found.party.key, claims, found.at)
    objected = tables.Plea.filter(obligation_id=found.duty.id, kind=OBJECTION_MADE)
    disputed: list[Any] = await objected.values_list("question", flat=True)
    return {name: one for name in asked if name not in disputed for one in seen if one.claim.about(name)}


async def object_to(found: Filling, section: Section, sent: Mapping[str, Sequence[str]], claims: Claims | None) -> None:
    """Objections that were written in a section: each becomes a plea about its question and the look behind it. Of
    what we have not seen there is nothing to object to.
    """
    fields = {name: values[0].strip() for name, values in sent.items() if name.endswith(OBJECTION)}
    written = {name.removesuffix(OBJECTION): text for name, text in fields.items() if text}
    if not written:
        return
    seen = await proved(found, section.questions, claims)
    for name, text in written.items():
        proof = seen[name].claim.proof if name in seen else None
        if proof:
            about = {"check": proof.check, "seen_at": seen[name].at.isoformat()}
            await plead(found.duty.id, OBJECTION_MADE, text, found.at, found.actor, question=name, about=about)


async def objections_of(found: Filling) -> dict[str, dict[str, str]]:
    """What the party has objected to, by question: `text`, its own words, and the company's once it has decided."""
    rows = await tables.Plea.filter(obligation_id=found.duty.id, kind=OBJECTION_MADE).order_by("id")
    return {row.question: _objected(row, found) for row in rows}


def _objected(plea: tables.Plea, found: Filling) -> dict[str, str]:
    calendar, language = found.present.calendar, found.language
    day = say_day(calendar.day_of(plea.made_at), language)
    text = {
        None: "On {day} you objected to what we had seen. The question is asked; we shall answer you.",
        "corrected": "On {day} you objected to what we had seen, and we have corrected it. Please answer the question.",
    }.get(plea.decision, "On {day} you objected to what we had seen. We have noted it. Please answer the question.")
    return {"text": Message(text, {"day": day}).in_(language), "said": plea.text, "words": plea.words}


def seen_words(seen: Observed, found: Filling) -> str:
    """What we saw, and when."""
    day, words = say_day(found.present.calendar.day_of(seen.at), found.language), said_words(found.language)
    return Message(SEEN, {"day": day, "answer": words[seen.answer]}).in_(found.language)


def beside(groups: list[dict[str, Any]], seen: Mapping[str, Observed], found: Filling) -> list[dict[str, Any]]:
    """The list of answers, with what we saw where the party said nothing."""
    for row in (row for group in groups for row in group["rows"]):
        if row["id"] in seen and row["answer"] == said_words(found.language)["none"]:
            row["answer"] = seen_words(seen[row["id"]], found)
            row["change_word"] = Message("If this is not so").in_(found.language)
    return groups
