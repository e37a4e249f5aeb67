"""What follows from a decision on a sub-entrustment, whoever or whatever made it; and how one ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor import ledger, tables
from monitor.duties import owing
from monitor.hearing.chain.asking import event
from monitor.hearing.chain.rules import IN, consented
from monitor.notices import VENDOR, about_duty, tell
from monitor.refusal import need
from monitor.registry.apply import ONE_AT_A_TIME, add_engagement, set_fields
from monitor.registry.format import Engagement
from monitor.registry.format.supervision import SubEntrustment as Terms
from monitor.registry.roster import roster, unkept
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from datetime import date, datetime

    from tortoise.queryset import QuerySet

    from monitor.registry.roster import Roster
    from monitor.tables import OwnDuty, SubEntrustment

APPROVE, REFUSE, OBJECT = "approve", "refuse", "object"
STATES = {REFUSE: "refused", OBJECT: "objected"}
_DIGITS = 200  #: longest key of the registry


@dataclass(frozen=True, slots=True)
class Verdict:
    """`words`: the conditions of an approval, or the reason of a refusal. `consent_on`: the first entruster's."""

    outcome: str
    words: str = ""
    on: date | None = None
    consent_on: date | None = None


async def decide(duty_id: int, at: datetime, actor: str, verdict: Verdict) -> None:
    """A named person decides, in a transaction of its own; the second of two is told that it has been decided."""
    async with transaction():
        await alone(ONE_AT_A_TIME)
        duty, present = await owing.held(duty_id, _entry), await roster()
        owing.explain(duty.kind, verdict.outcome, verdict.words)
        row = await of_duty(duty)
        early = verdict.on is not None and row.requested_on is not None and verdict.on < row.requested_on
        need(not early, "on-before-request", "Nothing is decided before it is asked for: name a later day.")
        row.consent_on = verdict.consent_on or row.consent_on
        if verdict.outcome == APPROVE:
            await _lawful(row, present, at)
        await owing.done(duty, at, actor, verdict.outcome, verdict.words, verdict.on)
        row.decided_on, row.decided_by = verdict.on or present.calendar.day_of(at), actor
        row.conditions = verdict.words
        await settle(row, verdict.outcome, at, actor, present)


async def of_duty(duty: OwnDuty) -> SubEntrustment:
    """The entry that a duty is about."""
    return await _entry(duty).select_for_update().get()


def _entry(duty: OwnDuty) -> QuerySet[SubEntrustment]:
    return tables.SubEntrustment.filter(id=int(duty.about["sub_entrustment"]))


async def _lawful(row: SubEntrustment, present: Roster, at: datetime) -> None:
    entry, today = await present.engagement(row.engagement_id), present.calendar.day_of(at)
    need(
        consented(entry, row.consent_on, today),
        "first-entruster-consent-missing",
        "This work has individual numbers (My Number): it may be passed on only with the consent of whoever entrusted"
        " it first. Enter the day of that consent, then approve.",
    )


async def settle(row: SubEntrustment, outcome: str, at: datetime, actor: str, present: Roster) -> None:
    """Let it in, or keep it out; within the caller's transaction, which holds the registry alone."""
    row.turns_at = None
    if outcome == APPROVE:
        begins = row.starts_on and row.starts_on > present.calendar.day_of(at)
        row.state = "approved" if begins else "active"
        row.turns_at = present.calendar.instant(row.starts_on) if begins and row.starts_on else None
        row.node_id = await _node(row, present, at, actor)
    else:
        row.state = STATES[outcome]
    await row.save()
    await ledger.write([event(row.state, row, actor)], at)
    await _reply(row, at)


async def _reply(row: SubEntrustment, at: datetime) -> None:
    """Whoever asked in the form hears what was decided, and on what conditions or why."""
    asked = await tables.Obligation.get_or_none(id=row.asked_id) if row.asked_id else None
    if asked is not None:
        said = {"name": row.name, "decision": row.state, "text": row.conditions}
        notice = about_duty(asked, "sub-entrustment-decided", VENDOR, at, mark=str(row.id), data=said)
        await tell([notice])


async def _node(row: SubEntrustment, present: Roster, at: datetime, actor: str) -> str | None:
    """The engagement of the party below: one that the registry has already, or a new one like the one above. None for a
    party that is no entry of the registry: the one above answers for it.
    """
    there = tables.Engagement.filter(under=row.engagement_id, party_id=row.party, retired_at=None)
    known = await there.order_by("key").first()
    if known is not None or row.party not in await present.parties([row.party]):
        return known.key if known else None
    above = await present.engagement(row.engagement_id)
    entry = like(above, row, await _free_key(f"{above.key}/{row.party}"), present.calendar.day_of(at))
    await add_engagement(entry, at, actor)
    return entry.key


def like(above: Engagement, row: SubEntrustment, key: str, today: date) -> Engagement:
    """The party below gets what the one above has, for its own work and from now on; with individual numbers, the
    consent by which it was let in, whether to itself or to the work as a whole.
    """
    wide = above.sub_entrustment.first_entruster_consent_on if above.my_number and above.under is None else None
    terms = Terms(first_entruster_consent_on=row.consent_on or wide, reach=above.sub_entrustment.reach)
    told = {"title": row.work.strip().splitlines()[0][:100]} if row.work.strip() else {}
    return Engagement.model_validate({
        **above.model_dump(
            include={"company", "kind", "title", "purposes", "items", "child_data", "special_care", "my_number", "card",
                     "bank_account", "tier", "deletion_days", "roll"},
        ),
        **told,
        "key": key, "party": row.party, "under": above.key, "starts_on": row.starts_on or today,
        "places": (row.country,) if row.country else (), "sub_entrustment": terms,
    })  # fmt: skip


async def _free_key(wanted: str) -> str:
    wanted = wanted[: _DIGITS - 4]
    taken = {str(key) for key in await tables.Engagement.filter(key__startswith=wanted).values_list("key", flat=True)}
    return next(key for key in (wanted, *(f"{wanted}-{n}" for n in range(2, 1000))) if key not in taken)


async def end(number: int, on: date, at: datetime, actor: str) -> None:
    """The work below ends: return or deletion is owed there from the day after, as at the end of any work."""
    need(actor.startswith("person/"), "by-missing", "Say who decides.")
    async with transaction():
        await alone(ONE_AT_A_TIME)
        row = await tables.SubEntrustment.filter(id=number).select_for_update().get()
        need(row.state in IN, "not-active", "This party does not work below at present.")
        row.state, row.ended_on, row.turns_at = "ended", on, None
        await row.save()
        if row.node_id:
            node = await (await unkept()).engagement(row.node_id)
            need(on >= node.starts_on, "on-before-start", "The last day is not before the first one.")
            await set_fields("engagement", row.node_id, {"ends_on": on}, at, actor)
        await ledger.write([event(row.state, row, actor, on=on.isoformat())], at)


async def consent(number: int, on: date, at: datetime, actor: str) -> None:
    """Whoever entrusted the work first has agreed to this party: a named person enters it, before anybody decides."""
    need(actor.startswith("person/"), "by-missing", "Say who decides.")
    async with transaction():
        row = await tables.SubEntrustment.filter(id=number).select_for_update().get()
        need(row.state == "requested", "not-open", "This has been decided already.")
        need(on <= (await roster()).calendar.day_of(at), "on-future", "Name today or a day before it.")
        row.consent_on = on
        await row.save()
        await ledger.write([event("consented", row, actor, on=on.isoformat())], at)
