"""The smallest pieces of a questionnaire: a frozen part, and words in both languages."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Language = Literal["ja", "en"]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
# Fifteen digits: what every reader of JSON gives back exactly (RFC 8785), so that hashes agree everywhere.
Whole = Annotated[int, Field(ge=-(10**15) + 1, le=10**15 - 1)]
_INVISIBLE = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs"})  # private-use signs (外字) are seen by those who use them


class Part(BaseModel):
    """Anything that a questionnaire file may hold: never changed once read, and without keys that nobody knows."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )


class Text(Part):
    """The same thing said in Japanese and in English; a text that lacks one of them cannot be sent to anybody."""

    ja: Words
    en: Words

    def in_(self, language: str) -> str:
        return self.ja if language == "ja" else self.en


def is_blank(text: str) -> bool:
    """Nothing in it can be seen: blanks of any width, line ends, zero-width and control characters."""
    return all(unicodedata.category(sign) in _INVISIBLE for sign in text)
