"""A duty in the hands of an act: nobody else changes it until the act's transaction ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import tables
from monitor.obligations import KINDS
from monitor.refusal import need
from monitor.registry.roster import roster
from monitor.tables.duty import ASKED

if TYPE_CHECKING:
    from monitor.calendar import Calendar
    from monitor.tables import Obligation

NOT_OPEN = "not-open"  #: the token of what `open_for_answer` refuses


async def held(duty_id: int) -> tuple[Obligation, Calendar]:
    """A duty, locked within the caller's transaction after what it is about (`monitor.books`), and the group's
    calendar.
    """
    known = await tables.Obligation.get(id=duty_id)
    await KINDS[known.kind].ahead(known)
    duty = await tables.Obligation.filter(id=duty_id).select_for_update().get()
    return duty, (await roster()).calendar


async def held_open(duty_id: int) -> tuple[Obligation, Calendar]:
    """The same of one that the party can answer now."""
    duty, calendar = await held(duty_id)
    open_for_answer(duty)
    return duty, calendar


def open_for_answer(duty: Obligation) -> None:
    """Refused where the party is not asked for anything, or not any more."""
    need(duty.state in ASKED, NOT_OPEN, "This request is not open for an answer.")
