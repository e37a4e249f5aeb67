"""What a company does after an incident: its reports, owners told, and the end of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import ledger, tables
from monitor.duties import owing
from monitor.hearing.incidents import REPORTS, event
from monitor.own_duties import DONE, FINAL_REPORT, MARK_REPORT, PRELIMINARY_REPORT
from monitor.promises.improving import actions
from monitor.refusal import need
from monitor.registry.roster import roster
from monitor.schedule import edit
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.tables import Incident, OwnDuty

FOLLOWED = frozenset({*REPORTS, MARK_REPORT})


async def held(incident_id: int) -> Incident:
    """An incident that is not closed, locked for an act."""
    incident = await tables.Incident.filter(id=incident_id).select_for_update().get()
    need(incident.state != "closed", "not-open", "This incident is closed.")
    return incident


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
    reports = await tables.OwnDuty.filter(kind__in=FOLLOWED, ref=incident.ref)
    measures = await actions.duties_of(await actions.of_source(str(incident.ref)))
    return sorted([*reports, *measures], key=lambda duty: (duty.due_on, duty.id))
