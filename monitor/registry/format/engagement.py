"""One company's use of one party: for what, since when, what is owed under it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from monitor.calendar import Roll
from monitor.registry.format.entry import Entry
from monitor.registry.values import Certification, Country, Day, Flag, Key, MonthDay, Months, Text, Web, no_flag


class Attestation(Entry):
    """When and with what the party is asked to attest; a date of a campaign (`due`) stands instead of a rhythm."""

    questionnaire: Key | None = None
    every: Months | None = None
    due: MonthDay | None = None
    rests_on: Certification | None = None
    last_accepted_on: Day | None = None


class Place(Entry):
    """Where data lies: a row of the deletion certificate. `url`: must stay gone once the deletion was accepted."""

    name: Text
    kind: Literal["prod", "backup", "log", "paper", "media", "sub_trustee"]
    url: Web | None = None


class Deletion(Entry):
    accepted_on: Day | None = None


Tier = Literal["S", "A", "B", "C"]
State = Literal[
    "candidate", "under_review", "approved", "active", "suspended", "ending", "deletion_pending", "closed", "rejected"
]
OWING = frozenset({"active", "suspended", "ending", "deletion_pending"})  #: states in which something is owed
_EVERY: dict[str, int] = {"S": 6, "A": 12, "B": 12, "C": 12}


class Engagement(Entry):
    """委託 or 共同利用: one company's use of one party for some purposes (APPI 25; 27(5)(iii) for joint use)."""

    key: Key
    company: Key
    party: Key
    kind: Literal["trustee", "joint_user"]
    title: Text | None = None
    purposes: tuple[Key, ...] = ()
    items: tuple[Text, ...] = ()
    child_data: Flag = False
    special_care: Flag = False
    my_number: Flag = False
    card: Flag = False
    tier: Tier = "B"
    starts_on: Day
    ends_on: Day | None = None
    deletion_days: Annotated[int, Field(ge=1, le=366), BeforeValidator(no_flag)] = 30
    state: State = "active"
    roll: Roll = Roll.FOLLOWING
    under: Key | None = None
    places: tuple[Country, ...] = ()
    attestation: Attestation = Attestation()
    place: tuple[Place, ...] = ()
    deletion: Deletion = Deletion()

    @model_validator(mode="after")
    def _dates(self) -> Self:
        if self.ends_on and self.ends_on < self.starts_on:
            raise ValueError("engagement-dates")
        return self

    @property
    def effective_tier(self) -> Tier:
        """Data of children and cards put an engagement into the highest tier whatever the file says."""
        return "S" if self.child_data or self.card else self.tier

    @property
    def every(self) -> int:
        """Months between two attestations."""
        return self.attestation.every or _EVERY[self.effective_tier]

    def in_force_on(self, day: date, ends_on: date | None = None) -> bool:
        """Whether data may be with the party on that day. `ends_on`: an earlier end that comes from above in the
        tree.
        """
        last = min((end for end in (self.ends_on, ends_on) if end), default=date.max)
        return self.state in OWING and self.starts_on <= day <= last
