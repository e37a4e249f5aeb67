"""A request whose answers somebody fills in, whichever way they came to it: through a mailed link, or as somebody of
the company who types in what came on paper.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.language import Message
from monitor.obligations import KINDS
from monitor.obligations.drafts import Draft, Drafted, read, save
from monitor.obligations.marks import Returned
from monitor.obligations.reuse import Shelf
from monitor.questionnaire import examine
from monitor.questionnaire.period import Period, within
from monitor.web.words import named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from monitor.questionnaire import Answer, Examination, Questionnaire, Section
    from monitor.registry.format import Company, Engagement, Party
    from monitor.registry.roster import Roster
    from monitor.tables import Obligation


@dataclass(frozen=True, kw_only=True)
class Filling(ABC):
    """What the pages of a section show and save. Who fills it in is told by the heirs, by `base` and `actor`."""

    duty: Obligation
    engagement: Engagement
    company: Company | None
    party: Party
    present: Roster
    language: str
    at: datetime
    questionnaire: Questionnaire
    back: Returned = field(default_factory=Returned)  #: what of an answer came back
    adding: bool = False  #: nothing is asked any more, and the party may add to what it has handed in
    code: str = ""  #: of the mail that carried the link, by which anybody can verify it

    @property
    @abstractmethod
    def base(self) -> str:
        """The address below which its pages lie."""

    @property
    @abstractmethod
    def actor(self) -> str:
        """Who saves, as the ledger has it."""

    @property
    def sections(self) -> Sequence[Section]:
        """The parts that are shown."""
        return self.questionnaire.sections

    @property
    def foot(self) -> Mapping[str, str]:
        """What stands below every page: its place below `base`, and what it is called."""
        return {}

    @property
    def behalf(self) -> str:
        """For whom somebody else fills this in, in a sentence; nothing where the party does so itself."""
        return ""

    @property
    def asker(self) -> str:
        """Who asks, as its name is registered."""
        return named(self.company or self.present.group, self.language)

    def statement(self, language: str) -> str:
        """What whoever hands in confirms."""
        words = {"party": named(self.party, language)}
        if KINDS[self.duty.kind].certificate:
            return Message("{party} certifies that what is stated here is correct.", words).in_(language)
        text = "I confirm for {party} that these answers are correct as far as we have been able to find out."
        return Message(text, words).in_(language)

    async def draft(self) -> Draft:
        return await read(self.duty.id)

    async def store(self, said: Mapping[str, tuple[Answer, int]]) -> Drafted:
        """Save answers, each with the version that was seen."""
        return await save(self.duty.id, said, self.at, self.actor)

    async def shelf(self) -> Shelf:
        """Earlier answers that may be given again: none, unless somebody says which."""
        return Shelf()

    def examined(self, draft: Draft) -> Examination:
        found = examine(self.questionnaire, draft.answers, self.present.calendar.day_of(self.at))
        if not KINDS[self.duty.kind].within_work:
            return found
        work = Period(self.engagement.starts_on, self.engagement.ends_on)
        return within(found, self.questionnaire, draft.answers, work)
