"""A party tells of an incident of its own accord: the duty to tell begins and is met in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor import ledger, tables
from monitor.asked import frozen
from monitor.books import Step, enter
from monitor.calendar import Roll
from monitor.hearing.incidents import NOTICED, event, learn, nth_day
from monitor.language import Message
from monitor.obligations import acts
from monitor.obligations.contract import Owed
from monitor.obligations.demanding import demand
from monitor.obligations.turning import open_now
from monitor.questionnaire import Answer, freeze_answers
from monitor.refusal import Refused, need
from monitor.registry.roster import roster
from monitor.schedule import duty_event, edit
from monitor.tables.duty import ASKED
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from monitor.questionnaire import Questionnaire
    from monitor.registry.roster import Roster
    from monitor.tables import Incident, Obligation

    Shelf = Mapping[str, Questionnaire]

NOTICE = "incident-notice"


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of an incident. `answers`: to the questions of the notice. `received_at`: when its notice reached
    us, if not now. `people`: how many it may concern, also where the notice does not say it. `protected`: all of the
    data was strongly encrypted or the like.
    """

    engagement: str
    aware_on: date
    answers: Mapping[str, Answer] = field(default_factory=dict)
    received_at: datetime | None = None
    people: int | None = None
    protected: bool = False


async def announce(engagement: str, aware_on: date, at: datetime, actor: str, shelf: Shelf) -> Obligation:
    """A party wants to tell of an incident: its form is open from now on. One that has begun already goes on."""
    async with transaction():
        present = await roster()
        need(aware_on <= present.calendar.day_of(at), "aware-future", "Name today or a day before it.")
        incident = await _of(engagement, aware_on) or await _begin(Report(engagement, aware_on), at, actor)
        return await _asked(incident, {}, at, shelf, present)


async def report(said: Report, at: datetime, actor: str, shelf: Shelf) -> Incident:
    """What a party has told us, by whatever way, entered by `actor`. What is told again adds to what is known."""
    async with transaction():
        present = await roster()
        received_at = said.received_at or at
        received_on = present.calendar.day_of(received_at)
        need(
            said.aware_on <= received_on,
            "aware-after-notice",
            "The party cannot have noticed it after it told us. Correct one of the two days.",
        )
        incident = await _of(said.engagement, said.aware_on) or await _begin(said, at, actor)
        await _note(incident, said)
        duty = await _asked(incident, {"received_at": received_at.isoformat()}, at, shelf, present)
        if duty.state in ASKED:
            await _hand_in(duty, said, received_on, at, actor)
        else:
            await learn(str(incident.ref), said.answers, at, actor)
    return await tables.Incident.get(id=incident.id)


async def _of(engagement: str, aware_on: date) -> Incident | None:
    """The incident that has begun already, so that one that is told twice is one."""
    going = tables.Incident.filter(engagement_id=engagement, aware_on=aware_on).exclude(state="closed")
    return await going.order_by("-id").select_for_update().first()


async def _begin(said: Report, at: datetime, actor: str) -> Incident:
    row = await tables.Engagement.filter(key=said.engagement).select_for_update().first()
    if row is None:
        raise Refused("no-such-engagement", Message("There is no such engagement."))
    incident = await tables.Incident.create(
        engagement_id=row.key,
        company_id=row.company_id,
        party_id=row.party_id,
        aware_on=said.aware_on,
        protected=said.protected,
        categories=[],
        begun_at=at,
        begun_by=actor,
    )
    incident.ref = f"incident/{incident.id}"
    await tables.Incident.filter(id=incident.id).update(ref=incident.ref)
    await ledger.write([event("begun", incident, actor, aware_on=said.aware_on.isoformat())], at)
    return incident


async def _asked(
    incident: Incident, cause: Mapping[str, str], at: datetime, shelf: Shelf, present: Roster
) -> Obligation:
    """The party's duty to tell of it, open for its answer."""
    due_on = nth_day(incident.aware_on, present.group.incidents.notice_days)
    days = present.group.incidents.notice_days - 1
    owed = Owed(
        due_on,
        days,
        opens_at=at,
        cause={"reason": "incident", **cause},
        subject=str(incident.ref),
        roll=Roll.NONE,
        statutory=True,
    )
    duty = await demand(NOTICE, incident.engagement_id, owed, at, present)
    if duty.state == "scheduled":
        await open_now(duty, at, shelf)
    return duty


async def _hand_in(duty: Obligation, said: Report, received_on: date, at: datetime, actor: str) -> None:
    """The notice as it came; one that came late was overdue when it did."""
    if received_on > duty.due_on and duty.overdue_on is None:
        fields = edit(duty, told_on=duty.due_on, overdue_on=duty.due_on)
        await enter([Step(duty, fields, [duty_event("overdue", duty)])], at)
    answers = {NOTICED: Answer(value=said.aware_on.isoformat())} | dict(said.answers)
    handed_in = freeze_answers(await frozen(str(duty.request_id)), answers)
    await acts.submit(duty.id, at, acts.Declaration(handed_in.text, handed_in.sha256), actor)


async def _note(incident: Incident, said: Report) -> None:
    """What is known besides the answers."""
    people = incident.people if said.people is None else said.people
    fields = edit(incident, people=people, protected=said.protected or incident.protected)
    await tables.Incident.filter(id=incident.id).update(**fields)
