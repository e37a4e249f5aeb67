"""What an endpoint may set of a check: its fields, and nothing else.

The fields of a check's dataclass are its options, their types are the rule, and the defaults what everybody gets. A
check may refuse a value in its `__post_init__` with a `ValueError` that names the option.
"""

from __future__ import annotations

from dataclasses import fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.contract import Check

Kind = TypeVar("Kind", bound="Check[Any]")


class BadOptions(ValueError):  # noqa: N818 - the house's word for it
    """Options that a check does not take: for each, its name and why."""

    def __init__(self, wrong: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {why}" for name, why in wrong.items()))
        self.wrong = wrong


def configured(check: Kind, options: Mapping[str, Any]) -> Kind:
    """The check with these options; `BadOptions` names every one that it does not take."""
    if not options:
        return check
    known = sorted(field.name for field in fields(check))  # type: ignore[arg-type]
    why = f"it is none of {', '.join(known)}" if known else "this check has no options"
    unknown = {name: why for name in options if name not in known}
    adapter: TypeAdapter[Kind] = _adapter(type(check))
    try:
        made = adapter.validate_python(dict(options))
    except ValidationError as error:
        raise BadOptions(unknown | dict(_reasons(error))) from error
    if unknown:
        raise BadOptions(unknown)
    return made


@lru_cache
def _adapter(kind: type[Kind]) -> TypeAdapter[Kind]:
    made: TypeAdapter[Kind] = TypeAdapter(kind)
    return made


def _reasons(error: ValidationError) -> Iterator[tuple[str, str]]:
    """What a check refuses by itself names its option in its words: `pattern: it is no ...`."""
    for one in error.errors(include_url=False):
        name, why = ".".join(str(part) for part in one["loc"]), str(one["msg"]).removeprefix("Value error, ")
        if not name:
            name, _, why = why.partition(": ")
        yield name, why
