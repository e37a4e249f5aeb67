"""判定: every question of every answer that was handed in, with what became of it, one JSON object a line.

Unanswered, not applicable, zero and hidden are four things here as well: `state` says which, and only an answered
question has a `value`, which may be zero. Notes among reviewers stay in the house, and so do names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.asked import frozen
from monitor.obligations.marks import marks_of
from monitor.questionnaire import Answer, QuestionState, examine, score, thaw_answers
from monitor.registry.roster import roster

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from tortoise.queryset import QuerySet

    from monitor.calendar import Calendar
    from monitor.questionnaire import Examined, Line, Questionnaire
    from monitor.tables import Mark, Submission

BATCH = 100


async def lines(company: str | None = None, party: str | None = None) -> AsyncIterator[dict[str, Any]]:
    """In the order in which they were handed in, and in that of the questions."""
    only = {"obligation__company_id": company, "obligation__party_id": party}
    rows = tables.Submission.filter(**{name: key for name, key in only.items() if key})
    calendar = (await roster()).calendar
    async for row in _each(rows):
        if row.obligation.request_id:
            asked = await frozen(row.obligation.request_id)
            for line in _of(row, asked, await marks_of(row.id), calendar):
                yield line


async def _each(rows: QuerySet[Submission]) -> AsyncIterator[Submission]:
    """All of them, some at a time: years of answers do not fit into memory."""
    last = 0
    while batch := await rows.filter(id__gt=last).order_by("id").limit(BATCH).select_related("obligation"):
        for row in batch:
            yield row
        last = batch[-1].id


def _of(row: Submission, asked: Questionnaire, marks: Mapping[str, Mark], calendar: Calendar) -> list[dict[str, Any]]:
    answers = thaw_answers(row.answers)
    examined = examine(asked, answers, calendar.day_of(row.submitted_at)).questions
    result = score(asked, answers)
    placed = {
        "reference": row.obligation_id,
        "engagement": row.obligation.engagement_id,
        "company": row.obligation.company_id,
        "party": row.obligation.party_id,
        "obligation": row.obligation.kind,
        "questionnaire": asked.id,
        "version": asked.version,
        "submission": row.id,
        "sha256": row.sha256,
        "submitted_at": row.submitted_at.astimezone(calendar.zone).isoformat(),
        "verdict": row.verdict,
        "score": result.percent,
    }
    return [placed | _question(line, answers, examined[line.question.id], marks) for line in result.lines]


def _question(
    line: Line, answers: Mapping[str, Answer], examined: Examined, marks: Mapping[str, Mark]
) -> dict[str, Any]:
    name = line.question.id
    answer, mark = answers.get(name, Answer()), marks.get(name)
    asked = examined.state is not QuestionState.HIDDEN
    return {
        "question": name,
        "state": examined.state.value,
        "value": answer.value if asked else None,
        "files": [file.sha256 for file in answer.files] if asked else [],
        "counted": line.standing.value,
        "points": line.points,
        "weight": line.weight,
        "findings": [finding.severity for finding in line.findings],
        "mark": mark.verdict if mark else "",
        "comment": mark.comment if mark else "",
        "treatment": mark.treatment if mark else "",
        "files_looked_at": bool(mark and mark.looked),
    }
