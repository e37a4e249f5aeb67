"""A named person has looked at a work again: the data is needed, the class still holds, nothing is missing any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.calendar import add_months
from monitor.duties.owing import done, explain, held
from monitor.own_duties import CONTRACT_REVIEW, DONE, HANDLER_LIST, NECESSITY_REVIEW
from monitor.promises.contracts import held_terms
from monitor.promises.supervision import coming, work_of
from monitor.refusal import need
from monitor.registry.apply import ONE_AT_A_TIME, set_fields
from monitor.registry.lifecycle import standing
from monitor.registry.roster import unkept
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.promises.agenda import Coming
    from monitor.registry.roster import Roster
    from monitor.tables import OwnDuty


async def reviewed(duty_id: int, at: datetime, actor: str, outcome: str, reason: str, on: date | None) -> None:
    """The next one is counted from the day on which it was done."""
    async with transaction():
        await alone(ONE_AT_A_TIME)
        duty, present = await held(duty_id), await unkept()
        explain(duty.kind, outcome, reason)
        await done(duty, at, actor, outcome, reason, on)
        day = on or present.calendar.day_of(at)
        fields: dict[str, Any]
        if duty.kind == NECESSITY_REVIEW:
            fields = {"necessity_reviewed_on": day}
        elif duty.kind == HANDLER_LIST:
            fields = {"handlers": {"listed_on": day}}
        elif duty.kind == CONTRACT_REVIEW:
            again = add_months(day, present.group.supervision.on(day).contract_months)
            entry = await standing(str(duty.engagement_id))
            fields = {"contract": held_terms(entry) | {"review_on": again.isoformat(), "read_on": day.isoformat()}}
        else:
            fields = {"class_review_on": add_months(day, present.group.supervision.on(day).necessity_months)}
        await set_fields("engagement", str(duty.engagement_id), fields, at, actor)


async def list_done(duty_id: int, at: datetime, actor: str, reason: str) -> None:
    """Only where nothing of it is missing any more, or somebody has waived it."""
    async with transaction():
        duty, present = await held(duty_id), await unkept()
        left = await _lacking(duty, present, at)
        need(
            not left, "still-lacking", "Something is still missing for: {keys}. Enter it, or waive it for a while.",
            keys=", ".join(left[:5]),
        )  # fmt: skip
        await done(duty, at, actor, DONE, reason)


async def _lacking(duty: OwnDuty, present: Roster, at: datetime) -> list[str]:
    """The engagements of which something on the list is still missing."""
    rows = tables.Engagement.filter(company_id=duty.company_id, retired_at=None).order_by("key")
    found = []
    async for row in rows.filter(key=duty.engagement_id) if duty.engagement_id else rows:
        ahead = coming(await work_of(row, present, at), present.group.supervision, present.calendar)
        if any(_of(one, duty) and one.opens_at <= at for one in ahead):
            found.append(row.key)
    return found


def _of(one: Coming, duty: OwnDuty) -> bool:
    return (one.kind, one.ref, one.listed) == (duty.kind, duty.ref, duty.engagement_id is None)
