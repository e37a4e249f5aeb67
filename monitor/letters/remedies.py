"""What a letter tells of findings: each with its advice and its day, and after the acceptance what became of it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from tortoise.expressions import Q

from monitor import tables
from monitor.letters.layout import one_line
from monitor.letters.words import severity
from monitor.tables.remediation import REQUEST, UNSETTLED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.letters.topic import Topic
    from monitor.tables import Obligation, Remediation

MOST = 12


async def remedies_of(topics: Sequence[Topic]) -> dict[int, list[Remediation]]:
    """By duty, the findings that its letter speaks of: those that it asks about, and those that its answer left."""
    told = {topic.duty.id: topic.duty for topic in topics if topic.duty and _speaks(topic)}
    found: defaultdict[int, list[Remediation]] = defaultdict(list)
    if not told:
        return found
    engagements = {duty.engagement_id for duty in told.values()}
    about = Q(origin__obligation_id__in=list(told)) | Q(engagement_id__in=engagements)
    rows = await tables.Remediation.filter(about).select_related("origin").order_by("due_on", "-severity", "id")
    for duty in told.values():
        found[duty.id] = [row for row in rows if _belongs(row, duty)]
    return found


def _speaks(topic: Topic) -> bool:
    return topic.notice.kind == "accepted" or bool(topic.duty and topic.duty.kind == REQUEST)


def _belongs(row: Remediation, duty: Obligation) -> bool:
    if row.engagement_id != duty.engagement_id:
        return False
    if duty.state == "accepted":
        return row.asked_id == duty.id if duty.kind == REQUEST else _left_by(row, duty)
    return row.state in UNSETTLED and (duty.opened_at is None or row.since <= duty.opened_at)


def _left_by(row: Remediation, duty: Obligation) -> bool:
    return row.state in UNSETTLED and row.origin.obligation_id == duty.id


def said(rows: Sequence[Remediation], language: str) -> dict[str, Any]:
    return {"remedies": [_said(row, language) for row in rows[:MOST]], "more_remedies": max(len(rows) - MOST, 0)}


def _said(row: Remediation, language: str) -> Mapping[str, Any]:
    words = {name: one_line(text[language], 600) for name, text in row.words.items()}
    return {
        **words,
        "severity": severity(row.severity, language),
        "due": row.due_on,
        "times": row.times,
        "first_on": row.first_on,
        "state": row.state,
    }
