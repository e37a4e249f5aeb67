"""A company joins the group: it uses what is acquired from then on, and of earlier data only what the law lets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import ledger
from monitor.calendar import DAY
from monitor.promises.membership.leaving import written
from monitor.promises.membership.report import (
    EARLIER_REFUSED,
    JOINT_USE_BEGINS,
    MEMBERSHIP_BEGINS,
    Draft,
    Effect,
    facts_of,
)
from monitor.registry.apply import ONE_AT_A_TIME, set_many
from monitor.registry.format import CONTINUES, Member
from monitor.registry.roster import roster
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.promises.membership.report import Facts, Report
    from monitor.registry.format import Basis, JointUse

EARLIER = "earlier-notice"


def joining(facts: Facts, on: date, basis: Basis) -> Report:
    """What follows when it is a member from that day on. Pure.

    The scope of the users may not grow for data that people gave under an earlier notice, unless they agreed
    beforehand, or nothing but a name changed, or a business was taken over (guideline 3-6-3). Without such a basis it
    is a joint user of what is acquired from that day on, under a notice that names it.
    """
    company, draft = facts.company, Draft(facts.company.key)
    if not company.member_on(on) or not company.member_on(on - DAY):
        until = company.member_until if company.member_until and company.member_until >= on else None
        values = {"member_from": on, "member_until": until}
        held = {"member_from": company.member_from, "member_until": company.member_until}
        draft.add(Effect(MEMBERSHIP_BEGINS, "company", company.key, on), **(values if values != held else {}))
    for use in facts.uses.values():
        if use.member_on(company.key, on - DAY) is None:
            _join_use(draft, use, on, basis)
    return draft.report()


def _join_use(draft: Draft, use: JointUse, on: date, basis: Basis) -> None:
    """Told once more with another basis, the newer one holds."""
    others = [one for one in use.members if one.who != draft.company or (one.until and one.until < on)]
    mine = Member.model_validate({"company": draft.company, "from": on, "basis": basis})
    members = [*others, mine]
    what = JOINT_USE_BEGINS if basis in CONTINUES else EARLIER_REFUSED
    changed = {"members": written(members)} if tuple(members) != use.members else {}
    draft.add(Effect(what, "joint_use", use.key, on, basis=basis), **changed)


async def join(company: str, on: date, basis: Basis, at: datetime, actor: str = ledger.SYSTEM) -> Report:
    """Make it so, in one transaction; for each joint use the answer whether it may use what was acquired before."""
    async with transaction():
        await alone(ONE_AT_A_TIME)
        report = joining(await facts_of(company, at, await roster()), on, basis)
        await set_many(report.wishes, at, actor)
        await ledger.write([*_said(report, actor)], at)
    return report


def _said(report: Report, actor: str) -> list[ledger.Event]:
    said = []
    for effect in report.effects:
        on = effect.on.isoformat() if effect.on else ""
        if effect.what == MEMBERSHIP_BEGINS:
            name, subject, data = "membership.begins", f"company/{report.company}", {"on": on}
        elif effect.what == EARLIER_REFUSED:
            data = {"ref": effect.key, "on": on, "reason": EARLIER}
            name, subject = "joint-use.refused", f"joint-use/{effect.key}"
        else:
            data = {"ref": effect.key, "on": on, "reason": effect.basis}
            name, subject = "joint-use.joined", f"joint-use/{effect.key}"
        said.append(ledger.Event(name, subject, data, report.company, actor))
    return said
