"""Stage: accepted risks whose end has come -> findings that are open again; and findings that end with their work."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor import tables
from monitor.books import lock_works
from monitor.guard import Guard
from monitor.registry.roster import roster
from monitor.remediation.recording import Change, record
from monitor.remediation.rules import HELD, REOPENED, reopened, settled
from monitor.tables.plain import any_due
from monitor.tables.store import AWAY, transaction

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from monitor.tables import Remediation

log = logging.getLogger(__name__)
CHUNK = 200
POISONED = timedelta(hours=1)


async def turn(at: datetime) -> int:
    """Open what was accepted until now; how many there were. One that fails is logged, and the others go on."""
    if not await any_due(tables.Remediation, "turns_at", at):
        return 0
    due = tables.Remediation.filter(turns_at__lte=at).order_by("turns_at", "id").limit(CHUNK)
    rows = await due
    for row in rows:
        with Guard(log, "finding %s cannot be opened again; tried again in an hour", row.id, let=AWAY) as guard:
            await _open(row, at)
        if guard.error:
            await tables.Remediation.filter(id=row.id).update(turns_at=at + POISONED)
    return len(rows)


async def _open(known: Remediation, at: datetime) -> None:
    async with transaction():
        await lock_works(known.engagement_id)
        row = await tables.Remediation.filter(id=known.id, turns_at__lte=at).select_for_update().first()
        if row is None:
            return
        present = await roster()
        roll = (await present.engagement(row.engagement_id)).roll
        fields = reopened(row, REOPENED, row.risk_until or at, present.calendar, roll)
        fields["since"] = row.since = at
        await record([Change(row, "reopened", fields, {"reason": "risk-ended"})], at)


async def lapse(rows: Iterable[Remediation], at: datetime) -> None:
    """These have ended with their work, as far as they are still on the books."""
    gone = [row for row in rows if row.state in HELD]
    changes = [Change(row, "lapsed", settled(row, "lapsed", at, how="ended"), {"reason": "ended"}) for row in gone]
    if changes:
        await record(changes, at)
