"""Provision to parties abroad (越境移転; APPI 28): looked at once a year, measures where there is trouble, and no more
data where the measures cannot be ensured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from monitor import ledger, tables
from monitor.books import lock_works
from monitor.calendar import add_months
from monitor.duties import owing
from monitor.duties.owing import due_in
from monitor.own_duties import TRANSFER_CHECK, TRANSFER_MEASURES
from monitor.promises.entries import work_and_party
from monitor.reasons import harmless
from monitor.refusal import need
from monitor.registry.apply import ONE_AT_A_TIME, set_fields
from monitor.registry.format import OWING
from monitor.registry.lifecycle import move, ways
from monitor.registry.roster import unkept
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.registry.format import Engagement
    from monitor.registry.format.passing import Transfers
    from monitor.registry.roster import Roster
    from monitor.tables import OwnDuty, TransferCheck

Result = Literal["ok", "trouble", "cannot_continue"]
CANNOT = "cannot-continue"
STOPPED = "transfer-cannot-continue"  #: why a work is suspended
RESULTS: dict[str, Result] = {"ok": "ok", "trouble": "trouble", CANNOT: "cannot_continue"}


@dataclass(frozen=True, slots=True)
class Looked:
    """One check. `note`: what was found, in words that an owner may be told."""

    engagement: str
    result: Result
    on: date | None = None
    note: str = ""


def next_check(entry: Engagement, since: date, terms: Transfers) -> date | None:
    """The day by which the provision abroad of an engagement has to be looked at, before it rolls; none where nobody
    has to. Pure. The law asks for it where the party's own system is the basis; where somebody has begun to look, on
    whatever basis, it goes on. `since`: when the engagement came to be known.
    """
    transfer = entry.transfer
    if entry.state not in OWING or entry.state == "suspended":
        return None
    if transfer.basis != "equivalent" and transfer.last_checked_on is None:
        return None
    return add_months(transfer.last_checked_on or since, terms.check_every)


def abroad(entry: Engagement, country: str) -> bool:
    """Whether anything of an engagement is outside Japan: the party, or a place where it keeps the data."""
    return country != "JP" or any(place != "JP" for place in entry.places)


async def checked(looked: Looked, at: datetime, actor: str) -> None:
    """A named person has looked: the next check is owed a year later, and what was found has its consequences."""
    harmless(looked.note)
    async with transaction():
        await alone(ONE_AT_A_TIME)
        await lock_works(looked.engagement)
        present = await unkept()
        entry, party = await work_and_party(looked.engagement, present)
        on = looked.on or present.calendar.day_of(at)
        need(on <= present.calendar.day_of(at), "on-future", "Name today or a day before it.")
        need(entry.state in OWING, f"state-{entry.state}", "No data goes to the party in this state of the engagement.")
        need(
            entry.transfer.basis or abroad(entry, party.country),
            "no-transfer",
            "Nothing of this work is abroad. Enter the countries, or the basis of the transfer, in the registry.",
        )
        row = await _record(looked, entry, on, at, actor)
        await _settle(entry, looked, on, at, actor)
        last = max(on, entry.transfer.last_checked_on or on)
        transfer = entry.transfer.model_dump(mode="json", exclude_none=True) | {"last_checked_on": last.isoformat()}
        await set_fields("engagement", entry.key, {"transfer": transfer}, at, actor)
        if looked.result != "cannot_continue":
            await _announce(entry, row, add_months(last, present.group.transfers.check_every), at, present)
        await _follow(entry, looked, at, actor, present)


async def _record(looked: Looked, entry: Engagement, on: date, at: datetime, actor: str) -> TransferCheck:
    row = await tables.TransferCheck.create(
        engagement_id=entry.key, on=on, result=looked.result, note=looked.note, entered_at=at, entered_by=actor
    )
    said = {"engagement": entry.key, "party": entry.party, "on": on.isoformat(), "result": looked.result}
    await ledger.write([ledger.Event("transfer.checked", f"transfer-check/{row.id}", said, entry.company, actor)], at)
    return row


async def _announce(entry: Engagement, row: TransferCheck, nominal: date, at: datetime, present: Roster) -> None:
    """By when it is looked at again: known from now on, though nobody is told before its time. A day that was said
    before, and is not the one, does not hold any more.
    """
    due, before = present.calendar.roll(nominal, entry.roll), await _awaited(entry.key)
    await tables.TransferCheck.filter(engagement_id=entry.key).update(next_on=None)
    await tables.TransferCheck.filter(id=row.id).update(next_on=due)
    said = [_said("confirmed" if before == due else "due", entry, due)]
    if before and before != due:
        said.insert(0, _said("dropped", entry, before, reason="checked"))
    await ledger.write(said, at)


async def forgo(entry: Engagement, reason: str, at: datetime) -> None:
    """Nobody has to look any more on the day that was said, within the caller's transaction."""
    if entry.transfer.last_checked_on is None:
        return
    before = await _awaited(entry.key)
    await tables.TransferCheck.filter(engagement_id=entry.key, next_on__not_isnull=True).update(next_on=None)
    if before:
        await ledger.write([_said("dropped", entry, before, reason=reason)], at)


async def _awaited(key: str) -> date | None:
    """The day that was said last, while nothing is owed for it yet."""
    row = await tables.TransferCheck.filter(engagement_id=key, next_on__not_isnull=True).order_by("-id").first()
    if row is None:
        return None
    opened = tables.OwnDuty.filter(kind=TRANSFER_CHECK, engagement_id=key, opened_at__gt=row.entered_at)
    return None if await opened.exists() else row.next_on


def _said(kind: str, entry: Engagement, due: date, **data: str) -> ledger.Event:
    facts = {"engagement": entry.key, "party": entry.party, "obligation": TRANSFER_CHECK, "due_on": due.isoformat()}
    return ledger.Event(f"transfer.{kind}", f"engagement/{entry.key}", facts | data, entry.company)


async def _settle(entry: Engagement, looked: Looked, on: date, at: datetime, actor: str) -> None:
    """The check that was owed, if one was, is done with it."""
    owed = tables.OwnDuty.filter(kind=TRANSFER_CHECK, engagement_id=entry.key, state="open")
    outcome = next(name for name, result in RESULTS.items() if result == looked.result)
    for duty in await owed.order_by("id").select_for_update():
        await owing.done(duty, at, actor, outcome, looked.note, on)


async def _follow(entry: Engagement, looked: Looked, at: datetime, actor: str, present: Roster) -> None:
    if looked.result == "ok":
        return
    due = due_in(present.group.transfers.measures_days, present.calendar.day_of(at), present.calendar)
    await owing.owe(TRANSFER_MEASURES, due, at, present, **_about(entry))
    if looked.result == "cannot_continue":
        await _suspend(entry, at, actor)


async def _suspend(entry: Engagement, at: datetime, actor: str) -> None:
    """No more data goes there. Where the work is over, none does anyhow."""
    present = await unkept()
    if "suspended" in ways(entry.state, await present.last_day(entry.key), present.calendar.day_of(at)):
        await move(entry.key, "suspended", at, actor, reason=STOPPED)
    elif entry.state == "suspended":
        said = {"engagement": entry.key, "party": entry.party, "state": "suspended", "reason": STOPPED}
        await ledger.write(
            [ledger.Event("transfer.stopped", f"engagement/{entry.key}", said, entry.company, actor)], at
        )


async def decide_check(duty: OwnDuty, at: datetime, actor: str, outcome: str, reason: str, on: date | None) -> None:
    """The check that was owed is done on its page."""
    owing.explain(duty.kind, outcome, reason)
    need(duty.state == "open", "not-open", owing.GONE)
    await checked(Looked(str(duty.engagement_id), RESULTS[outcome], on, reason), at, actor)


async def decide_measures(duty: OwnDuty, at: datetime, actor: str, outcome: str, reason: str, on: date | None) -> None:
    """The measures are taken, or cannot be: then the provision stops."""
    owing.explain(duty.kind, outcome, reason)
    harmless(reason)
    async with transaction():
        await alone(ONE_AT_A_TIME)
        held, present = await owing.held(duty.id), await unkept()
        await owing.done(held, at, actor, outcome, reason, on)
        if outcome == CANNOT:
            await _suspend(await present.engagement(str(held.engagement_id)), at, actor)


def _about(entry: Engagement) -> dict[str, Any]:
    return {"company_id": entry.company, "party_id": entry.party, "engagement_id": entry.key}
