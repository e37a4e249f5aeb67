"""What people do about a duty: submit, accept, return, waive, acknowledge, extend. One act, one transaction.

The form, the managers' pages, the command line and the simulation all call these. An act that is not possible now is
`Refused` with a token and a sentence; a decision that somebody else made first is one of the reasons.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor import links, tables
from monitor.asked import last_submission, ready
from monitor.books import Step, enter, moved
from monitor.calendar import Roll
from monitor.notices import COMPANY, VENDOR, about_duty, tell, withdraw
from monitor.obligations import KINDS
from monitor.obligations.adding import for_reviewers, held_to_write, may_add, news
from monitor.obligations.closing import close
from monitor.obligations.completeness import lacking, sent_back, wished
from monitor.obligations.foresight import next_one
from monitor.obligations.holding import held, open_for_answer
from monitor.obligations.marks import points_of
from monitor.obligations.pairs import another_pair_of_eyes
from monitor.questionnaire import thaw_answers
from monitor.reasons import harmless, keep
from monitor.refusal import need
from monitor.registry.roster import roster
from monitor.schedule import duty_event, edit, overdue, refresh
from monitor.tables.duty import ASKED, DECLINED, LIVE, MORE_TIME
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.calendar import Calendar
    from monitor.obligations.authority import Authority
    from monitor.pause import Pause
    from monitor.tables import Obligation, Submission

RETURN_LEAVES = 7  #: days that a returned answer leaves at least
WHY_RETURNED = "Say why the answer is returned: the party reads it."
WHY_WAIVED = "Say why this is waived: auditors read it."
WAIVER_AHEAD = "The end of a waiver lies ahead."
WHY_EXTENDED = "Say why more time is given: auditors read it."


async def person(email: str, at: datetime, name: str = "", title: str = "") -> str:
    """The actor that somebody is in the ledger (`person/12`), which holds nothing else of them."""
    harmless(name, title)
    known, _ = await tables.Person.get_or_create(
        email=email.lower(), name=name, defaults={"seen_at": at, "title": title}
    )
    if title and title != known.title:
        await tables.Person.filter(id=known.id).update(title=title, seen_at=at)
    return f"person/{known.id}"


@dataclass(frozen=True)
class Declaration:
    """回答・宣誓: the answers as they were frozen, their hash, and who declares that they are true. `email` where they
    gave one of their own, `confirmed` by what they proved it; `key` under which a machine sends it, so that it can ask
    again what became of it.
    """

    answers: str = "{}"
    sha256: str = ""
    name: str = ""
    title: str = ""
    email: str = ""
    confirmed: str = ""
    key: str = ""


async def submit(duty_id: int, at: datetime, declared: Declaration | None = None, actor: str = "vendor") -> int:
    """The party hands in its answers: the ladder stops, the receipt leaves, the reviewers are told. What lacks
    something that its kind cannot do without goes back at once instead. The number of it.
    """
    said = declared or Declaration()
    await ready(duty_id)
    async with transaction():
        duty, calendar = await held_to_write(duty_id)
        kind, answers = KINDS[duty.kind], thaw_answers(said.answers)
        added = await news(duty, answers, at, actor)
        handed_in = await tables.Submission.create(
            obligation_id=duty.id,
            answers=said.answers,
            sha256=said.sha256,
            signer_name=said.name,
            signer_title=said.title,
            signer_email=said.email,
            confirmed_by=said.confirmed,
            sent_under=said.key,
            submitted_at=at,
        )
        missing = await lacking(duty, said.answers) if declared else ()
        if missing:
            await enter([await sent_back(duty, handed_in, missing, calendar, at)], at)
            await wished(duty, said.answers, at, actor)
            return handed_in.id
        late = overdue(duty, calendar, at)
        fields = edit(
            duty,
            state="submitted",
            submitted_at=at,
            reviews=0,
            overdue_on=None,
            undeliverable_at=None,
            vendor_queued=None,
            company_queued=None,
        )
        gist = {"submission": handed_in.id, **({"added": added} if added else {}), **await kind.gist(duty, answers)}
        mark = str(handed_in.id)
        notices = [about_duty(duty, "receipt", VENDOR, at, urgent=True, mark=mark, data=gist)]
        if kind.reviewed:
            fields |= edit(duty, decided_at=None, accepted_on=None) if added else {}
            more = {
                "mark": mark,
                "roles": ["reviewer"],
                "urgent": duty.statutory,
                **await for_reviewers(duty, gist, at),
            }
            notices.append(about_duty(duty, "review", COMPANY, at, **more))
        else:
            fields |= edit(duty, state="accepted", decided_at=at, accepted_on=calendar.day_of(at))
        how = {"late": late} | ({"confirmed": said.confirmed} if said.confirmed else {}) | dict(kind.heard(answers))
        how |= {"added": added} if added else {}
        event = duty_event("submitted", duty, actor, sha256=said.sha256, submission=handed_in.id, **how)
        await enter([Step(duty, fields | refresh(duty, calendar, at), [event], notices, withdraw=True)], at)
        await kind.told(duty, answers, at, actor)
    return handed_in.id


async def accept(duty_id: int, at: datetime, actor: str, read: int | None = None) -> None:
    """A named person of the responsible company accepts; the party is told, and the next one is worked out.

    `read`: the submission that they had before them. One that came meanwhile is not decided on unread. Whether one
    person may accept by themselves, and what stands in the way, is decided before (monitor/reviewing): this speaks for
    all whose word it takes.
    """
    await ready(duty_id)
    async with transaction():
        duty, calendar = await held(duty_id)
        await accepting(duty, calendar, at, actor, read)


async def accepting(
    duty: Obligation, calendar: Calendar, at: datetime, actor: str, read: int | None = None, **said: Any
) -> None:
    """The same for a duty that the caller's transaction holds; `said` is what more the ledger is to know of it."""
    under_review(duty)
    handed_in = await _decide(duty, Decision("accepted", "", read), at, actor)
    await another_pair_of_eyes(handed_in.get("submission"), actor)
    fields = edit(duty, state="accepted", decided_at=at, accepted_on=calendar.day_of(at))
    following = await next_one(duty, await roster(), at)  # the letter may leave before the next one is planned
    told = {"next_on": following.due_on.isoformat()} if following else {}
    notice = about_duty(duty, "accepted", VENDOR, at, data=told)
    event = duty_event("accepted", duty, actor, **handed_in, **said)
    await enter([Step(duty, fields | refresh(duty, calendar, at), [event], [notice], withdraw=True)], at)
    await tables.Engagement.filter(key=duty.engagement_id).update(plan_at=at)
    answer = await tables.Submission.get(id=handed_in["submission"]) if handed_in else None
    await KINDS[duty.kind].accepted(duty, answer, calendar, at, actor)


def under_review(duty: Obligation) -> None:
    """Only what was submitted can be decided on."""
    need(duty.state == "submitted", "not-submitted", "There is no submitted answer to decide on.")


async def return_(duty_id: int, at: datetime, actor: str, reason: str, read: int | None = None) -> None:
    """The answer goes back with a reason, or with the questions that are marked to go back and what was said of each:
    then those alone reopen. At least seven days are left for a new one. `read`: as in `accept`.
    """
    async with transaction():
        duty, calendar = await held(duty_id)
        await returning(duty, calendar, at, actor, reason, read)


async def returning(
    duty: Obligation, calendar: Calendar, at: datetime, actor: str, reason: str, read: int | None = None
) -> None:
    """The same for a duty that the caller's transaction holds."""
    last = await last_submission(duty.id)
    points = await points_of(last.id) if last else {}
    need(reason.strip() or points, "reason-missing", WHY_RETURNED)
    under_review(duty)
    why = await _decide(duty, Decision("returned", reason, read), at, actor) | await keep(reason, at)
    step = Step(duty, edit(duty, state="returned", decided_at=at, since=at, reason=reason), withdraw=True)
    before = duty.due_on
    _leave_time(step, calendar, at, actor)
    step.fields |= refresh(duty, calendar, at)
    step.events.insert(0, duty_event("returned", duty, actor, **why, **({"questions": [*points]} if points else {})))
    told = {"reason": reason, "submission": last.id if last else None, "was": _was(step, before)}
    step.notices.append(about_duty(duty, "returned", VENDOR, at, mark=at.isoformat(), data=told))
    await enter([step], at)
    await tables.Engagement.filter(key=duty.engagement_id).update(plan_at=at)


def _was(step: Step, before: date) -> str:
    """The date until now, where the return moves it."""
    return before.isoformat() if step.fields.get("due_on", before) != before else ""


def _leave_time(step: Step, calendar: Calendar, at: datetime, actor: str) -> None:
    """T moves where fewer days are left than a new answer needs."""
    duty, today = step.duty, calendar.day_of(at)
    if (duty.due_on - today).days < RETURN_LEAVES:
        base = today + timedelta(days=RETURN_LEAVES)
        rolled = calendar.roll(base, Roll(duty.roll))
        later = moved(duty, base, rolled, "returned", calendar, at, tell=False, actor=actor)
        step.fields |= later.fields
        step.events += later.events


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided on which submission, as far as whoever decides can say."""

    verdict: str
    reason: str
    read: int | None


async def _decide(duty: Obligation, made: Decision, at: datetime, actor: str) -> dict[str, Any]:
    """Write the decision on the last submission, and give what names that in the ledger: its id and its hash. A second
    decision finds the duty in another state and is refused.
    """
    last = await last_submission(duty.id)
    if last is None:
        return {}
    as_read(last, made.read)
    reviewer = int(actor.removeprefix("person/")) if actor.startswith("person/") else None
    await tables.Submission.filter(id=last.id).update(
        verdict=made.verdict, reason=made.reason, decided_at=at, reviewer_id=reviewer, weighed=0
    )
    return {"submission": last.id, "sha256": last.sha256}


def as_read(last: Submission, read: int | None) -> None:
    """Nobody decides on an answer that came after the one that they have read."""
    need(
        read in (None, last.id),
        "by-unread",
        "Another answer has come since you opened this page. Read it, and decide then.",
    )


async def waive(duty_id: int, at: datetime, actor: str, reason: str, until: datetime, *, authority: Authority) -> None:
    """例外承認: nothing is owed until that instant; approver, reason and end stand in the record."""
    need(actor.startswith("person/"), "by-missing", "Say who approves the waiver.")
    need(reason.strip(), "reason-missing", WHY_WAIVED)
    need(until > at, "until-past", WAIVER_AHEAD)
    async with transaction():
        duty, calendar = await held(duty_id)
        need(
            duty.state in LIVE and duty.state != "waived",
            "not-live",
            "Nothing is owed here any more.",
        )
        authority.may_waive(duty, until, calendar, at)
        fields = edit(
            duty,
            state="waived",
            waived_until=until,
            waived_by=actor,
            reason=reason,
            declined={},
            vendor_queued=None,
            company_queued=None,
            overdue_on=None,
        )
        event = duty_event("waived", duty, actor, until=until.isoformat(), **await keep(reason, at))
        await enter([Step(duty, fields | refresh(duty, calendar, at), [event], withdraw=True)], at)
        await tables.Engagement.filter(key=duty.engagement_id).update(plan_at=at)  # which may have ended meanwhile


async def acknowledge(duty_id: int, at: datetime, actor: str, pause: Pause) -> None:
    """A person takes it: the company's levels pause until then, the party's reminders go on, nothing is closed."""
    async with transaction():
        duty, calendar = await held(duty_id)
        pause.check(actor, calendar, at)
        need(
            duty.state == DECLINED or (duty.state in ASKED and duty.overdue_on),
            "not-overdue",
            "Nothing is overdue here that could be taken in hand.",
        )
        fields = edit(duty, paused_until=pause.until, paused_by=actor, paused_why=pause.why, company_queued=None)
        await withdraw(at, obligation_id=duty.id, side=COMPANY, kind="rung")
        event = duty_event("acknowledged", duty, actor, until=pause.until.isoformat(), **await keep(pause.why, at))
        await enter([Step(duty, fields | refresh(duty, calendar, at), [event])], at)


async def extend(duty_id: int, at: datetime, actor: str, due_on: date, reason: str, *, authority: Authority) -> None:
    """The company grants more time: T moves, the party is told at once, and what it wished for is answered."""
    async with transaction():
        duty, calendar = await held(duty_id)
        due = await extending(duty, calendar, Moving(due_on, reason, authority), at, actor)
        await _answer_wishes(duty, due, at, actor)


@dataclass(frozen=True, slots=True)
class Moving:
    """The day that somebody grants, why, and by what authority."""

    due_on: date
    reason: str
    authority: Authority


async def extending(duty: Obligation, calendar: Calendar, to: Moving, at: datetime, actor: str) -> date:
    """The same for a duty that the caller's transaction holds, where the caller answers the wish. Gives the new T."""
    need(to.reason.strip(), "reason-missing", WHY_EXTENDED)
    open_for_answer(duty)
    due = later(duty, calendar, to, at)
    step = moved(duty, to.due_on, due, "extended", calendar, at, actor=actor)
    why = await keep(to.reason, at)
    step.events = [replace(event, data={**event.data, **why}) for event in step.events]
    await enter([step], at)
    return due


def later(duty: Obligation, calendar: Calendar, to: Moving, at: datetime) -> date:
    """The T that the day comes to, if it may be that."""
    due = calendar.roll(to.due_on, Roll(duty.roll))
    need(due >= calendar.day_of(at), "day-past", "A new due date lies ahead.")
    need(due > duty.due_on, "not-later", "A new due date lies after the present one, {due}.", due=duty.due_on)
    to.authority.may_extend(duty, to.due_on, calendar)
    return due


async def _answer_wishes(duty: Obligation, due: date, at: datetime, actor: str) -> None:
    """A wish for more time is granted by the day that was wished or a later one; an earlier one is another date."""
    for plea in await tables.Plea.filter(obligation_id=duty.id, kind=MORE_TIME, decision=None):
        granted = plea.proposed_on is not None and due >= plea.proposed_on
        await close(plea, "granted" if granted else "other-date", at, actor, due_on=due)


async def revoke_links(duty_id: int, at: datetime, actor: str, *, fresh: bool) -> None:
    """Nobody opens anything with a link that was mailed so far. The next mail brings a new one; `fresh`: one leaves at
    once, to the address that is registered today.
    """
    async with transaction():
        duty, _ = await held(duty_id)
        revoked = await links.revoke(duty, at, actor)
        need(revoked, "none-valid", "No link is valid here any more.")
        adding = await may_add(duty)
        if fresh and (adding or (duty.state in ASKED and duty.told_on is not None)):
            data = {"reason": "revoked"} | ({"adding": True} if adding else {})
            said = {"mark": at.isoformat(), "data": data}
            await tell([about_duty(duty, "fresh-link", VENDOR, at, urgent=True, **said)])
