"""What the parts of a questionnaire demand of each other. Each rule says what to write instead.

A rule looks at one question and may skip it: where a field that it reads is itself malformed, that is reported once,
by the reader, and no second complaint is built on it. Everything that is well formed is judged in the same run, so
one run shows every mistake of a file.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from monitor.language import Message
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
    """`key`: the field to look at first."""

    name: str
    key: str
    reads: frozenset[str]
    complaints: Callable[[int, Outline], Iterator[Message]]


def broken(outline: Outline) -> Iterator[tuple[str, str, Message, str]]:
    """Every broken rule as (question, rule, what to write instead, key), in the order of the file."""
    for position, draft in enumerate(outline.drafts):
        for rule in RULES:
            if rule.reads.isdisjoint(draft.damaged):
                for remedy in rule.complaints(position, outline):
                    yield draft.question.id, rule.name, remedy, rule.key


def _unique_id(position: int, outline: Outline) -> Iterator[Message]:
    question = outline.drafts[position].question
    if outline.positions[question.id] != position:
        yield Message("another question has this id already; give each question an id of its own")


def _choices(position: int, outline: Outline) -> Iterator[Message]:
    question = outline.drafts[position].question
    listed = question.type in LISTED
    if listed and len(question.choices) < 2:  # noqa: PLR2004 - one choice is none
        yield Message("`{type}` needs at least two `choices`", {"type": question.type})
    if not listed and question.choices:
        yield Message("`choices` belong to `choice` and `choices` only; remove them or change `type`")
    for choice, times in Counter(choice.id for choice in question.choices).items():
        if times > 1:
            yield Message(
                "the choice `{choice}` is there {times} times; give each choice an id of its own",
                {"choice": choice, "times": times},
            )
    if not question.comment and any(choice.explain for choice in question.choices):
        yield Message("`explain` asks for a comment, but the question has `comment = false`; remove one of them")
    if any(choice.ask and not choice.explain for choice in question.choices):
        yield Message("`ask` says what the comment of `explain` is asked for; add `explain = true` or remove it")
    if question.type is not QuestionType.CHOICES and any(choice.exclusive for choice in question.choices):
        yield Message("`exclusive` has a meaning only in `choices`; remove it")


def _kinds(position: int, outline: Outline) -> Iterator[Message]:
    draft = outline.drafts[position]
    choices = draft.question.choices
    limited = any(choice.kinds for choice in choices)
    if limited and draft.per is None:
        yield Message('a choice has `kinds` only in a section with `per = "place"`; remove them')
    if not limited or draft.per is None:
        return
    for kind in get_args(PlaceKind):
        if not any(not choice.kinds or kind in choice.kinds for choice in choices):
            yield Message("no choice is left for a place of kind `{kind}`; add one", {"kind": kind})


def _finding(position: int, outline: Outline) -> Iterator[Message]:
    question = outline.drafts[position].question
    if question.finding and question.type is not QuestionType.YES_NO:
        yield Message(
            "`finding` on the question says what the weak answer to `yes_no` means; elsewhere it belongs to a choice"
        )
    if question.good != YES and question.type is not QuestionType.YES_NO:
        yield Message("`good` says which answer to `yes_no` is as it should be; elsewhere give the choices `points`")


def _range(position: int, outline: Outline) -> Iterator[Message]:
    question = outline.drafts[position].question
    if question.type is not QuestionType.NUMBER and (question.minimum, question.maximum, question.unit) != (None,) * 3:
        yield Message("`minimum`, `maximum` and `unit` belong to `number` only; remove them")
    if question.minimum is not None and question.maximum is not None and question.minimum > question.maximum:
        yield Message("`minimum` is above `maximum`; exchange them")


def _days(position: int, outline: Outline) -> Iterator[Message]:
    question = outline.drafts[position].question
    earliest, latest = question.earliest, question.latest
    if question.type is not QuestionType.DATE and (earliest, latest) != (None, None):
        yield Message("`earliest` and `latest` belong to `date` only; remove them")
    if not isinstance(earliest, str | None) and not isinstance(latest, str | None) and earliest > latest:
        yield Message("`earliest` is after `latest`; exchange them")


def _length(position: int, outline: Outline) -> Iterator[Message]:
    question = outline.drafts[position].question
    if question.max_length and question.type not in WRITTEN:
        yield Message("`max_length` belongs to `text` and `long_text` only; remove it")


def _evidence(position: int, outline: Outline) -> Iterator[Message]:
    question = outline.drafts[position].question
    if question.evidence is None:
        return
    if question.type is QuestionType.FILE:
        yield Message("a `file` is its own evidence; say in `text` what to attach and remove `evidence`")
    for value in question.evidence.on:
        if value not in question.values:
            yield Message(
                "`evidence.on` names `{value}`, which is no answer here; write {answers}",
                {"value": value, "answers": _listed(question.values)},
            )


def _when(position: int, outline: Outline) -> Iterator[Message]:
    condition = outline.drafts[position].question.when
    for asked in comparisons(condition) if condition else ():
        yield from _comparison(asked, position, outline)


def _comparison(asked: Asked, position: int, outline: Outline) -> Iterator[Message]:
    other = outline.positions.get(asked.question)
    if other is None:
        yield Message(
            "`when` names `{question}`, which does not exist; write the id of an earlier question",
            {"question": asked.question},
        )
        return
    if other >= position:
        yield _forward(asked, itself=other == position)
        return
    yield from _decided_by(outline.drafts[other], asked, outline.drafts[position])


def _forward(asked: Asked, *, itself: bool) -> Message:
    if itself:
        return Message("`when` depends on the question itself; only one that stands before it can decide")
    return Message(
        "`when` depends on `{question}`, which comes later; only one that stands before this one can decide",
        {"question": asked.question},
    )


def _decided_by(other: Draft, asked: Asked, draft: Draft) -> Iterator[Message]:
    if other.per and other.section != draft.section:
        yield Message(
            "`{question}` is asked once for each place; only questions of its own section can depend on it",
            {"question": asked.question},
        )
    if not other.damaged.isdisjoint({"type", "choices"}):
        return
    values = other.question.values
    if not values:
        yield Message(
            "`{question}` is answered freely; only a question with fixed answers can decide",
            {"question": asked.question},
        )
        return
    for value in asked.in_:
        if value not in values:
            yield Message(
                "`when` asks for `{value}`, which `{question}` does not offer; write {answers}",
                {"value": value, "question": asked.question, "answers": _listed(values)},
            )


def _prefix(position: int, outline: Outline) -> Iterator[Message]:
    draft = outline.drafts[position]
    if draft.per and not draft.question.id.startswith(f"{draft.per}."):
        yield Message("it is asked once for each place; let its id begin with `place.`")
    if draft.per and len(draft.question.id) > LONGEST_ROW_ID:
        yield Message(
            "a number is put into its id for each place; keep it within {limit} letters", {"limit": LONGEST_ROW_ID}
        )
    if not draft.per and draft.question.id.startswith("place."):
        yield Message('ids that begin with `place.` belong to a section with `per = "place"`; choose another id')


def _listed(values: Iterable[str]) -> str:
    return ", ".join(f"`{value}`" for value in values) or "-"


RULES = (
    Rule("unique-id", "id", frozenset({"id"}), _unique_id),
    Rule("row-id", "id", frozenset({"id"}), _prefix),
    Rule("choices", "choices", frozenset({"type", "choices", "comment"}), _choices),
    Rule("kinds", "choices", frozenset({"choices"}), _kinds),
    Rule("finding", "finding", frozenset({"type", "finding", "good"}), _finding),
    Rule("range", "minimum", frozenset({"type", "minimum", "maximum", "unit"}), _range),
    Rule("days", "earliest", frozenset({"type", "earliest", "latest"}), _days),
    Rule("length", "max_length", frozenset({"type", "max_length"}), _length),
    Rule("evidence", "evidence.on", frozenset({"type", "choices", "evidence"}), _evidence),
    Rule("condition", "when", frozenset({"when"}), _when),
)
