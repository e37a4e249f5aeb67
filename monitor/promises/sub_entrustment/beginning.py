"""A party begins a request to pass work on, from the pages of its own form."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from monitor import ledger
from monitor.calendar import Roll
from monitor.hearing.chain.asking import above
from monitor.obligations.contract import Owed
from monitor.obligations.demanding import demand
from monitor.obligations.sub_entrustment_request import REQUEST
from monitor.registry.roster import roster
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.tables import Obligation

OPEN_FOR = 30  #: days for which what was begun waits to be handed in


async def begin(engagement: str, at: datetime, actor: str = ledger.SYSTEM) -> Obligation:
    """The form that is open for this work already, or a new one. Nothing is overdue of it: it is the party's own wish,
    and on its last day it is withdrawn.
    """
    async with transaction():
        present = await roster()
        await above(engagement, present, at)
        until = present.calendar.day_of(at) + timedelta(days=OPEN_FOR)
        owed = Owed(until, OPEN_FOR, opens_at=at, roll=Roll.NONE, cause={"reason": "asked-for"})
        return await demand(REQUEST, engagement, owed, at, present, actor)
