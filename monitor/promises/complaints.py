"""Complaints about parties (A9 of the published promises; APPI 40): acknowledged at once, settled, and where they
repeat, the question of the party's tier.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from checks.detail import Detail
from monitor import ledger, tables
from monitor.cases.conduct import breach
from monitor.conduct import COMPLAINTS_REPEAT
from monitor.duties import owing
from monitor.duties.owing import due_in
from monitor.own_duties import COMPLAINT_ACK, TIER_REVIEW
from monitor.promises.entries import REGISTER_LOCK, known_company, reference
from monitor.promises.lifecycle import amendment
from monitor.reasons import harmless, keep
from monitor.refusal import need
from monitor.registry.apply import ONE_AT_A_TIME, set_many
from monitor.registry.format import OWING, TIERS
from monitor.registry.roster import roster, unkept
from monitor.schedule import edit
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from monitor.registry.format.engagement import Tier
    from monitor.registry.format.passing import Complaints
    from monitor.registry.roster import Roster
    from monitor.tables import Complaint, OwnDuty

RAISE = "raise"


def repeated(days: Sequence[date], today: date, terms: Complaints) -> bool:
    """Whether complaints of these days are so many within the time that the tier is in question. Pure."""
    first = today - timedelta(days=terms.within_days)
    return sum(1 for day in days if first <= day <= today) >= terms.repeated


def stricter(tier: Tier) -> Tier:
    """The next tier up; the highest stays."""
    return TIERS[max(TIERS.index(tier) - 1, 0)]


@dataclass(frozen=True, slots=True)
class Complained:
    """`ref`: the company's own reference, if it has one. `about`: what it is about, without who complained."""

    company: str
    party: str
    ref: str = ""
    about: str = ""


async def complain(said: Complained, at: datetime, actor: str) -> Complaint:
    """A complaint has arrived: it is acknowledged on the next business day. Where they repeat, a case opens."""
    harmless(said.about)
    given = reference(said.ref) if said.ref else None
    async with transaction():
        await alone(REGISTER_LOCK)
        present = await roster()
        known_company(said.company, present)
        need(
            await tables.Party.exists(key=said.party, retired_at=None),
            "no-such-party",
            "The registry has no such party.",
        )
        taken = given and await tables.Complaint.exists(ref=given)
        need(not taken, "ref-taken", "There is a complaint of this reference already.")
        today = present.calendar.day_of(at)
        row = await _enter(said, given, today, at, actor)
        due = due_in(present.group.complaints.acknowledge_days, today, present.calendar)
        await owing.owe(COMPLAINT_ACK, due, at, present, company_id=said.company, party_id=said.party, ref=row.ref)
        await _weigh(row, today, at, present)
    return row


async def _enter(said: Complained, ref: str | None, today: date, at: datetime, actor: str) -> Complaint:
    row = await tables.Complaint.create(
        ref=ref, company_id=said.company, party_id=said.party, about=said.about.strip(), arrived_on=today,
        entered_at=at, entered_by=actor,
    )  # fmt: skip
    if ref is None:
        row.ref = f"complaint/{row.id}"
        await tables.Complaint.filter(id=row.id).update(ref=row.ref)
    await ledger.write([_event("entered", row, actor)], at)
    return row


async def _weigh(row: Complaint, today: date, at: datetime, present: Roster) -> None:
    """Where complaints of this company about this party repeat."""
    terms = present.group.complaints
    rows = tables.Complaint.filter(company_id=row.company_id, party_id=row.party_id)
    if not repeated([one.arrived_on for one in await rows], today, terms):
        return
    about: dict[str, Any] = {"company_id": row.company_id, "party_id": row.party_id}
    detail = Detail("{count} complaints or more within {days} days.", count=terms.repeated, days=terms.within_days)
    await breach(COMPLAINTS_REPEAT, detail, at, present, **about)
    await owing.owe(TIER_REVIEW, due_in(terms.review_days, today, present.calendar), at, present, **about)


async def acknowledged(duty: OwnDuty, at: datetime, actor: str, outcome: str, reason: str, on: date | None) -> None:
    """Whoever complained has been told that it has arrived."""
    owing.explain(duty.kind, outcome, reason)
    async with transaction():
        held = await owing.held(duty.id, lambda of: tables.Complaint.filter(ref=of.ref))
        row = await tables.Complaint.get(ref=held.ref)
        await owing.done(held, at, actor, outcome, reason, on)
        day = on or (await roster()).calendar.day_of(at)
        fields = edit(row, acknowledged_on=day) | (edit(row, state="acknowledged") if row.state == "open" else {})
        await tables.Complaint.filter(id=row.id).update(**fields)
        await ledger.write([_event("acknowledged", row, actor)], at)


async def settle(complaint_id: int, how: str, at: datetime, actor: str) -> None:
    """A named person says how it was settled; what is settled needs no acknowledgement any more."""
    need(how.strip(), "reason-missing", "Write how it was settled: auditors read it.")
    harmless(how)
    async with transaction():
        row = await tables.Complaint.filter(id=complaint_id).select_for_update().get()
        need(row.state != "settled", "settled-already", "This complaint has been settled already.")
        today = (await roster()).calendar.day_of(at)
        for duty in await tables.OwnDuty.filter(kind=COMPLAINT_ACK, ref=row.ref, state="open").select_for_update():
            await owing.done(duty, at, actor, "done")
        fields = edit(row, state="settled", settled_on=today, acknowledged_on=row.acknowledged_on or today)
        await tables.Complaint.filter(id=row.id).update(**fields)
        await ledger.write([_event("settled", row, actor, **await keep(how, at))], at)


async def reviewed(duty: OwnDuty, at: datetime, actor: str, outcome: str, reason: str, on: date | None) -> None:
    """The tiers stay, or all works of the company with that party go one up."""
    owing.explain(duty.kind, outcome, reason)
    async with transaction():
        await alone(ONE_AT_A_TIME)
        held, present = await owing.held(duty.id), await unkept()
        await owing.done(held, at, actor, outcome, reason, on)
        if outcome == RAISE:
            works = (await present.engaged([str(held.party_id)]))[str(held.party_id)]
            own = [work for work in works if work.company == held.company_id and work.state in OWING]
            raised = [work for work in own if work.tier != TIERS[0]]
            await set_many([("engagement", work.key, {"tier": stricter(work.tier)}) for work in raised], at, actor)
            changed = [work.model_copy(update={"tier": stricter(work.tier)}) for work in raised]
            await ledger.write([amendment(work, ["tier"], actor) for work in changed], at)


def _event(kind: str, row: Complaint, actor: str, **data: Any) -> ledger.Event:
    facts = {"ref": row.ref, "party": row.party_id, **data}
    return ledger.Event(f"complaint.{kind}", f"complaint/{row.id}", facts, row.company_id, actor)
