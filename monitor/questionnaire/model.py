"""What a questionnaire is. It is data with a version, never code: a new form needs a new file and nothing else.

These types hold the shape only. What one part demands of another (a condition looks back, a choice has choices) is
checked when a file is read, in `rules`, so that a file's mistakes come all at once.
"""
# No postponed annotations here: pydantic reads them, and so everything that they name is imported for good.

import datetime as dt
import enum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from monitor.questionnaire.condition import Condition
from monitor.questionnaire.text import Part, Prose, Text, Whole, Words

Severity = Literal["low", "medium", "high", "critical"]
PlaceKind = Literal["prod", "backup", "log", "paper", "media", "sub_trustee"]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+$", max_length=100)]
Token = Annotated[str, StringConstraints(pattern=r"^[a-z0-9._-]+$", max_length=40)]

YES, NO, AGREED = "yes", "no", "agreed"


class QuestionType(enum.StrEnum):
    """How a question is answered. "Not applicable" is no type: any question may allow it beside its answer."""

    YES_NO = "yes_no"  #: 適・否
    CHOICE = "choice"
    CHOICES = "choices"
    TEXT = "text"  #: one line
    LONG_TEXT = "long_text"
    NUMBER = "number"  #: a whole number
    DATE = "date"
    FILE = "file"
    STATEMENT = "statement"  #: the text is what the answerer declares by ticking it


WRITTEN = frozenset({QuestionType.TEXT, QuestionType.LONG_TEXT})
LISTED = frozenset({QuestionType.CHOICE, QuestionType.CHOICES})


class Finding(Part):
    """指摘事項: what a weak answer means, and what would put it right."""

    name: Text
    severity: Severity
    advice: Text
    days: Annotated[int, Field(ge=1, le=365)]  #: days to put it right, counted from the acceptance


class Choice(Part):
    """One possible answer. `kinds` limits it to such places of storage; without them it fits all."""

    id: Token
    text: Text
    points: Annotated[int, Field(ge=0, le=100)] | None = None
    finding: Finding | None = None
    exclusive: bool = False  #: "none of these": excludes the others
    explain: bool = False  #: "other": says nothing without a comment
    ask: Text | None = None  #: what that comment is asked for, where "what exactly" would not do
    kinds: tuple[PlaceKind, ...] = ()


class Evidence(Part):
    """証跡: a file that should go with an answer, where the answer is one of `on`."""

    what: Text
    required: bool = False  #: without it the answer cannot be submitted; otherwise its absence is only pointed out
    valid_months: Annotated[int, Field(ge=1, le=120)] | None = None
    on: tuple[str, ...] = ()  #: empty: "yes" where yes or no is asked, any answer elsewhere


class Question(Part):
    """設問: asks one thing. `id` stays the same over versions so that last year's answer finds its place again."""

    id: Id
    type: QuestionType
    text: Text
    help: Text | None = None
    item: Prose | None = None  #: number of the guideline's item that this question attests, such as `10-3-2`
    reference: Text | None = None  #: the law or guideline behind it
    required: bool = True
    na_allowed: bool = False  #: 該当なし, always with a reason
    comment: bool = True  #: offers room for a remark; a text never does, being one
    weight: Annotated[int, Field(ge=0, le=10)] = 1
    choices: tuple[Choice, ...] = ()
    good: Literal["yes", "no"] = "yes"  #: which answer to `yes_no` is as it should be
    finding: Finding | None = None  #: what the other answer to `yes_no` means
    evidence: Evidence | None = None
    unit: Text | None = None
    minimum: Whole | None = None
    maximum: Whole | None = None
    earliest: dt.date | Literal["today"] | None = None
    latest: dt.date | Literal["today"] | None = None
    max_length: Annotated[int, Field(ge=1, le=20_000)] | None = None
    when: Condition | None = None

    @property
    def values(self) -> tuple[str, ...]:
        """The values that it can be answered with, where these are fixed; only such a question can decide another."""
        match self.type:
            case QuestionType.YES_NO:
                return (YES, NO)
            case QuestionType.STATEMENT:
                return (AGREED,)
            case _:
                return tuple(choice.id for choice in self.choices)

    @property
    def bad(self) -> str:
        """Which answer to `yes_no` is weak."""
        return NO if self.good == YES else YES

    @property
    def takes_comment(self) -> bool:
        return self.comment and self.type not in WRITTEN and self.type is not QuestionType.STATEMENT

    @property
    def longest(self) -> int:
        """How many characters a written answer may have."""
        return self.max_length or (4000 if self.type is QuestionType.LONG_TEXT else 200)


class Place(Part):
    """保管場所: where the entrusted data lies, as the registry names it."""

    name: Words
    kind: PlaceKind | None = None
    purge_days: int | None = None  #: days after which backups are gone; longer wants a reason
    wanted: Literal["return", "delete", "return_then_delete"] | None = None  #: what was agreed on the data at the end


class Section(Part):
    """One page of the form. With `per` it is a pattern, asked once for every place; `place` then says which one."""

    id: Id
    title: Text
    intro: Text | None = None
    per: Literal["place"] | None = None
    place: Place | None = None
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]


class Questionnaire(Part):
    """調査票 (チェックシート): what is asked of a trustee (委託先) or joint user (共同利用者).

    It serves the supervision that Art. 25 of the Act on the Protection of Personal Information demands.
    """

    id: Id
    version: Annotated[Whole, Field(ge=1)]
    title: Text
    intro: Text
    licence: Prose
    source: Prose
    minutes: Annotated[int, Field(ge=1, le=600)]  #: what an answerer should expect to spend
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for section in self.sections for question in section.questions)
