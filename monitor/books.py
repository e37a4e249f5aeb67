"""Steps of duties and their writing: rows, ledger lines and notices in the caller's one transaction.

Two transactions never wait for each other in a ring, because all of them lock in one order: a part of the work
(`store.alone`); an owner's request, about which many are asked; the engagement; the entry of a register under it, such
as an incident or an accepted certificate; what its party owes; what its company owes itself; findings and cases;
notices. Rows of one kind are locked by their key or number; whoever changes or asks many works at once has the registry
for itself (`registry.apply.ONE_AT_A_TIME`), because a tree of them is marked from above. The ledger's chain comes last
of all, by itself (`ledger.write`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tortoise.expressions import F

from monitor import ledger
from monitor.notices import VENDOR, about_duty, tell, withdraw
from monitor.schedule import duty_event, edit, move_due, refresh
from monitor.tables import Engagement, Obligation

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from monitor.calendar import Calendar
    from monitor.tables import Notice


@dataclass
class Step:
    """What to write for one duty: a new row, or changed fields; events for the ledger; notices for the outbox."""

    duty: Obligation
    fields: dict[str, Any] = field(default_factory=dict)
    events: list[ledger.Event] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    withdraw: bool = False
    new: bool = False


def moved(  # noqa: PLR0913 - one fact each
    duty: Obligation,
    base_on: date,
    due_on: date,
    reason: str,
    calendar: Calendar,
    at: datetime,
    *,
    tell: bool = True,
    actor: str = "system",
) -> Step:
    """T moves later: the party is told at once if it had been told another date (`tell` is false where another
    mail says it).
    """
    before, told = duty.due_on, duty.told_on
    fields = edit(duty, nominal_on=duty.nominal_on) | move_due(duty, base_on, due_on, at) | refresh(duty, calendar, at)
    event = duty_event("due_moved", duty, actor, reason=reason, was=before.isoformat())
    if not tell or told is None:
        return Step(duty, fields, [event])
    data = {"reason": reason, "was": told.isoformat()}
    return Step(duty, fields, [event], [about_duty(duty, "due-moved", VENDOR, at, mark=due_on.isoformat(), data=data)])


async def lock_works(*keys: str | None) -> None:
    """Lock engagements before what is owed under them, within the caller's transaction: planning changes both, and so
    does an act. Other rows may point at them meanwhile.
    """
    wanted = sorted({key for key in keys if key})
    if wanted:
        await Engagement.filter(key__in=wanted).order_by("key").select_for_update(no_key=True).only("key")


class Stale(Exception):  # noqa: N818 - the row's state
    """Somebody else changed the duty in between; the act is decided anew on what it is now."""


async def enter(steps: Iterable[Step], at: datetime) -> None:
    """Write what was decided. Each row is compared and set by its version; `Stale` undoes the whole transaction."""
    steps = list(steps)
    for step in steps:
        if step.new:
            await step.duty.save()
            continue
        if step.withdraw:
            await withdraw(at, obligation_id=step.duty.id)
        if step.fields:
            version = step.duty.version
            changed = await Obligation.filter(id=step.duty.id, version=version).update(
                **step.fields, version=F("version") + 1
            )
            if changed != 1:
                raise Stale(step.duty.id)
            step.duty.version = version + 1
        if any(notice.kind == "due-moved" for notice in step.notices):  # only the last date is worth a letter
            await withdraw(at, obligation_id=step.duty.id, kind="due-moved")
    await tell([notice for step in steps for notice in step.notices])
    await ledger.write([event for step in steps for event in step.events], at)
