"""Which answer claims what a look can disprove or prove: data, read from beside the questionnaires."""
# No postponed annotations here: pydantic reads them, and so everything that they name is imported for good.

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from checks import jsonpath
from monitor.questionnaire import Answer
from monitor.questionnaire.text import Part


def _condition(text: str) -> str:
    jsonpath.condition(text)
    return text


class Proof(Part):
    """A look that shows a claim to be true, when what it observed meets all of these conditions."""

    check: str
    facts: Annotated[tuple[Annotated[str, AfterValidator(_condition)], ...], Field(min_length=1)]

    def shown(self, seen: Mapping[str, Any]) -> bool:
        return all(jsonpath.holds(jsonpath.condition(fact), seen) for fact in self.facts)


class Claim(Part):
    """What one answer to a question claims. `later`: only what was first seen after the answer disproves it."""

    question: str
    answers: Annotated[tuple[str, ...], Field(min_length=1)]
    disproved_by: Annotated[tuple[str, ...], Field(min_length=1)]
    addresses: tuple[str, ...] = ()
    later: bool = False
    proof: Proof | None = None

    def about(self, question: str) -> bool:
        return fnmatchcase(question, self.question)

    def made_by(self, answer: Answer) -> bool:
        return not answer.chosen.isdisjoint(self.answers)

    def concerns(self, address: str) -> bool:
        return not self.addresses or any(word in address.lower() for word in self.addresses)


class Claims(Part):
    """The whole table. A higher `version` has all answers weighed anew."""

    version: Annotated[int, Field(ge=1)]
    lasting: frozenset[str]  #: kinds of duty that say how things are while the work lasts; others, what was done
    claim: tuple[Claim, ...]

    @property
    def rules(self) -> frozenset[str]:
        """Every rule that can disprove something."""
        return frozenset(rule for one in self.claim for rule in one.disproved_by)

    def made(self, answers: Mapping[str, Answer]) -> Iterator[tuple[str, Claim]]:
        """The claims that a set of answers makes, each with its question."""
        for question, answer in answers.items():
            yield from ((question, one) for one in self.claim if one.about(question) and one.made_by(answer))


def load_claims(file: Path, lasting: Iterable[str]) -> Claims:
    """The table as shipped; what is wrong with it is a `ValueError`."""
    return Claims.model_validate(tomllib.loads(file.read_text(encoding="utf-8")) | {"lasting": frozenset(lasting)})
