"""Writing what became of findings: rows and ledger lines in the caller's one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tortoise.expressions import F

from checks.contract import Severity
from monitor import ledger, tables
from monitor.books import Stale

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.tables import Remediation


@dataclass
class Change:
    """One finding's change: what happened, the fields to write, what the ledger is told beside the usual."""

    row: Remediation
    what: str
    fields: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    new: bool = False


async def record(changes: Sequence[Change], at: datetime, actor: str = ledger.SYSTEM) -> None:
    """Write them. Each row is compared and set by its version; `Stale` undoes the whole transaction. What is owed by
    their engagements is then worked out anew.
    """
    for change in changes:
        if change.new:
            await change.row.save()
            continue
        held = tables.Remediation.filter(id=change.row.id, version=change.row.version)
        if await held.update(**change.fields, version=F("version") + 1) != 1:
            raise Stale(change.row.id)
        change.row.version += 1
    await ledger.write([_event(change, actor) for change in changes], at)
    concerned = {change.row.engagement_id for change in changes}
    await tables.Engagement.filter(key__in=concerned).update(plan_at=at)


def _event(change: Change, actor: str) -> ledger.Event:
    row = change.row
    facts = {
        "engagement": row.engagement_id,
        "party": row.party_id,
        "question": row.question,
        "raised_by": row.raised_by,
        "severity": Severity(row.severity).word,
        "state": row.state,
        "due_on": row.due_on.isoformat(),
    }
    return ledger.Event(
        f"remediation.{change.what}", f"remediation/{row.id}", facts | change.data, row.company_id, actor
    )
