"""The smallest pieces of a questionnaire: a frozen part, and words in both languages."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

Language = Literal["ja", "en"]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Part(BaseModel):
    """Anything that a questionnaire file may hold: never changed once read, and without keys that nobody knows."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )


class Text(Part):
    """The same thing said in Japanese and in English; a text that lacks one of them cannot be sent to anybody."""

    ja: Words
    en: Words

    def in_(self, language: Language) -> str:
        return self.ja if language == "ja" else self.en
