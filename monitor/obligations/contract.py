"""What a kind of duty says about itself. One file per kind; the table in `__init__` registers it.

A kind answers one pure question: given an engagement and all that is known of it, what is owed? Everything that
follows (opening, ladder, review, moving dates, cancelling) is the same for all kinds and lives in the stage. Where
kinds differ in it, a kind says how: nothing else asks what a duty is called.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from monitor.books import lock_works
from monitor.language import Message
from monitor.remediation.raising import follow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from monitor.calendar import Calendar, Roll
    from monitor.questionnaire import Answer, Questionnaire
    from monitor.registry.format import Campaign, Engagement, Party
    from monitor.tables import Obligation, Remediation, Submission


NOT_SUPERVISED = "not-supervised"  #: why nothing is owed by whom the company does not entrust with data


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
    achieved: Sequence[date] = ()  #: when what the data was for was achieved, here and above, though the work goes on
    tested_at: Sequence[datetime] = ()  #: when spot checks found that something is left of what was certified as gone
    findings: Sequence[Remediation] = ()  #: that its accepted answers raised, as far as they outlive it
    gone: Sequence[Remediation] = ()  #: findings that ended with it
    through: str = ""  #: the address that is asked for it, where whoever entrusted it answers for it
    hastened_on: date | None = None  #: the party confirms anew by then, for what has come to be known meanwhile
    brings: frozenset[str] = frozenset()  #: what the purposes that it serves want looked after
    child_age: int = 15  #: who is younger is a child here
    children_every: int | None = None  #: months between attestations, at most, where data of children is handled
    campaigns: Sequence[Campaign] = ()  #: rounds in which the company's parties are asked by one day

    def accepted(self, kind: str) -> Sequence[Obligation]:
        return [duty for duty in self.history if duty.kind == kind and duty.accepted_on]


@dataclass(frozen=True, slots=True)
class Owed:
    """Something is owed on `nominal_on`.

    It opens `notice_days` before T with its first mail, or on `opens_on`, from 00:00, with its first mail at the first
    `send_at` from then on, or where something happened, at once: `opens_at`, for a `cause` that people can read.
    `forgiving`: what is first seen late is due 30 days later (contract 4.5).

    Of what an event asks for (`demanding.demand`), one of a kind may be owed for each `subject`, such as an owner's
    request. `roll` says otherwise than the engagement what T does on a closed day; `statutory`, that a law runs the
    clock; `hours`, that it is asked for again after so many hours each, and not by days; `hastened`, that T moves
    earlier too, though the party has been told another. `campaign`: it is asked in a round of that key, which has a
    longer ladder.
    """

    nominal_on: date
    notice_days: int = 30
    opens_on: date | None = None
    opens_at: datetime | None = None
    cause: Mapping[str, Any] = field(default_factory=dict)
    forgiving: bool = False
    subject: str = ""
    roll: Roll | None = None
    statutory: bool = False
    hours: tuple[int, ...] = ()
    hastened: bool = False
    campaign: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """More time, as an answer asks for it that goes back: until which day, and why."""

    until: date
    why: str


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


class Kind(ABC):
    """A kind of duty that the party answers through a form. What it does not say of itself is as usual."""

    name: ClassVar[str]
    version: ClassVar[int] = 1  #: raised whenever `owed` comes to answer otherwise: every engagement is worked out anew
    #: It opens with its first mail, so only when mails may leave; else at 00:00 of its day.
    opens_with_mail: ClassVar[bool] = True
    #: Events ask for it, each for a subject of its own; planning begins none, and asks `owed` of none.
    demanded: ClassVar[bool] = False
    #: Says how things are while the work lasts: it is held against what looks see, and what it raised is to be put
    #: right, until the work ends. Other answers say what was done, for good.
    lasting: ClassVar[bool] = False
    #: Says how a party works, whoever asks: its answers are offered where the party is asked the same for other work.
    shared: ClassVar[bool] = False
    #: The party certifies what it states, rather than confirming it as far as it has been able to find out.
    certificate: ClassVar[bool] = False
    needs_code: ClassVar[bool] = False  #: a signature is always confirmed from the registered mailbox
    about_findings: ClassVar[bool] = False  #: it asks about findings of earlier answers, each a question of its own
    within_work: ClassVar[bool] = False  #: days that are answered are held against those of the work
    office_waives: ClassVar[bool] = False  #: only somebody above the company's managers may waive it
    #: What the party reads where an answer that lacks something goes back.
    sent_back: ClassVar[Message] = Message("This is missing in what you handed in: {missing}")
    #: What a party reads of what is missing at a place, by the token after its name (`place: token`).
    wanting: ClassVar[Mapping[str, Message]] = {}
    grows: ClassVar[bool] = False  #: the party may add to what it has handed in, as long as `growing` says
    #: What a party reads that has more to say, where nothing may be added any more (`growing`).
    no_more: ClassVar[Message] = Message("This request is not open for an answer.")
    #: Its answers are weighed and decided on by a person. Others end with their being handed in.
    reviewed: ClassVar[bool] = True
    longest_wait: ClassVar[int | None] = None  #: months after its due date for which it may wait, whoever agrees

    @abstractmethod
    def owed(self, facts: Facts) -> Owed | Idle: ...

    @abstractmethod
    def questions(self, facts: Facts, shelf: Mapping[str, Questionnaire]) -> Questionnaire:
        """What is frozen into the request, as the party meets it: taken from the shelf, or made of the facts."""

    def heard(self, answers: Mapping[str, Answer]) -> Mapping[str, Any]:  # noqa: ARG002 - of a kind's own
        """What the ledger says of an answer beside its hash: tokens only. `Refused`, where it cannot be taken."""
        return {}

    async def told(  # noqa: B027 - of most kinds nothing follows
        self, duty: Obligation, answers: Mapping[str, Answer], at: datetime, actor: str
    ) -> None:
        """What handing it in leads to, in its transaction."""

    async def ahead(self, duty: Obligation) -> None:
        """Lock what an answer or a decision changes too, before the duty itself (`monitor.books`)."""
        await lock_works(duty.engagement_id)

    async def growing(self, duty: Obligation, *, lock: bool = False) -> bool:  # noqa: ARG002 - most are given once
        """Whether the party may add to what it has handed in, whenever it knows more. `lock`: what that hangs on stays
        as it is until the caller's transaction ends.
        """
        return False

    async def gist(self, duty: Obligation, answers: Mapping[str, Answer]) -> Mapping[str, Any]:  # noqa: ARG002
        """What the letters about an answer that is handed in now have to know of it: tokens only."""
        return {}

    def lacking(self, asked: Questionnaire, answers: Mapping[str, Answer]) -> Sequence[str]:  # noqa: ARG002
        """What an answer must not be handed in without, by name: it goes back at once then, and no day moves."""
        return ()

    def wish(self, answers: Mapping[str, Answer]) -> Wish | None:  # noqa: ARG002 - of a kind's own
        """The time that the party asks for by an answer that goes back; its company decides, as on any such wish."""
        return None

    async def accepted(
        self, duty: Obligation, answer: Submission | None, calendar: Calendar, at: datetime, actor: str
    ) -> None:
        """What an acceptance leads to, in its transaction: what the answer leaves to be put right goes onto the books.
        None is there where a simulation accepts what nobody has filled in.
        """
        if answer is not None:
            await follow(duty, answer, calendar, at, actor)


class Demanded(Kind):
    """A kind that events ask for, each for a subject of its own: the same questions for all who are asked."""

    opens_with_mail = False
    demanded = True

    def owed(self, facts: Facts) -> Owed | Idle:  # noqa: ARG002 - begun by what happened
        return Idle("demanded", void=False)

    def questions(self, facts: Facts, shelf: Mapping[str, Questionnaire]) -> Questionnaire:  # noqa: ARG002 - the same for all
        return shelved(shelf, self.name)
