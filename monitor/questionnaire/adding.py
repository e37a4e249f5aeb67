"""A questionnaire with the sections of others at its end: what is asked besides, because of the data. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.questionnaire.text import Part, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from monitor.questionnaire.model import Questionnaire


def extended(asked: Questionnaire, more: Iterable[Questionnaire]) -> Questionnaire:
    """It keeps its name and version; what it asks already by the same id is not asked twice."""
    sections, minutes = list(asked.sections), asked.minutes
    known = {question.id for question in asked.questions}
    for one in more:
        if not known & {question.id for question in one.questions}:
            sections += one.sections
            minutes += one.minutes
            known |= {question.id for question in one.questions}
    return asked.model_copy(update={"sections": tuple(sections), "minutes": minutes})


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
