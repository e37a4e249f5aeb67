"""The log of hand-overs (授受記録): what went to a party for a run, what came back, and by when the rest is gone (P03).

Whoever entrusts personal data run by run keeps a log with counts (General Guidelines 10-5), and what a run has brought
is not kept longer than it needs (APPI 22).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from checks.detail import Detail
from monitor import ledger, tables
from monitor.cases.conduct import breach, mended
from monitor.conduct import COUNT_DIFFERS, HANDED_SUSPENDED
from monitor.hearing.runs import RUN_DELETION, about, differs, event
from monitor.obligations.contract import Owed
from monitor.obligations.demanding import demand
from monitor.promises.entries import REGISTER_LOCK, reference, work_and_party
from monitor.promises.suspended import allowed
from monitor.reasons import harmless
from monitor.refusal import need
from monitor.registry.format import duties_of
from monitor.registry.roster import roster
from monitor.registry.suspension import stopped
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.calendar import Roll
    from monitor.registry.format import Engagement
    from monitor.registry.roster import Roster
    from monitor.tables import HandOver

Direction = Literal["out", "in"]
MEDIA = ("transfer", "portal", "mail", "media", "paper", "other")
LOG = "handover-log"
#: What a case says, by whether it was a work above that was suspended.
_WENT = {
    False: "The run {ref} was handed over on {on}; the work was suspended on {since}.",
    True: "The run {ref} was handed over on {on}; the work above it was suspended on {since}.",
}


@dataclass(frozen=True, slots=True)
class Handed:
    """One hand-over. `on`: today where nothing is said; `persons`: who handed it over and who took it; `anyway`: it has
    gone, though the work was suspended: no plan, but what has happened.
    """

    engagement: str
    ref: str
    records: int
    on: date | None = None
    direction: Direction = "out"
    medium: str = ""
    protected: str = ""
    persons: str = ""
    anyway: bool = False


def gone_by(entry: Engagement, on: date, present: Roster) -> date | None:
    """By when what goes out on a day is returned or erased; none, where nobody wants that of every run. Pure."""
    days = entry.runs.delete_within
    if days is None and LOG in duties_of(entry.purposes, present.purposes):
        days = present.group.supervision.on(on).run_days
    return on + timedelta(days=days) if days else None


async def hand_over(given: Handed, at: datetime, actor: str) -> HandOver:
    """Enter what went out or came back. One run goes out once: told twice, it stays as it is. Raises `Refused`."""
    harmless(given.protected, given.persons)
    async with transaction():
        await alone(REGISTER_LOCK)
        present = await roster()
        entry, _ = await work_and_party(given.engagement, present)
        ref, today = reference(given.ref), present.calendar.day_of(at)
        on = given.on or today
        need(on <= today, "on-future", "Name today or a day before it.")
        need(given.records > 0, "records-missing", "Say how many records: a number above 0.")
        need(given.medium in {"", *MEDIA}, "medium-unknown", "Choose how it went.")
        row = tables.HandOver(
            ref=ref, engagement_id=entry.key, company_id=entry.company, party_id=entry.party, on=on,
            direction=given.direction, records=given.records, medium=given.medium, protected=given.protected.strip(),
            persons=given.persons.strip(), entered_at=at, entered_by=actor,
        )  # fmt: skip
        if given.direction == "in":
            return await _back(row, at, actor, present)
        if known := await _known(row):
            return known
        stop = await stopped(entry.key, on, present)
        allowed(stop, anyway=given.anyway)
        await _out(row, entry, at, actor, present)
        if stop:
            detail = Detail(_WENT[stop.above], ref=row.ref, on=row.on, since=stop.since)
            await breach(HANDED_SUSPENDED, detail, at, present, **about(row))
    return row


async def _known(row: HandOver) -> HandOver | None:
    known = await tables.HandOver.filter(engagement_id=row.engagement_id, ref=row.ref, direction="out").first()
    if known is not None:
        same = (known.on, known.records) == (row.on, row.records)
        need(same, "ref-taken", "A run of this reference was handed over already: give this one another reference.")
    return known


async def _out(row: HandOver, entry: Engagement, at: datetime, actor: str, present: Roster) -> None:
    last_day = await present.last_day(entry.key)
    need(
        entry.in_force_on(row.on, last_day),
        "not-in-force",
        "No data may go to the party on that day: the work is not in force then.",
    )
    row.due_on = gone_by(entry, row.on, present)
    row.state = "asked" if row.due_on else "logged"
    await row.save()
    if row.due_on:
        asked = await demand(
            RUN_DELETION, entry.key, _owed(row, row.due_on, entry.roll, at, present), at, present, actor
        )
        row.due_on = asked.due_on
        await tables.HandOver.filter(id=row.id).update(due_on=row.due_on)
    await ledger.write([event("entered", row, actor, state="out")], at)


def _owed(row: HandOver, nominal: date, roll: Roll, at: datetime, present: Roster) -> Owed:
    """What was entered so late that the day is over is due today."""
    today = present.calendar.day_of(at)
    days = max((nominal - today).days, 0)
    return Owed(max(nominal, today), days, opens_at=at, cause={"reason": "run"}, subject=row.ref, roll=roll)


async def _back(row: HandOver, at: datetime, actor: str, present: Roster) -> HandOver:
    """What came back is held against what went out, all returns of the run together."""
    out = await tables.HandOver.filter(engagement_id=row.engagement_id, ref=row.ref, direction="out").first()
    need(out, "no-such-run", "No run of this reference has gone out.")
    assert out is not None  # noqa: S101 - said above
    need(row.on >= out.on, "on-earlier", "It cannot come back before it went out.")
    await row.save()
    await ledger.write([event("entered", row, actor, state="in")], at)
    counts = await tables.HandOver.filter(engagement_id=row.engagement_id, ref=row.ref, direction="in").values_list(
        "records", flat=True
    )
    back = sum(int(str(count)) for count in counts)
    await mended(COUNT_DIFFERS, at, **about(out))
    if back != out.records:
        await differs(out, back, at, present)
    return row
