"""What a party does about the request of an owner, of which it knows the reference only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.hearing.legs import LEG, answered, checked, held
from monitor.obligations.contract import Demanded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.questionnaire import Answer
    from monitor.tables import Obligation


class OwnerRequestLeg(Demanded):
    """開示等の請求への対応: done, nothing held, refused, or kept because a law requires it (APPI 32-36)."""

    name = LEG
    reviewed = False

    def heard(self, answers: Mapping[str, Answer]) -> Mapping[str, Any]:
        return {"result": checked(answers)}

    async def ahead(self, duty: Obligation) -> None:
        await held(duty.subject)
        await super().ahead(duty)

    async def told(self, duty: Obligation, answers: Mapping[str, Answer], at: datetime, actor: str) -> None:  # noqa: ARG002 - the leg is enough
        await answered(duty, at, actor)
