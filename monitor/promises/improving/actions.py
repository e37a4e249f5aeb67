"""Corrective actions (是正処置): ordered with their cause, carried out by a day, their effect looked at weeks later;
one without effect is followed by another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tortoise.expressions import F

from monitor import ledger, tables
from monitor.duties import owing
from monitor.notices import ASSIGNEE, NAMED, about_own, tell
from monitor.own_duties import CORRECTIVE_ACTION, DONE, EFFECT_CHECK
from monitor.promises.entries import known_company
from monitor.promises.improving.sources import Source, held
from monitor.reasons import harmless, keep
from monitor.refusal import need
from monitor.registry.roster import roster
from monitor.schedule import edit
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from monitor.registry.roster import Roster
    from monitor.tables import CorrectiveAction, OwnDuty

KINDS = (CORRECTIVE_ACTION, EFFECT_CHECK)


@dataclass(frozen=True, slots=True)
class Ordered:
    """What has to be done against which cause, by when. `source`: where it comes from; without one, a `company` does it
    of its own accord, or none: the group. `owner`: who sees to it, as in the ledger (`person/12`).
    """

    action: str
    due_on: date
    cause: str = ""
    source: str = ""
    company: str | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Hand:
    """Who acts, when, and by which registry."""

    actor: str
    at: datetime
    present: Roster


async def order(said: Ordered, at: datetime, actor: str) -> CorrectiveAction:
    """A corrective action is owed until that day. What it says stands here, its hash in the ledger."""
    need(actor.startswith("person/"), "by-missing", "Say who decides.")
    need(said.action.strip(), "action-missing", "Write what has to be done.")
    harmless(said.action, said.cause)
    async with transaction():
        present = await roster()
        source = await _meant(said, present)
        need(said.due_on >= present.calendar.day_of(at), "day-past", "Name today or a day to come.")
        return await _begin(said, source, Hand(actor, at, present))


async def _meant(said: Ordered, present: Roster) -> Source:
    if said.source:
        return await held(said.source)
    return Source("", known_company(said.company, present) if said.company is not None else None)


async def _begin(said: Ordered, source: Source, by: Hand, follows: int | None = None) -> CorrectiveAction:
    owner = int(said.owner.removeprefix("person/")) if said.owner else None
    about: dict[str, Any] = {"company_id": source.company, "party_id": source.party, "engagement_id": source.engagement}
    row = await tables.CorrectiveAction.create(
        source=source.ref, cause=said.cause.strip(), action=said.action.strip(), due_on=said.due_on, owner_id=owner,
        follows_id=follows, entered_at=by.at, entered_by=by.actor, **about,
    )  # fmt: skip
    row.ref = f"corrective-action/{row.id}"
    await tables.CorrectiveAction.filter(id=row.id).update(ref=row.ref)
    told = {"due_on": row.due_on.isoformat(), **await keep(row.action, by.at)}
    await ledger.write(
        [_event("ordered", row, by.actor, **told, **({"owner": said.owner} if said.owner else {}))], by.at
    )
    await _owe(CORRECTIVE_ACTION, row.due_on, row, by)
    return row


async def _owe(kind: str, due_on: date, row: CorrectiveAction, by: Hand) -> None:
    about: dict[str, Any] = {"company_id": row.company_id, "party_id": row.party_id, "engagement_id": row.engagement_id}
    said = {"what": row.action} | (_assigned(row.owner_id) if kind == CORRECTIVE_ACTION else {})
    await owing.owe(kind, due_on, by.at, by.present, ref=row.ref, about=said, **about)


def _assigned(owner: int | None) -> dict[str, str]:
    """Whoever sees to it is told with the managers, and reminded with them."""
    return {ASSIGNEE: f"person/{owner}"} if owner else {}


async def explain(action_id: int, cause: str, owner: str, at: datetime, actor: str) -> None:
    """The cause has become known, or somebody else sees to it."""
    harmless(cause)
    async with transaction():
        row = await tables.CorrectiveAction.filter(id=action_id).select_for_update().get()
        need(row.state in {"open", "done"}, "not-open", "This corrective action is over.")
        owner_id = int(owner.removeprefix("person/")) if owner else row.owner_id
        was = row.owner_id
        fields = edit(row, cause=cause.strip() or row.cause, owner_id=owner_id)
        await tables.CorrectiveAction.filter(id=row.id).update(**fields)
        if owner_id != was:
            await _name(row, owner_id, at)
        told = {"owner": owner} if owner else {}
        await ledger.write([_event("explained", row, actor, **told, **await keep(cause, at))], at)


async def _name(row: CorrectiveAction, owner: int | None, at: datetime) -> None:
    """Somebody else is named while it is to be carried out: they hear of it at once, and of its rungs from then on."""
    duty = await tables.OwnDuty.filter(kind=CORRECTIVE_ACTION, ref=row.ref, state="open").select_for_update().first()
    if duty is not None:
        about = {name: value for name, value in duty.about.items() if name != ASSIGNEE} | _assigned(owner)
        fields = edit(duty, about=about)
        await tables.OwnDuty.filter(id=duty.id).update(**fields, version=F("version") + 1)
        await tell([about_own(duty, NAMED, at, mark=f"{at:%Y%m%dT%H%M%S%f}")])


async def followed(duty: OwnDuty, at: datetime, actor: str, outcome: str, reason: str, on: date | None) -> None:
    """It is carried out, or its effect has been looked at."""
    owing.explain(duty.kind, outcome, reason)
    harmless(reason)
    async with transaction():
        going = await owing.held(duty.id, lambda of: tables.CorrectiveAction.filter(ref=of.ref))
        row, present = await tables.CorrectiveAction.get(ref=going.ref), await roster()
        await owing.done(going, at, actor, outcome, reason, on)
        day, by = on or present.calendar.day_of(at), Hand(actor, at, present)
        if going.kind == CORRECTIVE_ACTION:
            await _carried_out(row, day, reason.strip(), by)
        elif outcome == DONE:
            await _end(row, "effective", day, reason.strip(), by)
        else:
            await _end(row, outcome, day, reason.strip(), by)
            await _again(row, day, reason, by)


async def _carried_out(row: CorrectiveAction, day: date, found: str, by: Hand) -> None:
    """Its effect is checked some weeks after the day on which it was done."""
    calendar = by.present.calendar
    check_on = calendar.following(day + timedelta(days=by.present.group.improvement.effect_days))
    fields = edit(row, state="done", done_on=day, check_on=check_on, found=found)
    await tables.CorrectiveAction.filter(id=row.id).update(**fields)
    await ledger.write([_event("carried-out", row, by.actor, on=day.isoformat())], by.at)
    await _owe(EFFECT_CHECK, check_on, row, by)


async def _end(row: CorrectiveAction, state: str, day: date, found: str, by: Hand) -> None:
    fields = edit(row, state=state, checked_on=day, found=found or row.found)
    await tables.CorrectiveAction.filter(id=row.id).update(**fields)
    await ledger.write([_event(state, row, by.actor, on=day.isoformat())], by.at)


async def _again(row: CorrectiveAction, day: date, instead: str, by: Hand) -> None:
    """Another action is owed, of the same source: what has to be done instead is what was found to be missing."""
    days = timedelta(days=by.present.group.improvement.again_days)
    due_on = by.present.calendar.following(max(day, by.present.calendar.day_of(by.at)) + days)
    owner = f"person/{row.owner_id}" if row.owner_id else ""
    source = Source(row.source, row.company_id, row.party_id, row.engagement_id)
    await _begin(Ordered(instead, due_on, row.cause, owner=owner), source, by, row.id)


async def of_source(source: str) -> Sequence[CorrectiveAction]:
    """All that came from one entry, the oldest first."""
    return await tables.CorrectiveAction.filter(source=source).order_by("id")


async def duties_of(rows: Iterable[CorrectiveAction]) -> list[OwnDuty]:
    """What is, or was, owed because of them."""
    refs = [str(row.ref) for row in rows]
    return await tables.OwnDuty.filter(kind__in=KINDS, ref__in=refs).order_by("due_on", "id") if refs else []


def _event(kind: str, row: CorrectiveAction, actor: str, **data: Any) -> ledger.Event:
    facts = {"ref": row.ref, "party": row.party_id, "engagement": row.engagement_id, "source": row.source}
    told = {name: value for name, value in facts.items() if value}
    return ledger.Event(f"corrective-action.{kind}", str(row.ref), told | data, row.company_id, actor)
