"""Stage: silence that has become consent, work below that begins, requests of work that is over, and those that a party
has begun and let lie until their day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise.expressions import Q

from monitor import ledger, tables
from monitor.duties import owing
from monitor.hearing.chain.asking import event, reference
from monitor.hearing.chain.rules import IN, silent
from monitor.obligations.demanding import withdraw_demands
from monitor.obligations.sub_entrustment_request import REQUEST
from monitor.own_duties import SUB_ENTRUSTMENT_DECISION
from monitor.promises.sub_entrustment.deciding import APPROVE, settle
from monitor.registry.apply import ONE_AT_A_TIME
from monitor.registry.roster import roster
from monitor.registry.suspension import stopped_now
from monitor.tables.duty import ASKED
from monitor.tables.plain import any_due, any_row
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from datetime import datetime

    from tortoise.queryset import QuerySet

    from monitor.registry.roster import Roster
    from monitor.tables import Obligation, OwnDuty, SubEntrustment

SILENCE = "silence"
OVER = ("closed", "rejected")


async def turn(at: datetime) -> int:
    """What time alone brings about; how much there was."""
    present = await roster()
    today = present.calendar.day_of(at)
    over = Q(engagement__state__in=OVER) | Q(engagement__retired_at__isnull=False) | Q(engagement__ends_on__lt=today)
    gone = tables.SubEntrustment.filter(over, state="requested")
    due = tables.SubEntrustment.filter(turns_at__lte=at)
    left = tables.Obligation.filter(kind=REQUEST, state__in=ASKED, due_on__lte=today)
    if not await _anything(gone, left, at):
        return 0
    async with transaction():
        await alone(ONE_AT_A_TIME)
        ended = await gone.order_by("id").select_for_update()
        for row in ended:
            await _withdraw(row, at)
        rows = await due.order_by("id").select_for_update()
        for row in rows:
            await _turned(row, at, present)
        lying = await left.order_by("id").select_for_update()
        await withdraw_demands(lying, "not-finished", at)
    return len(ended) + len(rows) + len(lying)


async def _anything(gone: QuerySet[SubEntrustment], left: QuerySet[Obligation], at: datetime) -> bool:
    """Whether there is something to do. The dear questions are asked only where a cheap one allows for them."""
    if await any_due(tables.SubEntrustment, "turns_at", at):
        return True
    if await any_row(tables.SubEntrustment, "state = 'requested'") and await gone.exists():
        return True
    asked = await any_row(tables.Obligation, "kind = ? AND state IN ('open', 'returned')", REQUEST)
    return asked and await left.exists()


async def _withdraw(row: SubEntrustment, at: datetime) -> None:
    """The work above is over: there is nothing left to decide on."""
    row.state, row.turns_at = "withdrawn", None
    await row.save()
    duty = await _duty(row)
    if duty:
        await owing.cancel(duty, "engagement-over", at)
    await ledger.write([event(row.state, row)], at)


async def _turned(row: SubEntrustment, at: datetime, present: Roster) -> None:
    if row.state == "requested":
        await _silence(row, at, present)
    elif row.state in IN:
        row.state, row.turns_at = "active", None
        await row.save()
        await ledger.write([event(row.state, row)], at)


async def _silence(row: SubEntrustment, at: datetime, present: Roster) -> None:
    """The time to object is over. Where the law has come to want more meanwhile, the decision is overdue instead."""
    entry, today = await present.engagement(row.engagement_id), present.calendar.day_of(at)
    duty = await _duty(row)
    if not silent(row.authorisation, entry, row.consent_on, today, stopped=await stopped_now(entry.key, present)):
        row.turns_at = None
        await row.save()
        if duty:
            await tables.OwnDuty.filter(id=duty.id).update(turns_at=at)
        return
    if duty:
        await owing.lapse(duty, at, SILENCE)
    row.decided_on, row.decided_by = today, SILENCE
    await settle(row, APPROVE, at, ledger.SYSTEM, present)


async def _duty(row: SubEntrustment) -> OwnDuty | None:
    open_ones = tables.OwnDuty.filter(kind=SUB_ENTRUSTMENT_DECISION, state="open", ref=reference(row))
    return await open_ones.select_for_update().first()
