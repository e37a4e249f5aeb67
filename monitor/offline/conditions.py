"""When a question is asked, in words, for those who see all of them at once: on a sheet, on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.language import Message, listed
from monitor.offline.labels import labels
from monitor.questionnaire.condition import All, AnyOf, Asked, comparisons

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from monitor.questionnaire import Question, Questionnaire
    from monitor.questionnaire.condition import Condition


def numbers(questionnaire: Questionnaire) -> dict[str, str]:
    """Each question's number over the whole, as sheet and paper show it."""
    return {question.id: str(number) for number, question in enumerate(questionnaire.questions, start=1)}


def ever_asked(questionnaire: Questionnaire) -> frozenset[str]:
    """The questions that some answers would open. A place of one kind has not all the choices of the others, so what
    hangs on a choice that nobody has is asked of nobody, and would only puzzle whoever sees all questions at once.
    """
    listed, offered = {question.id for question in questionnaire.questions}, dict[str, tuple[str, ...]]()
    for question in questionnaire.questions:  # a condition is about questions before its own
        if question.when is None or _can_hold(question.when, listed, offered):
            offered[question.id] = question.values
    return frozenset(offered)


def _can_hold(when: Condition, listed: Collection[str], offered: Mapping[str, tuple[str, ...]]) -> bool:
    """Of what is negated, and of questions that another part of the form asks, nothing is known."""
    match when:
        case Asked():
            return when.question not in listed or not set(when.in_).isdisjoint(offered.get(when.question, ()))
        case All():
            return all(_can_hold(part, listed, offered) for part in when.all)
        case AnyOf():
            return any(_can_hold(part, listed, offered) for part in when.any)
        case _:
            return True


def only_if(question: Question, questionnaire: Questionnaire, language: str) -> str:
    """`Only if 3 is answered: Yes`; what is not so simple names the questions that it hangs on."""
    if question.when is None:
        return ""
    number, by_id = numbers(questionnaire), {each.id: each for each in questionnaire.questions}
    if isinstance(question.when, Asked) and question.when.question in by_id:
        return _simple(question.when, number, by_id, language)
    others = list(dict.fromkeys(number[one] for one in _others(question.when) if one in number))
    text = "Depends on what you answer to {numbers}."
    return Message(text, {"numbers": listed(others, language)}).in_(language) if others else ""


def _simple(when: Asked, number: Mapping[str, str], by_id: Mapping[str, Question], language: str) -> str:
    known = labels(by_id[when.question], language)
    said = " / ".join(known[value] for value in when.in_ if value in known)
    text = "Only if the answer to {number} is: {answers}"
    return Message(text, {"number": number[when.question], "answers": said}).in_(language)


def _others(when: Condition) -> Iterator[str]:
    return (asked.question for asked in comparisons(when))
