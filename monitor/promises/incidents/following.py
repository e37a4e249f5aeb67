"""What a company does after an incident: its reports, owners told, and the end of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor import ledger, tables
from monitor.duties import owing
from monitor.hearing.asking_on import ADDING, NOTICE
from monitor.hearing.incidents import REPORTS, event
from monitor.notices import withdraw
from monitor.own_duties import DONE, FINAL_REPORT, MARK_REPORT, PRELIMINARY_REPORT
from monitor.promises.improving import actions
from monitor.questionnaire import Change, diff, thaw_answers
from monitor.refusal import need
from monitor.registry.roster import roster
from monitor.schedule import edit
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from monitor.questionnaire import Answer
    from monitor.tables import Incident, Obligation, OwnDuty

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
        going = await owing.held(duty.id, lambda of: tables.Incident.filter(ref=of.ref))
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
        await tables.Incident.filter(id=incident.id).update(
            **edit(incident, state="closed", closed_at=at, remind_at=None)
        )
        for number in await tables.Obligation.filter(kind=NOTICE, subject=str(incident.ref)).values_list(
            "id", flat=True
        ):
            await withdraw(at, obligation_id=number, kind__in=ADDING)
        await ledger.write([event("closed", incident, actor)], at)


async def still_open(incident: Incident) -> list[OwnDuty]:
    return [duty for duty in await duties_of(incident) if duty.state == "open"]


async def duties_of(incident: Incident) -> list[OwnDuty]:
    """What the company owes itself because of an incident, in the order of its days."""
    reports = await tables.OwnDuty.filter(kind__in=FOLLOWED, ref=incident.ref)
    measures = await actions.duties_of(await actions.of_source(str(incident.ref)))
    return sorted([*reports, *measures], key=lambda duty: (duty.due_on, duty.id))


@dataclass(frozen=True, slots=True)
class Brought:
    """What one of several notices has brought, by the names of its questions, against the one before it."""

    number: int
    at: datetime
    new: Sequence[str] = ()
    changed: Sequence[str] = ()
    withdrawn: Sequence[str] = ()


async def brought(notice: Obligation) -> list[Brought]:
    """What each notice of an incident has brought, the first one first; nothing of what has been erased since."""
    found: list[Brought] = []
    before: Mapping[str, Answer] = {}
    for number, row in enumerate(await tables.Submission.filter(obligation_id=notice.id).order_by("id"), 1):
        answers = thaw_answers(row.answers)
        changes = diff(before, answers)
        by = {kind: [name for name, one in changes.items() if one is kind] for kind in Change}
        found.append(Brought(number, row.submitted_at, by[Change.NEW], by[Change.CHANGED], by[Change.GONE]))
        before = answers
    return found
