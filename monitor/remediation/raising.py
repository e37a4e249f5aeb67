"""An accepted answer -> the findings that it raises, finds again, or shows to be put right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checks.contract import Severity
from monitor.asked import frozen
from monitor.calendar import DAY, Roll
from monitor.questionnaire import QuestionType, submission, thaw_answers
from monitor.questionnaire.model import NO
from monitor.remediation.recording import Change, record
from monitor.remediation.rules import HELD, UNSHOWN, dated, reopened, settled, unsettled
from monitor.schedule import edit
from monitor.tables import Remediation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from monitor.calendar import Calendar
    from monitor.questionnaire import Answer, Finding, Question, Questionnaire
    from monitor.tables import Obligation, Submission

Key = tuple[str, str]  #: question, and the answer to it that raises the finding


@dataclass(frozen=True, slots=True)
class Raised:
    """A finding that an answer raises, by its question and that answer."""

    question: Question
    value: str
    finding: Finding

    @property
    def key(self) -> Key:
        return self.question.id, self.value

    @property
    def words(self) -> dict[str, dict[str, str]]:
        told = {"name": self.finding.name, "advice": self.finding.advice, "question": self.question.text}
        return {name: {"ja": text.ja, "en": text.en} for name, text in told.items()}


@dataclass(frozen=True, slots=True)
class Reading:
    """An accepted answer: of which duty, under which number, when, by whom, and what it says."""

    duty: Obligation
    submission: int
    answers: Mapping[str, Answer]
    calendar: Calendar
    at: datetime
    actor: str

    @property
    def owner(self) -> int | None:
        """Whoever accepted the answer sees to what it left open, until somebody else is named."""
        return int(self.actor.removeprefix("person/")) if self.actor.startswith("person/") else None


def raised_by(asked: Questionnaire, answers: Mapping[str, Answer]) -> Iterator[Raised]:
    """What these answers raise, in the order of the questionnaire."""
    present = submission(asked, answers)
    for question in asked.questions:
        if question.id in present:
            chosen = present[question.id].chosen
            yield from (Raised(question, value, found) for value, found in _weak(question) if value in chosen)


def _weak(question: Question) -> Iterator[tuple[str, Finding]]:
    if question.type is QuestionType.YES_NO and question.finding:
        yield NO, question.finding
    yield from ((choice.id, choice.finding) for choice in question.choices if choice.finding)


async def follow(duty: Obligation, handed_in: Submission, calendar: Calendar, at: datetime, actor: str) -> None:
    """Put on the books what an answer raises that is accepted in the caller's transaction."""
    if handed_in.answers == "{}" or duty.request_id is None:
        return
    asked = await frozen(duty.request_id)
    answers = submission(asked, thaw_answers(handed_in.answers))
    read = Reading(duty, handed_in.id, answers, calendar, at, actor)
    known = await Remediation.filter(engagement_id=duty.engagement_id, kind=duty.kind).order_by("id")
    await record(decide(list(raised_by(asked, answers)), known, read), at, actor)


def decide(raised: Iterable[Raised], known: Iterable[Remediation], read: Reading) -> list[Change]:
    """From what is on the books to what this answer says. Pure."""
    books = {(row.question, row.raised_by): row for row in known}
    now = {one.key: one for one in raised}
    again = [_again(books[key], one, read) if key in books else _new(one, read) for key, one in now.items()]
    questions = {question for question, _ in now}
    gone = [row for key, row in books.items() if key not in now and row.state in HELD and row.question in read.answers]
    return again + [_replaced(row, read) if row.question in questions else _mended(row, read) for row in gone]


def _new(one: Raised, read: Reading) -> Change:
    duty, today = read.duty, read.calendar.day_of(read.at)
    row = Remediation(
        engagement_id=duty.engagement_id,
        company_id=duty.company_id,
        party_id=duty.party_id,
        origin_id=read.submission,
        owner_id=read.owner,
        kind=duty.kind,
        question=one.question.id,
        raised_by=one.value,
        first_on=today,
        since=read.at,
        look_at=read.at,
        **_said(one),
        **_days(one, read),
    )
    return Change(row, "raised", data={"submission": read.submission}, new=True)


def _said(one: Raised) -> dict[str, Any]:
    return {"words": one.words, "severity": int(Severity.of(one.finding.severity))}


def _days(one: Raised, read: Reading) -> dict[str, Any]:
    today = read.calendar.day_of(read.at)
    base = today + one.finding.days * DAY
    due = read.calendar.roll(base, Roll(read.duty.roll))
    return {"set_on": today, "base_on": base, "due_on": due, "first_due_on": base}


def _again(row: Remediation, one: Raised, read: Reading) -> Change:
    """Found once more: where it was settled, it is open again; else what was agreed about it stands."""
    fields = edit(row, times=row.times + 1, origin_id=read.submission, **_said(one))
    if row.state not in HELD:
        fields |= reopened(row, one.finding.days, read.at, read.calendar, read.duty.roll)
    elif row.state == "fixed":
        fields |= edit(row, state="open", asked_id=None, since=read.at)
    return Change(row, "found_again", fields, {"submission": read.submission, "times": row.times})


def _mended(row: Remediation, read: Reading) -> Change:
    """A later answer raises it no more: verified where evidence came with that answer, else only said."""
    if read.answers[row.question].files:
        proof = {"how": "evidence", "submission": read.submission, "by": read.actor}
        return Change(row, "verified", settled(row, "verified", read.at, **proof), {"submission": read.submission})
    if not unsettled(row):
        return Change(row, "found_no_more", edit(row, look_at=read.at), {"submission": read.submission})
    return said_fixed(row, read)


def said_fixed(row: Remediation, read: Reading) -> Change:
    """The party says that it is put right, and nothing shows it: it is asked again, unless a look sees it before. Who
    was early is not asked earlier than the day that it was told.
    """
    today = read.calendar.day_of(read.at)
    fields = dated(row, max(row.base_on, today + UNSHOWN * DAY), today, read.calendar, read.duty.roll)
    fields |= edit(row, state="fixed", look_at=read.at, promised_on=None)
    return Change(row, "fixed", fields, {"submission": read.submission})


def _replaced(row: Remediation, read: Reading) -> Change:
    """The same question is now answered in another way that raises another finding, which stands in its place."""
    data = {"submission": read.submission, "reason": "replaced"}
    return Change(row, "lapsed", settled(row, "lapsed", read.at, how="replaced"), data)
