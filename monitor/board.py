"""What is open, overdue, failing now: the one list that the command line and the managers' pages show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.contract import Severity
from monitor import tables
from monitor.notices import COMPANY
from monitor.registry.roster import RISING, roster
from monitor.schedule import overdue
from monitor.tables.duty import LIVE

if TYPE_CHECKING:
    from datetime import datetime

Row = dict[str, Any]
OFFICE = RISING.index("privacy_office") + 1
_SHOWN = (
    *("id", "company_id", "party_id", "engagement_id", "kind", "state", "due_on", "told_on", "unconfirmed_since"),
    *("undeliverable_at", "told", "next_at"),
)


async def board(at: datetime, company: str | None = None) -> list[Row]:
    """Duties in progress and open cases, worst first. `trouble` is true for what is overdue or failing.

    Worst is: failing critically; overdue or failing; waiting for our own review; waiting for the party; waived. Within
    one of these, what is late or lasts longest.
    """
    calendar = (await roster()).calendar
    only = {"company_id": company} if company else {}
    states = [state for state in LIVE if state != "scheduled"]
    duties = await tables.Obligation.filter(state__in=states, **only).only(*_SHOWN)
    cases = await tables.Case.filter(closed_at=None, **only)
    today = calendar.day_of(at)
    office = await _told_the_office([case.id for case in cases if case.severity >= Severity.CRITICAL])
    rows = [_duty(duty, at, calendar, today) for duty in duties] + [
        _case(case, calendar, today, office=case.id in office) for case in cases
    ]
    rows += [_own(duty, at, calendar, today) for duty in await tables.OwnDuty.filter(state="open", **only)]
    return sorted(rows, key=lambda row: (_rank(row), -row["days"], row["company"] or "", row["id"]))


def _rank(row: Row) -> int:
    if row["trouble"]:
        return 0 if row.get("severity") == Severity.CRITICAL.word else 1 if row.get("severity") != "low" else 2
    return {"submitted": 3, "waived": 5}.get(row["state"], 4)


def _duty(duty: tables.Obligation, at: datetime, calendar: Any, today: Any) -> Row:
    late = overdue(duty, calendar, at)
    return {
        "id": f"obligation/{duty.id}",
        "company": duty.company_id,
        "party": duty.party_id,
        "engagement": duty.engagement_id,
        "obligation": duty.kind,
        "state": "overdue" if late else duty.state,
        "due_on": duty.due_on.isoformat(),
        "days": (today - duty.due_on).days,
        "unconfirmed_since": duty.unconfirmed_since and duty.unconfirmed_since.isoformat(),
        "undeliverable": duty.undeliverable_at is not None,
        "level": duty.told,
        "next_at": duty.next_at and duty.next_at.astimezone(calendar.zone).isoformat(),
        "trouble": late,
    }


def _own(duty: tables.OwnDuty, at: datetime, calendar: Any, today: Any) -> Row:
    late = at >= calendar.end_of(duty.due_on)
    return {
        "id": f"own-duty/{duty.id}",
        "company": duty.company_id,
        "party": duty.party_id,
        "url": duty.url,
        "obligation": duty.kind,
        "state": "overdue" if late else "open",
        "due_on": duty.due_on.isoformat(),
        "days": (today - duty.due_on).days,
        "level": duty.told,
        "next_at": duty.next_at and duty.next_at.astimezone(calendar.zone).isoformat(),
        "trouble": late,
    }


async def _told_the_office(cases: list[int]) -> set[int]:
    """The cases of which the privacy office was told at once, beside the levels."""
    if not cases:
        return set()
    notices = tables.Notice.filter(case_id__in=cases, side=COMPANY, state="sent").prefetch_related("items")
    return {
        notice.case_id
        for notice in await notices
        if notice.case_id is not None and any("privacy_office" in item.roles for item in notice.items)
    }


def _case(case: tables.Case, calendar: Any, today: Any, *, office: bool) -> Row:
    return {
        "id": f"case/{case.id}",
        "company": case.company_id,
        "party": case.party_id,
        "url": case.url,
        "check": case.check_kind,
        "state": "failing",
        "severity": Severity(case.severity).word,
        "since": case.opened_at.astimezone(calendar.zone).isoformat(),
        "days": (today - case.opened_on).days,
        "level": max(case.told, OFFICE) if office else case.told,
        "next_at": case.next_at and case.next_at.astimezone(calendar.zone).isoformat(),
        "trouble": True,
    }
