"""The questionnaire that a party is asked about its open findings: one section for each, and what its answers mean."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from monitor.language import Message
from monitor.questionnaire import Choice, Evidence, Question, Questionnaire, QuestionType, Section, Text
from monitor.questionnaire.condition import Asked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from monitor.questionnaire import Answer
    from monitor.tables import Remediation

FIXED, FIXING, OBJECTED = "fixed", "fixing", "objected"
ID = "remediation"
LATEST = 366  #: days ahead, up to which the party may say that it will be put right
MINUTES_EACH = 4
_SECTION = re.compile(r"finding\.(\d+)")


class Said(NamedTuple):
    """What the party answered about one finding."""

    state: str
    by: str
    comment: str
    files: int


def questionnaire(rows: Sequence[Remediation], today: date) -> Questionnaire:
    return Questionnaire(
        id=ID,
        version=1,
        title=_text(Message("Findings to be put right: how they stand")),
        intro=_text(Message(INTRO)),
        licence="Apache-2.0",
        source="Own wording",
        minutes=min(600, MINUTES_EACH * len(rows)),
        sections=tuple(_section(row, today) for row in rows),
    )


def _text(message: Message) -> Text:
    return Text(ja=message.in_("ja"), en=message.in_("en"))


INTRO = (
    "Thank you for your answers. In some points they showed something that should be put right. Please tell us for "
    "each of them how it stands. If a point does not fit your work, say so and why: we shall look at it again "
    "together. Please do not write or attach any customers' data."
)
FIXING_ASKS = "Say in the comment what is done already, and what is still missing."
SHOWN_BY = "Something that shows it: a page of the rules, a picture of the screen"


def _section(row: Remediation, today: date) -> Section:
    name = f"finding.{row.id}"
    return Section(id=name, title=_words(row, "name"), intro=_found(row), questions=(_state(name), _by(name, today)))


def _words(row: Remediation, name: str) -> Text:
    return Text(**row.words[name])


def _found(row: Remediation) -> Text:
    """What was found, what would put it right, by when; and that it is not the first time, where it is not."""
    return Text(ja="\n".join(_told(row, "ja")), en="\n".join(_told(row, "en")))


def _told(row: Remediation, tongue: str) -> Iterator[str]:
    yield Message("Found in your answer to: {question}", {"question": row.words["question"][tongue]}).in_(tongue)
    if row.times > 1:
        again = Message("This was found {times} times, first on {day}.", {"times": row.times, "day": row.first_on})
        yield again.in_(tongue)
    yield Message("What would put it right: {advice}", {"advice": row.words["advice"][tongue]}).in_(tongue)
    yield Message("To be put right by {day}.", {"day": row.due_on}).in_(tongue)


def _state(name: str) -> Question:
    return Question(
        id=f"{name}.state",
        type=QuestionType.CHOICE,
        text=_text(Message("How does this point stand?")),
        weight=0,
        choices=(
            _choice(FIXED, Message("It has been put right"), Message("Say in the comment what was done, and when.")),
            _choice(FIXING, Message("We are working on it"), Message(FIXING_ASKS)),
            _choice(OBJECTED, Message("We see it otherwise"), Message("Say in the comment why.")),
        ),
        evidence=Evidence(what=_text(Message(SHOWN_BY)), on=(FIXED,)),
    )


def _choice(name: str, said: Message, ask: Message) -> Choice:
    return Choice(id=name, text=_text(said), explain=True, ask=_text(ask))


def _by(name: str, today: date) -> Question:
    return Question(
        id=f"{name}.by",
        type=QuestionType.DATE,
        text=_text(Message("By when will it be put right?")),
        weight=0,
        comment=False,
        earliest="today",
        latest=today + timedelta(days=LATEST),
        when=Asked(question=f"{name}.state", in_=(FIXING,)),
    )


def spoken_of(asked: Questionnaire) -> list[int]:
    """The numbers of the findings that a request asks about."""
    return [int(found[1]) for section in asked.sections if (found := _SECTION.fullmatch(section.id))]


def said_of(row: int, answers: Mapping[str, Answer]) -> Said | None:
    """What was answered about a finding; none where nothing was."""
    answer, by = answers.get(f"finding.{row}.state"), answers.get(f"finding.{row}.by")
    if answer is None or not isinstance(answer.value, str):
        return None
    return Said(answer.value, str(by.value or "") if by else "", answer.comment, len(answer.files))
