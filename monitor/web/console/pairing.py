"""The second person: who has proposed an acceptance, whether this reader can confirm it, and who can if not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor import tables
from monitor.language import Message
from monitor.obligations.pairs import same_person
from monitor.registry.roster import RISING

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.tables import Obligation, Submission
    from monitor.web.console.session import Reader


@dataclass(frozen=True)
class Waiting:
    """A proposal that waits. `barred`: why this reader cannot confirm it, and who can; empty where they can."""

    proposal: tables.Proposal
    barred: str


async def waiting(
    duty: Obligation, submission: Submission | None, who: Reader, at: datetime, language: str
) -> Waiting | None:
    """What one person would accept and a second one has to confirm; none where nothing waits for that."""
    if submission is None or duty.state != "submitted":
        return None
    proposal = await tables.Proposal.get_or_none(submission_id=submission.id).select_related("proposer")
    if proposal is None:
        return None
    first = proposal.proposer
    same = first is not None and same_person((first.email, first.name), (who.person.email, who.name))
    return Waiting(proposal, _barred(duty, who, at).in_(language) if same else "")


def _barred(duty: Obligation, who: Reader, at: datetime) -> Message:
    others = ", ".join(_others(duty, who, at))
    if not others:
        return Message(_NOBODY)
    return Message(_SOMEBODY, {"addresses": others})


def _others(duty: Obligation, who: Reader, at: datetime) -> tuple[str, ...]:
    """Whoever is told of a proposal: the reviewers but for this one, or where nobody is left, the next role up."""
    day, own = who.present.calendar.day_of(at), who.person.email.lower()
    for role in ("reviewer", *RISING):
        people = who.present.audience(duty.company_id, [role], day)
        left = tuple(one for found in people.values() for one in found if one.lower() != own)
        if left:
            return left
    return ()


_SOMEBODY = (
    "You have proposed this acceptance, so somebody else confirms it: a person with another name and a mailbox of their"
    " own. The mail about it went to {addresses}."
)
_NOBODY = (
    "You have proposed this acceptance, so somebody else confirms it. Nobody with a mailbox of their own is registered"
    " for it: add a reviewer to the registry."
)
