"""Which answers what was seen contradicts, and which contradictions are over. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from monitor.contradiction.claims import Claim


class Key(NamedTuple):
    """What makes two contradictions the same: what was handed in, the question in it, and what was found."""

    submission: int
    question: str
    finding: int


@dataclass(frozen=True, slots=True)
class Said:
    """A claim that a party has handed in and that stands."""

    submission: int
    question: str
    claim: Claim
    at: datetime


@dataclass(frozen=True, slots=True)
class Disproof:
    """Something confirmed and open that was found at an address of the party."""

    finding: int
    rule: str
    address: str
    since: datetime

    def contradicts(self, said: Said) -> bool:
        claim = said.claim
        in_time = not claim.later or self.since > said.at
        return self.rule in claim.disproved_by and claim.concerns(self.address) and in_time


@dataclass(frozen=True, slots=True)
class Change:
    """From the contradictions that are on record to those that there are."""

    opened: tuple[tuple[Said, Disproof], ...]
    closed: tuple[Key, ...]


def decide(said: Iterable[Said], found: Collection[Disproof], known: Collection[Key]) -> Change:
    """The difference. A claim that stands and is disproved by several findings is contradicted by each of them."""
    now = {
        Key(one.submission, one.question, seen.finding): (one, seen)
        for one in said
        for seen in found
        if seen.contradicts(one)
    }
    opened = tuple(pair for key, pair in now.items() if key not in known)
    return Change(opened, tuple(key for key in known if key not in now))
