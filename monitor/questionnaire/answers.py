"""What somebody answered, as it is kept: nothing here judges it."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, StringConstraints

from monitor.questionnaire.text import Part, Whole, is_blank

if TYPE_CHECKING:
    from collections.abc import Mapping


class EvidenceFile(Part):
    """証跡: an uploaded file. Two files are the same document when their hashes are."""

    id: str
    name: str
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    size: Annotated[Whole, Field(ge=0)]


class Answer(Part):
    """回答 to one question.

    `value` is a choice's id (`yes`, `no`, `agreed`), several of them, a text, a whole number or a day as `2026-12-31`.
    What was typed for a number or a day and could not be read stays here as typed, so that a draft loses nothing.
    """

    value: str | Whole | tuple[str, ...] | None = None
    not_applicable: bool = False
    reason: str = ""  #: why it is not applicable
    comment: str = ""
    files: tuple[EvidenceFile, ...] = ()

    @property
    def valueless(self) -> bool:
        """No value was given. Zero is one."""
        return self.value in (None, ()) or (isinstance(self.value, str) and is_blank(self.value))

    @property
    def blank(self) -> bool:
        """Nothing was answered in any way. A lone comment is no answer; a zero and a file are."""
        return self.valueless and not self.not_applicable and not self.files

    @property
    def chosen(self) -> frozenset[str]:
        """The fixed values chosen, as conditions compare them; none where the question is not applicable."""
        if self.not_applicable or self.value is None or isinstance(self.value, int):
            return frozenset()
        return frozenset({self.value} if isinstance(self.value, str) else self.value)


NOTHING = Answer()  #: what stands where nobody has said anything


class Change(enum.StrEnum):
    """How an answer stands to the one given last time."""

    SAME = "same"
    CHANGED = "changed"
    NEW = "new"
    GONE = "gone"


def diff(previous: Mapping[str, Answer], current: Mapping[str, Answer]) -> dict[str, Change]:
    """Every question that has an answer now or had one then. Files are compared by content, not by name."""
    return {
        question: _change(previous.get(question, NOTHING), current.get(question, NOTHING))
        for question in dict.fromkeys((*current, *previous))
        if not (previous.get(question, NOTHING).blank and current.get(question, NOTHING).blank)
    }


def _change(before: Answer, now: Answer) -> Change:
    if before.blank:
        return Change.NEW
    if now.blank:
        return Change.GONE
    return Change.SAME if _substance(before) == _substance(now) else Change.CHANGED


def _substance(answer: Answer) -> tuple[object, ...]:
    value = frozenset(answer.value) if isinstance(answer.value, tuple) else answer.value
    reason = answer.reason if answer.not_applicable else ""
    return (value, answer.not_applicable, reason, answer.comment, frozenset(file.sha256 for file in answer.files))
