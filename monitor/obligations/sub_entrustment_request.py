"""What a party writes before it passes work on: to whom, what, where, with which safeguards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.hearing.chain.forms import asked_for
from monitor.obligations.contract import Facts, Idle, Kind, Owed, shelved

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.questionnaire import Answer, Questionnaire
    from monitor.tables import Obligation

REQUEST = "sub-entrustment"


class SubEntrustmentRequest(Kind):
    """再委託の申請: begun by the party itself, from the pages of its form (General Guidelines 3-4-4; GDPR 28(2)).

    What is handed in goes to those who decide; whoever has begun one and does not want it any more lets it lie.
    """

    name = REQUEST
    opens_with_mail = False
    demanded = True
    reviewed = False

    def owed(self, facts: Facts) -> Owed | Idle:  # noqa: ARG002 - begun by the party
        return Idle("demanded", void=False)

    def questions(self, facts: Facts, shelf: Mapping[str, Questionnaire]) -> Questionnaire:  # noqa: ARG002 - the same for all
        return shelved(shelf, self.name)

    async def told(self, duty: Obligation, answers: Mapping[str, Answer], at: datetime, actor: str) -> None:
        await asked_for(duty, answers, at, actor)
