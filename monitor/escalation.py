"""Stage: duties and cases whose ladder has reached a rung -> notices.

The party's side and the company's side climb apart: an acknowledgement pauses the company's levels and never the
party's reminders. Deciding is pure (`climb_duty`, `climb_case`); who exactly hears it is decided when the letter is
made. At most one rung of a side waits in the outbox: a higher one takes its place, so that what was missed is not
replayed, and the level of the company rises by one a mail whatever was missed.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tortoise.expressions import F

from checks.contract import Severity
from monitor import tables
from monitor.guard import Guard
from monitor.notices import COMPANY, VENDOR, about_case, about_duty, about_own, tell, withdraw
from monitor.registry.roster import roster
from monitor.schedule import (
    beat,
    case_climb,
    case_next,
    company_climb,
    company_rung,
    edit,
    next_at,
    own_climb,
    own_next,
    own_rung,
    party_rung,
    reviewers_of,
    reviews_due,
    speaks,
    vendor_climb,
)
from monitor.tables.duty import ASKED, DECLINED
from monitor.tables.plain import any_due
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from monitor.calendar import Calendar
    from monitor.ladder import Climb
    from monitor.tables import Case, Notice, Obligation, OwnDuty
    from monitor.tables.climbing import Climbing

log = logging.getLogger(__name__)
CHUNK = 500
POISONED = timedelta(hours=1)
_ABOUT = {tables.Obligation: "obligation_id", tables.Case: "case_id", tables.OwnDuty: "own_duty_id"}


@dataclass
class Move:
    """What one look at a ladder writes. `replaces`: sides whose waiting rung gives way to a higher one."""

    row: Any
    fields: dict[str, Any] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    replaces: list[str] = field(default_factory=list)


async def advance(at: datetime) -> int:
    """Climb one chunk of each: what parties owe, what fails, what companies owe themselves. How many there were."""
    count = 0
    for model, climb in ((tables.Obligation, climb_duty), (tables.Case, climb_case), (tables.OwnDuty, climb_own)):
        count += await _advance(model, climb, at)
    return count


async def _advance(model: Any, climb: Any, at: datetime) -> int:
    """The registry is read when the rows are locked: what changes it after that marks them anew."""
    if not await any_due(model, "next_at", at):
        return 0
    async with transaction():
        due = model.filter(next_at__lte=at).order_by("next_at", "id").limit(CHUNK)
        rows = await due.select_for_update(skip_locked=True)
        if not rows:
            return 0
        calendar = (await roster()).calendar
        moves = [_guarded(climb, row, calendar, at) for row in rows]
        for move in moves:
            for side in move.replaces:
                await withdraw(at, side=side, kind="rung", **{_ABOUT[model]: move.row.id})
            await model.filter(id=move.row.id).update(**move.fields, version=F("version") + 1)
        await tell([notice for move in moves for notice in move.notices])
    return len(rows)


def _guarded(climb: Any, row: Climbing, calendar: Calendar, at: datetime) -> Move:
    """One row's move. What fails is logged with its key, goes an hour ahead, and never stops the queue."""
    with Guard(log, "%s %s cannot climb; tried again in an hour", type(row).__name__, row.id):
        found: Move = climb(row, calendar, at)
        return found
    return Move(row, {"next_at": at + POISONED})


def climb_duty(duty: Obligation, calendar: Calendar, at: datetime) -> Move:
    """The rungs of a duty that are due now, or the reminder of its reviewers."""
    move, own = Move(duty), beat(duty, calendar)
    if duty.state == "submitted" and calendar.sending(at):
        _remind_reviewers(move, duty, reviews_due(duty, calendar, at), at)
    elif duty.state in ASKED and own.sending(at):
        _remind_party(move, duty, own, at)
        if speaks(duty):
            _tell_company(move, duty, own, at)
    elif duty.state == DECLINED and own.sending(at):
        _tell_company(move, duty, own, at)
    move.fields |= edit(duty, next_at=next_at(duty, calendar, at))
    return move


def _tell_company(move: Move, duty: Obligation, calendar: Calendar, at: datetime) -> None:
    climb = company_climb(duty)
    rung = _company_hears(move, climb, calendar, at)
    if rung:
        move.notices.append(_duty_rung(duty, COMPANY, climb, rung[0], at, level=rung[1]))


def climb_own(duty: OwnDuty, calendar: Calendar, at: datetime) -> Move:
    """The rungs of what a company owes itself: it alone hears of it, from the opening on."""
    move, own = Move(duty), beat(duty, calendar)
    rung = own_rung(duty, own, at) if duty.state == "open" and own.sending(at) else None
    if rung:
        if duty.company_queued is not None:
            move.replaces.append(COMPANY)
        move.fields |= edit(duty, company_queued=rung[0])
        name = own_climb(duty).ladder.name(rung[0])
        told = {"mark": f"{name}@{duty.due_on.isoformat()}/{rung[1]}", "rung": rung[0], "level": rung[1]}
        move.notices.append(about_own(duty, "rung", at, data={"rung": name}, urgent=duty.statutory, **told))
    move.fields |= edit(duty, next_at=own_next(duty, calendar, at))
    return move


def _remind_reviewers(move: Move, duty: Obligation, count: int, at: datetime) -> None:
    if count == duty.reviews:
        return
    roles = list(reviewers_of(count))
    mark = f"{duty.submitted_at:%Y%m%dT%H%M%S}.{count}"
    move.notices.append(about_duty(duty, "review-reminder", COMPANY, at, mark=mark, roles=roles, data={"count": count}))
    move.fields |= edit(duty, reviews=count)


def _remind_party(move: Move, duty: Obligation, calendar: Calendar, at: datetime) -> None:
    rung = party_rung(duty, calendar, at)
    if rung is None:
        return
    if duty.vendor_queued is not None:
        move.replaces.append(VENDOR)
    move.fields |= edit(duty, vendor_queued=rung)
    move.notices.append(_duty_rung(duty, VENDOR, vendor_climb(duty), rung, at))


def _duty_rung(duty: Obligation, side: str, climb: Climb, rung: int, at: datetime, level: int = 0) -> Notice:
    """A rung is told once for each T and each opening: after a waiver the same T may be asked for anew. And once for
    each time that the party declines.
    """
    name = climb.ladder.name(rung)
    mark = f"{name}@{duty.due_on.isoformat()}/{duty.opened_at:%Y%m%dT%H%M%S}" + (f"/{level}" if level else "")
    data: dict[str, Any] = {"rung": name}
    if duty.state == DECLINED:
        mark += f"/declined-{duty.since:%Y%m%dT%H%M%S%f}"
        data["declined"] = duty.declined["on"]
    told = {"mark": mark, "rung": rung, "level": level, "data": data, "urgent": duty.statutory}
    told |= {"roles": list(climb.ladder.also)} if side == COMPANY else {}
    return about_duty(duty, "rung", side, at, **told)


def _company_hears(move: Move, climb: Climb, calendar: Calendar, at: datetime) -> tuple[int, int] | None:
    """The rung and the level that the company hears now, noted on the row as waiting in the outbox."""
    found = company_rung(move.row, climb, calendar, at)
    if found:
        if move.row.company_queued is not None:
            move.replaces.append(COMPANY)
        move.fields |= edit(move.row, company_queued=found[0])
    return found


def climb_case(case: Case, calendar: Calendar, at: datetime) -> Move:
    """The rungs of a failing check. Its first goes to the party too; a critical one goes at any hour, and higher."""
    move, climb = Move(case), case_climb(case)
    critical = case.severity >= Severity.CRITICAL
    if case.closes_at or case.muted_until:
        pass  # it passes, and only time has to show that it stays so; or a person answers for the silence
    elif case.announced < case.severity and (case.announced == 0 or critical) and _first_is_due(case, calendar, at):
        _announce(move, case, calendar, at, critical=critical)
    elif case.announced and calendar.sending(at):
        rung = _company_hears(move, climb, calendar, at)
        if rung:
            name = climb.ladder.name(rung[0])
            mark = f"{name}/{rung[1]}"
            move.notices.append(_case_rung(case, COMPANY, name, at, mark=mark, rung=rung[0], level=rung[1]))
    move.fields |= edit(case, next_at=case_next(case, calendar, at))
    return move


def _first_is_due(case: Case, calendar: Calendar, at: datetime) -> bool:
    if case.severity >= Severity.CRITICAL:
        return True
    return case.severity > Severity.LOW and calendar.sending(at) and (case.held_until is None or at >= case.held_until)


def _announce(move: Move, case: Case, calendar: Calendar, at: datetime, *, critical: bool) -> None:
    """`C+0`: to the party and level 1; a critical one to the privacy office as well, and now.

    It stands for the rungs that have passed meanwhile: one mail, not two at once. The company's is called by the
    highest of those that were missed; for a case that was told before and rises to critical, it is the first anew.
    """
    climb = case_climb(case)
    name, mark = climb.ladder.name(0), f"C+0/{Severity(case.severity).word}"
    rung, level = max(climb.pending(calendar, at) or 0, case.company_sent or 0), max(case.told, 1)
    called = name if case.announced else climb.ladder.name(rung)
    move.notices.append(_case_rung(case, COMPANY, called, at, mark=mark, rung=rung, level=level, urgent=critical))
    if case.tell_vendor:
        move.notices.append(_case_rung(case, VENDOR, name, at, mark=mark, rung=0, urgent=critical))
    move.fields |= edit(case, announced=case.severity, company_queued=rung)


def _case_rung(case: Case, side: str, name: str, at: datetime, *, mark: str, **more: Any) -> Notice:
    severity = Severity(case.severity)
    roles = ["privacy_office"] if severity >= Severity.CRITICAL and side == COMPANY else []
    return about_case(
        case, "rung", side, at, mark=mark, roles=roles, data={"rung": name, "severity": severity.word}, **more
    )
