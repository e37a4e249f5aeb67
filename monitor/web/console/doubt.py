"""How sure one can be of what a party answered, for those who decide on it: a label on every answer, and what the looks
say against it, on the page of the request as on that of the case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.asked import frozen
from monitor.contradiction import confidence, doubts_about, doubts_of, observed
from monitor.language import Message, say_day
from monitor.questionnaire import Answer, thaw_answers
from monitor.web.answers import view

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from checks.contract import Rule
    from monitor.calendar import Calendar
    from monitor.contradiction import Claims, Observed
    from monitor.questionnaire import Questionnaire
    from monitor.tables import Case, Contradiction, Submission


@dataclass(frozen=True)
class Tongue:
    """In what words things are told: the reader's language, the group's calendar, the rules of the checks."""

    language: str
    calendar: Calendar
    rules: Mapping[str, Rule]

    def day(self, at: datetime) -> str:
        return say_day(self.calendar.day_of(at), self.language)

    def rule(self, name: str) -> str:
        known = self.rules.get(name)
        return known.title.said(self.language) if known else name


@dataclass(frozen=True)
class Trust:
    """What an answer that was handed in is worth, question by question."""

    answers: Mapping[str, Answer]
    doubts: Sequence[Contradiction]
    seen: Sequence[Observed]
    tongue: Tongue
    looked_at: Collection[str] = ()  #: the questions whose files a reviewer has looked at

    def label(self, question: str) -> dict[str, str]:
        """The label of one answer, with the day where a look is its ground; none where nobody answered and nothing was
        seen.
        """
        answer = self.answers.get(question, Answer())
        word, ground = confidence(
            question, answer, {doubt.question for doubt in self.doubts}, self.seen, self.looked_at
        )
        if answer.blank and ground is None:
            return {}
        day = Message("Seen by ourselves on {day}", {"day": self.tongue.day(ground.at)}) if ground else None
        return {"confidence": word.value, "seen": day.in_(self.tongue.language) if day else ""}


async def trust(submission: Submission, party: str, claims: Claims | None, tongue: Tongue, at: datetime) -> Trust:
    """What there is to be known beside the answers themselves."""
    answers = thaw_answers(submission.answers)
    seen = await observed(party, claims, at) if claims else []
    looked_at = await tables.Mark.filter(submission_id=submission.id, looked=True).values_list("question", flat=True)
    return Trust(answers, await doubts_of(submission.id), seen, tongue, frozenset(map(str, looked_at)))


async def against(found: Trust, questionnaire: Questionnaire, company: str) -> list[dict[str, Any]]:
    """What the looks say against an answer, with the company's own case where there is one."""
    watches = {doubt.finding.watch_id for doubt in found.doubts}
    open_ones = tables.Case.filter(watch_id__in=watches, company_id=company, closed_at=None)
    cases = {case.watch_id: case.id for case in await open_ones} if watches else {}
    return [
        _told(doubt, questionnaire, found.answers, found.tongue)
        | {"url": doubt.finding.watch.url, "case": cases.get(doubt.finding.watch_id)}
        for doubt in found.doubts
    ]


async def answers_against(case: Case, tongue: Tongue) -> list[dict[str, Any]]:
    """The answers that a case's findings contradict, each with its request."""
    told = []
    for doubt in await doubts_about(case):
        if doubt.obligation.request_id is not None:
            answers = thaw_answers(doubt.submission.answers)
            told.append(
                _told(doubt, await frozen(doubt.obligation.request_id), answers, tongue)
                | {"duty": doubt.obligation_id, "answered": tongue.day(doubt.submission.submitted_at)}
            )
    return told


def _told(
    doubt: Contradiction, questionnaire: Questionnaire, answers: Mapping[str, Answer], tongue: Tongue
) -> dict[str, Any]:
    question = next((one for one in questionnaire.questions if one.id == doubt.question), None)
    words = view.said_words(tongue.language)
    said = view.said(question, answers.get(doubt.question), tongue.language, words) if question else ""
    return {
        "question": question.text.in_(tongue.language) if question else doubt.question,
        "answer": said,
        "finding": tongue.rule(doubt.rule),
        "since": tongue.day(doubt.finding.first_seen_at),
    }
