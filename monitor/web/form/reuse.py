"""Earlier answers beside their questions, each with a box of its own: "the same as then".

It is a box and no button: pressing save is what people do anyway, one page is saved once for all its questions, and a
machine that presses buttons ticks nothing. There is no box for all of them: each is a statement of today.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.language import Message, say_day
from monitor.obligations.reuse import substance
from monitor.questionnaire import Answer, Change, Problem, QuestionState, Text, diff
from monitor.questionnaire.reuse import Obstacle
from monitor.web.answers import view
from monitor.web.words import named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.obligations.drafts import Draft
    from monitor.obligations.reuse import Offer, Source
    from monitor.questionnaire import Examination, Question, Section
    from monitor.web.form.filling import Filling
    from monitor.web.form.opening import Opened

SAME = "_same"  #: ends the name of such a box
TORN = Problem(
    "torn",
    "value",
    Text(
        ja="「前回と同じ」などにチェックが入っていますが、別の回答も入力されています。「前回と同じ」などのチェックを外すか、以前のご回答と同じ内容に直してください。",
        en="You ticked an earlier answer and entered another one as well. Untick it, or enter what you said then.",
    ),
)
_WHY = {
    Obstacle.ASKED_OTHERWISE: "It cannot be used again: the question is answered in another way now.",
    Obstacle.CHOICE_GONE: "It cannot be used again: what was chosen then cannot be chosen any more.",
    Obstacle.OTHER_PLACE: "It cannot be used again: the question was about another place of storage.",
    Obstacle.PLANNED: "Please tell how things stand today.",
    Obstacle.TOO_OLD: "It cannot be used again: the file is past its validity ({months} months). Please hand in a "
    "newer one.",
}


@dataclass(frozen=True)
class Picked:
    """What was ticked in a section: earlier answers to give again, and questions that were also answered otherwise."""

    offers: Sequence[Offer] = ()
    torn: frozenset[str] = frozenset()

    @property
    def names(self) -> set[str]:
        """The questions of which nothing that was typed is stored."""
        return {offer.question for offer in self.offers} | self.torn


async def offered(found: Filling, section: Section, examined: Examination) -> dict[str, list[Offer]]:
    """The earlier answers to the questions that a section asks and that are still open."""
    names = [
        question.id
        for question in section.questions
        if examined.questions[question.id].state is not QuestionState.HIDDEN and question.id not in found.back.settled
    ]
    today = found.present.calendar.day_of(found.at)
    return (await found.shelf()).offers(found.questionnaire, names, today)


async def picked(found: Filling, section: Section, sent: Mapping[str, Sequence[str]], draft: Draft) -> Picked:
    """What was ticked. A box that stands beside another answer, typed now, is asked about and not guessed."""
    ticked = {name.removesuffix(SAME): values for name, values in sent.items() if name.endswith(SAME)}
    if not ticked:
        return Picked()
    typed = view.answers(section.questions, sent, {})
    offers, torn = [], set()
    for name, all_of in (await offered(found, section, found.examined(draft))).items():
        values = ticked.get(name, ())
        usable = [one for one in all_of if one.source.token in values and one.reuse.obstacle is None]
        stands, said = draft.answers.get(name, Answer()), typed[name]
        if len(usable) > 1 or (usable and _another(said, stands, usable[0].reuse.answer)):
            torn.add(name)
        elif usable:
            offers.append(usable[0])
    return Picked(offers, frozenset(torn))


def _another(said: Answer, stands: Answer, chosen: Answer) -> bool:
    """Whether something was typed that is neither what stood there already nor what was ticked."""
    bare = said.model_copy(update={"files": ()})
    if bare.blank and not bare.comment:
        return False
    return all(substance(bare) != substance(one.model_copy(update={"files": ()})) for one in (stands, chosen))


def beside(
    question: Question, offers: Sequence[Offer], stands: Answer, ticked: Sequence[str], found: Filling
) -> dict[str, Any]:
    """For the template: `boxes` to tick, and `notes`: what stands as last time, or cannot be used again and why."""
    boxes, notes = [], []
    for offer in offers:
        text = _told(question, offer, found)
        if offer.reuse.obstacle is not None:
            notes.append({"text": text, "why": _why(question, offer, found.language), "same": False})
        elif substance(stands) == substance(offer.reuse.answer):
            notes.append({"text": text, "why": "", "same": offer.source.last})
        else:
            token = offer.source.token
            boxes.append({"value": token, "text": text, "hint": _hint(offer, found), "checked": token in ticked})
    if any(note["same"] for note in notes):  # it stands as last time: nothing else needs to be offered
        boxes = []
    return {"boxes": boxes, "notes": notes}


def _told(question: Question, offer: Offer, found: Filling) -> str:
    """Whose answer it was, when it was accepted, and what it said."""
    source, language = offer.source, found.language
    answer = offer.reuse.answer
    said = view.said(question, answer, language, view.said_words(language)) if not _odd(offer) else ""
    files = [file.name for file in answer.files]
    words = " – ".join(filter(None, (said, answer.comment, *files)))
    values = {"day": say_day(source.accepted_on, language), "said": words, "who": _who(source, found)}
    if offer.reuse.obstacle is Obstacle.PLANNED:
        text = "Your plan of last time (accepted {day}): {said}"
        return Message(text, values | {"said": answer.comment}).in_(language)
    if source.last:
        return Message("Last time (accepted {day}): {said}", values).in_(language)
    return Message("Told {who} (accepted {day}): {said}", values).in_(language)


def _odd(offer: Offer) -> bool:
    """Whether the answer cannot be put into the words of today's question."""
    return offer.reuse.obstacle in {Obstacle.ASKED_OTHERWISE, Obstacle.CHOICE_GONE}


def _who(source: Source, found: Filling) -> str:
    company = found.present.companies.get(source.company)
    return named(company, found.language) if company else source.company


def _hint(offer: Offer, found: Filling) -> str:
    language, said = found.language, []
    if offer.reuse.reworded:
        said.append(Message("The question has been reworded since: please read it once more.").in_(language))
    if offer.reuse.too_old:
        names = {"names": ", ".join(file.name for file in offer.reuse.too_old)}
        text = "Without this file, which is past its validity: {names}. Please hand in a newer one."
        said.append(Message(text, names).in_(language))
    return ("" if language == "ja" else " ").join(said)


def _why(question: Question, offer: Offer, language: str) -> str:
    outcome = offer.reuse
    if outcome.problem is not None:
        cannot = Message("It cannot be used again as it is.").in_(language)
        return f"{cannot} {outcome.problem.message.in_(language)}"
    months = question.evidence.valid_months if question.evidence else None
    return Message(_WHY[outcome.obstacle or Obstacle.TOO_OLD], {"months": months}).in_(language)


async def answered_before(found: Opened) -> str:
    """That answers of last time can be used again, and when they were accepted; nothing where there are none, or where
    only single points are open.
    """
    if not found.answerable or found.duty.state == "returned":
        return ""
    last = next((one for one in (await found.shelf()).sources if one.last), None)
    if last is None or not any(question.id in last.answers for question in found.questionnaire.questions):
        return ""
    text = "Your answers of last time (accepted {day}) stand beside the questions and can be used again one by one."
    return Message(text, {"day": say_day(last.accepted_on, found.language)}).in_(found.language)


def unchanged(section: Section, before: Mapping[str, Answer], draft: Draft, examined: Examination) -> bool:
    """前回から変更なし: whether all that is answered in a section is as it was accepted last time."""
    asked = [one.id for one in section.questions if examined.questions[one.id].state is not QuestionState.HIDDEN]
    changes = diff(
        {name: before[name] for name in asked if name in before},
        {name: draft.answers[name] for name in asked if name in draft.answers},
    )
    return bool(changes) and all(change is Change.SAME for change in changes.values())
