"""The smallest pieces of a questionnaire: a frozen part, and words in both languages."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

Language = Literal["ja", "en"]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
# Fifteen digits: what every reader of JSON gives back exactly (RFC 8785), so that hashes agree everywhere.
Whole = Annotated[int, Field(ge=-(10**15) + 1, le=10**15 - 1)]
_INVISIBLE = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs"})  # private-use signs (外字) are seen by those who use them


# What neither a page nor a workbook can show: control characters but line end and tab, and signs that are none.
_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")


def _showable(text: str) -> str:
    if _UNSHOWN.search(text):
        raise PydanticCustomError("unshown", "holds control characters")
    return text


# Twice as many UTF-16 units at most, so that the longest still fits into a cell of a workbook.
Prose = Annotated[Words, StringConstraints(max_length=10_000), AfterValidator(_showable)]


class Part(BaseModel):
    """Anything that a questionnaire file may hold: never changed once read, and without keys that nobody knows."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )


class Text(Part):
    """The same thing said in Japanese and in English; a text that lacks one of them cannot be sent to anybody."""

    ja: Prose
    en: Prose

    def in_(self, language: str) -> str:
        return self.ja if language == "ja" else self.en


def is_blank(text: str) -> bool:
    """Nothing in it can be seen: blanks of any width, line ends, zero-width and control characters."""
    return all(unicodedata.category(sign) in _INVISIBLE for sign in text)
