"""When a question is asked, in words, for those who see all of them at once: on a sheet, on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.language import Message
from monitor.offline.labels import labels
from monitor.questionnaire.condition import Asked, comparisons

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from monitor.questionnaire import Question, Questionnaire
    from monitor.questionnaire.condition import Condition


def numbers(questionnaire: Questionnaire) -> dict[str, str]:
    """Each question's number over the whole, as sheet and paper show it."""
    return {question.id: str(number) for number, question in enumerate(questionnaire.questions, start=1)}


def only_if(question: Question, questionnaire: Questionnaire, language: str) -> str:
    """`Only if 3 is answered: Yes`; what is not so simple names the questions that it hangs on."""
    if question.when is None:
        return ""
    number, by_id = numbers(questionnaire), {each.id: each for each in questionnaire.questions}
    if isinstance(question.when, Asked) and question.when.question in by_id:
        return _simple(question.when, number, by_id, language)
    others = list(dict.fromkeys(number[one] for one in _others(question.when) if one in number))
    joined = ("、" if language == "ja" else ", ").join(others)
    return Message("Depends on what you answer to {numbers}.", {"numbers": joined}).in_(language) if others else ""


def _simple(when: Asked, number: Mapping[str, str], by_id: Mapping[str, Question], language: str) -> str:
    known = labels(by_id[when.question], language)
    said = (" / ").join(known.get(value, value) for value in when.in_)
    text = "Only if the answer to {number} is: {answers}"
    return Message(text, {"number": number[when.question], "answers": said}).in_(language)


def _others(when: Condition) -> Iterator[str]:
    return (asked.question for asked in comparisons(when))
