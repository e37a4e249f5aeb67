"""What was sent stays what it was: a questionnaire as one canonical text with its hash, and back.

The text is RFC 8785 JSON: ASCII keys sorted, no blanks, whole numbers only. It holds every value that counts, also
the defaults of the day, so that a later default never changes what somebody has answered.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from monitor.questionnaire.answers import Answer
from monitor.questionnaire.condition import renamed
from monitor.questionnaire.examination import submission
from monitor.questionnaire.model import Choice, Place, Questionnaire, Section
from monitor.questionnaire.rules import PLACEHOLDER
from monitor.questionnaire.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

EVERYWHERE = Place(name="すべての保管場所 / all places of storage")


class Frozen(NamedTuple):
    text: str
    sha256: str  #: lower-case hex, of the text in UTF-8


def freeze(questionnaire: Questionnaire, places: Sequence[Place] = ()) -> Frozen:
    """Fixes the questionnaire for one request. Sections that are asked per place are repeated for each of `places`.

    Where the registry knows no place, they are asked once about everything: a certificate that speaks of no place
    would certify nothing.
    """
    return _frozen(with_places(questionnaire, places).model_dump(mode="json", exclude_none=True))


def thaw(text: str) -> Questionnaire:
    """The questionnaire as it was frozen. Its rules are not checked again: it stays valid as it was sent."""
    return Questionnaire.model_validate_json(text)


def freeze_answers(questionnaire: Questionnaire, answers: Mapping[str, Answer]) -> Frozen:
    """Fixes what is submitted: the answers to the questions that are asked, by question."""
    present = submission(questionnaire, answers)
    return _frozen(
        {question: answer.model_dump(mode="json", exclude_none=True) for question, answer in present.items()}
    )


def thaw_answers(text: str) -> dict[str, Answer]:
    return {question: Answer.model_validate(data) for question, data in json.loads(text).items()}


def _frozen(data: dict[str, Any]) -> Frozen:
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Frozen(text, hashlib.sha256(text.encode()).hexdigest())


def with_places(questionnaire: Questionnaire, places: Sequence[Place]) -> Questionnaire:
    """The questionnaire as the answerer meets it: `place.state` becomes `place.1.state`, `place.2.state`, ..."""
    sections: list[Section] = []
    for section in questionnaire.sections:
        if section.per is None:
            sections.append(section)
        else:
            sections += [_row(section, n, place) for n, place in enumerate(places or (EVERYWHERE,), start=1)]
    return questionnaire.model_copy(update={"sections": tuple(sections)})


def _row(section: Section, number: int, place: Place) -> Section:
    prefix = f"{section.per}."

    def name(identity: str) -> str:
        tail = identity.removeprefix(prefix)
        return identity if tail == identity else f"{prefix}{number}.{tail}"

    return section.model_copy(
        update={
            "id": f"{section.id}.{number}",
            "title": _named(section.title, place),
            "intro": section.intro and _named(section.intro, place),
            "per": None,
            "place": place,
            "questions": tuple(
                question.model_copy(
                    update={
                        "id": name(question.id),
                        "choices": tuple(choice for choice in question.choices if _fits(choice, place)),
                        "when": question.when and renamed(question.when, name),
                    }
                )
                for question in section.questions
            ),
        }
    )


def _fits(choice: Choice, place: Place) -> bool:
    return not choice.kinds or place.kind is None or place.kind in choice.kinds


def _named(text: Text, place: Place) -> Text:
    return Text(ja=text.ja.replace(PLACEHOLDER, place.name), en=text.en.replace(PLACEHOLDER, place.name))
