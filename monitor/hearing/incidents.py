"""A party's notice of an incident: what is missing of it, whether it has to be reported, and the clocks that start.

The days are those of the Enforcement Rules and the General Guidelines 3-5-3: whoever knows, in whatever department, the
day of knowing is day 1, and closed days count. The trustee is to notify promptly, in about five days, and whoever
entrusted it knows with that notice at the latest. The final report alone moves off a day on which offices are closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from monitor import ledger, tables
from monitor.duties.owing import cancel, owe
from monitor.hearing.asking_on import ask_on
from monitor.hearing.exposures import noticed
from monitor.own_duties import FINAL_REPORT, MARK_REPORT, PRELIMINARY_REPORT
from monitor.registry.roster import roster
from monitor.schedule import edit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from monitor.calendar import Calendar
    from monitor.questionnaire import Answer
    from monitor.registry.format import Engagement
    from monitor.registry.format.clocks import Incidents
    from monitor.registry.roster import Roster
    from monitor.tables import Incident, Obligation

#: The nine items of the report (Enforcement Rules 8(1)) and the question that asks for each.
ITEMS: Mapping[int, str] = {
    1: "incident.outline",
    2: "incident.data-items",
    3: "incident.people",
    4: "incident.cause",
    5: "incident.secondary",
    6: "incident.owners",
    7: "incident.publication",
    8: "incident.prevention",
    9: "incident.other",
}
NOTICED, CATEGORIES, PEOPLE = "incident.noticed-on", "incident.categories", ITEMS[3]
PROPERTY, WRONGFUL, OVER, MY_NUMBER = "property", "wrongful", "over-1000", "my-number"
#: What makes one person's data enough (Enforcement Rules 7(i)-(iii)).
TRIGGERS = frozenset({"special-care", PROPERTY, WRONGFUL})
KNOWN = (*sorted(TRIGGERS), OVER, MY_NUMBER)  #: what may be said of an incident
NOT_REPORTABLE = "not-reportable"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an incident, as far as reports depend on it."""

    people: int | None = None
    categories: frozenset[str] = frozenset()
    protected: bool = False


def reportable(known: Known, limits: Incidents) -> bool:
    """Whether it has to be reported (APPI 26(1); Enforcement Rules 7). Data that is strongly encrypted is not meant."""
    if known.protected:
        return False
    over = limits.my_number_over if MY_NUMBER in known.categories else limits.people_over
    return bool(known.categories & {*TRIGGERS, OVER}) or (known.people or 0) > over


def missing(answers: Mapping[str, Answer]) -> list[int]:
    """The items of which nothing is known yet."""
    return [number for number, question in ITEMS.items() if question not in answers or answers[question].blank]


def listed(numbers: list[int]) -> str:
    return ", ".join(str(number) for number in numbers)


def unlisted(text: str) -> list[int]:
    """The numbers of a list as it is kept."""
    return [int(number) for number in text.split(", ") if number]


def nth_day(first: date, number: int) -> date:
    """Day so-and-so, `first` being day 1."""
    return first + timedelta(days=number - 1)


def final_on(received_on: date, known: Known, limits: Incidents, calendar: Calendar) -> date:
    days = limits.final_wrongful_days if WRONGFUL in known.categories else limits.final_days
    return calendar.statutory_following(nth_day(received_on, days))


async def heard(duty: Obligation, answers: Mapping[str, Answer], at: datetime, actor: str) -> None:
    """The party has told us: what follows, within the caller's transaction."""
    incident = await held(duty.subject)
    if incident is None:
        return
    told = duty.cause.get("received_at")
    received_at = datetime.fromisoformat(told) if told else at
    now = {"state": "told", "received_at": received_at} if incident.received_at is None else {}
    await _enter(incident, now | _learned(incident, answers), at, actor)


async def learn(ref: str, answers: Mapping[str, Answer], at: datetime, actor: str) -> None:
    """What has become known besides; within the caller's transaction."""
    incident = await held(ref)
    if incident is not None:
        await _enter(incident, _learned(incident, answers), at, actor)


async def going_on(ref: str, *, lock: bool = False) -> bool:
    """Whether an incident that was told is being dealt with. `lock`: nobody closes it before the caller's transaction
    ends; who is closing it just now is waited for.
    """
    incident = await (held(ref) if lock else tables.Incident.get_or_none(ref=ref))
    return incident is not None and incident.state == "told"


async def lacking_with(ref: str, answers: Mapping[str, Answer]) -> list[int]:
    """What is still missing once these answers are told."""
    incident = await tables.Incident.get_or_none(ref=ref)
    return open_items(incident, answers) if incident else missing(answers)


async def held(ref: str) -> Incident | None:
    """The incident, locked within the caller's transaction."""
    return await tables.Incident.filter(ref=ref).select_for_update().first()


async def _enter(incident: Incident, fields: Mapping[str, Any], at: datetime, actor: str) -> None:
    """A first notice is told; what comes after it is added."""
    present, suspected = await roster(), WRONGFUL in incident.categories
    await tables.Incident.filter(id=incident.id).update(**edit(incident, **fields))
    kind = "told" if "received_at" in fields else "added"
    await ledger.write([event(kind, incident, actor, missing=incident.missing)], at)
    await judge(incident, at, present, suspected=suspected)
    await ask_on(incident, present, at)
    await noticed(incident.engagement_id, at)


def _learned(incident: Incident, answers: Mapping[str, Answer]) -> dict[str, Any]:
    """What the answers say; what they leave open stays as it is known already."""
    if not answers:
        return {}
    said = answers.get(CATEGORIES)
    chosen = said.chosen if said else frozenset()
    people = answers[PEOPLE].value if PEOPLE in answers else None
    return {
        "missing": listed(open_items(incident, answers)),
        "categories": sorted(chosen & {*KNOWN}) if chosen - {"unknown"} else incident.categories,
        "people": people if isinstance(people, int) else incident.people,
    }


def open_items(incident: Incident, answers: Mapping[str, Answer]) -> list[int]:
    """The items of which nothing is known, by these answers or by what was told before: what was told once is known,
    though a later notice says nothing of it.
    """
    found = missing(answers)
    if incident.received_at is None:
        return found
    return [number for number in found if number in unlisted(incident.missing)]


def known_of(incident: Incident, work: Engagement) -> Known:
    """What was told, and what follows from the work: where cards or bank accounts are handled one person's data is a
    danger to property, and where individual numbers are, fewer people count, until somebody knows better.
    """
    of_work = {PROPERTY} if work.card or work.bank_account else set[str]()
    of_work |= {MY_NUMBER} if work.my_number else set()
    return Known(incident.people, frozenset(incident.categories) | of_work, incident.protected)


async def judge(incident: Incident, at: datetime, present: Roster, *, suspected: bool) -> None:
    """Begin the reports that are owed, or say that none is; within the caller's transaction. What has begun keeps the
    days with which it began, though the group has set others since: only wrongful intent that was not `suspected`
    before gives more. What is set from a day on counts by the day of the receipt, with which the clock begins.
    """
    if incident.received_at is None:
        return
    calendar = present.calendar
    received_on = calendar.day_of(incident.received_at)
    limits = present.group.incidents.on(received_on)
    known = known_of(incident, await present.engagement(incident.engagement_id))
    now, before = reportable(known, limits), incident.reportable
    await tables.Incident.filter(id=incident.id).update(reportable=now)
    incident.reportable = now
    if now and not before:
        await _owe(PRELIMINARY_REPORT, nth_day(received_on, limits.preliminary_days), incident, at, present)
        await _owe(FINAL_REPORT, final_on(received_on, known, limits, calendar), incident, at, present)
    elif before is not None:
        if WRONGFUL in known.categories and not suspected:
            await _longer(incident, final_on(received_on, known, limits, calendar), at, present)
    else:
        none = [event("not-reportable", incident, obligation=kind, reason=NOT_REPORTABLE) for kind in REPORTS]
        await ledger.write(none, at)
    company = present.companies.get(incident.company_id)
    if before is None and company is not None and company.privacy_mark:
        await _owe(MARK_REPORT, final_on(received_on, known, limits, calendar), incident, at, present)


REPORTS = (PRELIMINARY_REPORT, FINAL_REPORT)


async def _longer(incident: Incident, due_on: date, at: datetime, present: Roster) -> None:
    """That there may have been wrongful intent is learned later: the final report has more time, from the same receipt.
    A day that was told never comes nearer.
    """
    going = tables.OwnDuty.filter(kind__in=(FINAL_REPORT, MARK_REPORT), ref=str(incident.ref), state="open")
    for duty in await going.order_by("id").select_for_update():
        if duty.due_on < due_on:
            await cancel(duty, WRONGFUL, at)
            await _owe(duty.kind, due_on, incident, at, present)


async def _owe(kind: str, due_on: date, incident: Incident, at: datetime, present: Roster) -> None:
    about = {"company_id": incident.company_id, "party_id": incident.party_id, "engagement_id": incident.engagement_id}
    await owe(kind, due_on, at, present, ref=incident.ref, **about)


def event(kind: str, incident: Incident, actor: str = ledger.SYSTEM, **data: str) -> ledger.Event:
    """A line of the ledger about an incident."""
    facts = {"engagement": incident.engagement_id, "party": incident.party_id, "ref": str(incident.ref)}
    return ledger.Event(f"incident.{kind}", str(incident.ref), facts | data, incident.company_id, actor)
