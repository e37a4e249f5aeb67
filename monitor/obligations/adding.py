"""What a party adds to an answer that it has handed in, because more has become known (追加のご報告).

The request takes another answer then, though nothing is asked any more: no day moves, and whoever begins and never
hands it in has changed nothing. What is handed in is a submission like any other, and is looked through like any other;
the one before stays as it was.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.asked import last_submission
from monitor.obligations import KINDS
from monitor.obligations.holding import NOT_OPEN, held
from monitor.questionnaire import Change, diff, thaw_answers
from monitor.refusal import Refused, need
from monitor.tables.duty import ASKED, HANDED_IN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from monitor.calendar import Calendar
    from monitor.questionnaire import Answer
    from monitor.tables import Obligation

NOTHING_ADDED = "nothing-added"  #: the token of an addition that says nothing new
TOO_MANY = "too-many-additions"  #: the token of one that has to wait for another day
DAY = timedelta(days=1)  #: no calendar day: what is counted in it was handed in in the last 24 hours
A_DAY = 10  #: answers of one request to which a link adds: in the wrong hands it must not fill mailboxes and the ledger
AT_ONCE = 3  #: letters of a day to the reviewers of one request; after them one leaves an hour
AN_HOUR = timedelta(hours=1)


async def may_add(duty: Obligation, *, lock: bool = False) -> bool:
    """Whether the party may add to it now. `lock`: and nobody ends that before the caller's transaction does."""
    return duty.state in HANDED_IN and duty.erased_on is None and await KINDS[duty.kind].growing(duty, lock=lock)


async def held_to_write(duty_id: int) -> tuple[Obligation, Calendar]:
    """A duty that the party answers or adds to, locked within the caller's transaction, and the group's calendar."""
    duty, calendar = await held(duty_id)
    if duty.state not in ASKED and not await may_add(duty, lock=True):
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


async def news(duty: Obligation, answers: Mapping[str, Answer], at: datetime, actor: str) -> list[str]:
    """The questions to which these answers add; none of a first answer, or of one that had come back. Nothing new is
    nothing to hand in. What the company itself enters is never too much.
    """
    if duty.state not in HANDED_IN:
        return []
    found = differing(await said_last(duty), answers)
    need(found, NOTHING_ADDED, "These answers are the same as those that were handed in before. Nothing was sent.")
    handed_in = tables.Submission.filter(obligation_id=duty.id, submitted_at__gt=at - DAY)
    need(
        not actor.startswith("link/") or await handed_in.count() < A_DAY,
        TOO_MANY,
        "Today nothing more can be handed in here. Your answers are saved: hand them in tomorrow by the same link. What"
        " cannot wait until then, please tell whoever asks you by mail or by telephone.",
    )
    return found


async def for_reviewers(duty: Obligation, gist: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """What the reviewers' letter says, and when it leaves. It takes the place of one that still waits, and says what
    that would have said as well; after the day's first ones it leaves an hour after the one before.
    """
    if "added" not in gist:
        return {"data": dict(gist), "send_at": at}
    found = await tables.Notice.filter(obligation_id=duty.id, kind="review").exclude(state="dropped")
    left = sorted(one.send_at for one in found if one.state != "waiting" and one.made_at > at - DAY)
    leaves = max(at, left[-1] + AN_HOUR) if len(left) >= AT_ONCE else at
    return {"data": _together([one.data for one in found if one.state == "waiting"], gist), "send_at": leaves}


def _together(waiting: Sequence[Mapping[str, Any]], gist: Mapping[str, Any]) -> dict[str, Any]:
    """Whoever has not heard of the first answer yet hears of that, and of no addition to it. Pure."""
    if not all("added" in one for one in waiting):
        return {name: said for name, said in gist.items() if name != "added"}
    added = dict.fromkeys(name for one in (*waiting, gist) for name in one["added"])
    return {**gist, "added": [*added]}


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
