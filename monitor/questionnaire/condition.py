"""When a question is asked: `all`, `any` and `not` over "that question was answered with one of these".

A comparison holds only if the other question is itself asked, applicable and answered. So a question that nobody
sees never decides anything, and whoever negates a comparison also shows what follows an empty answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Discriminator, Field, Tag

from monitor.questionnaire.text import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class Asked(Part):
    """`{ question = "sub.used", in = ["yes"] }`"""

    question: str
    in_: Annotated[tuple[str, ...], Field(alias="in", min_length=1)]


class All(Part):
    """`{ all = [ ... ] }`: each of them holds."""

    all: Annotated[tuple[Condition, ...], Field(min_length=1)]


class AnyOf(Part):
    """`{ any = [ ... ] }`: at least one of them holds."""

    any: Annotated[tuple[Condition, ...], Field(min_length=1)]


class Not(Part):
    """`{ not = { ... } }`"""

    not_: Annotated[Condition, Field(alias="not")]


FORMS: Mapping[str, type[Part]] = {"question": Asked, "all": All, "any": AnyOf, "not": Not}


def _form(value: Any) -> str | None:
    """The key that says which form it is; None makes pydantic refuse it by name."""
    if isinstance(value, Part):
        return next((key for key, form in FORMS.items() if type(value) is form), None)
    return next((key for key in FORMS if key in value), None) if isinstance(value, dict) else None


Condition = Annotated[
    Annotated[Asked, Tag("question")]
    | Annotated[All, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")],
    Discriminator(_form),
]

for _each in (All, AnyOf, Not):
    _each.model_rebuild()


def holds(condition: Condition, given: Mapping[str, frozenset[str]]) -> bool:
    """Whether the condition is met by what was answered: for each question that counts, the values chosen."""
    match condition:
        case Asked():
            return not given.get(condition.question, frozenset()).isdisjoint(condition.in_)
        case All():
            return all(holds(part, given) for part in condition.all)
        case AnyOf():
            return any(holds(part, given) for part in condition.any)
        case Not():
            return not holds(condition.not_, given)


def comparisons(condition: Condition) -> Iterator[Asked]:
    """Every comparison in it, in the order in which it is written."""
    match condition:
        case Asked():
            yield condition
        case All():
            for part in condition.all:
                yield from comparisons(part)
        case AnyOf():
            for part in condition.any:
                yield from comparisons(part)
        case Not():
            yield from comparisons(condition.not_)


def renamed(condition: Condition, name: Callable[[str], str]) -> Condition:
    """The same condition about questions of other names."""
    match condition:
        case Asked():
            return Asked(question=name(condition.question), in_=condition.in_)
        case All():
            return All(all=tuple(renamed(part, name) for part in condition.all))
        case AnyOf():
            return AnyOf(any=tuple(renamed(part, name) for part in condition.any))
        case Not():
            return Not(not_=renamed(condition.not_, name))
