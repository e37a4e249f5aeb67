"""What a party is asked before it is entrusted with personal data: whether it is able to keep it safe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import tables
from monitor.obligations.contract import Demanded
from monitor.registry.knowing import REVIEW

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.calendar import Calendar
    from monitor.tables import Obligation, Submission

SELECTION = REVIEW


class SelectionReview(Demanded):
    """選定調査: the party says what it would do with the data, and how it keeps it safe (APPI 25)."""

    name = SELECTION
    shared = True

    async def accepted(
        self, duty: Obligation, answer: Submission | None, calendar: Calendar, at: datetime, actor: str
    ) -> None:
        """What the company's records lack may be complete by it."""
        await super().accepted(duty, answer, calendar, at, actor)
        await tables.Engagement.filter(key=duty.engagement_id).update(review_at=at)
