"""What an entry of a register is called where people read of it: its reference is for those who look it up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

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


def called(ref: str, language: str) -> str:
    """A reference of the company's own stays as the company wrote it."""
    kind, _, number = ref.partition("/")
    if kind in _GIVEN and number.isdecimal():
        return replace(_GIVEN[kind], values={"number": number}).in_(language)
    return ref


def texts_of(ref: str) -> str:
    """The published texts that do not agree, out of the reference of a case about them: rule, then keys."""
    return " / ".join(ref.split(" ")[1:])
