"""What an event asks of a party: one duty of a kind for each subject, begun by an act and not by the calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import ledger, tables
from monitor.books import enter
from monitor.language import Message
from monitor.obligations.planning import gather
from monitor.obligations.reconcile import Policy, begin, cancel
from monitor.refusal import Refused
from monitor.schedule import duty_event
from monitor.tables.duty import LIVE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.obligations.contract import Owed
    from monitor.registry.roster import Roster
    from monitor.tables import Obligation

_USUAL = Policy()


async def demand(
    kind: str, engagement: str, owed: Owed, at: datetime, present: Roster, actor: str = ledger.SYSTEM
) -> Obligation:
    """Ask the party of an engagement, within the caller's transaction. What lives for that subject already stays as it
    is and is given back: an event that is told twice asks once. `actor`: whoever wished it, where it is an act.
    """
    row = await tables.Engagement.filter(key=engagement).select_for_update().first()
    if row is None:
        raise Refused("no-such-engagement", Message("There is no such engagement."))
    going = tables.Obligation.filter(engagement_id=engagement, kind=kind, subject=owed.subject, state__in=LIVE)
    if asked := await going.first():
        return asked
    facts = (await gather([row], present, at))[engagement]
    step = begin(kind, owed, facts, row.company_id, at, _USUAL)
    await enter([step], at)
    await ledger.write([duty_event("scheduled", step.duty, actor)], at)
    return step.duty


async def withdraw_demands(duties: Sequence[Obligation], reason: str, at: datetime) -> None:
    """What was asked for is not wanted any more: cancelled, and the party told, within the caller's transaction."""
    await enter([cancel(duty, reason, at) for duty in duties if duty.state in LIVE], at)
