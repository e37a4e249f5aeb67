"""How a plea ends: one row change and one ledger line, whoever decides and wherever."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor import ledger, tables
from monitor.reasons import keep
from monitor.schedule import duty_event

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.tables import Plea


async def close(plea: Plea, decision: str, at: datetime, actor: str, **fields: Any) -> None:
    """The row says what was decided, when and by whom, and so does the ledger, in the caller's transaction. `fields`
    are what more the row is to hold.
    """
    decided = {"decision": decision, "decided_at": at, "decided_by": actor, **fields}
    if await tables.Plea.filter(id=plea.id, decision=None).update(**decided):
        duty = await tables.Obligation.get(id=plea.obligation_id)
        said = {"plea": plea.id, "plea_kind": plea.kind, "decision": decision}
        why = await keep(str(fields.get("words", "")), at)
        await ledger.write([duty_event("plea_decided", duty, actor, **said, **why)], at)
