"""The party's accepted answer about its findings -> what each of them comes to."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from monitor import tables
from monitor.asked import frozen
from monitor.calendar import DAY
from monitor.questionnaire import thaw_answers
from monitor.remediation.asking import FIXED, FIXING, OBJECTED, Said, said_of, spoken_of
from monitor.remediation.raising import Reading, said_fixed
from monitor.remediation.recording import Change, record
from monitor.remediation.rules import HELD, dated, settled
from monitor.schedule import edit

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.calendar import Calendar
    from monitor.tables import Obligation, Remediation, Submission


def comes_to(said: Said) -> str:
    """What accepting makes of an answer: the state of the finding."""
    if said.state == FIXED:
        return "verified" if said.files else "fixed"
    return {FIXING: "remediating", OBJECTED: "dismissed"}[said.state]


async def settle(duty: Obligation, handed_in: Submission, calendar: Calendar, at: datetime, actor: str) -> None:
    """Write what an answer means that is accepted in the caller's transaction. What was settled meanwhile stays so."""
    if handed_in.answers == "{}" or duty.request_id is None:
        return
    asked = await frozen(duty.request_id)
    read = Reading(duty, handed_in.id, thaw_answers(handed_in.answers), calendar, at, actor)
    rows = tables.Remediation.filter(id__in=spoken_of(asked), engagement_id=duty.engagement_id, state__in=HELD)
    changes = [_change(row, said, read) for row in await rows.order_by("id") if (said := said_of(row.id, read.answers))]
    for change in changes:
        change.fields |= edit(change.row, asked_id=duty.id)
    await record(changes, at, actor)


def _change(row: Remediation, said: Said, read: Reading) -> Change:
    state, data = comes_to(said), {"submission": read.submission}
    if state in {"verified", "dismissed"}:
        proof = {"how": "evidence" if state == "verified" else "objection", "by": read.actor}
        return Change(row, state, settled(row, state, read.at, **proof, **data), data)
    if row.state == "accepted_risk":  # the risk was accepted until a day; the party may take its time until then
        return Change(row, "answered", {}, data)
    if state == "fixed":
        return said_fixed(row, read)
    today = read.calendar.day_of(read.at)
    base = max(_promised(said.by, today), today + DAY)
    fields = dated(row, base, today, read.calendar, read.duty.roll) | edit(row, state=state, promised_on=base)
    return Change(row, "promised", fields, data)


def _promised(text: str, today: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return today
