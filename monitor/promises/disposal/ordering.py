"""A return or deletion that a named person orders while the work goes on, whatever brings it about."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from monitor import ledger, tables
from monitor.cause import ORDERED, TRIGGERS
from monitor.obligations.contract import Owed
from monitor.obligations.demanding import demand
from monitor.reasons import keep
from monitor.refusal import need
from monitor.registry.lifecycle import standing
from monitor.registry.places import DELETION
from monitor.registry.roster import unkept
from monitor.tables.duty import LIVE
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from datetime import datetime


async def order(key: str, trigger: str, reason: str, at: datetime, actor: str) -> None:
    """消去の指示: the party is asked at once, place by place, as at the end of the work (APPI 22). One order at a time:
    what is asked for already covers the same places.
    """
    need(actor.startswith("person/"), "by-missing", "Say who decides.")
    need(trigger in TRIGGERS, "trigger-missing", "Choose what brings the order about.")
    need(reason.strip(), "reason-missing", "Write the reason: auditors read it.")
    async with transaction():
        entry, present = await standing(key), await unkept()
        today = present.calendar.day_of(at)
        going = entry.in_force_on(today, await present.last_day(key))
        need(going, "not-in-force", "The work is not in force: what is owed at its end is asked for by itself.")
        owes = entry.owes_return_on(today)
        need(owes, "not-supervised", "The class of this work says that nothing is to be returned or erased.")
        asked = await tables.Obligation.filter(engagement_id=key, kind=DELETION, state__in=LIVE).exists()
        need(not asked, "asked-already", "Return or deletion is asked for already, of the same places.")
        kept = await keep(reason, at)
        days, cause = entry.deletion_days, {"reason": ORDERED, "trigger": trigger}
        owed = Owed(today + timedelta(days=days), days - 1, opens_at=at, cause=cause)
        await demand(DELETION, key, owed, at, present, actor)
        said = {"engagement": key, "party": entry.party, "state": "deletion-ordered", "reason": trigger, **kept}
        line = ledger.Event("engagement.deletion_ordered", f"engagement/{key}", said, entry.company, actor)
        await ledger.write([line], at)
