"""A check passes again, or nobody is to answer for it any more: cases that end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise.expressions import F

from checks.contract import Severity
from monitor import ledger, tables
from monitor.cases.muting import come_to_an_end
from monitor.cases.standing import about, all_concerned, cases_of, event, heir_of, speak_of
from monitor.notices import COMPANY, VENDOR, about_case, tell, withdraw
from monitor.registry.roster import roster
from monitor.schedule import edit
from monitor.tables.plain import any_due, any_row
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from datetime import datetime

    from tortoise.queryset import QuerySet

    from monitor.cases.settling import Damping
    from monitor.tables import Case, Watch


async def passes(watch: Watch, at: datetime, damping: Damping) -> None:
    """A check passes again, confirmed. Its case closes with the last of its host; one that came back waits first."""
    for case in await cases_of(watch):
        heir = await heir_of(case)
        if case.watch_id != watch.id:
            await tables.Joined.filter(case_id=case.id, watch_id=watch.id).update(well_at=at)
            await ledger.write([event("left", case, url=watch.url)], at)
        elif heir:
            await _hand_on(case, heir, at)
        elif case.returns and damping.calm:
            await _wait(case, at, damping)
        else:
            await close(case, at)


async def _hand_on(case: Case, heir: Watch, at: datetime) -> None:
    """The address that a case spoke of is well, and another of its host is not."""
    left = event("left", case)
    fields = await speak_of(case, heir, at)
    await tables.Case.filter(id=case.id).update(**fields, version=F("version") + 1)
    await ledger.write([left], at)


async def _wait(case: Case, at: datetime, damping: Damping) -> None:
    """It came back before, so it is not believed at once. Its ladder rests meanwhile."""
    fields = edit(case, closes_at=at + damping.calm, next_at=None, company_queued=None)
    await withdraw(at, case_id=case.id, kind="rung")
    await tables.Case.filter(id=case.id).update(**fields, version=F("version") + 1)
    await ledger.write([event("recovering", case, until=(at + damping.calm).isoformat())], at)


async def tend(at: datetime) -> int:
    """Stage: what time alone does to cases. How many it changed."""
    return await come_to_an_end(at) + await subside(at) + await lapse(at)


async def subside(at: datetime) -> int:
    """Close the cases that came back and have passed for long enough since. How many."""
    if not await any_due(tables.Case, "closes_at", at):
        return 0
    async with transaction():
        calm = tables.Case.filter(closed_at=None, closes_at__lte=at)
        found = await calm.order_by("id").select_for_update(skip_locked=True)
        for case in found:
            await close(case, at)
    return len(found)


async def close(case: Case, at: datetime, actor: str = ledger.SYSTEM, **data: Any) -> None:
    """The check passes again, or conduct was put right: whoever was told of it since is told, and nobody else."""
    if not await _end(case, at, mended=True):
        return
    notices, mark = [], str(case.returns or "")
    if case.company_told:
        roles = ["privacy_office"] if case.announced >= Severity.CRITICAL else []
        notices.append(about_case(case, "resolved", COMPANY, at, mark=mark, level=case.told, roles=roles))
    if case.vendor_told:
        notices.append(about_case(case, "resolved", VENDOR, at, mark=mark))
    await tell(notices)
    await ledger.write([event("closed", case, actor, **data)], at)


async def _end(case: Case, at: datetime, *, mended: bool) -> bool:
    """False: another replica was quicker."""
    ended = edit(case, closed_at=at, closes_at=None, next_at=None, company_queued=None, mended=mended)
    still = tables.Case.filter(id=case.id, closed_at=None)
    changed = await still.update(**ended, version=F("version") + 1)
    await withdraw(at, case_id=case.id)
    return bool(changed)


async def lapse(at: datetime) -> int:
    """Stage: close the cases that nobody is to answer for any more, because the endpoint has left the registry or the
    company's last engagement with the party has ended. Nothing was mended, so nobody is told that it was. How many.
    """
    if not await any_row(tables.Case, "closed_at IS NULL"):
        return 0
    over = await _lapsed(tables.Case.filter(closed_at=None), at)
    if not over:
        return 0
    async with transaction():
        reasons = await _lapsed(tables.Case.filter(id__in=[case.id for case in over], closed_at=None), at, lock=True)
        retired = {case.watch_id for case, reason in reasons.items() if reason == "retired"}
        for case, reason in list(reasons.items()):
            heir = await heir_of(case) if reason == "retired" else None
            if heir:
                await _hand_on(case, heir, at)
                reasons.pop(case)
            else:
                await _end(case, at, mended=False)
        await tables.FindingRow.filter(watch_id__in=retired, closed_at=None).update(closed_at=at)
        await ledger.write([event("closed", case, reason=reason) for case, reason in reasons.items()], at)
    return len(reasons)


async def _lapsed(which: QuerySet[Case], at: datetime, *, lock: bool = False) -> dict[Case, str]:
    """Those that are nobody's any more, and why. The registry is read when the rows are locked."""
    which = which.filter(watch_id__isnull=False)
    cases: list[Any] = await (which.select_for_update() if lock else which).order_by("id").prefetch_related("watch")
    if not cases:
        return {}
    present = await roster()
    watches = {about(case): case.watch for case in cases}
    answering = await all_concerned(watches.values(), present, at)
    return {
        case: "retired" if case.watch.retired_at else "no-engagement"
        for case in cases
        if case.watch.retired_at or case.company_id not in answering[watches[about(case)].id]
    }
