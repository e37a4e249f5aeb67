"""What a kind of duty says about itself. One file per kind; the table in `__init__` registers it.

A kind answers one pure question: given an engagement and all that is known of it, what is owed? Everything that
follows (opening, ladder, review, moving dates, cancelling) is the same for all kinds and lives in the stage.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from monitor.calendar import Calendar
    from monitor.questionnaire import Questionnaire
    from monitor.registry.format import Engagement, Party
    from monitor.tables import Obligation, Remediation


@dataclass(frozen=True, slots=True)
class Sighting:
    """Content at a place that must stay gone, as looks from outside have confirmed it: first, and last so far."""

    place: str
    url: str
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an engagement on a day. `last_day`: its own end, or an earlier one from above in the tree."""

    key: str
    entry: Engagement
    party: Party
    last_day: date | None
    today: date
    calendar: Calendar
    history: Sequence[Obligation] = ()
    below: Sequence[str] = ()  #: names of the parties entrusted directly below, in the tree of sub-entrustment
    sightings: Sequence[Sighting] = ()
    findings: Sequence[Remediation] = ()  #: that its accepted answers raised

    def accepted(self, kind: str) -> Sequence[Obligation]:
        return [duty for duty in self.history if duty.kind == kind and duty.accepted_on]


@dataclass(frozen=True, slots=True)
class Owed:
    """Something is owed on `nominal_on`.

    It opens `notice_days` before T with its first mail, or on `opens_on`, from 00:00, with its first mail at the first
    `send_at` from then on, or where something happened, at once: `opens_at`, for a `cause` that people can read.
    `forgiving`: what is first seen late is due 30 days later (contract 4.5).
    """

    nominal_on: date
    notice_days: int = 30
    opens_on: date | None = None
    opens_at: datetime | None = None
    cause: Mapping[str, Any] = field(default_factory=dict)
    forgiving: bool = False


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing new is owed, because of `reason`. `void`: what is still open of it is cancelled at once, and told."""

    reason: str
    void: bool


def shelved(shelf: Mapping[str, Questionnaire], name: str) -> Questionnaire:
    """A questionnaire as it was shipped. One that the registry names and that is there no more is said by its name."""
    if name not in shelf:
        raise LookupError(f"there is no questionnaire {name}")
    return shelf[name]


class Kind(Protocol):
    """A kind of duty that the party answers through a form."""

    name: str
    version: int  #: raised whenever `owed` comes to answer otherwise: every engagement is then worked out anew
    opens_with_mail: bool  #: it opens with its first mail, so only when mails may leave; else at 00:00 of its day

    def owed(self, facts: Facts) -> Owed | Idle: ...

    def questions(self, facts: Facts, shelf: Mapping[str, Questionnaire]) -> Questionnaire:
        """What is frozen into the request, as the party meets it: taken from the shelf, or made of the facts."""
        ...
