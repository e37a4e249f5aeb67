"""The life of a duty that a company owes itself, whatever its kind: begun, overdue, taken in hand, done, cancelled."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tortoise.expressions import F

from monitor import ledger, tables
from monitor.books import lock_works
from monitor.ladder import OWN
from monitor.notices import about_own, tell, withdraw
from monitor.own_duties import DONE, own_kind
from monitor.reasons import keep
from monitor.refusal import need
from monitor.registry.roster import roster
from monitor.schedule import as_text, edit, own_next
from monitor.tables.plain import any_due
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from tortoise.queryset import QuerySet

    from monitor.calendar import Calendar
    from monitor.pause import Pause
    from monitor.registry.roster import Roster
    from monitor.tables import OwnDuty

CHUNK = 200
GONE = "This has been decided already, or nothing is owed here any more."


async def owe(kind: str, due_on: date, at: datetime, present: Roster, **about: Any) -> OwnDuty:
    """Something is owed by a company (`company_id`), or by the privacy office where there is none, within the caller's
    transaction. What is open for the same matter (`ref`, engagement and party) already stays as it is and is given
    back.
    """
    same = {name: about.get(name) for name in ("company_id", "party_id", "engagement_id")} | {
        "ref": about.get("ref", "")
    }
    going = await tables.OwnDuty.filter(kind=kind, state="open", **same).first()
    if going is not None:
        return going
    duty = tables.OwnDuty(kind=kind, due_on=due_on, statutory=own_kind(kind).statutory, **about)
    return await begin(duty, present.calendar, at)


async def settle(
    duty_id: int, at: datetime, actor: str, outcome: str = DONE, reason: str = "", on: date | None = None
) -> OwnDuty:
    """A named person says how it ended; within a transaction of its own. For kinds of which nothing more follows."""
    async with transaction():
        duty = await held(duty_id)
        explain(duty.kind, outcome, reason)
        await done(duty, at, actor, outcome, reason, on)
    return duty


def explain(kind: str, outcome: str, reason: str) -> None:
    """Refuse an outcome that the kind does not know, and one without the reason that it needs."""
    known = own_kind(kind)
    need(outcome in known.outcomes, "no-such-outcome", "Choose one of the ways in which this can end.")
    need(outcome not in known.explained or reason.strip(), "reason-missing", "Write the reason: auditors read it.")


async def begin(duty: OwnDuty, calendar: Calendar, at: datetime) -> OwnDuty:
    """Write a new duty, whose T the caller has set. The managers hear of it at once, or at the next `send_at`;
    that rung is called by the days that are left. Where T is over already, rungs after it count as missed: a law's last
    day that was entered late climbs from the managers on, one level each day.
    """
    opening = f"T-{max((duty.due_on - calendar.day_of(at)).days, 0)}"
    ladder = replace(OWN, opening=opening, before=own_kind(duty.kind).before)
    since = min(at, calendar.end_of(duty.due_on))
    edit(duty, opened_at=at, since=since, ladder=as_text(ladder), turns_at=calendar.end_of(duty.due_on))
    edit(duty, next_at=own_next(duty, calendar, at))
    await duty.save()
    await ledger.write([event("opened", duty)], at)
    return duty


async def turn(at: datetime) -> int:
    """Stage: say of one chunk that T is over. How many there were."""
    if not await any_due(tables.OwnDuty, "turns_at", at):
        return 0
    async with transaction():
        due = tables.OwnDuty.filter(turns_at__lte=at)
        duties = await due.order_by("turns_at", "id").limit(CHUNK).select_for_update(skip_locked=True)
        calendar = (await roster()).calendar
        for duty in duties:
            fields = edit(duty, overdue_on=duty.due_on, turns_at=None)
            await _write(duty, fields | edit(duty, next_at=own_next(duty, calendar, at)))
        await ledger.write([event("overdue", duty) for duty in duties], at)
    return len(duties)


async def held(duty_id: int, entry: Callable[[OwnDuty], QuerySet[Any]] | None = None) -> OwnDuty:
    """An open duty, locked for an act; who comes second is refused. `entry`: what it is about, where the act changes
    that too; it is locked before the duty (`monitor.books`).
    """
    known = await tables.OwnDuty.get(id=duty_id)
    await lock_works(known.engagement_id)
    if entry is not None:
        await entry(known).select_for_update()
    duty = await tables.OwnDuty.filter(id=duty_id).select_for_update().get()
    need(duty.state == "open", "not-open", GONE)
    return duty


async def done(duty: OwnDuty, at: datetime, actor: str, outcome: str, reason: str = "", on: date | None = None) -> None:
    """It is done, by a named person; within the transaction of what follows from it. `on`: the day on which it was
    done, where they say it later.
    """
    need(actor.startswith("person/"), "by-missing", "Say who decides.")
    await _end(duty, at, "done", outcome)
    said = {"on": on.isoformat()} if on else {}
    await ledger.write([event("done", duty, actor, outcome=outcome, **said, **await keep(reason, at))], at)


async def met(duty: OwnDuty, at: datetime) -> None:
    """It is done by what has come from outside: nobody has to say so. Within the caller's transaction."""
    if await _end(duty, at, "done", DONE):
        await ledger.write([event("done", duty, outcome=DONE)], at)


async def lapse(duty: OwnDuty, at: datetime, reason: str) -> None:
    """It ends by itself, as was agreed: nobody said anything in time, and that counts as said."""
    if await _end(duty, at, "done", reason):
        await ledger.write([event("done", duty, outcome=reason, reason=reason)], at)


async def cancel(duty: OwnDuty, reason: str, at: datetime) -> None:
    """Nothing is owed any more, and nobody has to be told."""
    if await _end(duty, at, "cancelled", reason):
        await ledger.write([event("cancelled", duty, reason=reason)], at)


async def call_off(duty: OwnDuty, reason: str, at: datetime) -> None:
    """What others have asked a company for is wanted no more: whoever was told of it is told that as well, whether it
    is open or done already. Within the caller's transaction.
    """
    if duty.state == "open":
        await cancel(duty, reason, at)
    if duty.told:
        await tell([about_own(duty, "cancelled", at, level=duty.told, data={"reason": reason})])


async def acknowledge(duty_id: int, at: datetime, actor: str, pause: Pause) -> None:
    """A person takes it: the company's levels pause until then, and nothing is closed."""
    async with transaction():
        duty, calendar = await held(duty_id), (await roster()).calendar
        pause.check(actor, calendar, at)
        fields = edit(duty, paused_until=pause.until, paused_by=actor, paused_why=pause.why, company_queued=None)
        await withdraw(at, own_duty_id=duty.id, kind="rung")
        await _write(duty, fields | edit(duty, next_at=own_next(duty, calendar, at)))
        said = event("acknowledged", duty, actor, until=pause.until.isoformat(), **await keep(pause.why, at))
        await ledger.write([said], at)


async def _end(duty: OwnDuty, at: datetime, state: str, outcome: str) -> bool:
    """False: somebody else has ended it meanwhile, and that holds."""
    ended: dict[str, Any] = {"state": state, "outcome": outcome, "done_at": at}
    ended |= {"next_at": None, "turns_at": None, "company_queued": None}
    open_one = tables.OwnDuty.filter(id=duty.id, state="open")
    if not await open_one.update(**ended, version=F("version") + 1):
        return False
    edit(duty, **ended)
    await withdraw(at, own_duty_id=duty.id)
    return True


async def _write(duty: OwnDuty, fields: dict[str, Any]) -> None:
    await tables.OwnDuty.filter(id=duty.id).update(**fields, version=F("version") + 1)


def due_in(days: int, begun_on: date, calendar: Calendar) -> date:
    """So many business days after a day."""
    return calendar.shift(begun_on, days)


def event(kind: str, duty: OwnDuty, actor: str = ledger.SYSTEM, **data: Any) -> ledger.Event:
    """A line of the ledger, with what an auditor needs to place it."""
    facts = {
        "obligation": duty.kind,
        "party": duty.party_id or duty.about.get("party"),
        "engagement": duty.engagement_id,
        "ref": duty.ref,
        "url": duty.url,
        "due_on": duty.due_on.isoformat(),
    }
    told = {name: value for name, value in facts.items() if value}
    return ledger.Event(f"own-duty.{kind}", f"own-duty/{duty.id}", told | data, duty.company_id, actor)
