"""Conduct that is not as promised, and that no look from outside can see: the rules, each with its severity and words.

A literal table: case pages, mails and the command line read from it. What finds such conduct stands in the room of the
promise that it breaks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from checks.contract import Severity
from monitor.language import Message

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Rule:
    """`title`: what is wrong, in few words; `why`: what it means and by which law or promise; `remedy`: what to do."""

    title: Message
    why: Message
    remedy: Message
    severity: Severity = Severity.HIGH


RULES: Mapping[str, Rule] = {}


def rule_of(name: str) -> Rule:
    """The rule of that name; one that has left the table since stands for itself."""
    return RULES.get(name) or Rule(Message(name), Message(""), Message(""))
