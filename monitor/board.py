"""What is open, overdue, failing now: the one list that the command line and the managers' pages show."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from checks.contract import Severity
from monitor import tables
from monitor.cases import NOT_ASSESSED, all_concerned
from monitor.notices import COMPANY
from monitor.obligations.pleas import waiting
from monitor.registry.roster import RISING, roster
from monitor.schedule import overdue
from monitor.tables.duty import DECLINED, LIVE

if TYPE_CHECKING:
    from datetime import datetime

Row = dict[str, Any]
OFFICE = RISING.index("privacy_office") + 1
DECIDING = "deciding"  #: what a company owes itself, and has time for
_SHOWN = (
    *("id", "company_id", "party_id", "engagement_id", "kind", "state", "due_on", "told_on", "unconfirmed_since"),
    *("undeliverable_at", "told", "next_at"),
)


async def board(at: datetime, company: str | None = None) -> list[Row]:
    """Duties in progress and open cases, worst first. `trouble` is true for what is overdue or failing.

    Worst is: failing critically; overdue or failing; waiting for our own review or decision, on what the party has said
    beside its answers included (an answer that was declined is trouble once T is over); waiting for the party; waived.
    Within one of these, what is late or lasts longest, and of the same day the more severe.
    """
    calendar = (await roster()).calendar
    only = {"company_id": company} if company else {}
    states = [state for state in LIVE if state != "scheduled"]
    duties = await tables.Obligation.filter(state__in=states, **only).only(*_SHOWN)
    proposed, pleaded, doubted = await _proposed(), await waiting(company), await _doubted()
    cases = await tables.Case.filter(closed_at=None, **only)
    today = calendar.day_of(at)
    office = await _told_the_office([case.id for case in cases if case.severity >= Severity.CRITICAL])
    joined = tables.Joined.filter(case__closed_at=None, well_at=None)
    beside: Counter[Any] = Counter(await joined.values_list("case_id", flat=True))
    rows = [
        _duty(duty, at, calendar, today)
        | {"second": duty.id in proposed, "plea": duty.id in pleaded, "doubt": duty.id in doubted}
        for duty in duties
    ] + [_case(case, calendar, today, office=case.id in office) | {"beside": beside[case.id]} for case in cases]
    rows += [_own(duty, at, calendar, today) for duty in await tables.OwnDuty.filter(state="open", **only)]
    rows += await _unseen(company, calendar, at)
    return sorted(rows, key=lambda row: (_rank(row), -row["days"], -_severity(row), row["company"] or "", row["id"]))


def _rank(row: Row) -> int:
    if row["trouble"]:
        return 0 if row.get("severity") == Severity.CRITICAL.word else 1 if row.get("severity") != "low" else 2
    if row.get("plea"):
        return 3
    return {"submitted": 3, DECLINED: 3, DECIDING: 3, "waived": 5}.get(row["state"], 4)


def _severity(row: Row) -> int:
    """What is overdue stands beside what is high."""
    return Severity[row["severity"].upper()] if "severity" in row else Severity.HIGH


def _duty(duty: tables.Obligation, at: datetime, calendar: Any, today: Any) -> Row:
    late = overdue(duty, calendar, at)
    undecided = duty.state == DECLINED and duty.due_on < today
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
        "trouble": late or undecided,
    }


def _own(duty: tables.OwnDuty, at: datetime, calendar: Any, today: Any) -> Row:
    late = at >= calendar.end_of(duty.due_on)
    return {
        "id": f"own-duty/{duty.id}",
        "company": duty.company_id,
        "party": duty.party_id,
        "url": duty.url,
        "obligation": duty.kind,
        "state": "overdue" if late else DECIDING,
        "due_on": duty.due_on.isoformat(),
        "days": (today - duty.due_on).days,
        "level": duty.told,
        "next_at": duty.next_at and duty.next_at.astimezone(calendar.zone).isoformat(),
        "trouble": late,
    }


async def _proposed() -> set[Any]:
    """Requests whose answer one person would accept, and which wait for a second one."""
    rows = tables.Proposal.filter(submission__verdict=None, submission__obligation__state="submitted")
    return {*await rows.values_list("submission__obligation_id", flat=True)}


async def _doubted() -> set[Any]:
    """Requests whose answer waits for review and contradicts what a look sees."""
    rows = tables.Contradiction.filter(closed_at=None, submission__verdict=None, obligation__state="submitted")
    return {*await rows.values_list("obligation_id", flat=True)}


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
        "state": "recovering" if case.closes_at else "failing",
        "severity": Severity(case.severity).word,
        "since": case.opened_at.astimezone(calendar.zone).isoformat(),
        "days": (today - case.opened_on).days,
        "level": max(case.told, OFFICE) if office else case.told,
        "next_at": case.next_at and case.next_at.astimezone(calendar.zone).isoformat(),
        "returns": case.returns,
        "muted_until": case.muted_until and case.muted_until.astimezone(calendar.zone).isoformat(),
        "trouble": case.closes_at is None,
    }


async def _unseen(company: str | None, calendar: Any, at: datetime) -> list[Row]:
    """What could not be assessed for a week: it is ours to look into, and nobody's trouble."""
    found = tables.FindingRow.filter(rule__endswith=f".{NOT_ASSESSED}", closed_at=None, watch__retired_at=None)
    present, rows = await roster(), list[Row]()
    findings = await found.order_by("id").prefetch_related("watch")
    answering = await all_concerned([finding.watch for finding in findings], present, at)
    for finding in findings:
        companies = answering[finding.watch.id]
        rows += [_unassessed(finding, finding.watch, key, calendar, at) for key in companies if company in {None, key}]
    return rows


def _unassessed(
    finding: tables.FindingRow, watch: tables.Watch, company: str | None, calendar: Any, at: datetime
) -> Row:
    return {
        "id": f"watch/{watch.id}",
        "company": company,
        "party": watch.party_id,
        "url": watch.url,
        "check": watch.check_kind,
        "state": NOT_ASSESSED,
        "severity": Severity(finding.severity).word,
        "since": finding.first_seen_at.astimezone(calendar.zone).isoformat(),
        "days": (calendar.day_of(at) - calendar.day_of(finding.first_seen_at)).days,
        "level": 0,
        "next_at": None,
        "reason": finding.detail,
        "trouble": False,
    }
