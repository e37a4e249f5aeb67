"""What reviewers have marked in an answer, as far as it binds the party: which questions of a returned one are open.

Where no question is marked, all of them reopen. Where some are, the others stand as they were handed in and are shown,
not asked. A question stays open that was not answered then, because another answer has only now made it visible, and
one whose answer would not be taken any more, because a day has passed since: nobody may be kept from handing in by an
answer that they cannot change.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor import tables
from monitor.asked import frozen, last_submission
from monitor.questionnaire import Answer, examine, thaw_answers
from monitor.registry.roster import roster

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet
    from datetime import date, datetime

    from monitor.questionnaire import Questionnaire
    from monitor.tables import Mark, Obligation

ACCEPTED, RETURNED = "accepted", "returned"


@dataclass(frozen=True)
class Returned:
    """差し戻し, from the party's side: the comment on each question that came back, the answers as they were handed
    in, and the questions that stand.
    """

    points: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, Answer] = field(default_factory=dict)
    settled: AbstractSet[str] = frozenset()


def settled(
    questionnaire: Questionnaire, before: Mapping[str, Answer], points: Mapping[str, str], day: date
) -> set[str]:
    """The questions whose answers stand. Pure."""
    if not points:
        return set()
    examined = examine(questionnaire, before, day).questions
    return {name for name in before if name in examined and name not in points and not examined[name].problems}


async def returned(duty: Obligation, at: datetime, questionnaire: Questionnaire | None = None) -> Returned:
    """What of a request came back; nothing where it did not."""
    last = await last_submission(duty.id) if duty.state == RETURNED else None
    if last is None or last.verdict != RETURNED:
        return Returned()
    before, points = thaw_answers(last.answers), await points_of(last.id)
    if not points or duty.request_id is None:
        return Returned({}, before)
    asked = questionnaire or await frozen(duty.request_id)
    today = (await roster()).calendar.day_of(at)
    order = [question.id for question in asked.questions if question.id in points]
    return Returned({name: points[name] for name in order}, before, settled(asked, before, points, today))


async def marks_of(submission_id: int) -> dict[str, Mark]:
    """The marks of a submission, by question."""
    return {row.question: row for row in await tables.Mark.filter(submission_id=submission_id)}


async def points_of(submission_id: int) -> dict[str, str]:
    """The questions of a submission that go back, each with what the party is told about it."""
    rows = tables.Mark.filter(submission_id=submission_id, verdict=RETURNED)
    return dict(await rows.order_by("question").values_list("question", "comment"))
