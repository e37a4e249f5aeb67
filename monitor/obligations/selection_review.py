"""What a party is asked before it is entrusted with personal data: whether it is able to keep it safe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import tables
from monitor.obligations.contract import Facts, Idle, Kind, Owed, shelved

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.calendar import Calendar
    from monitor.questionnaire import Questionnaire
    from monitor.tables import Obligation, Submission

SELECTION = "selection"


class SelectionReview(Kind):
    """選定調査: the party says what it would do with the data, and how it keeps it safe (APPI 25)."""

    name = SELECTION
    opens_with_mail = False
    demanded = True
    shared = True

    def owed(self, facts: Facts) -> Owed | Idle:  # noqa: ARG002 - a person asks for it
        return Idle("demanded", void=False)

    def questions(self, facts: Facts, shelf: Mapping[str, Questionnaire]) -> Questionnaire:  # noqa: ARG002 - one for all
        return shelved(shelf, SELECTION)

    async def accepted(
        self, duty: Obligation, answer: Submission | None, calendar: Calendar, at: datetime, actor: str
    ) -> None:
        """What the company's records lack may be complete by it."""
        await super().accepted(duty, answer, calendar, at, actor)
        await tables.Engagement.filter(key=duty.engagement_id).update(review_at=at)
