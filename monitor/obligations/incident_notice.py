"""A trustee's notice of an incident to the company that entrusted it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.hearing.incidents import heard, listed, missing
from monitor.obligations.contract import Facts, Idle, Kind, Owed, shelved

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.questionnaire import Answer, Questionnaire
    from monitor.tables import Obligation


class IncidentNotice(Kind):
    """漏えい等の通知: the nine items as far as they are known (APPI 26(1) proviso; Enforcement Rules 8, 9)."""

    name = "incident-notice"
    opens_with_mail = False
    demanded = True

    def owed(self, facts: Facts) -> Owed | Idle:  # noqa: ARG002 - begun by what happened
        return Idle("demanded", void=False)

    def questions(self, facts: Facts, shelf: Mapping[str, Questionnaire]) -> Questionnaire:  # noqa: ARG002 - the same for all
        return shelved(shelf, self.name)

    def heard(self, answers: Mapping[str, Answer]) -> Mapping[str, Any]:
        """The numbers of the items that are missing."""
        found = missing(answers)
        return {"reason": listed(found)} if found else {}

    async def told(self, duty: Obligation, answers: Mapping[str, Answer], at: datetime, actor: str) -> None:
        await heard(duty, answers, at, actor)
