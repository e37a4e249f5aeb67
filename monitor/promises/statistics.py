"""Statistics that are signed off before they are published (P09 and B15 of the published promises).

What is aggregated so that nobody can be told from it is no personal data any more; what can still be tied to somebody
is, and publishing it is provision to third parties (APPI 2(1) and 27(1)).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from checks.detail import Detail
from monitor import ledger, tables
from monitor.cases.conduct import breach
from monitor.conduct import STATISTICS_UNREVIEWED
from monitor.promises.entries import REGISTER_LOCK, known_company, reference, work_and_party
from monitor.reasons import harmless, keep
from monitor.refusal import need, together
from monitor.registry.roster import roster
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from tortoise.queryset import QuerySet

    from monitor.registry.roster import Roster
    from monitor.tables import StatisticsReview

Outcome = Literal["signed-off", "refused"]
SIGNED_OFF: Outcome = "signed-off"
REFUSED: Outcome = "refused"
PAIR = 2  #: of a group of one, everything that is shown is about somebody
MOST_PEOPLE = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Made:
    """Statistics that are to be published. `engagement`, where a party makes them, or a `company` that does itself."""

    ref: str
    what: str
    method: str
    smallest_group: int
    reviewer: str
    engagement: str = ""
    company: str = ""


async def enter_statistics(made: Made, at: datetime, actor: str) -> StatisticsReview:
    """They are to be looked at. What is entered twice alike is one. Raises `Refused`."""
    texts = {"what": made.what.strip(), "method": made.method.strip(), "reviewer": made.reviewer.strip()}
    harmless(*texts.values())
    ref = reference(made.ref)
    together(
        lambda: need(texts["what"], "what-missing", "Say what is to be published."),
        lambda: need(texts["method"], "method-missing", "Say how the data is aggregated."),
        lambda: need(
            0 < made.smallest_group <= MOST_PEOPLE, "group-missing", "Say how many people the smallest group has."
        ),
        lambda: need(texts["reviewer"], "reviewer-missing", "Say who is to look at it before it is published."),
    )
    async with transaction():
        await alone(REGISTER_LOCK)
        company, party = await _whose(made, await roster())
        given: dict[str, Any] = {
            "engagement_id": made.engagement or None,
            "smallest_group": made.smallest_group,
            **texts,
        }
        known = await tables.StatisticsReview.filter(company_id=company, ref=ref).first()
        if known is not None:
            same = all(getattr(known, name) == value for name, value in given.items())
            need(same, "ref-taken", "The company has other statistics of this reference: give these another one.")
            return known
        row = await tables.StatisticsReview.create(
            ref=ref, company_id=company, party_id=party, entered_at=at, entered_by=actor, **given
        )
        await ledger.write([_event("entered", row, actor, count=row.smallest_group)], at)
    return row


async def _whose(made: Made, present: Roster) -> tuple[str, str | None]:
    if made.engagement:
        entry, _ = await work_and_party(made.engagement, present)
        return entry.company, entry.party
    return known_company(made.company, present), None


async def decide_on(number: int, outcome: Outcome, reason: str, at: datetime, actor: str) -> None:
    """A named person has looked at them: they may be published, or they may not, with the reason."""
    need(actor.startswith("person/"), "by-missing", "Say who decides.")
    harmless(reason)
    if outcome == REFUSED:
        need(reason.strip(), "reason-missing", "Write why they may not be published: whoever makes them reads it.")
    async with transaction():
        row = await tables.StatisticsReview.filter(id=number).select_for_update().get()
        need(row.state == "entered", "decided-already", "These statistics have been decided on already.")
        need(
            outcome == REFUSED or row.smallest_group >= PAIR,
            "group-of-one",
            "A group of one person shows that person. Refuse these, and have small groups merged or left out.",
        )
        today = (await roster()).calendar.day_of(at)
        await tables.StatisticsReview.filter(id=row.id).update(state=outcome, decided_on=today)
        await ledger.write([_event(outcome, row, actor, **await keep(reason, at))], at)


async def published(number: int, on: date, at: datetime, actor: str) -> None:
    """They went out on that day. Nobody had signed them off by then: a case, which a sign-off afterwards does not undo
    and a person closes.
    """
    async with transaction():
        present = await roster()
        row = await tables.StatisticsReview.filter(id=number).select_for_update().get()
        need(row.published_on is None, "published-already", "The day on which they were published is known already.")
        need(on <= present.calendar.day_of(at), "on-future", "Name today or a day before it.")
        await tables.StatisticsReview.filter(id=row.id).update(published_on=on)
        await ledger.write([_event("published", row, actor, on=on.isoformat())], at)
        if not looked_at(row, on):
            detail = Detail("Published without a sign-off: {ref}.", ref=row.ref)
            about = {"company_id": row.company_id, "party_id": row.party_id, "engagement_id": row.engagement_id}
            await breach(STATISTICS_UNREVIEWED, detail, at, present, ref=f"statistics/{row.id}", **about)


def unsigned(whose: Collection[str] | None) -> QuerySet[StatisticsReview]:
    """What waits for somebody to look at it before it is published, of these companies; none: of all. What went out
    unseen is a case, and waits no more.
    """
    waiting = tables.StatisticsReview.filter(state="entered", published_on=None)
    return waiting if whose is None else waiting.filter(company_id__in=list(whose))


def looked_at(row: StatisticsReview, on: date) -> bool:
    """Whether they were signed off by that day. Pure."""
    return row.state == SIGNED_OFF and row.decided_on is not None and row.decided_on <= on


def _event(kind: str, row: StatisticsReview, actor: str, **data: Any) -> ledger.Event:
    facts = {"ref": row.ref, "engagement": row.engagement_id, "party": row.party_id, "state": kind}
    said = {name: value for name, value in facts.items() if value}
    return ledger.Event(f"statistics.{kind}", f"statistics/{row.id}", said | data, row.company_id, actor)
