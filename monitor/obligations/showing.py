"""提示のみの証跡: evidence that the party showed on a screen or on site, and did not hand in.

Some things may not leave a house (a list of names, a network plan). Whoever of the company has seen them writes down
what, where, on which day and for which question; that record is a file like any other, with a hash of its own, so that
review, receipt and export need to know nothing new, and the party reads in its form what was written about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor import ledger, tables
from monitor.language import Message
from monitor.obligations import drafts
from monitor.reasons import harmless
from monitor.refusal import need, together
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.evidence import Stored
    from monitor.questionnaire import Question

LONGEST = 2000


@dataclass(frozen=True)
class Shown:
    """What was seen: by whom, on which day, where."""

    question: Question
    viewer: str
    seen_on: date
    place: str
    what: str

    def text(self, language: str) -> str:
        """The record, as it is kept."""
        lines = [
            (Message("Record of evidence that was shown and not handed in"), ""),
            (Message("Question"), self.question.text.in_(language)),
            (Message("Seen by"), self.viewer),
            (Message("Seen on"), self.seen_on.isoformat()),
            (Message("Where it was seen"), self.place),
            (Message("What was shown"), self.what),
        ]
        joint = Message(": ").in_(language)
        return "\n".join(f"{term.in_(language)}{joint + value if value else ''}" for term, value in lines) + "\n"

    def name(self, language: str) -> str:
        return f"{Message('Record of showing').in_(language)}_{self.seen_on.isoformat()}.txt"


def plausible(viewer: str, seen_on: date, place: str, what: str, today: date) -> None:
    """Whether what somebody says that they saw can be kept; all that is wrong with it, if not."""
    clear = "Write what was shown, so that somebody else can tell what it proves."
    together(
        lambda: need(seen_on <= today, "seen-ahead", "The day on which it was shown does not lie ahead."),
        lambda: need(place, "place-missing", "Enter where it was shown: on site, or on whose screen."),
        lambda: need(what, "what-missing", clear),
        lambda: need(viewer, "by-missing", "Enter your name: the act is recorded under it."),
        lambda: harmless(viewer, reason="by-my-number"),
        lambda: harmless(place, reason="place-my-number"),
        lambda: harmless(what, reason="what-my-number"),
    )


async def show(duty_id: int, shown: Shown, stored: Stored, at: datetime, actor: str) -> None:
    """The record becomes evidence of its question."""
    async with transaction():
        file = drafts.new_file(stored.name, stored.sha256, stored.size)
        await drafts.attach(duty_id, shown.question.id, file, stored.media_type, at, actor)
        duty = await tables.Obligation.get(id=duty_id)
        said = {"question": shown.question.id, "sha256": stored.sha256, "seen_on": shown.seen_on.isoformat()}
        await ledger.note("evidence.shown", duty, at, actor, **said)
