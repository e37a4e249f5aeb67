"""What an entry of a register is called where people read of it: its reference is for those who look it up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.conduct import TEXTS_DISAGREE
from monitor.language import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

#: How a reference begins that we gave ourselves, because nobody else had given one.
_GIVEN: Mapping[str, Message] = {
    "sub-entrustment": Message("Sub-entrustment no. {number}"),
    "complaint": Message("Complaint no. {number}"),
    "incident": Message("Incident no. {number}"),
    "statistics": Message("Statistics no. {number}"),
    "exposure": Message("Round of questions no. {number}"),
}


def called(ref: str, language: str, rule: str | None = None) -> str:
    """A reference of the company's own stays as the company wrote it. `rule`: of the case that it stands in; where
    published texts do not agree, they are named without what they do not agree in, which the case says in words.
    """
    if rule == TEXTS_DISAGREE:
        return " / ".join(ref.split(" ")[1:])
    kind, _, number = ref.partition("/")
    if kind in _GIVEN and number.isdecimal():
        return replace(_GIVEN[kind], values={"number": number}).in_(language)
    return ref
