"""A company takes over what another one had, or gets another name: the work goes on, and its letters go elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise.expressions import F

from monitor import ledger, tables
from monitor.calendar import DAY
from monitor.duties.owing import cancel
from monitor.own_duties import JOINT_USE_NOTICE, MEMBER_DELETION, SUCCESSOR_DECISION
from monitor.promises.joint_use.changes import renamed, succeeded
from monitor.promises.membership.leaving import written
from monitor.promises.membership.report import (
    JOINT_USE_BEGINS,
    MEMBERSHIP_ENDS,
    NAME_CHANGES,
    NOTICE_OWED,
    RESPONSIBLE_MOVES,
    WORK_MOVES,
    Draft,
    Effect,
    facts_of,
)
from monitor.refusal import need
from monitor.registry.apply import ONE_AT_A_TIME, set_many
from monitor.registry.format import OWING, Member
from monitor.registry.roster import roster
from monitor.tables.duty import LIVE
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from monitor.calendar import Calendar
    from monitor.promises.membership.report import Facts, Report
    from monitor.registry.format import Engagement, JointUse

SUCCEEDED = "succession"


def succession(facts: Facts, successor: str, on: date) -> Report:
    """What follows when another company has taken over its business on that day. Pure.

    The purposes stay what they were (APPI 18(2)), and joint use goes on for the successor (27(5)(ii), guideline 3-6-3);
    so nothing has to be deleted.
    """
    company, draft = facts.company, Draft(facts.company.key)
    need(successor != company.key, "successor-same", "Choose another company as the successor.")
    _may_take(facts, successor, on)
    need(on <= facts.today, "day-to-come", "A succession is entered on its day or later.")
    if company.member_until is None or company.member_until >= on:
        draft.add(Effect(MEMBERSHIP_ENDS, "company", company.key, on - DAY), member_until=on - DAY)
    for use in facts.uses.values():
        _succeed_use(draft, use, successor, on, facts.calendar)
    for work in facts.works:
        if work.company == company.key and work.state in OWING:
            draft.add(Effect(WORK_MOVES, "engagement", work.key, on), company=successor)
    return draft.report()


def _may_take(facts: Facts, successor: str, on: date) -> None:
    found = facts.companies.get(successor)
    need(found, "successor-unknown", "There is no such company.")
    need(
        found and found.member_on(on), "successor-not-member", "The successor is not a member of the group on that day."
    )


def _succeed_use(draft: Draft, use: JointUse, successor: str, on: date, calendar: Calendar) -> None:
    before, members = use.member_on(draft.company, on - DAY) or use.member_on(draft.company, on), list(use.members)
    if before is not None:
        kept = [one for one in members if one is not before]
        ended = before.model_copy(update={"until": on - DAY})
        there = use.member_on(successor, on)
        mine = Member.model_validate({"company": successor, "from": on, "basis": SUCCEEDED})
        was_there = before.begins is None or before.begins < on
        members = [*kept, ended] if was_there else kept
        members += [] if there else [mine]
        draft.add(Effect(JOINT_USE_BEGINS, "joint_use", use.key, on, basis=SUCCEEDED), members=written(members))
    if use.responsible_on(on) == draft.company:
        draft.add(Effect(RESPONSIBLE_MOVES, "joint_use", use.key, on), responsible=successor, next_responsible=None)
        draft.add(Effect(NOTICE_OWED, "joint_use", use.key, on, calendar.shift(on, use.notice_days)))


async def succeed(company: str, successor: str, on: date, at: datetime, actor: str = ledger.SYSTEM) -> Report:
    """Make it so in one transaction; what was asked and owed goes on, with the successor."""
    async with transaction():
        await alone(ONE_AT_A_TIME)
        present = await roster()
        report = succession(await facts_of(company, at, present), successor, on)
        await set_many(report.wishes, at, actor)
        await _move([effect.key for effect in report.of(WORK_MOVES)], successor, at, actor)
        data = {"to": successor, "on": on.isoformat(), "effects": len(report.effects)}
        await ledger.write([ledger.Event("membership.succeeded", f"company/{company}", data, company, actor)], at)
        await _settle(company, at)
        for effect in report.of(NOTICE_OWED):
            await succeeded(successor, effect.key, on, at, present)
    return report


async def _settle(company: str, at: datetime) -> None:
    """What was owed because it leaves is not owed any more: another one goes on with everything."""
    own = tables.OwnDuty.filter(state="open", kind__in=(MEMBER_DELETION, JOINT_USE_NOTICE), company_id=company)
    office = tables.OwnDuty.filter(state="open", kind=SUCCESSOR_DECISION, ref=f"company/{company}")
    for duty in [*await own, *await office]:
        await cancel(duty, SUCCEEDED, at)


def reassignment(facts: Facts, keys: Sequence[str], successor: str) -> Report:
    """What follows when single works of a company go to another one. Pure."""
    need(successor != facts.company.key, "successor-same", "Choose another company as the successor.")
    _may_take(facts, successor, facts.today)
    own = {work.key: work for work in facts.works if work.company == facts.company.key and work.state in OWING}
    need(keys and set(keys) <= own.keys(), "works-missing", "Choose at least one work of this company.")
    draft = Draft(facts.company.key)
    for key in keys:
        draft.add(Effect(WORK_MOVES, "engagement", key, facts.today), company=successor)
    return draft.report()


async def reassign(
    company: str, keys: Sequence[str], successor: str, at: datetime, actor: str = ledger.SYSTEM
) -> Report:
    """The chosen works are the other company's from now on, with all that is asked and owed in them."""
    async with transaction():
        await alone(ONE_AT_A_TIME)
        report = reassignment(await facts_of(company, at, await roster()), keys, successor)
        await set_many(report.wishes, at, actor)
        await _move([effect.key for effect in report.of(WORK_MOVES)], successor, at, actor)
    return report


async def _move(keys: Sequence[str], successor: str, at: datetime, actor: str) -> None:
    """Re-route every ladder of these works. What was told stays told; what waits goes to the new company."""
    works = await tables.Engagement.filter(key__in=keys)
    duties = tables.Obligation.filter(engagement_id__in=keys, state__in=LIVE)
    ids = await duties.values_list("id", flat=True)
    await tables.Notice.filter(state="waiting", obligation_id__in=ids).update(company_id=successor)
    await duties.update(company_id=successor, next_at=at, version=F("version") + 1)
    await tables.OwnDuty.filter(engagement_id__in=keys, state="open").update(
        company_id=successor, version=F("version") + 1
    )
    await tables.Case.filter(engagement_id__in=keys, closed_at=None).update(company_id=successor)
    await tables.Remediation.filter(engagement_id__in=keys).update(company_id=successor)
    said = [
        ledger.Event(
            "membership.work-moves", f"engagement/{work.key}", {"engagement": work.key, "party": work.party_id},
            successor, actor,
        )
        for work in works
    ]  # fmt: skip
    await ledger.write(said, at)


async def rename(company: str, names: dict[str, Any], on: date, at: datetime, actor: str = ledger.SYSTEM) -> Report:
    """Only the name changes: it stays a joint user of everything (guideline 3-6-3). Where it is responsible for the
    management, the notices follow without delay (APPI 27(6)).
    """
    async with transaction():
        await alone(ONE_AT_A_TIME)
        present = await roster()
        report = renaming(await facts_of(company, at, present), names, on)
        await set_many(report.wishes, at, actor)
        data = {"on": on.isoformat(), "effects": len(report.effects)}
        await ledger.write([ledger.Event("membership.renamed", f"company/{company}", data, company, actor)], at)
        await renamed(company, on, at, present)
    return report


def renaming(facts: Facts, names: dict[str, Any], on: date) -> Report:
    """What follows from another name. Pure."""
    need(names.get("name"), "name-missing", "Enter the new name.")
    need(on <= facts.today, "day-to-come", "A new name is entered on its day or later.")
    draft = Draft(facts.company.key)
    draft.add(Effect(NAME_CHANGES, "company", facts.company.key, on), **names)
    for use in facts.uses.values():
        if use.responsible_on(on) == facts.company.key:
            due = facts.calendar.shift(on, use.notice_days)
            draft.add(Effect(NOTICE_OWED, "joint_use", use.key, on, due))
    return draft.report()


def loose_works(works: Sequence[Engagement], company: str, last_day: date) -> list[Engagement]:
    """Works of a company that go on after its last day: nobody of the group answers for them then."""
    return [
        one
        for one in works
        if one.company == company and one.state in OWING and (one.ends_on is None or one.ends_on > last_day)
    ]
