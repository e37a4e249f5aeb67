"""Silence that a person answers for: nobody is told of a case until a day, at most 90 days ahead, and for a reason.

The looks go on, the case stays open and on the board, and the mute holds for the same check and company if the case
closes and another opens before its end. It does not hold against a rise to critical.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tortoise.expressions import F

from checks.contract import Severity
from monitor import ledger, tables
from monitor.calendar import DAY
from monitor.cases.standing import announced, event
from monitor.notices import COMPANY, about_case, tell, withdraw
from monitor.reasons import keep
from monitor.refusal import need, together
from monitor.registry.roster import roster
from monitor.schedule import edit
from monitor.tables.plain import any_due
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.calendar import Calendar
    from monitor.tables import Case

WHY = "Say why nobody is to be told."
LONGEST = 90  #: days ahead, of the group's zone; the last of them counts to its end


@dataclass(frozen=True)
class Mute:
    """Until when, and why."""

    until: datetime
    why: str

    def check(self, actor: str, calendar: Calendar, at: datetime) -> None:
        need(actor.startswith("person/"), "by-missing", "Say who mutes it.")
        together(
            lambda: self._not_too_long(calendar, at),
            lambda: need(self.why.strip(), "reason-missing", WHY),
        )

    def _not_too_long(self, calendar: Calendar, at: datetime) -> None:
        latest = calendar.day_of(at) + LONGEST * DAY
        need(self.until > at, "until-past", "Name a day ahead.")
        need(
            self.until <= calendar.end_of(latest),
            "until-too-far",
            "Name a day at most {days} days ahead, up to {latest}.",
            days=LONGEST,
            latest=latest,
        )


async def mute(case_id: int, at: datetime, actor: str, wanted: Mute) -> None:
    """Nobody is told until then, and what waits is withdrawn. A closed case stands for what may come of it."""
    async with transaction():
        calendar = (await roster()).calendar
        wanted.check(actor, calendar, at)
        case = await tables.Case.filter(id=case_id).select_for_update().get()
        await withdraw(at, case_id=case_id, kind="rung")
        fields = edit(case, muted_until=wanted.until, muted_by=actor, muted_why=wanted.why)
        fields |= edit(case, next_at=None, company_queued=None, announced=await announced(case))
        await tables.Case.filter(id=case_id).update(**fields, version=F("version") + 1)
        data = {"until": wanted.until.isoformat()} | await keep(wanted.why, at)
        await _enter("muted", case, at, actor, data)


async def unmute(case_id: int, at: datetime, actor: str) -> None:
    """A person ends it sooner; the ladder goes on from here."""
    async with transaction():
        case = await tables.Case.filter(id=case_id).select_for_update().get()
        need(actor.startswith("person/"), "by-missing", "Say who ends it.")
        need(case.muted_until is not None, "not-muted", "This case is not muted.")
        await tables.Case.filter(id=case_id).update(**_heard(case, at), version=F("version") + 1)
        await _enter("unmuted", case, at, actor, {})


async def come_to_an_end(at: datetime) -> int:
    """Mutes whose time is over. The managers are told where it still fails. How many."""
    if not await any_due(tables.Case, "muted_until", at):
        return 0
    async with transaction():
        over = tables.Case.filter(muted_until__lte=at)
        found = await over.order_by("id").select_for_update(skip_locked=True)
        for case in found:
            mark, failing = f"{case.muted_until:%Y%m%dT%H%M%S}", case.closed_at is None and case.closes_at is None
            await tables.Case.filter(id=case.id).update(**_heard(case, at), version=F("version") + 1)
            await ledger.write([event("unmuted", case)], at)
            if failing and case.severity > Severity.LOW:
                await tell([about_case(case, "mute-ended", COMPANY, at, mark=mark, level=1)])
    return len(found)


def _heard(case: Case, at: datetime) -> dict[str, Any]:
    """A case that is muted no more. Escalation finds what comes next."""
    climbs = case.closed_at is None and case.closes_at is None and case.severity > Severity.LOW
    return edit(case, muted_until=None, muted_by=None, muted_why="", next_at=at if climbs else None)


async def _enter(kind: str, case: Case, at: datetime, actor: str, data: dict[str, Any]) -> None:
    await ledger.write([event(kind, case, actor, **data)], at)


async def muted_before(watch: int, company: str | None, severity: Severity, at: datetime) -> dict[str, Any]:
    """What a case that opens takes over from the one before it; what is critical from the first takes no silence."""
    if severity >= Severity.CRITICAL:
        return {}
    before = tables.Case.filter(watch_id=watch, company_id=company, muted_until__gt=at).order_by("-id")
    last = await before.first()
    names = ("muted_until", "muted_by", "muted_why")
    return {name: getattr(last, name) for name in names} if last else {}
