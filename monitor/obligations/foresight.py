"""When a party will be asked next, as far as anybody can say today. Nothing is written."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from monitor import tables
from monitor.calendar import Roll
from monitor.obligations import KINDS
from monitor.obligations.planning import gather

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.registry.roster import Roster
    from monitor.tables import Obligation


@dataclass(frozen=True)
class Foreseen:
    """The next duty of the same kind for the same work. `row` is empty while the last answer is not accepted: then
    `due_on` is the day if it were accepted today.
    """

    due_on: date
    row: Obligation | None = None


async def next_one(duty: Obligation, present: Roster, at: datetime) -> Foreseen | None:
    """What follows a duty that was answered; none where nothing will be asked again."""
    later = tables.Obligation.filter(engagement_id=duty.engagement_id, kind=duty.kind, id__gt=duty.id)
    row = await later.exclude(state="cancelled").order_by("id").first()
    if row is not None:
        return Foreseen(row.due_on, row)
    kind, engaged = KINDS.get(duty.kind), await tables.Engagement.get_or_none(key=duty.engagement_id)
    if kind is None or engaged is None:
        return None
    facts = (await gather([engaged], present, at)).get(engaged.key)
    if facts is None:
        return None
    outcome = kind.owed(replace(facts, history=[_accepted(one, duty.id, facts.today) for one in facts.history]))
    due = getattr(outcome, "nominal_on", None)
    return Foreseen(present.calendar.roll(due, Roll(duty.roll))) if due and due > facts.today else None


def _accepted(one: Obligation, number: int, today: date) -> Obligation:
    """That duty as if it had been accepted today."""
    if one.id != number or one.accepted_on:
        return one
    row = copy(one)
    row.state, row.accepted_on = "accepted", today
    return row
