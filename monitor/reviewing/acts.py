"""What reviewers do: mark answers, accept the whole, or return it. One act, one transaction.

Several review at once. A mark has a version, as a draft answer has: what a colleague has written meanwhile is never
overwritten unseen. Who decides on the whole says which marks they had before them (`Seen`), so nobody accepts what a
colleague has just marked to go back.

Where two people have to agree, the first one's acceptance is a proposal: nothing is accepted by it, the reviewers go on
being reminded, and anybody may still return the answer.
"""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from monitor import ledger, tables
from monitor.asked import frozen, last_submission, ready
from monitor.notices import COMPANY, about_duty, tell, withdraw
from monitor.obligations import acts
from monitor.obligations.holding import held
from monitor.obligations.marks import ACCEPTED, RETURNED, marks_of, points_of
from monitor.obligations.pairs import another_pair_of_eyes, same_person
from monitor.questionnaire import Score, score, thaw_answers
from monitor.refusal import need
from monitor.registry.roster import roster
from monitor.reviewing.decide import Said, Wrong, grave, wrong
from monitor.schedule import duty_event
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.reviewing.decide import Policy
    from monitor.tables import Mark, Obligation, Proposal, Submission

SECOND = "second-person"  #: the notice to those who can confirm an acceptance


@dataclass(frozen=True)
class Seen:
    """What somebody who decides had before them: the submission, and how often its marks had changed. None: they say
    nothing of it, and decide on what is there.
    """

    submission: int | None = None
    marks: int | None = None


@dataclass(frozen=True)
class Marked:
    """What marking did: `conflicts` are questions that a colleague has marked meanwhile, `wrong` what was not taken."""

    saved: tuple[str, ...] = ()
    conflicts: Mapping[str, Mark | None] = field(default_factory=dict)
    wrong: Mapping[str, Wrong] = field(default_factory=dict)


class Decided(enum.Enum):
    """What an acceptance came to."""

    ACCEPTED = "accepted"
    PROPOSED = "proposed"


async def mark(duty_id: int, said: Mapping[str, Said], at: datetime, actor: str, seen: Seen | None = None) -> Marked:
    """Write what a reviewer says of questions. What is as it was changes nothing and leaves no trace."""
    faults = {question: fault for question, one in said.items() if (fault := wrong(one))}
    await ready(duty_id)
    async with transaction():
        duty, _ = await held(duty_id)
        last = await _under_review(duty, seen or Seen())
        known, asked = await marks_of(last.id), {question.id for question in (await _asked(duty)).questions}
        meant = {q: one for q, one in said.items() if q in asked and q not in faults and not one.stands(known.get(q))}
        conflicts = {q: known.get(q) for q, one in meant.items() if one.version != _version(known.get(q))}
        saved = {question: one for question, one in meant.items() if question not in conflicts}
        for question, one in saved.items():
            await _write(last.id, question, one, known.get(question), at, actor)
        barred = {question for question, fault in faults.items() if fault.field == "note"}
        notes = {q: one.note for q, one in said.items() if q in asked and q not in barred and one.note.strip()}
        await _note(duty, notes, at, actor)
        await ledger.write(_events(duty, last, saved, notes, actor), at)
    return Marked(tuple(saved), conflicts, faults)


def _version(mark: Mark | None) -> int:
    return mark.version if mark else 0


async def _write(submission: int, question: str, said: Said, known: Mark | None, at: datetime, actor: str) -> None:
    told: dict[str, Any] = {
        "verdict": said.verdict,
        "comment": said.comment.strip() if said.verdict == RETURNED else "",
        "looked": said.looked,
        "treatment": said.treatment.strip(),
        "reviewer_id": _number(actor),
        "changed_at": at,
    }
    if known is None:
        await tables.Mark.create(submission_id=submission, question=question, version=1, **told)
    else:
        await tables.Mark.filter(id=known.id, version=known.version).update(version=known.version + 1, **told)


async def _note(duty: Obligation, notes: Mapping[str, str], at: datetime, actor: str) -> None:
    rows = [
        tables.Note(
            obligation_id=duty.id, question=question, text=text.strip(), author_id=_number(actor), written_at=at
        )
        for question, text in notes.items()
    ]
    await tables.Note.bulk_create(rows)


def _number(actor: str) -> int | None:
    return int(actor.removeprefix("person/")) if actor.startswith("person/") else None


def _events(
    duty: Obligation, last: Submission, saved: Mapping[str, Said], notes: Mapping[str, str], actor: str
) -> list[ledger.Event]:
    """Which questions got which verdict; of what was written, only the hash."""
    found = []
    placed: dict[str, Any] = {"engagement": duty.engagement_id, "submission": last.id}
    if saved:
        by = {verdict or "none": sorted(q for q, one in saved.items() if one.verdict == verdict) for verdict in _SAID}
        digest = _digest(sorted((q, one.comment, one.looked, one.treatment) for q, one in saved.items()))
        facts = placed | {name: questions for name, questions in by.items() if questions} | {"sha256": digest}
        found.append(ledger.Event("answer.marked", f"obligation/{duty.id}", facts, duty.company_id, actor))
    if notes:
        facts = placed | {"questions": sorted(notes), "sha256": _digest(sorted(notes.items()))}
        found.append(ledger.Event("answer.noted", f"obligation/{duty.id}", facts, duty.company_id, actor))
    return found


_SAID = (ACCEPTED, RETURNED, "")


def _digest(what: object) -> str:
    return hashlib.sha256(repr(what).encode()).hexdigest()


async def accept(duty_id: int, at: datetime, actor: str, policy: Policy, seen: Seen | None = None) -> Decided:
    """A named person accepts. Where the tier asks for two, the first one proposes and a second, different one confirms.

    Refused while an answer is marked to go back, and while a grave finding is open without a word on how it is dealt
    with. The findings themselves are followed up from the acceptance on, in its transaction (`obligations.acts`); what
    was said of their treatment is in the marks of the submission.
    """
    await ready(duty_id)
    async with transaction():
        duty, calendar = await held(duty_id)
        last = await _under_review(duty, seen or Seen())
        need(not await points_of(last.id), "by-marked-returned", _MARKED)
        result = await _scored(duty, last)
        await _treated(last, result, policy)
        tier = (await (await roster()).engagement(duty.engagement_id)).effective_tier
        facts: dict[str, Any] = {"points": result.numerator, "of": result.denominator} if result else {}
        if policy.needs_second(tier):
            proposal = await tables.Proposal.get_or_none(submission_id=last.id).select_related("proposer")
            if proposal is None:
                await another_pair_of_eyes(last.id, actor)
                await _propose(duty, last, at, actor)
                return Decided.PROPOSED
            await _different(proposal, actor)
            facts["proposed_by"] = f"person/{proposal.proposer_id}"
        await acts.accepting(duty, calendar, at, actor, last.id, **facts)
    return Decided.ACCEPTED


_MARKED = "An answer is marked to go back. Return the whole, or take the mark back before you accept."
_STALE = "A colleague has marked an answer since you opened this page. Look at it, and decide then."
_UNTREATED = (
    "A finding that is this severe stands open. Say on the review page how it is dealt with, by whom and until when:"
    " {findings}"
)
_ONE_PERSON = (
    "You, or somebody with your mailbox or your name, have proposed this acceptance. In this tier a second person with"
    " another name and a mailbox of their own confirms it."
)


async def _under_review(duty: Obligation, seen: Seen) -> Submission:
    """The submission that is decided on, if it and its marks are those that were seen."""
    acts.under_review(duty)
    last = await last_submission(duty.id)
    need(last is not None, "not-submitted", "There is no submitted answer to decide on.")
    assert last is not None  # noqa: S101 - said above
    acts.as_read(last, seen.submission)
    if seen.marks is not None:
        need(seen.marks == await changes_of(last.id), "by-marks-changed", _STALE)
    return last


async def changes_of(submission_id: int) -> int:
    """How often the marks of a submission have changed: it only grows."""
    return sum(row.version for row in (await marks_of(submission_id)).values())


async def _asked(duty: Obligation) -> Any:
    need(duty.request_id, "not-submitted", "There is no submitted answer to decide on.")
    return await frozen(duty.request_id)


async def _scored(duty: Obligation, last: Submission) -> Score | None:
    return score(await _asked(duty), thaw_answers(last.answers)) if duty.request_id else None


async def _treated(last: Submission, result: Score | None, policy: Policy) -> None:
    marks = await marks_of(last.id)
    open_ones = grave(result.findings, policy) if result else {}
    left = [found for name, found in open_ones.items() if name not in marks or not marks[name].treatment]
    language = (await roster()).group.language
    names = ", ".join(finding.name.in_(language) for found in left for finding in found)
    need(not left, "by-untreated", _UNTREATED, findings=names)


async def _propose(duty: Obligation, last: Submission, at: datetime, actor: str) -> None:
    await tables.Proposal.create(submission_id=last.id, proposer_id=_number(actor), proposed_at=at)
    who = await tables.Person.get_or_none(id=_number(actor))
    said = {"submission": last.id, "but": who.email if who else ""}
    await tell([about_duty(duty, SECOND, COMPANY, at, mark=str(last.id), roles=["reviewer"], data=said)])
    event = duty_event("proposed", duty, actor, submission=last.id, sha256=last.sha256)
    await ledger.write([event], at)


async def _different(proposal: Proposal, actor: str) -> None:
    """A proposer whose name was erased since is nobody whom one could be: the mailbox is gone too."""
    first, second = proposal.proposer, await tables.Person.get_or_none(id=_number(actor))
    if first and second:
        one_person = same_person((first.email, first.name), (second.email, second.name))
        need(not one_person, "by-same-person", _ONE_PERSON)


async def take_back(duty_id: int, at: datetime, actor: str, seen: Seen | None = None) -> None:
    """A proposal is taken back, by whoever reviews: nothing is accepted, and nobody waits for a second person."""
    async with transaction():
        duty, _ = await held(duty_id)
        last = await _under_review(duty, seen or Seen())
        gone = await tables.Proposal.filter(submission_id=last.id).delete()
        need(gone, "by-not-proposed", "Nobody has proposed to accept this, or the proposal was taken back already.")
        await withdraw(at, obligation_id=duty.id, kind=SECOND)
        await ledger.write([duty_event("unproposed", duty, actor, submission=last.id, sha256=last.sha256)], at)


async def return_(duty_id: int, at: datetime, actor: str, reason: str, seen: Seen | None = None) -> None:
    """The answer goes back, with the questions that are marked so; one person suffices."""
    async with transaction():
        duty, calendar = await held(duty_id)
        last = await _under_review(duty, seen or Seen())
        await acts.returning(duty, calendar, at, actor, reason, last.id)
