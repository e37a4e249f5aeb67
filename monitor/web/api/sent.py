"""What the API takes, as types. They are strict: a number that was sent as a text is a mistake of whoever sends it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictBool, StrictInt, StrictStr

from monitor.obligations.pleading import LONGEST as LONGEST_PLEA
from monitor.web.api.models import Shape

LONGEST = 20_000  #: characters of one text; what a question takes is less, and is told beside it
MANY = 1000  #: answers in one call
Named = Annotated[str, Field(max_length=120)]
Typed = Annotated[StrictStr, Field(max_length=LONGEST)]
Objection = Annotated[StrictStr, Field(max_length=LONGEST_PLEA)]  #: what is longer would be cut
Line = Annotated[StrictStr, Field(max_length=100)]


class Answering(Shape):
    """An answer, which takes the place of the one before whole, but for its files."""

    value: Typed | StrictInt | list[Typed] | None = None
    not_applicable: StrictBool = False
    reason: Typed = ""
    comment: Typed = ""


class Answers(Shape):
    """Questions that are not named stay as they are; null takes an answer back. `objections`: what is not right about
    what our looks have shown.
    """

    answers: dict[Named, Answering | None] = Field(default_factory=dict, max_length=MANY)
    objections: dict[Named, Objection] = Field(default_factory=dict, max_length=MANY)


class Declaring(Shape):
    """Who declares, for the party, that the answers are correct. `declared`: the statement in the request is accepted.
    `email`: of whoever declares, if the link was not mailed to them.
    """

    name: Line
    role: Line
    declared: StrictBool
    email: Annotated[StrictStr, Field(max_length=320)] = ""


class Code(Shape):
    """Eight digits, as they were mailed."""

    code: Annotated[StrictStr, Field(min_length=1, max_length=100)]
