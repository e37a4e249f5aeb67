"""A questionnaire with the sections of others at its end: what is asked besides, because of the data. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.questionnaire.text import Part, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from monitor.questionnaire.model import Question, Questionnaire, Section


def extended(asked: Questionnaire, more: Iterable[Questionnaire]) -> Questionnaire:
    """It keeps its name and version. What it asks already by the same id is asked once, in its place, as the one that
    is added asks it: that may allow no "not applicable", or ask it of everybody.
    """
    sections, minutes = list(asked.sections), asked.minutes
    for one in more:
        known = {question.id for section in sections for question in section.questions}
        added = {question.id: question for question in one.questions}
        sections = [_asking(section, [added.get(old.id, old) for old in section.questions]) for section in sections]
        fresh = [(section, [new for new in section.questions if new.id not in known]) for section in one.sections]
        sections += [_asking(section, questions) for section, questions in fresh if questions]
        minutes += one.minutes if added.keys() - known else 0
    return asked.model_copy(update={"sections": tuple(sections), "minutes": minutes})


def _asking(section: Section, questions: Sequence[Question]) -> Section:
    return section.model_copy(update={"questions": tuple(questions)})


def worded(asked: Questionnaire, values: Mapping[str, object]) -> Questionnaire:
    """With each `{name}` of its texts as its value."""
    found: Questionnaire = _worded(asked, {f"{{{name}}}": str(value) for name, value in values.items()})
    return found


def _worded(part: Any, values: Mapping[str, str]) -> Any:
    if isinstance(part, Text):
        return Text(ja=_filled(part.ja, values), en=_filled(part.en, values))
    if isinstance(part, Part):
        return part.model_copy(update={name: _worded(getattr(part, name), values) for name in type(part).model_fields})
    return tuple(_worded(one, values) for one in part) if isinstance(part, tuple) else part


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(name, value)
    return text
