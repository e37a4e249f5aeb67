"""The word of a person for a party: what it was asked for is done, though it has not said so in its form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.books import Step, enter
from monitor.obligations import KINDS
from monitor.obligations.holding import held_open
from monitor.refusal import need
from monitor.schedule import duty_event, edit, refresh
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from datetime import date, datetime


async def vouch(duty_id: int, at: datetime, actor: str, on: date | None = None) -> None:
    """A named person has heard it from the party by another way. Only of what is not weighed by anybody."""
    need(actor.startswith("person/"), "by-missing", "Say who decides.")
    async with transaction():
        duty, calendar = await held_open(duty_id)
        need(
            not KINDS[duty.kind].reviewed,
            "not-submitted",
            "The party has to answer this itself: its answer is weighed by a person.",
        )
        day = on or calendar.day_of(at)
        need(day <= calendar.day_of(at), "on-future", "Name today or a day before it.")
        fields = edit(duty, state="accepted", submitted_at=at, decided_at=at, accepted_on=day, overdue_on=None)
        event = duty_event("accepted", duty, actor, on=day.isoformat())
        await enter([Step(duty, fields | refresh(duty, calendar, at), [event], withdraw=True)], at)
        await KINDS[duty.kind].told(duty, {}, at, actor)
