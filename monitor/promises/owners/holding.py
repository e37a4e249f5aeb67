"""Who holds the data that an owner's request or a correction is about: engagements by their purposes, those below them,
and whoever uses the data jointly.

Whoever had it holds it until its return or deletion is confirmed, though the work is over: an end erases nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import tables
from monitor.own_duties import MEMBER_DELETION
from monitor.refusal import need
from monitor.registry.format import OWING, JointUse, Service
from monitor.registry.places import emptied

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from monitor.registry.format import Engagement
    from monitor.registry.roster import Roster


async def responsible(company: str, service: str, purposes: Collection[str], present: Roster) -> str:
    """The company that answers: the one named, or the one that answers for the service."""
    need(set(purposes) <= present.purposes.keys(), "no-such-purpose", "The registry has no such purpose.")
    if service:
        row = await tables.Service.filter(key=service, retired_at=None).first()
        need(row is not None, "no-such-service", "The registry has no such service.")
        answers = Service.model_validate(row.spec).company if row else ""
        need(company in ("", answers), "company-differs", "Another company answers for this service.")
        company = answers
    need(company, "company-missing", "Say which company, or which service, it is about.")
    need(company in present.companies, "no-such-company", "The registry has no such company.")
    return company


async def held_by(company: str, service: str, purposes: Collection[str], day: date, present: Roster) -> list[str]:
    """The engagements that hold the data: those that the service names, or all of the company's."""
    row = await tables.Service.filter(key=service).first() if service else None
    named = Service.model_validate(row.spec).engagements if row else ()
    return await holders(company, named, purposes, day, present)


async def holders(
    company: str, service: Iterable[str], purposes: Collection[str], day: date, present: Roster
) -> list[str]:
    """The engagements that hold data for one of the purposes on that day: those of the company, or those that the
    service names, and all that hang below them.
    """
    named = sorted(set(service))
    rows = tables.Engagement.filter(retired_at=None)
    top = rows.filter(key__in=named) if named else rows.filter(company_id=company)
    keys = {str(key) for key in await top.values_list("key", flat=True)}
    keys |= await _below(keys)
    return await _holding(keys, purposes, day, present)


async def _holding(keys: Iterable[str], purposes: Collection[str], day: date, present: Roster) -> list[str]:
    """Those of them that had begun by that day, for one of the purposes, and of which not all is known to be gone."""
    entries = await present.engagements(keys)
    begun = [key for key in sorted(entries) if entries[key].state in OWING and entries[key].starts_on <= day]
    asked = [key for key in begun if not purposes or set(purposes) & {*await _purposes(entries[key], present)}]
    over = [key for key in asked if (last := await present.last_day(key)) and last < day]
    gone = await emptied(over, present, day)
    return [key for key in asked if key not in gone]


async def joint_users(
    company: str, purposes: Collection[str], day: date, present: Roster
) -> tuple[list[str], list[str]]:
    """Who else uses data of the company jointly for one of the purposes that day, or did and has not erased it yet:
    companies of the group, and the engagements of members outside it.
    """
    companies, parties = set[str](), set[str]()
    for spec in await tables.JointUse.filter(retired_at=None).values_list("spec", flat=True):
        use = JointUse.model_validate(spec)
        if use.member_on(company, day) and (not purposes or set(purposes) & {*use.purposes}):
            members = {one.company for one in use.members_on(day) if one.company}
            companies |= {key for key in members if key in present.companies and present.companies[key].member_on(day)}
            companies |= await _keeping(use)
            parties |= {one.party for one in use.members if one.party and (one.begins or day) <= day}
    rows = tables.Engagement.filter(party_id__in=list(parties), retired_at=None)
    outside = await _holding({str(key) for key in await rows.values_list("key", flat=True)}, purposes, day, present)
    entries = await present.engagements(outside)
    return sorted(companies - {company}), [key for key in outside if entries[key].kind == "joint_user"]


async def _keeping(use: JointUse) -> set[str]:
    """Companies that have left it and have not erased yet what they held of the others' data."""
    owed = tables.OwnDuty.filter(kind=MEMBER_DELETION, state="open", ref__in=(use.key, "")).values_list("company_id")
    left = {str(key) for (key,) in await owed}
    return left & {one.company for one in use.members if one.company}


async def _below(keys: Iterable[str]) -> set[str]:
    found: set[str] = set()
    step = set(keys)
    while step:
        rows = await tables.Engagement.filter(under__in=list(step), retired_at=None).values_list("key", flat=True)
        step = {str(key) for key in rows} - found
        found |= step
    return found


async def _purposes(entry: Engagement, present: Roster) -> Iterable[str]:
    """Its own; of one that names none, those of the next above it that does."""
    line = [entry, *await present.line_above(entry.key)]
    return next((one.purposes for one in line if one.purposes), ())
