"""Stage: what a night leaves to do: the looks of the day that ended are packed and entered as one line of the ledger,
and what has had its time goes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from monitor import ledger, tables
from monitor.archive.forgetting import forget, forget_evidence
from monitor.archive.packing import Night, pack_some
from monitor.archive.recall import digest_of
from monitor.calendar import DAY
from monitor.registry.roster import roster
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.calendar import Calendar
    from monitor.config import Cadence

_STAMP = "looks"  #: the pulse that says up to which midnight days have been entered
_SETTLED = timedelta(minutes=10)  #: after midnight, until all looks of the day before have certainly been written
_SPENT = timedelta(days=1)


async def keep_house(at: datetime, cadence: Cadence) -> int:
    """One round; how much was done, 0 when nothing is left.

    Days missed while the daemon was down are packed and entered one after the other. What proves something is never
    deleted here: it has its own time (`monitor.promises.keeping`), and the ledger none.
    """
    await tables.Session.filter(expires_at__lt=at).delete()
    await tables.SignIn.filter(expires_at__lt=at - _SPENT).delete()
    calendar = (await roster()).calendar
    stamp = await _stamp(calendar)
    if stamp is None:
        return 0
    night = Night(calendar, calendar.day_of(stamp.at), timedelta(days=cadence.keep_looks))
    if at < night.end + _SETTLED:
        return await forget_evidence(night.day)
    packed = await pack_some(night)
    if packed:
        return packed
    await _enter(night, stamp, at)
    today = calendar.day_of(at)
    await forget(today - cadence.keep_looks * DAY, today - cadence.keep_daily * DAY)
    return 1


async def _stamp(calendar: Calendar) -> tables.Pulse | None:
    """Up to where days have been entered; at first the midnight before the first look. None while nobody has looked."""
    stamp = await tables.Pulse.get_or_none(name=_STAMP)
    first = None if stamp else await tables.LookRow.all().order_by("id").first()
    if first is None:
        return stamp
    stamp, _ = await tables.Pulse.get_or_create({"at": calendar.instant(calendar.day_of(first.at))}, name=_STAMP)
    return stamp


async def _enter(night: Night, known: tables.Pulse, at: datetime) -> None:
    """The day's line: how many looks, of how many watches, and a digest of their blocks.

    What is past stands still, so it is read before the transaction; the stamp is compared in it, so that a day is
    entered once however many replicas there are, and never lost by a crash.
    """
    looks, watches, digest = await digest_of(night.day)
    day = night.day.isoformat()
    async with transaction():
        stamp = await tables.Pulse.filter(name=_STAMP).select_for_update().first()
        if stamp is None or stamp.at != known.at:
            return
        if looks:
            data = {"day": day, "looks": looks, "watches": watches, "sha256": digest}
            await ledger.write([ledger.Event("looks.day", f"looks/{day}", data)], at)
        await tables.Pulse.filter(name=_STAMP).update(at=night.end)
