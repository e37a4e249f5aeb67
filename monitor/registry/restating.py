"""An entry with other values, as an act would have it: sound, or refused with all that is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from monitor.language import Message
from monitor.mistakes import of_validation
from monitor.reasons import MY_NUMBER
from monitor.refusal import Refused
from monitor.registry.format.entry import Entry
from monitor.registry.values import WRITTEN

if TYPE_CHECKING:
    from collections.abc import Mapping

Shape = TypeVar("Shape", bound=Entry)


def restated(shape: type[Shape], held: Mapping[str, Any], values: Mapping[str, Any]) -> Shape:
    """The entry that is kept as `held`, with other values. Pure."""
    try:
        return shape.model_validate({**held, **values}, context=WRITTEN)
    except ValidationError as error:
        if any("my-number" in one["msg"] for one in error.errors()):
            raise Refused("my-number", MY_NUMBER) from error
        wrong = list(of_validation(error, shape, ""))
        name = str(error.errors()[0]["loc"][0]) if error.errors()[0]["loc"] else "dates"
        raise Refused(f"{name}-invalid", _Wrong("", {"wrong": wrong})) from error


class _Wrong(Message):
    """All that is wrong, in the reader's language."""

    def in_(self, language: str) -> str:
        found = self.values["wrong"]
        return " ".join(f"{one.place}: {one.what.in_(language)} {one.remedy.in_(language)}" for one in found)
