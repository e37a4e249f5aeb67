"""What the parts of a questionnaire demand of each other. Each rule says what to write instead.

A rule looks at one question and may skip it: where a field that it reads is itself malformed, that is reported once,
by the reader, and no second complaint is built on it. Everything that is well formed is judged in the same run, so
one run shows every mistake of a file.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from monitor.questionnaire.condition import Asked, comparisons
from monitor.questionnaire.model import LISTED, WRITTEN, YES, PlaceKind, Question, QuestionType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

PLACEHOLDER = "{place}"
LONGEST_ROW_ID = 80


@dataclass(frozen=True, slots=True)
class Draft:
    """A question as far as it could be read. `damaged` names its malformed fields, which hold stand-ins."""

    question: Question
    section: int
    per: str | None = None
    damaged: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Outline:
    """All questions of one file in their order, the first bearer of each id found quickly."""

    drafts: tuple[Draft, ...]
    positions: Mapping[str, int]

    @classmethod
    def of(cls, drafts: Iterable[Draft]) -> Outline:
        kept = tuple(drafts)
        positions: dict[str, int] = {}
        for position, draft in enumerate(kept):
            if "id" not in draft.damaged:
                positions.setdefault(draft.question.id, position)
        return cls(kept, positions)


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    reads: frozenset[str]
    complaints: Callable[[int, Outline], Iterator[str]]


def broken(outline: Outline) -> Iterator[tuple[str, str, str]]:
    """Every broken rule as (question, rule, what to write instead), in the order of the file."""
    for position, draft in enumerate(outline.drafts):
        for rule in RULES:
            if rule.reads.isdisjoint(draft.damaged):
                for remedy in rule.complaints(position, outline):
                    yield draft.question.id, rule.name, remedy


def _unique_id(position: int, outline: Outline) -> Iterator[str]:
    question = outline.drafts[position].question
    if outline.positions[question.id] != position:
        yield "another question has this id already; give each question an id of its own"


def _choices(position: int, outline: Outline) -> Iterator[str]:
    question = outline.drafts[position].question
    listed = question.type in LISTED
    if listed and len(question.choices) < 2:  # noqa: PLR2004 - one choice is none
        yield f"`{question.type}` needs at least two `choices`"
    if not listed and question.choices:
        yield "`choices` belong to `choice` and `choices` only; remove them or change `type`"
    for choice, times in Counter(choice.id for choice in question.choices).items():
        if times > 1:
            yield f"the choice `{choice}` is there {times} times; give each choice an id of its own"
    if not question.comment and any(choice.explain for choice in question.choices):
        yield "`explain` asks for a comment, but the question has `comment = false`; remove one of them"
    if any(choice.ask and not choice.explain for choice in question.choices):
        yield "`ask` says what the comment of `explain` is asked for; add `explain = true` or remove it"
    if question.type is not QuestionType.CHOICES and any(choice.exclusive for choice in question.choices):
        yield "`exclusive` has a meaning only in `choices`; remove it"


def _kinds(position: int, outline: Outline) -> Iterator[str]:
    draft = outline.drafts[position]
    choices = draft.question.choices
    limited = any(choice.kinds for choice in choices)
    if limited and draft.per is None:
        yield 'a choice has `kinds` only in a section with `per = "place"`; remove them'
    if not limited or draft.per is None:
        return
    for kind in get_args(PlaceKind):
        if not any(not choice.kinds or kind in choice.kinds for choice in choices):
            yield f"no choice is left for a place of kind `{kind}`; add one"


def _finding(position: int, outline: Outline) -> Iterator[str]:
    question = outline.drafts[position].question
    if question.finding and question.type is not QuestionType.YES_NO:
        yield "`finding` on the question says what a no to `yes_no` means; elsewhere put it on the choice that is weak"
    if question.good != YES and question.type is not QuestionType.YES_NO:
        yield "`good` says which answer to `yes_no` is as it should be; elsewhere give the choices `points`"


def _range(position: int, outline: Outline) -> Iterator[str]:
    question = outline.drafts[position].question
    if question.type is not QuestionType.NUMBER and (question.minimum, question.maximum, question.unit) != (None,) * 3:
        yield "`minimum`, `maximum` and `unit` belong to `number` only; remove them"
    if question.minimum is not None and question.maximum is not None and question.minimum > question.maximum:
        yield "`minimum` is above `maximum`; exchange them"


def _days(position: int, outline: Outline) -> Iterator[str]:
    question = outline.drafts[position].question
    earliest, latest = question.earliest, question.latest
    if question.type is not QuestionType.DATE and (earliest, latest) != (None, None):
        yield "`earliest` and `latest` belong to `date` only; remove them"
    if not isinstance(earliest, str | None) and not isinstance(latest, str | None) and earliest > latest:
        yield "`earliest` is after `latest`; exchange them"


def _length(position: int, outline: Outline) -> Iterator[str]:
    question = outline.drafts[position].question
    if question.max_length and question.type not in WRITTEN:
        yield "`max_length` belongs to `text` and `long_text` only; remove it"


def _evidence(position: int, outline: Outline) -> Iterator[str]:
    question = outline.drafts[position].question
    if question.evidence is None:
        return
    if question.type is QuestionType.FILE:
        yield "a `file` is its own evidence; say in `text` what to attach and remove `evidence`"
    for value in question.evidence.on:
        if value not in question.values:
            yield f"`evidence.on` names `{value}`, which is no answer here; write {_listed(question.values)}"


def _when(position: int, outline: Outline) -> Iterator[str]:
    condition = outline.drafts[position].question.when
    for asked in comparisons(condition) if condition else ():
        yield from _comparison(asked, position, outline)


def _comparison(asked: Asked, position: int, outline: Outline) -> Iterator[str]:
    other = outline.positions.get(asked.question)
    if other is None:
        yield f"`when` names `{asked.question}`, which does not exist; write the id of an earlier question"
        return
    if other >= position:
        which = "itself" if other == position else f"`{asked.question}`, which comes later"
        yield f"`when` depends on {which}; only a question that stands before this one can decide"
        return
    yield from _decided_by(outline.drafts[other], asked, outline.drafts[position])


def _decided_by(other: Draft, asked: Asked, draft: Draft) -> Iterator[str]:
    if other.per and other.section != draft.section:
        yield f"`{asked.question}` is asked once for each place; only questions of its own section can depend on it"
    if not other.damaged.isdisjoint({"type", "choices"}):
        return
    values = other.question.values
    if not values:
        yield f"`{asked.question}` is answered freely; only a question with fixed answers can decide"
        return
    for value in asked.in_:
        if value not in values:
            yield f"`when` asks for `{value}`, which `{asked.question}` does not offer; write {_listed(values)}"


def _prefix(position: int, outline: Outline) -> Iterator[str]:
    draft = outline.drafts[position]
    if draft.per and not draft.question.id.startswith(f"{draft.per}."):
        yield f"it is asked once for each {draft.per}; let its id begin with `{draft.per}.`"
    if draft.per and len(draft.question.id) > LONGEST_ROW_ID:
        yield f"a number is put into its id for each {draft.per}; keep it within {LONGEST_ROW_ID} letters"
    if not draft.per and draft.question.id.startswith("place."):
        yield 'ids that begin with `place.` belong to a section with `per = "place"`; choose another id'


def _listed(values: Iterable[str]) -> str:
    return ", ".join(f"`{value}`" for value in values) or "nothing"


RULES = (
    Rule("unique-id", frozenset({"id"}), _unique_id),
    Rule("row-id", frozenset({"id"}), _prefix),
    Rule("choices", frozenset({"type", "choices", "comment"}), _choices),
    Rule("kinds", frozenset({"choices"}), _kinds),
    Rule("finding", frozenset({"type", "finding", "good"}), _finding),
    Rule("range", frozenset({"type", "minimum", "maximum", "unit"}), _range),
    Rule("days", frozenset({"type", "earliest", "latest"}), _days),
    Rule("length", frozenset({"type", "max_length"}), _length),
    Rule("evidence", frozenset({"type", "choices", "evidence"}), _evidence),
    Rule("condition", frozenset({"when"}), _when),
)
