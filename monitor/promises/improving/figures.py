"""What the books say of one fiscal year, as figures: for a company, or for the whole group. Nothing is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checks.contract import Severity
from monitor import tables
from monitor.obligations.attestation import Attestation
from monitor.own_duties import PRELIMINARY_REPORT
from monitor.promises.owners.correcting import CLOSED, WITHDRAWN
from monitor.registry.format import TIERS
from monitor.remediation.rules import HELD

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from monitor.registry.roster import Roster

#: `name`: what is counted, `of`: the tier or the severity, where it is counted for each; `value`: how many.
Row = dict[str, Any]
Section = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """A fiscal year of a company, or of the group where there is none. Both days belong to it."""

    company: str | None
    first: date
    last: date

    def of(self, model: Any, **more: Any) -> Any:
        rows = model.filter(**more)
        return rows.filter(company_id=self.company) if self.company else rows

    def within(self, model: Any, day: str, **more: Any) -> Any:
        return self.of(model, **{f"{day}__gte": self.first, f"{day}__lte": self.last}, **more)

    def during(self, model: Any, instant: str, present: Roster, **more: Any) -> Any:
        """The same for what has an instant rather than a day."""
        begin, end = present.calendar.instant(self.first), present.calendar.end_of(self.last)
        return self.of(model, **{f"{instant}__gte": begin, f"{instant}__lt": end}, **more)


async def figures(span: Span, at: datetime, present: Roster) -> list[Section]:
    """All of them; of a year that still runs, up to now."""
    today = present.calendar.day_of(at)
    made = {
        "works": await _works(span, today, present),
        "attestations": await _attestations(span),
        "findings": await _findings(span, present),
        "checks": await _cases(span, present, rule=""),
        "conduct": await _cases(span, present),
        "incidents": await _incidents(span, present),
        "requests": await _requests(span),
        "corrections": await _corrections(span),
        "complaints": await _complaints(span),
        "waivers": await _waivers(span, today, present),
        "actions": await _actions(span, today, present),
    }
    return [{"name": name, "rows": rows} for name, rows in made.items()]


def _row(name: str, value: int, of: str = "") -> Row:
    return {"name": name, "value": value} | ({"of": of} if of else {})


async def _works(span: Span, today: date, present: Roster) -> list[Row]:
    """Those in force on the last day, or now where the year still runs."""
    day = min(span.last, today)
    keys = [str(key) for key in await span.of(tables.Engagement).values_list("key", flat=True)]
    entries = await present.engagements(keys)
    found = [one for key, one in entries.items() if one.in_force_on(day, await present.last_day(key))]
    tiers = Counter(one.effective_tier for one in found)
    return [*(_row("of-tier", tiers[tier], tier) for tier in TIERS), _row("parties", len({one.party for one in found}))]


async def _attestations(span: Span) -> list[Row]:
    """What was due in the year. On time: handed in by its day."""
    due = span.within(tables.Obligation, "due_on", kind=Attestation.name).exclude(state="cancelled")
    found: Counter[str] = Counter()
    async for duty in due.only("state", "overdue_on", "due_on"):
        answered = duty.state in {"submitted", "accepted"}
        if duty.state == "waived":
            found["waived"] += 1
        elif duty.overdue_on is None:
            found["on-time" if answered else "not-due"] += 1
        else:
            found["late" if answered else "overdue"] += 1
    return [_row(name, found[name]) for name in ("on-time", "late", "overdue", "waived", "not-due")]


async def _findings(span: Span, present: Roster) -> list[Row]:
    opened = await span.within(tables.Remediation, "first_on").values_list("severity", flat=True)
    over = span.during(tables.Remediation, "settled_at", present).exclude(state__in=HELD)
    left = await span.of(tables.Remediation, state__in=HELD).values_list("severity", flat=True)
    return [
        *_by_severity("opened", opened),
        *_by_severity("closed", await over.values_list("severity", flat=True)),
        *_by_severity("left", left),
    ]


def _by_severity(name: str, found: Iterable[int]) -> list[Row]:
    count = Counter(found)
    return [_row(name, count[level], level.word) for level in reversed(Severity) if level > 0]


async def _cases(span: Span, present: Roster, **which: str) -> list[Row]:
    """Of failing checks (`rule` is empty), or of conduct that is not as promised."""

    def those(rows: Any) -> Any:
        return rows.filter(**which) if which else rows.exclude(rule="")

    opened = await those(span.within(tables.Case, "opened_on")).values_list("severity", flat=True)
    closed = await those(span.during(tables.Case, "closed_at", present)).count()
    left = await those(span.of(tables.Case, closed_at=None)).count()
    return [*_by_severity("opened", opened), _row("closed", closed), _row("left", left)]


async def _incidents(span: Span, present: Roster) -> list[Row]:
    """Days are counted as the law does: that of the receipt of the notice is day 1."""
    found = await span.within(tables.Incident, "aware_on")
    refs = {str(one.ref): one for one in found}
    reports = await tables.OwnDuty.filter(kind=PRELIMINARY_REPORT, ref__in=list(refs), state="done", outcome="done")
    day_of = present.calendar.day_of
    days = [
        (day_of(duty.done_at) - day_of(refs[duty.ref].received_at)).days + 1
        for duty in reports
        if duty.done_at and refs[duty.ref].received_at
    ]
    return [
        _row("told", len(found)),
        _row("reportable", sum(1 for one in found if one.reportable)),
        _row("persons", sum(one.people or 0 for one in found)),
        _row("reported", len(days)),
        _row("longest-day", max(days, default=0)),
    ]


async def _requests(span: Span) -> list[Row]:
    found = await span.within(tables.OwnerRequest, "arrived_on")
    days = [(one.answered_on - one.arrived_on).days for one in found if one.answered_on]
    late = sum(1 for one in found if one.answered_on and one.answered_on > one.due_on)
    return [
        _row("arrived", len(found)),
        _row("answered", len(days)),
        _row("longest", max(days, default=0)),
        _row("answered-late", late),
    ]


async def _corrections(span: Span) -> list[Row]:
    """Those of the company's own accord; what owners ask for counts as their requests."""
    found = await span.within(tables.Correction, "known_on")
    ended = [one for one in found if one.state == CLOSED and one.ended_on]
    return [
        _row("found", len(found)),
        _row("corrected", len(ended)),
        _row("no-error", sum(1 for one in found if one.state == WITHDRAWN)),
        _row("longest", max(((one.ended_on - one.known_on).days for one in ended), default=0)),
        _row("corrected-late", sum(1 for one in ended if one.ended_on > one.due_on)),
    ]


async def _complaints(span: Span) -> list[Row]:
    found = await span.within(tables.Complaint, "arrived_on")
    days = [(one.settled_on - one.arrived_on).days for one in found if one.settled_on]
    return [_row("arrived", len(found)), _row("settled", len(days)), _row("longest", max(days, default=0))]


async def _waivers(span: Span, today: date, present: Roster) -> list[Row]:
    """Those in force on the last day, or now."""
    day = min(span.last, today)
    rows = await span.of(tables.Engagement, retired_at=None).values_list("key", flat=True)
    entries = await present.engagements(str(key) for key in rows)
    lacking = sum(1 for one in entries.values() for waiver in one.waiver if waiver.until >= day)
    risks = await span.of(tables.Remediation, state="accepted_risk").count()
    waived = await span.of(tables.Obligation, state="waived").count()
    return [_row("requests", waived), _row("lacking", lacking), _row("risks", risks)]


async def _actions(span: Span, today: date, present: Roster) -> list[Row]:
    ordered = await span.during(tables.CorrectiveAction, "entered_at", present).count()
    done = await span.within(tables.CorrectiveAction, "done_on").count()
    checked = Counter(await span.within(tables.CorrectiveAction, "checked_on").values_list("state", flat=True))
    late = await span.of(tables.CorrectiveAction, state="open", due_on__lt=today).count()
    return [
        _row("ordered", ordered),
        _row("carried-out", done),
        _row("effective", checked["effective"]),
        _row("not-effective", checked["not-effective"]),
        _row("action-overdue", late),
    ]
