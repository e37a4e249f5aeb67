"""The register of provision and receipt (第三者提供・受領の記録; APPI 29-31): entered, completed, kept as long as the
law says, erased after that and by nobody before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from monitor import ledger, tables
from monitor.calendar import DAY
from monitor.language import Message
from monitor.promises.entries import REGISTER_LOCK, known_company, reference, work_and_party
from monitor.promises.retention import FIELDS, Days, Record, keep_until, needs_record
from monitor.promises.suspended import case_of, explained, stop_of
from monitor.reasons import harmless
from monitor.refusal import Refused, need
from monitor.registry.format import JointUse
from monitor.registry.roster import roster
from monitor.schedule import edit
from monitor.tables.plain import any_due
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from monitor.promises.retention import Basis, Way
    from monitor.registry.format import Party
    from monitor.registry.roster import Roster
    from monitor.tables import ProvisionRecord

CHUNK = 200
TEXTS = ("third", "address", "representative", "items", "owners", "acquired")
GONE = "There is no such record."


@dataclass(frozen=True, slots=True)
class Given:
    """What is entered. `engagement`, or a `company` and whom it gave data `to`: a party's or a company's key, or a
    name. `more`: what the record says besides, by the fields of the register. `anyway`: it has gone, though the work
    was suspended, for this `reason`: no plan, but what has happened, of which the law wants a record as of any other.
    """

    ref: str
    record: Record
    engagement: str = ""
    company: str = ""
    to: str = ""
    made_on: date | None = None
    last_on: date | None = None
    way: Way = "provision"
    basis: Basis = "consent"
    consent_on: date | None = None
    more: Mapping[str, str] | None = None
    anyway: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Sides:
    company: str
    engagement: str | None
    party: str | None
    third: Mapping[str, str]


async def record(given: Given, at: datetime, actor: str) -> ProvisionRecord:
    """Enter a record, and lock it for the time that the law says. Raises `Refused`: also where none is needed."""
    ref, more = (
        reference(given.ref),
        {name: text for name, text in (given.more or {}).items() if name in TEXTS and text},
    )
    harmless(*more.values())
    async with transaction():
        await alone(REGISTER_LOCK)
        present = await roster()
        today = present.calendar.day_of(at)
        _possible(given, today)
        need(
            not await tables.ProvisionRecord.exists(ref=ref),
            "ref-taken",
            "There is a record of this reference already.",
        )
        sides = await _sides(given, today, present)
        days = Days(given.made_on or given.last_on or today, given.last_on)
        texts: dict[str, Any] = {**sides.third} | more
        row = tables.ProvisionRecord(
            ref=ref, way=given.way, record=given.record, basis=given.basis, company_id=sides.company,
            engagement_id=sides.engagement, party_id=sides.party, **texts,
            consent_on=given.consent_on, made_on=days.made_on, last_on=days.last_on,
            keep_until=keep_until(given.record, days, present.group.provisions), entered_at=at, entered_by=actor,
        )  # fmt: skip
        stop = await stop_of(row, present)
        told = await explained(stop, given.reason, at, anyway=given.anyway)
        await row.save()
        await ledger.write([_event("recorded", row, actor, due_on=row.keep_until.isoformat(), **told)], at)
        await case_of(stop, row, at, present)
    return row


def _possible(given: Given, today: date) -> None:
    days = [day for day in (given.made_on, given.last_on, given.consent_on) if day]
    need(all(day <= today for day in days), "on-future", "Name today or a day before it.")
    need(
        given.record != "batch" or given.basis != "opt_out",
        "batch-opt-out",
        "What is provided by opt-out is recorded each time (Enforcement Rules 19(2)).",
    )
    need((given.way, given.basis) in FIELDS, "no-such-basis", "Choose on what the provision rests.")
    need(given.record in get_args(Record), "record-unknown", "Choose the kind of record.")


async def _sides(given: Given, today: date, present: Roster) -> _Sides:
    if given.engagement:
        entry, party = await work_and_party(given.engagement, present)
        if given.way == "provision":
            designated = frozenset(present.group.transfers.designated)
            _needed(needed=needs_record(entry, party.country, designated))
        return _Sides(entry.company, entry.key, entry.party, _who(party))
    company = known_company(given.company, present)
    need(given.to.strip(), "to-missing", "Say to whom the data went, or from whom it came.")
    harmless(given.to)
    party_row = await tables.Party.get_or_none(key=given.to, retired_at=None)
    if given.way == "provision":
        _needed(needed=await _third(company, given.to, today, present))
    if party_row is None:
        sister = present.companies.get(given.to)
        return _Sides(company, None, None, {"third": sister.name if sister else given.to.strip()})
    return _Sides(company, None, given.to, _who(await present.party(given.to)))


def _needed(*, needed: bool) -> None:
    need(
        needed,
        "no-record-needed",
        "No record is needed: the data is entrusted, or used jointly, and does not go to a third party (APPI 27(5),"
        " 29). Keep the log of what was handed over instead.",
    )


def _who(party: Party) -> dict[str, str]:
    """The other side as the registry has it now; the record keeps it so."""
    return {"third": party.name, "address": party.address or "", "representative": party.representative or ""}


async def _third(company: str, to: str, today: date, present: Roster) -> bool:
    """Whether somebody is a third party to a company: no joint user of the same data, and not one with whom it works
    only in ways that need no record.
    """
    async for spec in tables.JointUse.filter(retired_at=None).values_list("spec", flat=True):
        use = JointUse.model_validate(spec)
        if use.member_on(company, today) and use.member_on(to, today):
            return False
    works = [work for work in (await present.engaged([to]))[to] if work.company == company and work.in_force_on(today)]
    if not works:
        return True
    country, designated = (await present.party(to)).country, frozenset(present.group.transfers.designated)
    return any(needs_record(work, country, designated) for work in works)


async def complete(record_id: int, said: Mapping[str, str], consent_on: date | None, at: datetime, actor: str) -> None:
    """Add what a record lacks. What it says already stays: a record is not rewritten."""
    async with transaction():
        row = await _held(record_id)
        fresh: dict[str, Any] = {
            name: said[name].strip() for name in TEXTS if said.get(name, "").strip() and not getattr(row, name)
        }
        harmless(*fresh.values())
        if consent_on and not row.consent_on:
            need(consent_on <= (await roster()).calendar.day_of(at), "on-future", "Name today or a day before it.")
            fresh["consent_on"] = consent_on
        need(fresh, "nothing-new", "Fill in at least one of the fields that are still empty.")
        await tables.ProvisionRecord.filter(id=row.id).update(**edit(row, **fresh))
        await ledger.write([_event("completed", row, actor, fields=sorted(fresh))], at)


async def went_on(
    record_id: int, last_on: date, at: datetime, actor: str, *, anyway: bool = False, reason: str = ""
) -> None:
    """What one record covers was provided once more: it is kept so much longer."""
    async with transaction():
        row, present = await _held(record_id), await roster()
        need(row.record != "single", "single", "This record is of one provision. Enter another record.")
        need(last_on <= present.calendar.day_of(at), "on-future", "Name today or a day before it.")
        need(row.last_on is None or last_on > row.last_on, "on-earlier", "The record has a later day already.")
        until = keep_until(row.record, Days(row.made_on, last_on), present.group.provisions)
        until = max(until, row.keep_until)
        row.last_on = last_on
        stop = await stop_of(row, present)
        told = await explained(stop, reason, at, anyway=anyway)
        await tables.ProvisionRecord.filter(id=row.id).update(**edit(row, last_on=last_on, keep_until=until))
        await ledger.write([_event("went-on", row, actor, due_on=until.isoformat(), **told)], at)
        await case_of(stop, row, at, present)


async def delete(ref: str, on: date | None, at: datetime, actor: str) -> ProvisionRecord:
    """Erase a record, or order that it be erased on a day to come. Not while the law holds it: refused to everybody."""
    async with transaction():
        present = await roster()
        found = await tables.ProvisionRecord.filter(ref=ref.strip()).select_for_update().first()
        if found is None:
            raise Refused("no-such-record", Message(GONE))
        need(found.erased_on is None, "erased-already", "This record has been erased already.")
        today = present.calendar.day_of(at)
        day = on or today
        need(
            day > found.keep_until,
            "retention-lock",
            "The law wants this record kept until {day} (APPI 29(2), 30(4)). Nobody can erase it before; from the day"
            " after, it can be erased.",
            day=found.keep_until,
        )
        if day > today:
            fields = edit(found, erase_on=day, erase_at=present.calendar.instant(day))
            await tables.ProvisionRecord.filter(id=found.id).update(**fields)
            await ledger.write([_event("erasure-ordered", found, actor, due_on=day.isoformat())], at)
        else:
            await _erase(found, today, at, actor)
    return found


async def turn(at: datetime) -> int:
    """Stage: erase what was ordered to be erased by now; how many there were."""
    if not await any_due(tables.ProvisionRecord, "erase_at", at):
        return 0
    async with transaction():
        due = tables.ProvisionRecord.filter(erase_at__lte=at, erased_on=None)
        today = (await roster()).calendar.day_of(at)
        rows = await due.order_by("id").limit(CHUNK).select_for_update(skip_locked=True)
        for row in rows:
            if today > row.keep_until:
                await _erase(row, today, at, ledger.SYSTEM)
            else:  # it went on after the order
                again = (await roster()).calendar.instant(row.keep_until + DAY)
                await tables.ProvisionRecord.filter(id=row.id).update(erase_at=again, erase_on=row.keep_until + DAY)
    return len(rows)


async def _erase(row: ProvisionRecord, today: date, at: datetime, actor: str) -> None:
    """All that it said goes; that it was there, and until when, stays."""
    blank = dict.fromkeys(TEXTS, "")
    await tables.ProvisionRecord.filter(id=row.id).update(
        **edit(row, **blank, consent_on=None, erased_on=today, erase_at=None)
    )
    await ledger.write([_event("erased", row, actor)], at)


async def _held(record_id: int) -> ProvisionRecord:
    row = await tables.ProvisionRecord.filter(id=record_id).select_for_update().get()
    need(row.erased_on is None, "erased-already", "This record has been erased already.")
    return row


def _event(kind: str, row: ProvisionRecord, actor: str, **data: Any) -> ledger.Event:
    facts = {"ref": row.ref, "engagement": row.engagement_id, "party": row.party_id}
    said = {name: value for name, value in facts.items() if value}
    return ledger.Event(f"provision.{kind}", f"provision/{row.id}", said | data, row.company_id, actor)
