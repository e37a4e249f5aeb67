"""Settings that are others from a day on: a law that changes its days does so on a day that is known long before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import ConfigDict, Field, ValidationError, field_validator
from pydantic_core import InitErrorDetails

from monitor.registry.format.entry import Entry
from monitor.registry.values import Day

if TYPE_CHECKING:
    from datetime import date

    from pydantic_core import ErrorDetails

BEGINS = "from"  #: what a file calls the table of changes


class Later(Entry):
    """What is set otherwise from a day on, under the names of the settings themselves."""

    model_config = ConfigDict(extra="allow")

    on: Day


class Dated(Entry):
    """経過措置: settings of which some may be others from a day on. A change names only what it changes, and holds
    until another one names the same. What was opened before keeps the days with which it was opened: so whoever opens
    a duty asks for the settings of that day.
    """

    later: Annotated[tuple[Later, ...], Field(alias=BEGINS)] = ()

    @field_validator("later")
    @classmethod
    def _sound(cls, later: tuple[Later, ...]) -> tuple[Later, ...]:
        """Each change is held to what holds for the settings themselves, and its mistakes are told at its own place."""
        wrong: list[InitErrorDetails] = []
        for number, change in enumerate(later):
            told = change.model_extra or {}
            if not told or BEGINS in told:
                raise ValueError("dated-nested" if told else "dated-empty")
            try:
                cls.model_validate(told)
            except ValidationError as error:
                wrong += [_at(number, detail) for detail in error.errors()]
        if wrong:
            raise ValidationError.from_exception_data(cls.__name__, wrong)
        if len({change.on for change in later}) < len(later):
            raise ValueError("dated-twice")
        return later

    def on(self, day: date) -> Self:
        """As they hold on that day."""
        begun = sorted((one for one in self.later if one.on <= day), key=lambda one: one.on)
        said = {name: value for one in begun for name, value in (one.model_extra or {}).items()}
        if not said:
            return self
        read = type(self).model_validate(said)
        return self.model_copy(update={name: getattr(read, name) for name in said})

    def changes(self) -> list[date]:
        """The days from which something is another, in their order."""
        return sorted(one.on for one in self.later)


def _at(number: int, detail: ErrorDetails) -> InitErrorDetails:
    found = InitErrorDetails(type=detail["type"], loc=(number, *detail["loc"]), input=detail["input"])
    return found | {"ctx": detail["ctx"]} if "ctx" in detail else found
