"""How sure one can be of an answer: said, shown, seen by ourselves, or contradicted by what we see."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tortoise.expressions import Q

from monitor import tables
from monitor.archive.recall import latest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from monitor.archive.recall import Kept
    from monitor.contradiction.claims import Claim, Claims, Proof
    from monitor.questionnaire import Answer
    from monitor.tables import Case, Contradiction, Watch

FRESH = timedelta(days=30)  #: a look that is older shows nothing of today


class Confidence(enum.StrEnum):
    """What an answer rests on. A file is worth what whoever reviews makes of it: until one of them has said that they
    looked at it, it is only there.
    """

    SELF_ATTESTED = "self-attested"
    HANDED_IN = "evidence"
    EVIDENCE = "evidence-seen"
    OBSERVED = "observed"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True, slots=True)
class Observed:
    """A claim that every look at the party shows to be true, and when the oldest of them was made."""

    claim: Claim
    at: datetime
    watches: tuple[int, ...] = ()  #: whose looks they are

    @property
    def answer(self) -> str:
        """The answer that need not be asked for."""
        return self.claim.answers[0]


def confidence(
    question: str,
    answer: Answer,
    contradicted: Collection[str],
    seen: Iterable[Observed],
    looked_at: Collection[str] = (),
) -> tuple[Confidence, Observed | None]:
    """The label of one answer, and what was seen where that is its ground. Doubt goes before everything, and what was
    not answered rests on the look alone. `looked_at`: the questions whose files a reviewer has looked at.
    """
    if question in contradicted:
        return Confidence.CONTRADICTED, None
    for one in seen:
        if one.claim.about(question) and (answer.blank or one.claim.made_by(answer)):
            return Confidence.OBSERVED, one
    if not answer.files:
        return Confidence.SELF_ATTESTED, None
    return (Confidence.EVIDENCE if question in looked_at else Confidence.HANDED_IN), None


async def observed(party: str, claims: Claims, at: datetime) -> list[Observed]:
    """What looks prove of a party now: at every address that is looked at so, for one that is as it should be says
    nothing of the others.
    """
    kinds = {one.proof.check for one in claims.claim if one.proof}
    watches = await tables.Watch.filter(party_id=party, check_kind__in=kinds, retired_at=None)
    if not watches:
        return []
    doubted = await _doubted([watch.id for watch in watches])
    found = []
    for claim in claims.claim:
        of = [watch for watch in watches if claim.proof and watch.check_kind == claim.proof.check]
        if of and not doubted & set(claim.disproved_by) and all(_settled(watch, at) for watch in of):
            looks = [look for watch in of for look in await latest(watch.id, 1)]
            if len(looks) == len(of) and claim.proof and all(_shows(claim.proof, look) for look in looks):
                found.append(Observed(claim, min(look.at for look in looks), tuple(watch.id for watch in of)))
    return await _undisputed(found, party) if found else found


async def _undisputed(seen: list[Observed], party: str) -> list[Observed]:
    """Without what the party has objected to and a company has found to be wrong, until it was looked at anew."""
    wrong = tables.Plea.filter(kind="objection", decision="corrected", obligation__party_id=party)
    found: list[Any] = await wrong.values_list("question", "decided_at")
    return [one for one in seen if not any(one.claim.about(name) and one.at <= at for name, at in found)]


def _settled(watch: Watch, at: datetime) -> bool:
    """Whether the watch's own row leaves open that its latest look shows anything."""
    return watch.settled is not None and watch.last_at is not None and watch.last_at >= at - FRESH


async def _doubted(watches: list[int]) -> set[str]:
    open_ones = tables.FindingRow.filter(watch_id__in=watches, closed_at=None)
    return {str(rule) for rule in await open_ones.values_list("rule", flat=True)}


def _shows(proof: Proof, look: Kept) -> bool:
    seen: Mapping[str, object] = look.seen.get("observed") or {}
    return look.verdict != "unknown" and proof.shown(seen)


async def doubts_of(submission: int) -> list[Contradiction]:
    """What contradicts an answer that was handed in, now."""
    rows = tables.Contradiction.filter(submission_id=submission, closed_at=None)
    return await rows.select_related("finding__watch").order_by("question", "id")


async def doubts_about(case: Case) -> list[Contradiction]:
    """The answers to the case's company that its findings contradict, now; to all companies where it is the privacy
    office's.
    """
    whose = Q(obligation__company_id=case.company_id) if case.company_id else Q()
    rows = tables.Contradiction.filter(whose, finding__watch_id=case.watch_id, closed_at=None)
    return await rows.select_related("finding", "submission", "obligation").order_by("opened_at", "id")
