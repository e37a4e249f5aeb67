"""What a company does after an incident: corrective actions whose effect is checked, owners told, and the end of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor import ledger, tables
from monitor.duties import owing
from monitor.hearing.incidents import REPORTS, event
from monitor.own_duties import CORRECTIVE_ACTION, DONE, EFFECT_CHECK, FINAL_REPORT, MARK_REPORT, PRELIMINARY_REPORT
from monitor.reasons import keep
from monitor.refusal import need
from monitor.registry.roster import roster
from monitor.schedule import edit
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.tables import Incident, OwnDuty

FOLLOWED = frozenset({*REPORTS, MARK_REPORT, CORRECTIVE_ACTION, EFFECT_CHECK})


async def held(incident_id: int) -> Incident:
    """An incident that is not closed, locked for an act."""
    incident = await tables.Incident.filter(id=incident_id).select_for_update().get()
    need(incident.state != "closed", "not-open", "This incident is closed.")
    return incident


async def correct(incident_id: int, what: str, due_on: date, at: datetime, actor: str) -> OwnDuty:
    """A corrective action is owed by the company until that day. What it is stands here, its hash in the ledger."""
    need(what.strip(), "reason-missing", "Write what has to be done.")
    async with transaction():
        incident, present = await held(incident_id), await roster()
        need(due_on >= present.calendar.day_of(at), "day-past", "Name today or a day to come.")
        said = await keep(what, at)
        await ledger.write([event("correction", incident, actor, due_on=due_on.isoformat(), **said)], at)
        count = await tables.OwnDuty.filter(kind=CORRECTIVE_ACTION, ref__startswith=f"{incident.ref}/").count()
        return await _owe(CORRECTIVE_ACTION, due_on, f"{incident.ref}/{count + 1}", what, incident, at)


async def _owe(kind: str, due_on: date, ref: str, what: str, of: Incident | OwnDuty, at: datetime) -> OwnDuty:
    about: dict[str, Any] = {
        "company_id": of.company_id,
        "party_id": of.party_id,
        "engagement_id": of.engagement_id,
        "ref": ref,
        "about": {"what": what},
    }
    return await owing.owe(kind, due_on, at, await roster(), **about)


async def corrected(duty: OwnDuty, at: datetime, actor: str, outcome: str, reason: str, on: date | None) -> None:
    """A corrective action is carried out: its effect is checked some weeks later. One without effect is followed by
    another, of the same entry.
    """
    owing.explain(duty.kind, outcome, reason)
    async with transaction():
        going, present = await owing.held(duty.id), await roster()
        await owing.done(going, at, actor, outcome, reason, on)
        days = timedelta(days=present.group.incidents.effect_days)
        due_on = present.calendar.following((on or present.calendar.day_of(at)) + days)
        what = going.about.get("what", "")
        if going.kind == CORRECTIVE_ACTION:
            await _owe(EFFECT_CHECK, due_on, going.ref, what, going, at)
        elif outcome != DONE:
            await _owe(CORRECTIVE_ACTION, due_on, going.ref, reason, going, at)


async def reported(duty: OwnDuty, at: datetime, actor: str, outcome: str, reason: str, on: date | None) -> None:
    """The final report stands for a preliminary one that has not been made."""
    owing.explain(duty.kind, outcome, reason)
    async with transaction():
        going = await owing.held(duty.id)
        await owing.done(going, at, actor, outcome, reason, on)
        if going.kind == FINAL_REPORT and outcome == DONE:
            open_ones = tables.OwnDuty.filter(kind=PRELIMINARY_REPORT, ref=going.ref, state="open")
            for other in await open_ones.select_for_update():
                await owing.cancel(other, "final-made", at)


async def owners_told(incident_id: int, on: date, at: datetime, actor: str) -> None:
    """The persons concerned have been told (APPI 26(2))."""
    async with transaction():
        incident = await held(incident_id)
        need(on <= (await roster()).calendar.day_of(at), "on-future", "Name today or a day before it.")
        await tables.Incident.filter(id=incident.id).update(**edit(incident, owners_told_on=on))
        await ledger.write([event("owners-told", incident, actor, on=on.isoformat())], at)


async def close(incident_id: int, at: datetime, actor: str) -> None:
    """Nothing of it is open any more."""
    async with transaction():
        incident = await held(incident_id)
        need(not await still_open(incident), "still-open", "Reports or corrective actions of this incident are open.")
        await tables.Incident.filter(id=incident.id).update(**edit(incident, state="closed", closed_at=at))
        await ledger.write([event("closed", incident, actor)], at)


async def still_open(incident: Incident) -> list[OwnDuty]:
    return [duty for duty in await duties_of(incident) if duty.state == "open"]


async def duties_of(incident: Incident) -> list[OwnDuty]:
    """What the company owes itself because of an incident, in the order of its days."""
    found = await tables.OwnDuty.filter(kind__in=FOLLOWED, engagement_id=incident.engagement_id).order_by(
        "due_on", "id"
    )
    return [duty for duty in found if duty.ref == incident.ref or duty.ref.startswith(f"{incident.ref}/")]
