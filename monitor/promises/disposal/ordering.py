"""A return or deletion that a named person orders while the work goes on, whatever brings it about.

It reaches as far as the end of the work would: whoever was entrusted below holds the same data, and is asked for a
confirmation of its own, itself or through the party above it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from monitor import ledger, tables
from monitor.cause import ORDERED, TRIGGERS
from monitor.obligations.contract import Owed
from monitor.obligations.demanding import demand
from monitor.promises.closing import all_below
from monitor.reasons import keep
from monitor.refusal import need
from monitor.registry.apply import ONE_AT_A_TIME
from monitor.registry.lifecycle import standing
from monitor.registry.places import DELETION
from monitor.registry.roster import unkept
from monitor.tables.duty import LIVE
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.registry.format import Engagement
    from monitor.registry.roster import Roster


async def order(key: str, trigger: str, reason: str, at: datetime, actor: str) -> None:
    """消去の指示: the party is asked at once, place by place, as at the end of the work (APPI 22), and so is everybody
    below it. One order at a time: what is asked for already covers the same places.
    """
    need(actor.startswith("person/"), "by-missing", "Say who decides.")
    need(trigger in TRIGGERS, "trigger-missing", "Choose what brings the order about.")
    need(reason.strip(), "reason-missing", "Write the reason: auditors read it.")
    async with transaction():
        await alone(ONE_AT_A_TIME)
        await _lock([key, *(one.key for one in await all_below(key))])
        entry, present = await standing(key), await unkept()
        today = present.calendar.day_of(at)
        need(
            await _going(entry, today, present),
            "not-in-force",
            "The work is not in force: what is owed at its end is asked for by itself.",
        )
        owes = entry.owes_return_on(today)
        need(owes, "not-supervised", "The class of this work says that nothing is to be returned or erased.")
        need(not await _asked(key), "asked-already", "Return or deletion is asked for already, of the same places.")
        said = {"reason": trigger, **await keep(reason, at)}
        reached = [entry, *await below_reached(key, today, present)]
        for one in reached:
            days, cause = one.deletion_days, {"reason": ORDERED, "trigger": trigger}
            owed = Owed(today + timedelta(days=days), days - 1, opens_at=at, cause=cause)
            await demand(DELETION, one.key, owed, at, present, actor)
        await ledger.write([_line(one, said, actor) for one in reached], at)


async def _lock(keys: list[str]) -> None:
    """All works at once, by their key (`monitor.books`): whoever asks many of them anew locks them so as well."""
    await tables.Engagement.filter(key__in=keys).order_by("key").select_for_update().only("key")


async def below_reached(key: str, today: date, present: Roster) -> list[Engagement]:
    """The works below to which an order goes as well: those that hold data now, and of which nothing is asked yet."""
    return [
        one
        for one in await all_below(key)
        if one.owes_return_on(today) and await _going(one, today, present) and not await _asked(one.key)
    ]


async def _going(entry: Engagement, today: date, present: Roster) -> bool:
    return entry.in_force_on(today, await present.last_day(entry.key))


async def _asked(key: str) -> bool:
    return await tables.Obligation.filter(engagement_id=key, kind=DELETION, state__in=LIVE).exists()


def _line(entry: Engagement, said: dict[str, str], actor: str) -> ledger.Event:
    facts = {"engagement": entry.key, "party": entry.party, "state": "deletion-ordered"}
    return ledger.Event("engagement.deletion_ordered", f"engagement/{entry.key}", facts | said, entry.company, actor)
