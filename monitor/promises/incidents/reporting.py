"""A party tells of an incident of its own accord: the duty to tell begins and is met in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor import ledger, tables
from monitor.asked import frozen
from monitor.books import Step, enter, lock_works
from monitor.calendar import Roll
from monitor.hearing.asking_on import NOTICE
from monitor.hearing.incidents import CATEGORIES, NOTICED, PEOPLE, event, learn, nth_day
from monitor.language import Message
from monitor.obligations import acts
from monitor.obligations.adding import differing, keep_up, may_add, said_last
from monitor.obligations.contract import Owed
from monitor.obligations.demanding import demand
from monitor.obligations.turning import open_now
from monitor.questionnaire import Answer, freeze_answers
from monitor.refusal import Refused, need
from monitor.registry.roster import roster
from monitor.schedule import duty_event, edit
from monitor.tables.duty import ASKED, HANDED_IN
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from monitor.questionnaire import Questionnaire
    from monitor.registry.roster import Roster
    from monitor.tables import Incident, Obligation

    Shelf = Mapping[str, Questionnaire]

NOTHING = Answer(value=("none",))  #: of the kinds of data and of act


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
        noted = await _note(incident, said)
        duty = await _asked(incident, {"received_at": received_at.isoformat()}, at, shelf, present)
        before = await said_last(duty)
        answers = _together(before, said)
        if duty.state in ASKED:
            await _overdue(duty, received_on, at)
            await _hand_in(duty, before, answers, at, actor)
        elif differing(before, answers) and await may_add(duty):
            await _hand_in(duty, before, answers, at, actor)
        elif noted or differing(before, answers):
            await learn(str(incident.ref), answers, at, actor)
    return await tables.Incident.get(id=incident.id)


async def _of(engagement: str, aware_on: date) -> Incident | None:
    """The incident that has begun already, so that one that is told twice is one, also at once."""
    await lock_works(engagement)
    going = tables.Incident.filter(engagement_id=engagement, aware_on=aware_on).exclude(state="closed")
    return await going.order_by("-id").select_for_update().first()


async def _begin(said: Report, at: datetime, actor: str) -> Incident:
    row = await tables.Engagement.get_or_none(key=said.engagement)
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
    """The party's duty to tell of it, open for its answer; or what it has handed in, to which it adds."""
    known = tables.Obligation.filter(kind=NOTICE, subject=str(incident.ref), state__in=HANDED_IN)
    handed_in = await known.order_by("-id").select_for_update().first()
    if handed_in is not None:
        return handed_in
    days = present.group.incidents.on(present.calendar.day_of(at)).notice_days
    due_on = nth_day(incident.aware_on, days)
    owed = Owed(
        due_on,
        days - 1,
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


def _together(before: Mapping[str, Answer], said: Report) -> dict[str, Answer]:
    """What is told, and what was told before: a second word adds to the first, and takes nothing back by silence."""
    told = {name: answer for name, answer in said.answers.items() if not answer.blank}
    if CATEGORIES in before and told.get(CATEGORIES) == NOTHING:
        del told[CATEGORIES]
    if PEOPLE in before and said.people is not None:
        told[PEOPLE] = Answer(value=said.people)
    return {NOTICED: Answer(value=said.aware_on.isoformat())} | dict(before) | told


async def _overdue(duty: Obligation, received_on: date, at: datetime) -> None:
    """A notice that came late was overdue when it did."""
    if received_on > duty.due_on and duty.overdue_on is None:
        fields = edit(duty, told_on=duty.due_on, overdue_on=duty.due_on)
        await enter([Step(duty, fields, [duty_event("overdue", duty)])], at)


async def _hand_in(
    duty: Obligation, before: Mapping[str, Answer], answers: Mapping[str, Answer], at: datetime, actor: str
) -> None:
    """The notice as it came."""
    await keep_up(duty, before, answers, at, actor)
    handed_in = freeze_answers(await frozen(str(duty.request_id)), answers)
    await acts.submit(duty.id, at, acts.Declaration(handed_in.text, handed_in.sha256), actor)


async def _note(incident: Incident, said: Report) -> bool:
    """What is known besides the answers; whether that is new."""
    people = incident.people if said.people is None else said.people
    known = (incident.people, incident.protected)
    fields = edit(incident, people=people, protected=said.protected or incident.protected)
    await tables.Incident.filter(id=incident.id).update(**fields)
    return known != (incident.people, incident.protected)
