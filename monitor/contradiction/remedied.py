"""Stage: findings of accepted answers + what looks see -> verified by a look, or open again because of one.

A finding whose question a look can answer is held against the latest looks every hour; the column `look_at` says when
next, so that one whose party nobody looks at costs a row a day.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tortoise.exceptions import OperationalError

from monitor import tables
from monitor.books import lock_works
from monitor.contradiction.confidence import observed
from monitor.guard import Guard
from monitor.registry.roster import roster
from monitor.remediation.recording import Change, record
from monitor.remediation.rules import REOPENED, reopened, settled
from monitor.tables.plain import any_due
from monitor.tables.store import AWAY, transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.contradiction.claims import Claim, Claims
    from monitor.contradiction.confidence import Observed
    from monitor.tables import FindingRow, Remediation

log = logging.getLogger(__name__)
DATABASE = (*AWAY, OperationalError)
CHUNK = 100
SOON, LATER = timedelta(hours=1), timedelta(days=1)
VERIFIED = "verified"


@dataclass(frozen=True)
class Seen:
    """What is seen of a party now: what looks prove, and what they find wrong."""

    proved: Sequence[Observed]
    wrong: Sequence[FindingRow]


async def see(at: datetime, claims: Claims) -> int:
    """Hold a chunk of findings against what is seen of their parties; how many there were."""
    if not await any_due(tables.Remediation, "look_at", at):
        return 0
    rows = await tables.Remediation.filter(look_at__lte=at).order_by("look_at", "id").limit(CHUNK)
    for party in sorted({row.party_id for row in rows}):
        theirs = [row for row in rows if row.party_id == party]
        numbers = [row.id for row in theirs]
        with Guard(log, "the findings of %s cannot be held against what is seen", party, let=DATABASE) as guard:
            await _see(party, theirs, claims, at)
        if guard.error:
            await tables.Remediation.filter(id__in=numbers).update(look_at=at + SOON)
    return len(rows)


async def _see(party: str, known: list[Remediation], claims: Claims, at: datetime) -> None:
    numbers = [row.id for row in known]
    async with transaction():
        await lock_works(*(row.engagement_id for row in known))
        rows = await tables.Remediation.filter(id__in=numbers, look_at__lte=at).order_by("id").select_for_update()
        concerned = [row for row in rows if any(one.about(row.question) for one in claims.claim)]
        if concerned:
            seen = await _seen(party, claims, at)
            await record([change for row in concerned if (change := await _change(row, seen, claims, at))], at)
        later = {row.id for row in rows} - {row.id for row in concerned}
        await tables.Remediation.filter(id__in=later).update(look_at=at + LATER)
        await tables.Remediation.filter(id__in=[row.id for row in concerned]).update(look_at=at + SOON)


async def _seen(party: str, claims: Claims, at: datetime) -> Seen:
    wrong = tables.FindingRow.filter(
        rule__in=claims.rules, watch__party_id=party, watch__retired_at=None, closed_at=None
    )
    return Seen(await observed(party, claims, at), await wrong.select_related("watch").order_by("id"))


async def _change(row: Remediation, seen: Seen, claims: Claims, at: datetime) -> Change | None:
    if row.state == VERIFIED:
        return await _contradicted(row, seen, claims, at)
    shown = next((one for one in seen.proved if proves(one, row)), None)
    if shown is None:
        return None
    check = shown.claim.proof.check if shown.claim.proof else ""
    data = {"check": check, "watches": list(shown.watches), "looked_at": shown.at.isoformat()}
    return Change(row, VERIFIED, settled(row, VERIFIED, at, how="look", **data), data)


def proves(shown: Observed, row: Remediation) -> bool:
    """Whether looks made since it was found show that the answer would be another one today."""
    claim = shown.claim
    return claim.about(row.question) and row.raised_by not in claim.answers and shown.at >= row.since


async def _contradicted(row: Remediation, seen: Seen, claims: Claims, at: datetime) -> Change | None:
    found = next((one for one in seen.wrong if any(disproves(claim, one, row) for claim in claims.claim)), None)
    if found is None:
        return None
    present = await roster()
    roll = (await present.engagement(row.engagement_id)).roll
    fields = reopened(row, REOPENED, at, present.calendar, roll)
    return Change(row, "reopened", fields, {"reason": "contradicted", "rule": found.rule, "watch": found.watch_id})


def disproves(claim: Claim, found: FindingRow, row: Remediation) -> bool:
    """Whether a look made since it was verified still shows what the finding was about."""
    told = claim.about(row.question) and found.rule in claim.disproved_by and claim.concerns(found.watch.url)
    return bool(told and row.settled_at and found.last_seen_at > row.settled_at)
