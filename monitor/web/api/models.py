"""What the API gives, as types: with those that it takes, the description at /api/openapi.json is made of them."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from monitor.questionnaire.condition import Condition
from monitor.questionnaire.model import QuestionType


class Shape(BaseModel):
    """Whatever goes over the line: with no keys that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)


class Words(Shape):
    """The same thing said in both languages."""

    ja: str
    en: str


class Mistake(Shape):
    """One thing that is wrong. `question` is empty where it is about no question; `detail` says what to do about it."""

    question: str
    field: str
    code: str
    detail: str


class ProblemDetails(BaseModel):
    """RFC 9457. `type` is one of the names in the description of the call; `errors` are all mistakes at once.
    `registered` and `valid_until`: to whom a code was mailed, and until when it is good.
    """

    type: str
    title: str
    status: int
    detail: str
    errors: list[Mistake] = []
    registered: str = ""
    valid_until: dt.datetime | None = None


class Choice(Shape):
    """`explain`: it wants a comment. `exclusive`: it goes together with no other."""

    id: str
    text: Words
    explain: bool
    exclusive: bool


class Wanted(Shape):
    """A file that goes with the answers in `on`, or with any if that is empty. `required`: without it nothing can be
    handed in.
    """

    what: Words
    required: bool
    on: list[str]


class File(Shape):
    id: str
    name: str
    sha256: str
    size: int


class Given(Shape):
    """An answer as it stands. `value`: the id of a choice (`yes`, `no`, `agreed`), several ids, a text, a whole number,
    or a day as `2026-12-31`.
    """

    value: str | int | list[str] | None
    not_applicable: bool
    reason: str
    comment: str
    files: list[File]


class Proved(Shape):
    """What our own looks have shown: the question need not be answered. Disagree by `objections`."""

    value: str
    seen_on: dt.date


class Question(Shape):
    """`asked`: with the answers as they stand. `stands`: handed in before, and not to be changed; `came_back`: what was
    said of the answer that came back.
    """

    id: str
    type: QuestionType
    text: Words
    help: Words | None
    reference: Words | None
    required: bool
    not_applicable_allowed: bool
    comment_allowed: bool
    choices: list[Choice]
    evidence: Wanted | None
    unit: Words | None
    minimum: int | None
    maximum: int | None
    earliest: str | None
    latest: str | None
    longest: int | None
    when: Condition | None
    asked: bool
    stands: bool
    came_back: str | None
    proved: Proved | None
    answer: Given | None


class Section(Shape):
    """`place`: the place of storage that its questions are about."""

    id: str
    title: Words
    intro: Words | None
    place: str | None
    questions: list[Question]


class Form(Shape):
    """The questions exactly as they were frozen for this request, under their hash."""

    id: str
    version: int
    title: Words
    intro: Words
    sha256: str


class HandedBefore(Shape):
    """`outcome` is empty until somebody has decided."""

    number: int
    submitted_at: dt.datetime
    answers_sha256: str
    outcome: Literal["", "accepted", "returned"]


class Request(Shape):
    """What is asked. `company` asks, `party` is asked; `work` is what it is about, `matter` and `wanted` what of it.
    The last day, `due_on`, ends in `timezone`; `returned_because` is what was said of an answer that came back.

    Where nothing is asked any more, there are no sections: the receipt remains. `declaration` is what `declared` agrees
    to when it is handed in, `missing` what keeps it from being handed in, `version` what goes into If-Match.
    """

    reference: str
    kind: str
    state: str
    returned_because: str
    due_on: dt.date
    timezone: str
    company: str
    group: str
    party: str
    work: str
    matter: str
    wanted: str
    grade: Literal["view", "draft", "submit"]
    may_answer: bool
    may_submit: bool
    version: str
    declaration: Words
    form: Form | None
    sections: list[Section]
    missing: list[Mistake]
    submissions: list[HandedBefore]


class Saved(Shape):
    """`saved`: the questions that are answered otherwise than before."""

    version: str
    saved: list[str]
    missing: list[Mistake]


class Stored(Shape):
    file: File
    version: str


class HandedIn(Shape):
    """`state`: of the request now. What lacks something that it cannot do without comes back at once."""

    number: int
    submitted_at: dt.datetime
    answers_sha256: str
    state: str


class CodeMailed(Shape):
    """To whom, and until when it is good. `signer`: whose declaration it confirms."""

    registered: str
    valid_until: dt.datetime
    signer: str


class Receipt(BaseModel):
    """The signed receipt, as it is downloaded from the form; /verify examines it."""

    model_config = ConfigDict(extra="allow")

    receipt: Any
    signature: Any


class Entity(Shape):
    name: str
    address: str
    representative: str


class Member(Shape):
    name: str
    since: dt.date | None
    until: dt.date | None
    basis: str


class JointUse(Shape):
    """One joint use, as /joint-use tells everybody (APPI 27(5)(iii))."""

    key: str
    name: str
    items: list[str]
    scope: str
    members: list[Member]
    purposes: list[str]
    responsible: Entity | None
    following: Entity | None
    following_from: dt.date | None


class JointUses(Shape):
    """The public notice of a day, in both languages."""

    day: dt.date
    ja: list[JointUse]
    en: list[JointUse]


class Description(BaseModel):
    """An OpenAPI document."""

    model_config = ConfigDict(extra="allow")

    openapi: str
