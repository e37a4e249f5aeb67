"""What a party writes before it passes work on: to whom, what, where, with which safeguards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.hearing.chain.asking import held
from monitor.hearing.chain.forms import asked_for
from monitor.obligations.contract import Demanded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.questionnaire import Answer
    from monitor.tables import Obligation

REQUEST = "sub-entrustment"


class SubEntrustmentRequest(Demanded):
    """再委託の申請: begun by the party itself, from the pages of its form (General Guidelines 3-4-4; GDPR 28(2)).

    What is handed in goes to those who decide; whoever has begun one and does not want it any more lets it lie.
    """

    name = REQUEST
    reviewed = False

    async def ahead(self, duty: Obligation) -> None:
        await super().ahead(duty)
        await held(duty.engagement_id)

    async def told(self, duty: Obligation, answers: Mapping[str, Answer], at: datetime, actor: str) -> None:
        await asked_for(duty, answers, at, actor)
