"""What a party adds to an answer that it has handed in, because more has become known (追加のご報告).

The request takes another answer then, though nothing is asked any more: no day moves, and whoever begins and never
hands it in has changed nothing. What is handed in is a submission like any other, and is looked through like any other;
the one before stays as it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.asked import last_submission
from monitor.obligations import KINDS
from monitor.obligations.holding import NOT_OPEN, held
from monitor.questionnaire import Change, diff, thaw_answers
from monitor.refusal import Refused, need
from monitor.tables.duty import ASKED, HANDED_IN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.calendar import Calendar
    from monitor.questionnaire import Answer
    from monitor.tables import Obligation

NOTHING_ADDED = "nothing-added"  #: the token of an addition that says nothing new


async def may_add(duty: Obligation) -> bool:
    """Whether the party may add to it now."""
    return duty.state in HANDED_IN and duty.erased_on is None and await KINDS[duty.kind].growing(duty)


async def held_to_write(duty_id: int) -> tuple[Obligation, Calendar]:
    """A duty that the party answers or adds to, locked within the caller's transaction, and the group's calendar."""
    duty, calendar = await held(duty_id)
    if duty.state not in ASKED and not await may_add(duty):
        raise Refused(NOT_OPEN, KINDS[duty.kind].no_more)
    return duty, calendar


def differing(before: Mapping[str, Answer], answers: Mapping[str, Answer]) -> list[str]:
    """The questions that are answered otherwise than before. Pure."""
    return [name for name, change in diff(before, answers).items() if change is not Change.SAME]


async def said_last(duty: Obligation) -> dict[str, Answer]:
    """What was handed in last."""
    last = await last_submission(duty.id)
    return thaw_answers(last.answers) if last else {}


async def handed_in_before(duty: Obligation, submission: int) -> dict[str, Answer]:
    """What was handed in before that submission for the same request."""
    earlier = tables.Submission.filter(obligation_id=duty.id, id__lt=submission)
    last = await earlier.order_by("-id").first()
    return thaw_answers(last.answers) if last else {}


async def news(duty: Obligation, answers: Mapping[str, Answer]) -> list[str]:
    """The questions to which these answers add; none of a first answer, or of one that had come back. Nothing new is
    nothing to hand in.
    """
    if duty.state not in HANDED_IN:
        return []
    found = differing(await said_last(duty), answers)
    need(found, NOTHING_ADDED, "These answers are the same as those that were handed in before. Nothing was sent.")
    return found


async def keep_up(
    duty: Obligation, before: Mapping[str, Answer], now: Mapping[str, Answer], at: datetime, actor: str
) -> None:
    """What the company has entered for its party stands in the party's draft as well, so that it goes on from there.
    What the party is typing meanwhile stays; within the caller's transaction.
    """
    rows = {row.question: row for row in await tables.Answer.filter(obligation_id=duty.id)}
    stamp: dict[str, Any] = {"changed_at": at, "changed_by": actor}
    for name, answer in now.items():
        row, value = rows.get(name), bare(answer)
        if row is None:
            await tables.Answer.create(obligation_id=duty.id, question=name, value=value, **stamp)
        elif row.value != value and name in before and row.value == bare(before[name]):
            await tables.Answer.filter(id=row.id).update(value=value, version=row.version + 1, **stamp)


def bare(answer: Answer) -> dict[str, object]:
    """An answer as a draft keeps it: without its files, which have rows of their own."""
    return answer.model_copy(update={"files": ()}).model_dump(mode="json", exclude_defaults=True)
