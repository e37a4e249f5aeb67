"""Refusals of mail (受信拒否): handed to all who send it for the company, acknowledged, and tested with seeds (B23)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.detail import Detail
from monitor import ledger, tables
from monitor.calendar import Roll
from monitor.cases.conduct import breach
from monitor.conduct import OPT_OUT_IGNORED
from monitor.language import Message
from monitor.obligations.contract import Owed
from monitor.obligations.demanding import demand
from monitor.obligations.opt_out_ack import OPT_OUT_ACK
from monitor.promises.earlier_refusals import up_to
from monitor.promises.entries import REGISTER_LOCK
from monitor.promises.keeping.refusals import first_night
from monitor.promises.owners.references import sound
from monitor.refusal import Refused, need
from monitor.registry.roster import roster
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.registry.roster import Roster
    from monitor.tables import OptOut

CHANNELS = ("mail", "post")


async def refuse_mail(company: str, at: datetime, actor: str, ref: str = "", channel: str = "mail") -> OptOut:
    """Owners have refused the company's mail: whoever sends it is asked to acknowledge. One that is told twice by its
    reference is asked for once.
    """
    given = sound(ref) if ref else None
    async with transaction():
        await alone(REGISTER_LOCK)
        present = await roster()
        need(company in present.companies, "no-such-company", "The registry has no such company.")
        need(channel in CHANNELS, "no-such-channel", "Choose mail or post.")
        known = await tables.OptOut.filter(ref=given).first() if given else None
        if known is not None:
            need(known.company_id == company, "ref-taken", "Another company has a refusal of this reference.")
            return known
        refusal = await _enter(company, given, channel, present, at, actor)
        for key in await senders(company, refusal.arrived_on, present):
            await demand(OPT_OUT_ACK, key, _owed(refusal, at, present), at, present)
    return refusal


async def _enter(company: str, ref: str | None, channel: str, present: Roster, at: datetime, actor: str) -> OptOut:
    today = present.calendar.day_of(at)
    due_on = present.calendar.shift(today, present.group.opt_outs.on(today).acknowledge_days)
    refusal = await tables.OptOut.create(
        ref=ref,
        company_id=company,
        channel=channel,
        arrived_on=today,
        due_on=due_on,
        erase_at=first_night(today, present) if ref else None,
        entered_at=at,
        entered_by=actor,
    )
    if ref is None:
        refusal.ref = f"opt-out/{refusal.id}"
        await tables.OptOut.filter(id=refusal.id).update(ref=refusal.ref)
    await ledger.write([_event("entered", str(refusal.ref), company, actor)], at)
    return refusal


def _owed(refusal: OptOut, at: datetime, present: Roster) -> Owed:
    days = (refusal.due_on - present.calendar.day_of(at)).days
    cause = {"reason": "opt-out", "channel": refusal.channel}
    return Owed(
        refusal.due_on,
        days,
        opens_at=at,
        cause=cause,
        subject=str(refusal.ref),
        roll=Roll.NONE,
        statutory=True,
    )


async def senders(company: str, day: date, present: Roster) -> list[str]:
    """The engagements in force under which mail is sent for the company."""
    rows = tables.Engagement.filter(company_id=company, retired_at=None).order_by("key")
    entries = await present.engagements(str(key) for key in await rows.values_list("key", flat=True))
    sending = sorted(key for key, entry in entries.items() if entry.sends_mail)
    return [key for key in sending if entries[key].in_force_on(day, await present.last_day(key))]


async def seed_mailed(engagement: str, at: datetime, actor: str) -> bool:
    """An address of our own that had refused was mailed under this engagement: whether that is a breach. It is none
    while the time to apply the refusal still runs and nothing was acknowledged.
    """
    async with transaction():
        row = await tables.Engagement.filter(key=engagement).select_for_update().first()
        if row is None:
            raise Refused("no-such-engagement", Message("There is no such engagement."))
        present = await roster()
        refusals = await tables.OptOut.filter(company_id=row.company_id).order_by("id")
        need(refusals, "no-opt-out", "Nobody has refused the mail of this company.")
        broken = await _broken(refusals, engagement, at, present)
        told = _event("seed-mailed", str((broken or refusals[-1]).ref), row.company_id, actor, engagement=engagement)
        await ledger.write([told], at)
        if broken is not None:
            party = await present.party(row.party_id)
            detail = Detail("A seeded address was mailed by {party} although it had refused.", party=party.name)
            about = {"company_id": row.company_id, "party_id": row.party_id, "engagement_id": row.key}
            await breach(OPT_OUT_IGNORED, detail, at, present, **about)
    return broken is not None


async def _broken(refusals: list[OptOut], engagement: str, at: datetime, present: Roster) -> OptOut | None:
    """A refusal that should have been applied by now, or that the party says it has applied."""
    acknowledged = tables.Obligation.filter(kind=OPT_OUT_ACK, engagement_id=engagement, state="accepted")
    applied = {str(subject) for subject in await acknowledged.values_list("subject", flat=True)}
    known = up_to(applied)
    over = (
        one for one in refusals if one.ref in applied or one.id <= known or at >= present.calendar.end_of(one.due_on)
    )
    return next(over, None)


def _event(kind: str, ref: str, company: str, actor: str, **data: str) -> ledger.Event:
    """A line of the ledger about a refusal of mail."""
    return ledger.Event(f"opt-out.{kind}", f"opt-out/{ref}", {"ref": ref} | data, company, actor)
