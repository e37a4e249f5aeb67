"""A trustee's notice of an incident to the company that entrusted it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.hearing.incidents import heard, listed, missing
from monitor.obligations.contract import Demanded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.questionnaire import Answer
    from monitor.tables import Obligation


class IncidentNotice(Demanded):
    """漏えい等の通知: the nine items as far as they are known (APPI 26(1) proviso; Enforcement Rules 8, 9)."""

    name = "incident-notice"

    def heard(self, answers: Mapping[str, Answer]) -> Mapping[str, Any]:
        """The numbers of the items that are missing."""
        found = missing(answers)
        return {"reason": listed(found)} if found else {}

    async def told(self, duty: Obligation, answers: Mapping[str, Answer], at: datetime, actor: str) -> None:
        await heard(duty, answers, at, actor)
