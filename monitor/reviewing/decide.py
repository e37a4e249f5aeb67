"""What a review may do. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from monitor.language import Message
from monitor.obligations.marks import ACCEPTED, RETURNED
from monitor.questionnaire import Change
from monitor.questionnaire.my_number import holds_my_number
from monitor.reasons import MY_NUMBER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from monitor.questionnaire import Answer, Finding, Question

VERDICTS = ("", ACCEPTED, RETURNED)
LONGEST = 2000  #: signs of a comment, a note or a treatment
RISING = ("low", "medium", "high", "critical")


@dataclass(frozen=True)
class Policy:
    """What a company wants of a review: the configuration's section `[review]`.

    `second_person`: tiers of which two people accept. `treat_from`: findings as severe as that are accepted only with a
    word on how they are dealt with. `good`, `fair`: percentages from which a score is called so.
    """

    second_person: frozenset[str] = frozenset({"S"})
    treat_from: str = "critical"
    good: int = 80
    fair: int = 60

    def needs_second(self, tier: str) -> bool:
        return tier in self.second_person

    def rated(self, percent: int | None) -> str:
        """What a score is called; nothing where there is none."""
        if percent is None:
            return ""
        return "good" if percent >= self.good else "fair" if percent >= self.fair else "weak"


@dataclass(frozen=True)
class Said:
    """What a reviewer says of one question. `version`: of the mark that they had before them, 0 where there was none.
    `note` is added to those that are there, the rest replaces what stands.
    """

    verdict: str = ""
    comment: str = ""
    looked: bool = False
    treatment: str = ""
    note: str = ""
    version: int = 0

    def stands(self, mark: MarkLike | None) -> bool:
        """Whether nothing but the note would change."""
        if mark is None:
            return not (self.verdict or self.comment or self.looked or self.treatment)
        known = (mark.verdict, mark.comment, mark.looked, mark.treatment)
        return known == (self.verdict, self.comment, self.looked, self.treatment)


class MarkLike(Protocol):
    """A mark as it is kept."""

    verdict: str
    comment: str
    looked: bool
    treatment: str


@dataclass(frozen=True)
class Wrong:
    """What keeps one mark from being saved, and the field that it is about."""

    field: str
    message: Message


def wrong(said: Said) -> Wrong | None:
    """A verdict that goes back needs a word that the party can act on, and a word to the party needs that verdict. No
    individual number is kept, whoever writes it.
    """
    for field in ("note", "comment", "treatment"):
        if holds_my_number(getattr(said, field)):
            return Wrong(field, MY_NUMBER)
    if said.verdict not in VERDICTS:
        return Wrong("verdict", Message("Choose one of the verdicts that the page offers."))
    if said.verdict == RETURNED and not said.comment.strip():
        return Wrong("comment", Message("Write what has to be completed: the party reads it beside this question."))
    if said.verdict != RETURNED and said.comment.strip():
        return Wrong(
            "verdict",
            Message(
                "The party reads a comment only where the answer goes back. Choose “Return”, or write an internal note."
            ),
        )
    return None


def standing(own: str, before: str, change: str) -> str:
    """The verdict that stands on an answer: its own, else the acceptance of the round before, if it was left so."""
    return own or (ACCEPTED if before == ACCEPTED and change == Change.SAME else "")


def files_again(before: Mapping[str, Answer], now: Mapping[str, Answer]) -> dict[str, set[str]]:
    """By question, the hashes of files that were handed in last time already, under whatever name and question."""
    known = {file.sha256 for answer in before.values() for file in answer.files}
    return {name: same for name, answer in now.items() if (same := {file.sha256 for file in answer.files} & known)}


def grave(findings: Iterable[tuple[Question, Finding]], policy: Policy) -> dict[str, list[Finding]]:
    """The findings that are accepted only with a word on how they are dealt with, by question."""
    least = RISING.index(policy.treat_from)
    found: dict[str, list[Finding]] = {}
    for question, finding in findings:
        if RISING.index(finding.severity) >= least:
            found.setdefault(question.id, []).append(finding)
    return found
