"""A company leaves the group or is sold: its joint use ends with its last day, and what it holds is owed back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from monitor import ledger, tables
from monitor.calendar import Roll
from monitor.duties.owing import cancel, owe
from monitor.own_duties import MEMBER_DELETION, SUCCESSOR_DECISION
from monitor.promises.membership.report import (
    DELETION_OWED,
    JOINT_USE_ENDS,
    MEMBERSHIP_ENDS,
    RESPONSIBLE_NEEDED,
    SUCCESSOR_NEEDED,
    WORK_ENDS,
    WORK_NEVER_BEGINS,
    Draft,
    Effect,
    facts_of,
)
from monitor.refusal import need
from monitor.registry.apply import ONE_AT_A_TIME, set_many
from monitor.registry.format import OWING, JointUse
from monitor.registry.roster import roster
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.calendar import Calendar
    from monitor.promises.membership.report import Facts, Report
    from monitor.registry.format import Engagement, Member
    from monitor.registry.roster import Roster
    from monitor.tables import OwnDuty

MOVED = "last-day-moved"
LISTED = 5  #: keys that a sentence names
_USUAL = JointUse(key="usual").deletion_days


def leaving(facts: Facts, last_day: date) -> Report:
    """What follows when that is its last day. Pure.

    Told once more with another last day, it moves what ended with the day that was told before.
    """
    company, told = facts.company, facts.company.member_until
    need(
        company.member_from is None or last_day >= company.member_from,
        "day-before-membership",
        "The last day is before the company became a member.",
    )
    draft = Draft(company.key)
    if told != last_day:
        draft.add(Effect(MEMBERSHIP_ENDS, "company", company.key, last_day), member_until=last_day)
    for use in facts.uses.values():
        _leave_use(draft, use, facts, last_day)
    for work in facts.works:
        _leave_work(draft, work, facts, last_day)
    if not _deletes(draft, facts, last_day):
        draft.add(Effect(DELETION_OWED, "company", company.key, last_day, _due(last_day, _USUAL, facts.calendar)))
    return draft.report()


def _deletes(draft: Draft, facts: Facts, last_day: date) -> bool:
    """Whether a return or deletion follows from something that the registry holds. Where it holds nothing, the company
    still has to say that it holds nothing.
    """
    ended = any(one.kind == "joint_user" and one.state in OWING and one.ends_on == last_day for one in facts.works)
    return ended or any(effect.what in {DELETION_OWED, WORK_ENDS} for effect in draft.effects)


def _leave_use(draft: Draft, use: JointUse, facts: Facts, last_day: date) -> None:
    company, told = facts.company, facts.company.member_until
    if use.responsible_on(last_day) == company.key:
        draft.add(Effect(RESPONSIBLE_NEEDED, "joint_use", use.key, last_day))
    ending = [one for one in use.members if one.who == company.key and _goes_on(one, told, last_day)]
    if not ending:
        return
    if any(one.until != last_day for one in ending):
        until = {id(one): last_day for one in ending}
        members = [one.model_copy(update={"until": until.get(id(one), one.until)}) for one in use.members]
        draft.add(Effect(JOINT_USE_ENDS, "joint_use", use.key, last_day), members=written(members))
    due = _due(last_day, use.deletion_days, facts.calendar)
    draft.add(Effect(DELETION_OWED, "joint_use", use.key, last_day, due))


def _goes_on(one: Member, told: date | None, last_day: date) -> bool:
    begun = one.begins is None or one.begins <= last_day
    return begun and (one.until is None or one.until >= last_day or one.until == told)


def written(members: list[Member]) -> list[dict[str, Any]]:
    """Members as a file would have them."""
    return [one.model_dump(mode="json", exclude_defaults=True, by_alias=True) for one in members]


def _leave_work(draft: Draft, work: Engagement, facts: Facts, last_day: date) -> None:
    if work.state not in OWING:
        return
    goes_on = work.ends_on is None or work.ends_on > last_day or work.ends_on == facts.company.member_until != last_day
    if not goes_on:
        return
    if work.kind == "trustee":
        draft.add(Effect(SUCCESSOR_NEEDED, "engagement", work.key, last_day))
    elif work.starts_on > last_day:
        draft.add(Effect(WORK_NEVER_BEGINS, "engagement", work.key, last_day), state="rejected")
    else:
        due = facts.calendar.roll(last_day + timedelta(days=work.deletion_days), work.roll)
        draft.add(Effect(WORK_ENDS, "engagement", work.key, last_day, due), ends_on=last_day)


def _due(last_day: date, days: int, calendar: Calendar) -> date:
    return calendar.roll(last_day + timedelta(days=days), Roll.FOLLOWING)


async def leave(company: str, last_day: date, at: datetime, actor: str = ledger.SYSTEM) -> Report:
    """Make it so: registry, duties and ledger in one transaction. From the day after its last, nobody of the company
    is written to; the group's privacy office hears instead.
    """
    async with transaction():
        await alone(ONE_AT_A_TIME)
        present = await roster()
        facts = await facts_of(company, at, present)
        report = leaving(facts, last_day)
        await set_many(report.wishes, at, actor)
        await ledger.write([*_said(report, facts, actor)], at)
        for effect in report.of(DELETION_OWED):
            await _owe_deletion(effect, company, at, present)
        await _owe_successors(report, last_day, at, present)
    return report


def _said(report: Report, facts: Facts, actor: str) -> list[ledger.Event]:
    works = {work.key: work for work in facts.works}
    said = []
    if report.of(MEMBERSHIP_ENDS):
        day = report.of(MEMBERSHIP_ENDS)[0].on
        data = {"on": day.isoformat() if day else "", "effects": len(report.effects)}
        said.append(ledger.Event("membership.ends", f"company/{report.company}", data, report.company, actor))
    for effect in report.of(JOINT_USE_ENDS):
        data = {"ref": effect.key, "on": effect.on.isoformat() if effect.on else ""}
        said.append(ledger.Event("joint-use.left", f"joint-use/{effect.key}", data, report.company, actor))
    for effect in report.of(WORK_ENDS):
        work, due = works[effect.key], effect.due_on.isoformat() if effect.due_on else ""
        data = {"obligation": "deletion", "engagement": work.key, "party": work.party, "due_on": due}
        said.append(ledger.Event("membership.work-ends", f"engagement/{work.key}", data, work.company, actor))
    return said


async def _owe_deletion(effect: Effect, company: str, at: datetime, present: Roster) -> None:
    """The company's own return or deletion of what it held of the others' data; once for each last day."""
    ref = effect.key if effect.kind == "joint_use" else ""
    about = {"last_day": effect.on.isoformat() if effect.on else ""}
    before = await tables.OwnDuty.filter(kind=MEMBER_DELETION, company_id=company, ref=ref).order_by("id")
    if any(duty.about == about and duty.state != "cancelled" for duty in before) or effect.due_on is None:
        return
    for duty in before:
        if duty.state == "open":
            await cancel(duty, MOVED, at)
    await owe(MEMBER_DELETION, effect.due_on, at, present, company_id=company, ref=ref, about=about)


async def _owe_successors(report: Report, last_day: date, at: datetime, present: Roster) -> None:
    """Who takes over its works, and the management of joint use, is for the privacy office to settle before the day."""
    ref = f"company/{report.company}"
    going = await tables.OwnDuty.filter(kind=SUCCESSOR_DECISION, ref=ref, state="open").first()
    needed = report.of(SUCCESSOR_NEEDED, RESPONSIBLE_NEEDED)
    calendar, about = present.calendar, {"company": report.company, "last_day": last_day.isoformat()}
    if going is not None and (not needed or going.about != about):
        await cancel(going, MOVED, at)
    if needed:
        due = max(calendar.preceding(last_day), calendar.following(calendar.day_of(at)))
        await owe(SUCCESSOR_DECISION, due, at, present, ref=ref, about=about)


async def settled(duty: OwnDuty, at: datetime) -> None:
    """Refuse to take it for settled while something of it is left."""
    facts = await facts_of(duty.about["company"], at)
    report = leaving(facts, date.fromisoformat(duty.about["last_day"]))
    left = [effect.key for effect in report.of(SUCCESSOR_NEEDED, RESPONSIBLE_NEEDED)]
    need(
        not left,
        "works-left",
        "Something still has no successor: {keys}. Give it another company or an end first.",
        keys=", ".join(left[:LISTED]),
    )
