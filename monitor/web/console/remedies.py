"""Findings in words, for tables: those of a page of the register, and those of one request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from checks.contract import Severity
from monitor import tables
from monitor.asked import frozen
from monitor.language import Message, say_day
from monitor.obligations import KINDS
from monitor.questionnaire import thaw_answers
from monitor.remediation.asking import Said, said_of, spoken_of
from monitor.remediation.rules import HELD, due, overdue, unsettled
from monitor.remediation.settling import comes_to
from monitor.tables.duty import LIVE
from monitor.tables.remediation import REQUEST
from monitor.web.words import named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from monitor.calendar import Calendar
    from monitor.questionnaire import Answer
    from monitor.tables import Obligation, Remediation
    from monitor.web.console.session import Reader


@dataclass(frozen=True)
class Entry:
    """A finding with the request about it that is out, and whether its day is over. `reported`: the party has said how
    it stands, and that waits for review.
    """

    row: Remediation
    request: Obligation | None
    late: bool
    reported: bool = False

    @property
    def due(self) -> date:
        return due(self.row, self.request)

    @property
    def rank(self) -> tuple[object, ...]:
        return (not self.late, not unsettled(self.row), self.due, -self.row.severity, self.row.id)


async def entries_of(rows: Sequence[Remediation], who: Reader, at: datetime) -> list[Entry]:
    today = who.present.calendar.day_of(at)
    keys = {row.engagement_id for row in rows if unsettled(row)}
    asked = tables.Obligation.filter(engagement_id__in=keys, kind=REQUEST, state__in=LIVE, opened_at__isnull=False)
    out = {duty.engagement_id: duty for duty in await asked} if keys else {}
    found = [(row, _about(row, out.get(row.engagement_id))) for row in rows]
    said = await _to_review([duty for duty in out.values() if duty.state == "submitted"])
    return [
        Entry(row, request, overdue(row, today, request), bool(request and said_of(row.id, said.get(request.id, {}))))
        for row, request in found
    ]


async def _to_review(duties: Sequence[Obligation]) -> dict[int, Mapping[str, Answer]]:
    """The answers that wait for review, by request."""
    if not duties:
        return {}
    rows = tables.Submission.filter(obligation_id__in=[duty.id for duty in duties]).order_by("id")
    return {row.obligation_id: thaw_answers(row.answers) for row in await rows}


def _about(row: Remediation, request: Obligation | None) -> Obligation | None:
    """The request, if it speaks of that finding."""
    return request if request and request.opened_at and row.since <= request.opened_at else None


async def told(entries: Iterable[Entry], who: Reader, language: str) -> list[dict[str, Any]]:
    """Findings in words, for tables."""
    entries = list(entries)
    parties = await who.present.parties({one.row.party_id for one in entries})
    works = await who.present.engagements({one.row.engagement_id for one in entries})
    return [
        {
            "id": one.row.id,
            "name": one.row.words["name"][language],
            "advice": one.row.words["advice"][language],
            "question": one.row.words["question"][language],
            "party_name": named(parties[one.row.party_id], language),
            "title": works[one.row.engagement_id].title or one.row.engagement_id,
            "company_name": named(who.present.companies.get(one.row.company_id), language),
            "severity": Severity(one.row.severity).word,
            "state": "overdue" if one.late else "reported" if one.reported else _tag(one.row),
            "reported": one.reported,
            "times": one.row.times,
            "first": say_day(one.row.first_on, language),
            "first_on": one.row.first_on,
            "due_on": one.due,
            "due": _due(one, who.present.calendar, language),
            "owner": one.row.owner.name or one.row.owner.email if one.row.owner else "",
        }
        for one in entries
    ]


def _due(one: Entry, calendar: Calendar, language: str) -> str:
    """Until when it is to be put right, or the risk of it is accepted; nothing once it is settled."""
    if one.row.state == "accepted_risk" and one.row.risk_until:
        day = calendar.day_ending(one.row.risk_until)
        return Message("accepted until {day}", {"day": say_day(day, language)}).in_(language)
    return say_day(one.due, language) if one.row.state in HELD else ""


def _tag(row: Remediation) -> str:
    """How the kit calls a state; being open is for a finding another thing than for a request."""
    return "unsettled" if row.state == "open" else row.state


async def of_duty(
    duty: Obligation, submission: tables.Submission | None, who: Reader, language: str, at: datetime
) -> list[dict[str, Any]]:
    """The findings of one request: those that its answer raised, or those that it asks about, each with what accepting
    the answer that is under review would make of it.
    """
    if not KINDS[duty.kind].about_findings:
        rows = await tables.Remediation.filter(origin__obligation_id=duty.id).select_related("owner").order_by("id")
        return await told(await entries_of(rows, who, at), who, language)
    if duty.request_id is None:
        return []
    numbers = spoken_of(await frozen(duty.request_id))
    rows = (
        await tables.Remediation.filter(id__in=numbers).select_related("owner").order_by("base_on", "-severity", "id")
    )
    answers = thaw_answers(submission.answers) if submission and duty.state == "submitted" else {}
    found = await told(await entries_of(rows, who, at), who, language)
    return [one | {"becomes": _becomes(said_of(one["id"], answers), language)} for one in found]


BECOMES: Mapping[str, str] = {
    "verified": "verified by the evidence",
    "fixed": "reported as put right, asked again in 30 days and not before its date, unless a look sees it",
    "dismissed": "withdrawn, as the party objects",
}


def day_said(text: str, language: str) -> str:
    """The day that the party named, in words."""
    try:
        return say_day(date.fromisoformat(text), language)
    except ValueError:
        return text


def _becomes(said: Said | None, language: str) -> str:
    if said is None:
        return ""
    state = comes_to(said)
    if state == "remediating":
        return Message("asked again before {day}", {"day": day_said(said.by, language)}).in_(language)
    return Message(BECOMES[state]).in_(language)
