"""One due date for the attestations of several companies: a yearly round that everybody prepares for together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator

from monitor.registry.format.entry import Entry
from monitor.registry.values import Day, Key, Text

if TYPE_CHECKING:
    from datetime import date


class Campaign(Entry):
    """一斉点検: the trustees and joint users of these companies attest by one day, with one questionnaire.

    Whoever attested since it opened has answered it, and nobody attests later for it than the rhythm asks for.
    """

    key: Key
    name: Text | None = None
    companies: Annotated[tuple[Key, ...], Field(min_length=1)]
    questionnaire: Key | None = None
    opens_on: Day
    due_on: Day

    @model_validator(mode="after")
    def _dates(self) -> Self:
        if self.due_on <= self.opens_on:
            raise ValueError("campaign-dates")
        return self

    def asks(self, company: str, today: date) -> bool:
        """Whether that company's parties are asked by it, on that day or later."""
        return company in self.companies and today <= self.due_on
