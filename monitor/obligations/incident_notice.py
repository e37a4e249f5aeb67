"""A trustee's notice of an incident to the company that entrusted it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from monitor.hearing.incidents import going_on, heard, held, lacking_with, listed, missing
from monitor.language import Message
from monitor.obligations.contract import Demanded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.questionnaire import Answer
    from monitor.tables import Obligation


class IncidentNotice(Demanded):
    """漏えい等の通知: the nine items as far as they are known (APPI 26(1) proviso; Enforcement Rules 8, 9)."""

    name = "incident-notice"
    grows = True
    no_more: ClassVar[Message] = Message(
        "This incident has been closed, so nothing is added to its notice any more. If more has become known, please"
        " begin another notice."
    )

    def heard(self, answers: Mapping[str, Answer]) -> Mapping[str, Any]:
        """The numbers of the items that are missing."""
        found = missing(answers)
        return {"reason": listed(found)} if found else {}

    async def ahead(self, duty: Obligation) -> None:
        await super().ahead(duty)
        await held(duty.subject)

    async def growing(self, duty: Obligation, *, lock: bool = False) -> bool:
        """More becomes known for weeks: it is told whenever it is, until the company has closed the incident."""
        return await going_on(duty.subject, lock=lock)

    async def gist(self, duty: Obligation, answers: Mapping[str, Answer]) -> Mapping[str, Any]:
        """The items of which nothing has been told, by this notice or by one before it."""
        return {"missing": listed(await lacking_with(duty.subject, answers))}

    async def told(self, duty: Obligation, answers: Mapping[str, Answer], at: datetime, actor: str) -> None:
        await heard(duty, answers, at, actor)
