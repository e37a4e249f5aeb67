"""Whoever holds the data of a request or a correction: what is asked of each, who is silent, what an answer may say.

Parties are asked by a form, the companies of the group that use the data jointly by a duty of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor import tables
from monitor.refusal import Refused
from monitor.tables.duty import LIVE, SILENT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.language import Message
    from monitor.questionnaire import Answer
    from monitor.tables import Obligation, OwnDuty


@dataclass(frozen=True, slots=True)
class Holders:
    """`leg`: the kind of what parties are asked; `joint`: of what companies owe. Each is known by its reference."""

    leg: str
    joint: str

    async def parties(self, ref: str) -> list[Obligation]:
        """What is asked of everybody who holds the data."""
        return await tables.Obligation.filter(kind=self.leg, subject=ref).order_by("engagement_id")

    async def companies(self, ref: str) -> list[OwnDuty]:
        """What is asked of the companies of the group that use the data jointly."""
        return await tables.OwnDuty.filter(kind=self.joint, ref=ref).order_by("company_id")

    async def silent(self, ref: str) -> list[str]:
        """Who has not answered yet: works, and companies that use the data jointly."""
        waiting = tables.Obligation.filter(kind=self.leg, subject=ref, state__in=SILENT).order_by("engagement_id")
        owing = tables.OwnDuty.filter(kind=self.joint, ref=ref, state="open").order_by("company_id")
        works = [str(key) for key in await waiting.values_list("engagement_id", flat=True)]
        return works + [str(key) for key in await owing.values_list("company_id", flat=True)]

    async def still_asked(self, ref: str) -> list[Obligation]:
        """What nobody has to answer any more once it is called off; locked."""
        return await tables.Obligation.filter(kind=self.leg, subject=ref, state__in=LIVE).select_for_update()


@dataclass(frozen=True, slots=True)
class Saying:
    """What whoever is asked may say. `result` and `reason`: the questions; `results`: the first stands for a
    simulation's answer that says nothing; `explained`: those that need a reason; `unknown` and `unexplained`: what is
    said of an answer that is none of them, or lacks its reason.
    """

    result: str
    reason: str
    results: Sequence[str]
    explained: frozenset[str]
    unknown: Message
    unexplained: Message

    def said(self, answers: Mapping[str, Answer]) -> str:
        """What was done."""
        return str(answers[self.result].value) if self.result in answers else self.results[0]

    def checked(self, answers: Mapping[str, Answer]) -> str:
        """The same, with its reason where one is needed."""
        result = self.said(answers)
        if result not in self.results:
            raise Refused("no-such-result", self.unknown)
        if result in self.explained and (self.reason not in answers or answers[self.reason].blank):
            raise Refused("reason-missing", self.unexplained)
        return result
