"""What a reviewer has before them: each answer beside last time's, what it rests on, what it is worth, what was said of
it so far.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.asked import frozen
from monitor.language import Message, say_instant
from monitor.obligations import KINDS
from monitor.obligations.drafts import last_accepted
from monitor.obligations.marks import RETURNED, marks_of
from monitor.questionnaire import Change, Gate, Standing, diff, examine, gate_of, score, thaw_answers
from monitor.reviewing import files_again, grave, standing
from monitor.web.answers import view
from monitor.web.answers.groups import answer_groups

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from monitor.questionnaire import Answer, Finding, Line, Questionnaire, Score
    from monitor.questionnaire.model import Severity
    from monitor.registry.roster import Roster
    from monitor.reviewing import Policy
    from monitor.tables import Mark, Note, Obligation, Submission
    from monitor.web.console.doubt import Trust

#: How a question enters the score, in words.
STANDINGS = {
    Standing.ANSWERED: "Answered",
    Standing.SEEN: "Not answered, but seen by ourselves",
    Standing.UNANSWERED: "Not answered: counts as 0",
    Standing.NOT_APPLICABLE: "Not applicable: not counted",
    Standing.HIDDEN: "Not asked: not counted",
    Standing.UNSCORED: "Read by people: not counted",
}
LOOKED_AT = "Seen by ourselves: not counted"
RATINGS = {"good": "good", "fair": "fair", "weak": "weak"}
GATES = {
    Gate.NOT_ACCEPTABLE: "A critical finding is open. It can be accepted only with a word on how it is dealt with.",
    Gate.WITH_CONDITIONS: "A severe finding is open. Agree on a day by which it is put right.",
    Gate.CLEAR: "No severe finding stands in the way.",
}

DOUBTED = "An answer contradicts what we saw. Return it to be corrected, or make sure that our look is not wrong."
_SIGNS = {Gate.NOT_ACCEPTABLE: "critical", Gate.WITH_CONDITIONS: "high", Gate.CLEAR: "pass"}


@dataclass(frozen=True)
class Case:
    """One submission under review, with all that is known beside it."""

    duty: Obligation
    submission: Submission
    asked: Questionnaire
    answers: Mapping[str, Answer]
    before: Mapping[str, Answer]
    resubmitted: bool  #: `before` is the answer that was returned, and not the one accepted last time
    added: bool  #: it adds to `before`, which had not come back
    marks: Mapping[str, Mark]
    earlier: Mapping[str, Mark]  #: of the answer that was returned, or that this one adds to
    notes: Sequence[Note]
    people: Mapping[int, str]
    trust: Trust
    policy: Policy

    @classmethod
    async def of(cls, duty: Obligation, submission: Submission, trust: Trust, policy: Policy) -> Case:
        earlier = tables.Submission.filter(obligation_id=duty.id, id__lt=submission.id).order_by("-id")
        last = await (earlier if KINDS[duty.kind].grows else earlier.filter(verdict=RETURNED)).first()
        before = thaw_answers(last.answers) if last else await _of_last_time(duty, submission)
        handed_back = last is not None and last.verdict == RETURNED
        marks = await marks_of(submission.id)
        notes = await tables.Note.filter(obligation_id=duty.id).order_by("id")
        return cls(
            duty,
            submission,
            await frozen(duty.request_id),
            trust.answers,
            before,
            handed_back,
            last is not None and not handed_back,
            marks,
            await _marks_before(last) if last else {},
            notes,
            await _names({mark.reviewer_id for mark in marks.values()} | {note.author_id for note in notes}),
            trust,
            policy,
        )

    @property
    def changes(self) -> int:
        """How often its marks have changed, for whoever decides on it."""
        return sum(mark.version for mark in self.marks.values())

    @property
    def versions(self) -> str:
        """The version of every mark, as the page carries it."""
        return " ".join(f"{name}={mark.version}" for name, mark in self.marks.items())

    def scored(self) -> Score:
        seen = {q.id: one.answer for q in self.asked.questions for one in self.trust.seen if one.claim.about(q.id)}
        return score(self.asked, self.answers, seen)


async def _of_last_time(duty: Obligation, submission: Submission) -> dict[str, Answer]:
    """What is added to is of one matter: what was said of another is nothing to compare it with."""
    return {} if KINDS[duty.kind].grows else await last_accepted(duty, before=submission.id)


async def _marks_before(last: Submission) -> dict[str, Mark]:
    """What was marked to go back and never went is nothing that the party was told."""
    marks = await marks_of(last.id)
    return {name: one for name, one in marks.items() if last.verdict == RETURNED or one.verdict != RETURNED}


async def _names(ids: set[int | None]) -> dict[int, str]:
    people = await tables.Person.filter(id__in=[number for number in ids if number])
    return {person.id: person.name or person.email for person in people}


def groups(case: Case, present: Roster, language: str) -> list[dict[str, Any]]:
    """All answers by section, each with what the page shows of it."""
    day = present.calendar.day_of(case.submission.submitted_at)
    examined = examine(case.asked, case.answers, day)
    teller = _Teller(case, case.scored(), present, language)
    found = answer_groups(case.asked, case.answers, examined, case.before, language)
    return [{**group, "rows": [teller.row(row) for row in group["rows"]]} for group in found]


class _Teller:
    """Rows of one page."""

    def __init__(self, case: Case, result: Score, present: Roster, language: str) -> None:
        self.case, self.language, self.zone = case, language, present.calendar.zone
        self.lines = {line.question.id: line for line in result.lines}
        self.again = files_again(case.before, case.answers)
        self.grave = grave(result.findings, case.policy)
        self.changes = diff(case.before, case.answers)

    def row(self, row: dict[str, Any]) -> dict[str, Any]:
        """One answer. It lies open where something has changed or needs a look."""
        name = row["id"]
        mark, change = self.case.marks.get(name), self.changes.get(name, "")
        earlier = self.case.earlier[name].verdict if name in self.case.earlier else ""
        stands = standing(mark.verdict if mark else "", earlier, change)
        findings, notes = self._findings(self.lines[name]), self._notes(name)
        label = self.case.trust.label(name)
        quiet = change == Change.SAME and not findings and label.get("confidence") != "contradicted"
        return row | label | {
            "problem": "",
            "files": self._files(name),
            "findings": findings,
            "grave": name in self.grave,
            "points": self.lines[name],
            "mark": mark,
            "by": self._by(mark),
            "stands": stands,
            "carried": bool(stands) and not (mark and mark.verdict),
            "asked_for": self.case.earlier[name].comment if earlier == RETURNED else "",
            "before_label": self._before(),
            "notes": notes,
            "open": not quiet or stands == RETURNED,
            "said": None,
            "errors": {},
        }  # fmt: skip

    def _before(self) -> str | None:
        """What the answer before is called, where it is not last time's."""
        if self.case.added:
            return Message("Handed in before").in_(self.language)
        return Message("The answer that was returned").in_(self.language) if self.case.resubmitted else None

    def _files(self, question: str) -> list[dict[str, Any]]:
        answer, same = self.case.answers.get(question), self.again.get(question, set())
        note = Message("Same file as last time").in_(self.language)
        return [
            {
                "name": file.name,
                "size": view.size(file.size),
                "href": f"/evidence/{file.id}",
                "same": note if file.sha256 in same else "",
            }
            for file in (answer.files if answer else ())
        ]

    def _findings(self, line: Line) -> list[dict[str, str]]:
        return [told(finding, self.language) for finding in line.findings]

    def _notes(self, question: str) -> list[dict[str, str]]:
        return [
            {"text": note.text, "by": self._signed(note.author_id, note.written_at)}
            for note in self.case.notes
            if note.question == question
        ]

    def _by(self, mark: Mark | None) -> str:
        return self._signed(mark.reviewer_id, mark.changed_at) if mark else ""

    def _signed(self, who: int | None, at: Any) -> str:
        name, when = self.case.people.get(who or 0, ""), say_instant(at, self.zone, self.language)
        return " · ".join(part for part in (name, when) if part)


def told(finding: Finding, language: str) -> dict[str, str]:
    """A finding in words."""
    days = Message("to be put right within {days} days of the acceptance", {"days": finding.days})
    return {
        "severity": finding.severity,
        "name": finding.name.in_(language),
        "advice": finding.advice.in_(language),
        "days": days.in_(language),
    }


def sums(case: Case, language: str) -> dict[str, Any]:
    """The score as the page shows it adding up."""
    result = case.scored()
    severities: list[Severity] = [finding.severity for _, finding in result.findings]
    gate = gate_of(severities + ["high"] * len(case.trust.doubts))
    doubted = bool(case.trust.doubts) and gate_of(severities) is Gate.CLEAR
    rating = case.policy.rated(result.percent)
    seen_by_us = {q.id for q in case.asked.questions for one in case.trust.seen if one.claim.about(q.id)}
    return {
        "percent": result.percent,
        "rating": Message(RATINGS[rating]).in_(language) if rating else "",
        "numerator": result.numerator,
        "denominator": result.denominator,
        "gate": _SIGNS[gate],
        "gate_words": Message(DOUBTED if doubted else GATES[gate]).in_(language),
        "sections": [_section(one, seen_by_us, language) for one in result.sections],
    }


def _section(section: Any, seen: Collection[str], language: str) -> dict[str, Any]:
    return {
        "title": section.section.title.in_(language),
        "percent": section.percent,
        "numerator": section.numerator,
        "denominator": section.denominator,
        "lines": [_line(line, seen, language) for line in section.lines],
    }


def _line(line: Line, seen: Collection[str], language: str) -> dict[str, Any]:
    unread = line.standing is Standing.UNSCORED and line.question.id in seen
    return {
        "question": line.question.text.in_(language),
        "standing": Message(LOOKED_AT if unread else STANDINGS[line.standing]).in_(language),
        "points": line.points,
        "weight": line.weight,
        "product": line.product if line.possible else None,
        "possible": line.possible or None,
    }


def counts(shown: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How far the review is."""
    rows = [row for group in shown for row in group["rows"]]
    return {
        "all": len(rows),
        "accepted": sum(1 for row in rows if row["stands"] == "accepted"),
        "returned": sum(1 for row in rows if row["stands"] == RETURNED),
        "open": sum(1 for row in rows if not row["stands"]),
        "changed": sum(1 for row in rows if row.get("change") in {"changed", "new", "gone"}),
        "findings": sum(len(row["findings"]) for row in rows),
    }
