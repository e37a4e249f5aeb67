"""What was found, in a sentence that can be said in any language: the words apart from what they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST = 300
LONGEST_VALUE = 200


def plain(text: str, limit: int = LONGEST) -> str:
    """The text on one printable line. What a stranger's server says goes to terminals, mails and databases only so."""
    line = text[: limit + 1]
    if not line.isprintable():
        line = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line)
    return line if len(line) <= limit else line[: limit - 1] + "\N{HORIZONTAL ELLIPSIS}"


class Detail(str):  # noqa: SLOT000 - one of a finding, of which there are few
    """One sentence of fact. As text it is English; `words`, with `{placeholders}` for `values`, is what a catalogue
    knows. Whatever is no `Detail` (what a library said, say) has no other words than its own.
    """

    words: str
    values: Mapping[str, str | int]

    def __new__(cls, words: str, /, **values: Any) -> Self:
        """Values are names, numbers, what a stranger wrote; one that is a `Detail` itself keeps its words."""
        said = {name: _value(value) for name, value in values.items()}
        made = super().__new__(cls, plain(words.format(**said)))
        made.words, made.values = words, said
        return made

    @classmethod
    def read(cls, parts: Mapping[str, Any]) -> Self:
        """From what `parts` gave."""
        values = {name: cls.read(it) if isinstance(it, dict) else it for name, it in parts["values"].items()}
        return cls(parts["words"], **values)

    @classmethod
    def listed(cls, all_of_them: Sequence[Detail]) -> Detail:
        """Several in one: `a; b; c`."""
        first, *others = all_of_them
        return cls("{first}; {others}", first=first, others=cls.listed(others)) if others else first

    @property
    def parts(self) -> dict[str, Any]:
        """The same as JSON: `words`, and `values` by name, of which some are such parts themselves."""
        said = {name: it.parts if isinstance(it, Detail) else it for name, it in self.values.items()}
        return {"words": self.words, "values": said}


def parts_of(text: str) -> dict[str, Any]:
    """The parts of a detail; none of a text that is no more than itself."""
    return text.parts if isinstance(text, Detail) else {}


def kept(text: str) -> str:
    """What happened, as evidence: a detail with its words, anything else as plain text."""
    return text if isinstance(text, Detail) else plain(text)


def _value(value: Any) -> str | int:
    return value if isinstance(value, int | Detail) else plain(str(value), LONGEST_VALUE)


UNSAID = Detail("")
