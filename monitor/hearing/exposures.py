"""Whether a party is affected by a leak or a weakness elsewhere (影響確認): what it says, and what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import tables
from monitor.calendar import DAY
from monitor.duties.owing import met, owe
from monitor.own_duties import AFFECTED
from monitor.registry.roster import roster

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.questionnaire import Answer
    from monitor.tables import Obligation

EXPOSURE = "exposure"
QUESTION = "exposure.affected"
YES, NO, UNKNOWN = "yes", "no", "unknown"


def said(answers: Mapping[str, Answer]) -> str:
    """What the party says; a simulation's answer that says nothing stands for its not being affected."""
    return str(answers[QUESTION].value) if QUESTION in answers else NO


async def heard(duty: Obligation, answers: Mapping[str, Answer], at: datetime) -> None:
    """Whoever is affected has to be followed up by its company, which hears of it at once; in the caller's transaction.

    The form leads the party on to its notice of an incident, whose arrival ends that duty.
    """
    if said(answers) != YES:
        return
    present = await roster()
    due_on = present.calendar.day_of(at) + DAY
    about = {"company_id": duty.company_id, "party_id": duty.party_id, "engagement_id": duty.engagement_id}
    await owe(AFFECTED, due_on, at, present, ref=duty.subject, **about)


async def noticed(engagement: str, at: datetime) -> None:
    """The notice of an incident has come: nobody has to ask for it any more; in the caller's transaction."""
    going = tables.OwnDuty.filter(kind=AFFECTED, engagement_id=engagement, state="open").order_by("id")
    for own in await going.select_for_update():
        await met(own, at)
