"""What a party does about the request of an owner, of which it knows the reference only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.hearing.legs import LEG, answered, checked
from monitor.obligations.contract import Facts, Idle, Kind, Owed, shelved

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.questionnaire import Answer, Questionnaire
    from monitor.tables import Obligation


class OwnerRequestLeg(Kind):
    """開示等の請求への対応: done, nothing held, refused, or kept because a law requires it (APPI 32-36)."""

    name = LEG
    opens_with_mail = False
    demanded = True
    reviewed = False

    def owed(self, facts: Facts) -> Owed | Idle:  # noqa: ARG002 - begun by what happened
        return Idle("demanded", void=False)

    def questions(self, facts: Facts, shelf: Mapping[str, Questionnaire]) -> Questionnaire:  # noqa: ARG002 - the same for all
        return shelved(shelf, self.name)

    def heard(self, answers: Mapping[str, Answer]) -> Mapping[str, Any]:
        return {"result": checked(answers)}

    async def told(self, duty: Obligation, answers: Mapping[str, Answer], at: datetime, actor: str) -> None:  # noqa: ARG002 - the leg is enough
        await answered(duty, at, actor)
