"""One company's use of one party: for what, since when, what is owed under it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator

from monitor.calendar import Roll
from monitor.registry.format.entry import Entry
from monitor.registry.format.keeping import Hold
from monitor.registry.format.passing import Transfer
from monitor.registry.format.supervision import Class, Contract, Selection, SubEntrustment, Waiver
from monitor.registry.values import Certification, Country, Day, Flag, Key, MonthDay, Months, Text, Web, whole


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


class Consent(Entry):
    """How owners agreed beforehand to the mail that this party sends for the company (Specified E-mail Act 3)."""

    proof: Text
    checked_on: Day | None = None


#: What was agreed for the data at the end (GDPR 28(3)(g)): it is returned, erased, or returned and then erased.
Election = Literal["return", "delete", "return_then_delete"]


class Deletion(Entry):
    """Return or deletion at the end (APPI 22; General Guidelines 10-5-(4)). `election`: which of them was agreed; the
    party chooses where nothing is said. `backup_days`: by when backups are purged,
    counted from the day on which they were put beyond use, where a certificate names no day. `hold_review`: how often
    what a law wants kept is looked at again. `spot_check`: whether what was certified is tested, `spot_check_days`
    after it was over; by tier where nothing is said.
    """

    accepted_on: Day | None = None
    election: Election | None = None
    backup_days: Annotated[int, Field(ge=1, le=366), BeforeValidator(whole)] = 90
    hold_review: Months = 12
    spot_check: Flag | None = None
    spot_check_days: Annotated[int, Field(ge=1, le=366), BeforeValidator(whole)] = 30


class Instruction(Entry):
    """指示の記録: when the party was last told in writing how to handle the data (General Guidelines 3-4-4), and what
    it was told not to do with it: use it for itself, train models on it.
    """

    recorded_on: Day | None = None
    excludes: tuple[Literal["own-use", "training"], ...] = ()


class Runs(Entry):
    """授受: data that is handed over run by run, such as one mailing each. `delete_within`: days after which what came
    with a run has been returned or erased; the group's number where its purpose asks for a log of hand-overs.
    """

    delete_within: Annotated[int, Field(ge=1, le=366), BeforeValidator(whole)] | None = None


class Handlers(Entry):
    """従事者名簿: as of which day it is known who handles the data at the party (APPI 24; General Guidelines 10-3)."""

    listed_on: Day | None = None


#: How many people the data is of. More than 1,000 of them make a leak one to be reported (Enforcement Rules 7(iv)).
CountBand = Literal["up-to-100", "up-to-1000", "up-to-10000", "up-to-100000", "more"]
Tier = Literal["S", "A", "B", "C"]
State = Literal[
    "candidate", "under_review", "approved", "active", "suspended", "ending", "deletion_pending", "closed", "rejected"
]
OWING = frozenset({"active", "suspended", "ending", "deletion_pending"})  #: states in which something is owed
BEFORE = frozenset({"candidate", "under_review", "approved"})  #: states in which no data may be with the party yet
TIERS: tuple[Tier, ...] = ("S", "A", "B", "C")  #: the strictest first
TESTED = frozenset({"S", "A"})  #: tiers in which a certified deletion is tested, unless an engagement says otherwise
CLOUD = "cloud_no_handling"
UNSUPERVISED = frozenset({CLOUD, "third_party", "out_of_scope"})  #: classes of whom nobody has to supervise
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
    subjects: tuple[Text, ...] = ()
    count_band: CountBand | None = None
    child_data: Flag = False
    child_data_decided_on: Day | None = None
    special_care: Flag = False
    special_care_decided_on: Day | None = None
    my_number: Flag = False
    card: Flag = False
    sends_mail: Flag = False
    bank_account: Flag = False
    statistics: Flag = False
    tier: Tier = "B"
    starts_on: Day
    ends_on: Day | None = None
    purpose_achieved_on: Day | None = None
    deletion_days: Annotated[int, Field(ge=1, le=366), BeforeValidator(whole)] = 30
    state: State = "active"
    roll: Roll = Roll.FOLLOWING
    under: Key | None = None
    places: tuple[Country, ...] = ()
    class_: Annotated[Class | None, Field(alias="class")] = None
    class_reason: Text | None = None
    class_clause: Text | None = None
    class_review_on: Day | None = None
    necessity_reviewed_on: Day | None = None
    selection: Selection = Selection()
    contract: Contract = Contract()
    sub_entrustment: SubEntrustment = SubEntrustment()
    waiver: tuple[Waiver, ...] = ()
    attestation: Attestation = Attestation()
    consent: Consent | None = None
    place: tuple[Place, ...] = ()
    deletion: Deletion = Deletion()
    instruction: Instruction = Instruction()
    runs: Runs = Runs()
    handlers: Handlers = Handlers()
    transfer: Transfer = Transfer()
    hold: tuple[Hold, ...] = ()

    @model_validator(mode="after")
    def _dates(self) -> Self:
        if self.ends_on and self.ends_on < self.starts_on:
            raise ValueError("engagement-dates")
        return self

    @model_validator(mode="after")
    def _for_something(self, info: ValidationInfo) -> Self:
        """What hangs below another work is for the purposes of that one, where it names none. Whoever has not found out
        yet what a work is for writes that there are none, which keeps it from beginning.
        """
        if "filed" in (info.context or ()) and "purposes" not in self.model_fields_set and self.under is None:
            raise ValueError("purposes-missing")
        return self

    @property
    def effective_tier(self) -> Tier:
        """Data of children, cards and bank accounts put an engagement into the highest tier whatever the file says."""
        return "S" if self.child_data or self.card or self.bank_account else self.tier

    @property
    def spot_checked(self) -> bool:
        """Whether a certified deletion is tested afterwards; in the two highest tiers where nothing is said."""
        asked = self.deletion.spot_check
        return self.effective_tier in TESTED if asked is None else asked

    @property
    def class_decided(self) -> bool:
        """The usual class explains itself; any other needs its reason, and a cloud its clause and a day to look
        again.
        """
        needed: list[object] = [self.class_, self.class_ == self.kind or self.class_reason]
        if self.class_ == CLOUD:
            needed += [self.class_clause, self.class_review_on]
        return all(needed)

    def supervised_on(self, day: date) -> bool:
        """Whether the other side is looked after as one that handles data for the company, or with it (APPI 25). It is,
        until somebody has decided otherwise, and again once that decision has not been looked at on its day.
        """
        looked_at = self.class_review_on is None or day <= self.class_review_on
        return not (self.class_ in UNSUPERVISED and self.class_decided and looked_at)

    def owes_return_on(self, day: date) -> bool:
        """Whether it returns or erases the data at the end. A third party holds it for itself (APPI 27(1)); what lies
        in a cloud is ours, whoever handles it (APPI 22 and 23).
        """
        return self.class_ == CLOUD or self.supervised_on(day)

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
