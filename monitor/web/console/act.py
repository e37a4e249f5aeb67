"""One act of a person on a page: by whom, under which name, what its form said, and what was wrong with it.

A page holds several forms, so a field carries the name of its act: `waive_by`, `waive_reason`, `waive_until_year`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.language import Message
from monitor.obligations import acts
from monitor.obligations.pleas import Decision
from monitor.pause import Pause
from monitor.questionnaire.entry import any_day, calendar_day, three_boxes
from monitor.refusal import Refused, need
from monitor.reviewing import Policy
from monitor.web.console.looking import Wrong
from monitor.web.fields import one_line, whole_number
from monitor.web.pages import moment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from monitor.web.console.session import Reader

LONGEST = 2000  #: letters of a field that are kept
NAMELESS_WORDS = "Enter your name: the act is recorded under it."
NAMELESS = Message(NAMELESS_WORDS)
DAYLESS = Message("Name a day.")
BEYOND = Message("Name a day from 1900 to 2200.")
#: The field that a refusal is about, by the first word of its token; all others are about who acts.
FIELDS = {
    name: name
    for name in ("by", "decision", "id", "reason", "owner", "name", "party", "class", "clause", "to", "what", "tier")
} | {"review": "review_year"} | dict.fromkeys(
    ("until", "day", "not-later"), "until_year"
) | {"on": "on_year", "contract": "expires_year", "expires": "expires_year", "notice": "notice"}  # fmt: skip


@dataclass(frozen=True)
class Act:
    """One act: by whom, under which name, and what its form said."""

    who: Reader
    actor: str
    said: Mapping[str, str]
    at: datetime
    review: Policy = field(default_factory=Policy)  #: what an acceptance needs

    def signs(self) -> None:
        """Whether somebody says who acts."""
        need(one_line(self.said.get("by")), "by-missing", NAMELESS_WORDS)

    def says(self, wanted: str) -> None:
        """Whether a reason is given. `wanted`: the sentence that asks for it."""
        need(self.reason, "reason-missing", wanted)

    @property
    def reason(self) -> str:
        return self.said.get("reason", "").strip()

    @property
    def read(self) -> int | None:
        """The submission that the page showed; a script that names none decides on the last."""
        return whole_number(self.said.get("read", ""))

    @property
    def day(self) -> date | None:
        return typed_day(self.said, "until")

    @property
    def until(self) -> datetime:
        """The end of the day that was named, in the group's zone."""
        if self.day is None:
            raise Refused("until-missing", dayless(self.said, "until"))
        return self.who.present.calendar.end_of(self.day)

    @property
    def plea(self) -> int:
        """The number of what the party has said, 0 where none is named."""
        return whole_number(self.said.get("plea", "")) or 0

    @property
    def decision(self) -> Decision:
        return Decision(self.said.get("decision", ""), self.reason, self.day)

    @property
    def owner(self) -> tuple[str, str]:
        """Mailbox and name of whoever is to see to it."""
        return self.said.get("owner", "").strip(), one_line(self.said.get("name"))

    @property
    def new_day(self) -> date:
        """The new due date."""
        if self.day is None:
            raise Refused("day-missing", dayless(self.said, "until", Message("Enter the new due date.")))
        return self.day

    @property
    def pause(self) -> Pause:
        return Pause(self.until, self.reason, office=self.who.everywhere)


def typed(said: Mapping[str, str], name: str) -> str:
    """What was typed into the three boxes of a day, as one text; nothing where nothing was."""
    return three_boxes(*(said.get(f"{name}_{part}", "") for part in ("year", "month", "day")))


def typed_day(said: Mapping[str, str], name: str) -> date | None:
    return calendar_day(typed(said, name))


def dayless(said: Mapping[str, str], name: str, missing: Message = DAYLESS) -> Message:
    """What to say where `typed_day` finds none: of a day that is one, that it is too far away."""
    return BEYOND if any_day(typed(said, name)) else missing


def own_fields(deed: str, sent: Mapping[str, str]) -> dict[str, str]:
    """What belongs to one act of a page, without the name of the act."""
    return {name.removeprefix(f"{deed}_"): value for name, value in sent.items()}


def unsigned(who: Reader, deed: str, sent: Mapping[str, str], review: Policy) -> Act:
    """What a form says, before whoever acts is known by their name: enough to see whether it is complete."""
    return Act(who, "", own_fields(deed, sent), moment(), review)


async def act_of(who: Reader, deed: str, sent: Mapping[str, str]) -> Act:
    """Whoever acts says their name: an address may be shared, an act never is."""
    own = own_fields(deed, sent)
    name, at = one_line(own.get("by")), moment()
    if not name:
        raise Refused("by-missing", NAMELESS)
    await who.sign(name)
    return Act(who, await acts.person(who.person.email, at, name), own, at)


def wrong(refusals: Sequence[Refused], deed: str, sent: Mapping[str, str], language: str) -> Wrong:
    """The page again: what is wrong, each at its field, and what was typed."""
    return Wrong([{"text": one.message.in_(language), "href": f"#{deed}_{_field(one)}"} for one in refusals], sent)


def _field(refusal: Refused) -> str:
    return FIELDS.get(refusal.reason) or FIELDS.get(refusal.reason.partition("-")[0], "by")
