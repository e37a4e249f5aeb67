"""評点: what a set of answers is worth, with the whole sum, so that a page can show it add up. Pure, and never fails.

    from monitor.questionnaire import score

    result = score(questionnaire, answers, seen={"web.tls": "yes"})
    result.percent                    # 0-100, rounded down; None where nothing of it can be scored
    result.numerator, result.denominator
    result.gate                       # what stands beside the number and is never outweighed by it
    for section in result.sections:   # the same figures of each section, and its lines
        for line in section.lines:    # line.points x line.weight = line.product, of line.possible

An answer is worth 0 to 100 points; times the question's weight that is its product. The score is the sum of products
over the sum of what was possible (100 points times the weight). Four things that look alike are kept apart:

- **unanswered** is worth 0, whether the question had to be answered or not, so that silence never pays; what we have
  seen ourselves is no silence and goes in as `seen`;
- **not applicable**, where the question offers it, is in neither sum;
- **hidden**: what was not asked is in neither sum either;
- **zero** is an answer like any other.

Texts, numbers, days and files are read by people: they have no points. Nor have a weight of 0 and a choice none of
whose answers is called good or bad. An answer that the form could not have taken counts as unanswered.

The gate is apart because a sum hides things: nineteen good answers do not make up for one open critical finding.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.questionnaire.answers import NOTHING, Answer
from monitor.questionnaire.examination import shown
from monitor.questionnaire.judgement import findings_of
from monitor.questionnaire.model import AGREED, Choice, QuestionType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from monitor.questionnaire.model import Finding, Question, Questionnaire, Section, Severity

FULL = 100


class Standing(enum.StrEnum):
    """How a question enters the sum."""

    ANSWERED = "answered"
    SEEN = "seen"  #: not answered, but known from our own looks
    UNANSWERED = "unanswered"  #: counts as the worst
    NOT_APPLICABLE = "not_applicable"
    HIDDEN = "hidden"
    UNSCORED = "unscored"  #: read by people, or asked for information only


COUNTED = frozenset({Standing.ANSWERED, Standing.SEEN, Standing.UNANSWERED})


class Gate(enum.StrEnum):
    """What the findings still open allow, whatever the number is."""

    NOT_ACCEPTABLE = "not_acceptable"  #: a critical finding is open
    WITH_CONDITIONS = "with_conditions"  #: a high one is: acceptable with an agreed day for putting it right
    CLEAR = "clear"  #: neither


@dataclass(frozen=True, slots=True)
class Line:
    """One question of the sum. `points` is None where it is in neither sum."""

    question: Question
    standing: Standing
    points: int | None
    findings: tuple[Finding, ...] = ()

    @property
    def weight(self) -> int:
        return self.question.weight

    @property
    def product(self) -> int:
        return (self.points or 0) * self.weight

    @property
    def possible(self) -> int:
        return FULL * self.weight if self.standing in COUNTED else 0


@dataclass(frozen=True, slots=True)
class SectionScore:
    section: Section
    lines: tuple[Line, ...]

    @property
    def numerator(self) -> int:
        return sum(line.product for line in self.lines)

    @property
    def denominator(self) -> int:
        return sum(line.possible for line in self.lines)

    @property
    def percent(self) -> int | None:
        return percent(self.numerator, self.denominator)


@dataclass(frozen=True, slots=True)
class Score:
    """`gate` is what the answers' own findings say; `gate_of` says it of any others, such as those of looks."""

    sections: tuple[SectionScore, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for section in self.sections for line in section.lines)

    @property
    def numerator(self) -> int:
        return sum(section.numerator for section in self.sections)

    @property
    def denominator(self) -> int:
        return sum(section.denominator for section in self.sections)

    @property
    def percent(self) -> int | None:
        return percent(self.numerator, self.denominator)

    @property
    def findings(self) -> tuple[tuple[Question, Finding], ...]:
        return tuple((line.question, finding) for line in self.lines for finding in line.findings)

    @property
    def gate(self) -> Gate:
        return gate_of(finding.severity for _, finding in self.findings)


def score(questionnaire: Questionnaire, answers: Mapping[str, Answer], seen: Mapping[str, str] | None = None) -> Score:
    """`seen`: by question, the answer that our own looks have shown; it counts where none was given."""
    asked = shown(questionnaire, answers)

    def line(question: Question) -> Line:
        if question.id not in asked:
            return Line(question, Standing.HIDDEN, None)
        return _line(question, answers.get(question.id, NOTHING), (seen or {}).get(question.id))

    sections = questionnaire.sections
    return Score(tuple(SectionScore(each, tuple(line(question) for question in each.questions)) for each in sections))


def gate_of(severities: Iterable[Severity]) -> Gate:
    """The gate of the findings that are open, wherever they come from."""
    found = frozenset(severities)
    if "critical" in found:
        return Gate.NOT_ACCEPTABLE
    return Gate.WITH_CONDITIONS if "high" in found else Gate.CLEAR


def percent(numerator: int, denominator: int) -> int | None:
    """Rounded down: 100 is said only where nothing is missing. None where nothing could be scored."""
    return FULL * numerator // denominator if denominator else None


def scored(question: Question) -> bool:
    """Whether answers to it are worth points."""
    if question.weight == 0:
        return False
    match question.type:
        case QuestionType.YES_NO | QuestionType.STATEMENT:
            return True
        case QuestionType.CHOICE | QuestionType.CHOICES:
            return any(choice.points is not None or choice.finding for choice in question.choices)
        case _:
            return False


def _line(question: Question, answer: Answer, seen: str | None) -> Line:
    if answer.not_applicable and question.na_allowed:
        return Line(question, Standing.NOT_APPLICABLE, None)
    raised, given = findings_of(question, answer), _given(question, answer)
    if not scored(question):
        return Line(question, Standing.UNSCORED, None, raised)
    if given:
        return Line(question, Standing.ANSWERED, _points(question, given), raised)
    if seen is not None and seen in question.values and answer.blank:
        said = Answer(value=(seen,) if question.type is QuestionType.CHOICES else seen)
        return Line(question, Standing.SEEN, _points(question, frozenset({seen})), findings_of(question, said))
    return Line(question, Standing.UNANSWERED, 0, raised)


def _given(question: Question, answer: Answer) -> frozenset[str]:
    """What was chosen, where the form could have taken it; nothing otherwise."""
    return answer.chosen if answer.chosen <= frozenset(question.values) else frozenset()


def _points(question: Question, given: frozenset[str]) -> int:
    """Of several choices the weakest counts: a tick more can only show something weak, never hide it."""
    match question.type:
        case QuestionType.YES_NO:
            return FULL if given == {question.good} else 0
        case QuestionType.STATEMENT:
            return FULL if given == {AGREED} else 0
        case _:
            return min(_worth(choice) for choice in question.choices if choice.id in given)


def _worth(choice: Choice) -> int:
    """What its author says, else nothing where it is a finding, and everything where it is none."""
    if choice.points is not None:
        return choice.points
    return 0 if choice.finding else FULL


def points_of(question: Question) -> Iterator[tuple[str, int]]:
    """What each fixed answer to a question is worth, for whoever explains or edits it."""
    for value in question.values:
        yield value, _points(question, frozenset({value}))
