"""回答を辞退する: the party says that it will not answer, and why; the company has to decide what then.

Nobody presses the party meanwhile: its reminders stop. What it said goes to the company at once and climbs there,
because a refusal that nobody decides on is the same hole in the supervision as silence. It is no breach by itself: what
it offers instead, and whether the price was talked about, stand beside it, so that nobody can later hold a refusal
against a party that had only asked to speak about the cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.asked import last_submission
from monitor.books import Step, enter, moved
from monitor.calendar import Roll
from monitor.obligations.closing import close
from monitor.obligations.holding import held, held_open
from monitor.obligations.retelling import retell
from monitor.reasons import keep
from monitor.refusal import need
from monitor.schedule import duty_event, edit, refresh
from monitor.tables.duty import DECLINE, DECLINED
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.calendar import Calendar
    from monitor.tables import Obligation

LEAVES = 7  #: days that a party has at least once it is asked again
_FRESH: dict[str, Any] = {"company_sent": None, "company_queued": None, "paused_until": None, "overdue_on": None}


@dataclass(frozen=True)
class Declining:
    """What a party says when it declines: why, what it offers instead, and when the price was talked about."""

    reason: str
    offered: str = ""
    price_consulted_on: date | None = None


async def decline(duty_id: int, at: datetime, actor: str, said: Declining) -> int:
    """The party declines: it is reminded no more, and the company's ladder begins at once. The number of its plea.

    A pause that somebody had set was for silence; this is news, and ends it.
    """
    need(said.reason.strip(), "reason-missing", "Say why you decline.")
    async with transaction():
        duty, calendar = await held_open(duty_id)
        today, talked = calendar.day_of(at), said.price_consulted_on
        need(talked is None or talked <= today, "price-ahead", "The day of that talk cannot lie ahead.")
        about = {"offered": said.offered, "price_consulted_on": talked.isoformat() if talked else ""}
        plea = await tables.Plea.create(obligation_id=duty.id, kind=DECLINE, text=said.reason, about=about, made_at=at)
        declined = about | {"on": today.isoformat(), "reason": said.reason, "plea": plea.id}
        fields = edit(duty, state=DECLINED, declined=declined, since=at, vendor_queued=None, hushed_at=None, **_FRESH)
        event = duty_event("declined", duty, actor, plea=plea.id, **await _bound(said, at))
        await enter([Step(duty, fields | refresh(duty, calendar, at), [event], withdraw=True)], at)
        await retell(plea, duty, at)
    return plea.id


async def _bound(said: Declining, at: datetime) -> dict[str, str]:
    """What binds the party's words in the ledger, and the day of the talk, which names nobody."""
    offered = await keep(said.offered, at)
    bound = await keep(said.reason, at)
    if offered:
        bound["offered_sha256"] = offered["reason_sha256"]
    if said.price_consulted_on:
        bound["price_consulted_on"] = said.price_consulted_on.isoformat()
    return bound


async def take_back(duty_id: int, at: datetime, actor: str) -> None:
    """The party will answer after all. T stays where it is; the company's people who were told stay told."""
    async with transaction():
        duty, calendar = await held(duty_id)
        need(duty.state == DECLINED, "not-declined", "This request is open, or has ended: nothing is declined here.")
        fields = await _reopened(duty, at)
        event = duty_event("resumed", duty, actor, reason="taken-back")
        await enter([Step(duty, fields | refresh(duty, calendar, at), [event], withdraw=True)], at)
        for plea in await tables.Plea.filter(obligation_id=duty.id, kind=DECLINE, decision=None):
            await close(plea, "taken-back", at, actor)


async def ask_again(duty: Obligation, calendar: Calendar, at: datetime, actor: str, due_on: date | None) -> None:
    """The company asks once more, in the caller's transaction; at least seven days are left. Its ladder begins anew."""
    today = calendar.day_of(at)
    base = max(due_on or duty.due_on, today + timedelta(days=LEAVES))
    fields = await _reopened(duty, at) | edit(duty, told=0, told_at=None)
    step = Step(duty, fields, [duty_event("resumed", duty, actor, reason="asked-again")], withdraw=True)
    if base > duty.due_on:
        due = calendar.roll(base, Roll(duty.roll))
        later = moved(duty, base, max(due, duty.due_on), "asked-again", calendar, at, tell=False, actor=actor)
        step.fields |= later.fields
        step.events += later.events
    step.fields |= refresh(duty, calendar, at)
    await enter([step], at)


async def _reopened(duty: Obligation, at: datetime) -> dict[str, Any]:
    """Asked as before: what had come back is still to be completed. Rungs that passed meanwhile are gone."""
    last = await last_submission(duty.id)
    state = "returned" if last and last.verdict == "returned" else "open"
    return edit(duty, state=state, declined={}, since=at, **_FRESH)
