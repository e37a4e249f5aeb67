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
from monitor.schedule import ASKED

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
        _said("cases wait to climb", await tables.Case.filter(next_at__lt=late).count()),
        _said("overdue duties have no next step", await _lost_duties()),
        _said("open cases were never announced", await _lost_cases(late)),
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
    """Overdue, nobody's turn, nothing in the outbox: the ladder has no end, so there is always a next rung."""
    waiting = Q(vendor_queued=None, company_queued=None)
    return await tables.Obligation.filter(waiting, state__in=ASKED, overdue_on__isnull=False, next_at=None).count()


async def _lost_cases(late: datetime) -> int:
    open_ = tables.Case.filter(closed_at=None, announced=0, next_at=None, severity__gt=Severity.LOW, opened_at__lt=late)
    return await open_.count()


async def oldest_unsent(at: datetime) -> float:
    """Seconds for which the oldest letter has been waiting to be taken by the mail server."""
    first = await tables.Mail.filter(state="queued").order_by("made_at").first()
    return (at - first.made_at).total_seconds() if first else 0.0
