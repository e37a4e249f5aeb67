"""Forms that are said in a table: their fields, what is wrong with what was sent, and how a page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from monitor.language import Message
from monitor.web.console.act import NAMELESS, dayless, typed, typed_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from monitor.web.console.entries import Mistake, Options
    from monitor.web.console.looking import Wrong

UNREADABLE = Message("Enter a day of the calendar, or leave it empty.")


@dataclass(frozen=True, slots=True)
class Field:
    """`missing`: what is said where it is empty; without it, it may be. `unless`: another field that may stand for it.
    `options`: of a choice.
    """

    name: str
    label: Message
    shape: Literal["text", "area", "day", "choice"] = "text"
    missing: Message | None = None
    hint: Message | None = None
    options: Sequence[Mapping[str, Any]] = ()
    unless: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """One act: `deed` is the name that its fields begin with, and the end of its address."""

    deed: str
    title: Message
    button: Message
    fields: Sequence[Field] = ()
    about: Message | None = None
    grave: bool = False

    def mistakes(self, sent: Mapping[str, str]) -> list[Mistake]:
        """All that is missing or unreadable."""
        found = [] if self.text(sent, "by") else [("by", NAMELESS)]
        return [*found, *(mistake for field in self.fields for mistake in self._wrong(field, sent))]

    def _wrong(self, field: Field, sent: Mapping[str, str]) -> Iterator[Mistake]:
        if field.shape == "day":
            unread = self.day(sent, field.name) is None
            if unread and (field.missing or typed(sent, f"{self.deed}_{field.name}")):
                yield f"{field.name}_year", dayless(sent, f"{self.deed}_{field.name}", field.missing or UNREADABLE)
        elif field.missing and not self.text(sent, field.name) and not self.text(sent, field.unless):
            yield field.name, field.missing

    def text(self, sent: Mapping[str, str], name: str) -> str:
        return sent.get(f"{self.deed}_{name}", "").strip()

    def day(self, sent: Mapping[str, str], name: str) -> date | None:
        return typed_day(sent, f"{self.deed}_{name}")

    def texts(self, sent: Mapping[str, str]) -> dict[str, str]:
        """Its fields but the days."""
        return {field.name: self.text(sent, field.name) for field in self.fields if field.shape != "day"}

    def shown(self, place: str, wrong: Wrong, language: str) -> dict[str, Any]:
        """For the template: in words, with what was typed and what was wrong with it."""
        return {
            "deed": self.deed,
            "action": f"{place}/{self.deed}",
            "title": self.title.in_(language),
            "button": self.button.in_(language),
            "about": self.about.in_(language) if self.about else "",
            "grave": self.grave,
            "fields": [self._shown(field, wrong, language) for field in self.fields],
        }

    def _shown(self, field: Field, wrong: Wrong, language: str) -> dict[str, Any]:
        name = f"{self.deed}_{field.name}"
        at = f"#{name}_year" if field.shape == "day" else f"#{name}"
        typed_here = wrong.said.get(name, "")
        options: Options = [
            dict(one, selected=one["value"] == typed_here if name in wrong.said else bool(one.get("selected")))
            for one in field.options
        ]
        return {
            "id": name,
            "shape": field.shape,
            "label": field.label.in_(language),
            "hint": field.hint.in_(language) if field.hint else None,
            "required": bool(field.missing) and not field.unless,
            "value": typed_here,
            "day": tuple(wrong.said.get(f"{name}_{part}", "") for part in ("year", "month", "day")),
            "error": next((one["text"] for one in wrong.errors if one["href"] == at), ""),
            "options": options,
        }


def choices(words: Mapping[str, Message], language: str) -> Options:
    """A table of words as what can be chosen."""
    return [{"value": name, "text": text.in_(language)} for name, text in words.items()]
