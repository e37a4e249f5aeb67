"""What a person does with a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise.expressions import F

from monitor import ledger, tables
from monitor.notices import COMPANY, withdraw
from monitor.reasons import keep
from monitor.refusal import need
from monitor.registry.roster import roster
from monitor.schedule import case_next, edit
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.pause import Pause


async def acknowledge(case_id: int, at: datetime, actor: str, pause: Pause) -> None:
    """A person takes a case: the company's levels pause until then, and nothing is closed."""
    async with transaction():
        calendar = (await roster()).calendar
        pause.check(actor, calendar, at)
        case = await tables.Case.filter(id=case_id).select_for_update().get()
        need(case.closed_at is None, "closed", "This case is closed already.")
        fields = edit(case, paused_until=pause.until, paused_by=actor, paused_why=pause.why, company_queued=None)
        fields |= edit(case, next_at=case_next(case, calendar, at))
        await withdraw(at, case_id=case_id, side=COMPANY, kind="rung")
        await tables.Case.filter(id=case_id).update(**fields, version=F("version") + 1)
        data = {"party": case.party_id, "until": pause.until.isoformat()} | await keep(pause.why, at)
        await ledger.write([ledger.Event("case.acknowledged", f"case/{case_id}", data, case.company_id, actor)], at)
