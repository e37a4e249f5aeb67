"""Looks for what was forgotten: a next step that lies in the past, or is missing where there must be one.

A ladder whose next step lives in a column cannot be lost by a restart, but it can be lost by a bug. This is the second
pair of eyes; what it finds makes `/readyz` fail and is logged.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tortoise.expressions import Q

from checks.contract import Severity
from monitor import tables
from monitor.ladder import CaseLadder
from monitor.tables.duty import ASKED, DECLINED

if TYPE_CHECKING:
    from monitor.calendar import Calendar

LATE = timedelta(minutes=15)


async def audit(calendar: Calendar, at: datetime) -> list[str]:
    """What is stuck, in words for the operator; empty when all is well."""
    late = at - LATE
    found = [
        _said("engagements wait to be planned", await tables.Engagement.filter(plan_at__lt=late).count()),
        _said("duties wait to turn", await tables.Obligation.filter(turns_at__lt=late).count()),
        _said("duties wait to climb", await tables.Obligation.filter(next_at__lt=late).count()),
        _said("own duties wait to turn", await tables.OwnDuty.filter(turns_at__lt=late).count()),
        _said("own duties wait to climb", await tables.OwnDuty.filter(next_at__lt=late).count()),
        _said("cases wait to climb", await tables.Case.filter(next_at__lt=late).count()),
        _said("cases wait to close", await tables.Case.filter(closes_at__lt=late, closed_at=None).count()),
        _said("mutes wait to end", await tables.Case.filter(muted_until__lt=late).count()),
        _said("duties have no next step", await _lost_duties()),
        _said("open cases have no next step", await _lost_cases(late)),
        _said("certificates wait to be looked at", await tables.Party.filter(warn_at__lt=late).count()),
        _said("watches wait to be looked at", await tables.Watch.filter(next_at__lt=late, retired_at=None).count()),
        _said("letters are parked", await tables.Mail.filter(state="parked").count()),
    ]
    if calendar.sending(at) and calendar.sending(late):
        found.append(
            _said(
                "notices wait for a letter",
                await tables.Notice.filter(state="waiting", letters=0, send_at__lt=late).count(),
            )
        )
    return [said for said in found if said]


def _said(what: str, count: int) -> str:
    return f"{count} {what}" if count else ""


async def _lost_duties() -> int:
    """Nobody's turn and nothing in the outbox, where there is always a next step: a duty asked for turns at T; one that
    is overdue has a ladder without an end; one submitted has its reviewers, one declined its
    company's people; one waived or scheduled has its day.
    """
    nothing_queued = Q(vendor_queued=None, company_queued=None)
    ladder = Q(Q(vendor_sent=None) | Q(overdue_on__isnull=False), nothing_queued, state__in=ASKED, next_at=None)
    end = Q(state__in=ASKED, told_on__isnull=False, overdue_on=None, turns_at=None)
    review = Q(state="submitted", next_at=None) | Q(nothing_queued, state=DECLINED, next_at=None)
    return await tables.Obligation.filter(
        ladder | end | review | Q(state__in=("scheduled", "waived"), turns_at=None)
    ).count()


async def _lost_cases(late: datetime) -> int:
    """Open and never announced, or on the ladder of all levels with levels that nothing will tell."""
    silent = {"closes_at": None, "muted_until": None, "next_at": None, "company_queued": None}
    quiet = tables.Case.filter(**silent, closed_at=None, opened_at__lt=late)
    never = Q(announced=0, severity__gt=Severity.LOW)
    return await quiet.filter(never | Q(severity__gte=Severity.HIGH, company_sent__lt=CaseLadder().after[-1])).count()


async def oldest_unsent(at: datetime) -> float:
    """Seconds for which the oldest letter has been waiting to be taken by the mail server."""
    first = await tables.Mail.filter(state="queued").order_by("made_at").first()
    return (at - first.made_at).total_seconds() if first else 0.0


async def stale(calendar: Calendar, at: datetime) -> float:
    """Seconds for which a letter has been waiting that might have left: nights and closed days are nobody's delay."""
    urgent = await tables.Mail.filter(state="queued", urgent=True).order_by("made_at").first()
    waits = [urgent.made_at] if urgent else []
    usual = await tables.Mail.filter(state="queued").order_by("made_at").first() if calendar.sending(at) else None
    if usual:
        opened = calendar.sending_on(calendar.day_of(at))
        waits.append(usual.made_at if calendar.any_hour else max(usual.made_at, opened))
    return max(((at - made).total_seconds() for made in waits), default=0.0)
