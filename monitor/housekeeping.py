"""Stage: each day's looks as one line of the ledger, and rows that have had their time gone."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from monitor import ledger, tables
from monitor.registry.roster import roster
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.calendar import Calendar

_STAMP = "looks"  #: the pulse that says up to which midnight days have been entered
_BATCH = 5000
_SETTLED = timedelta(minutes=10)  #: after midnight, until all looks of the day before have certainly been written
_SPENT = timedelta(days=1)


async def keep_house(at: datetime, keep_looks: int) -> int:
    """One round; how many rows went. `keep_looks` is in days.

    Days missed while the daemon was down are entered one after the other. What proves something is never deleted: the
    ledger, submissions, evidence, cases.
    """
    calendar = (await roster()).calendar
    while await _enter_day(calendar, at):
        pass
    await tables.Session.filter(expires_at__lt=at).delete()
    await tables.SignIn.filter(expires_at__lt=at - _SPENT).delete()
    return await _forget_looks(at - timedelta(days=keep_looks))


async def _enter_day(calendar: Calendar, at: datetime) -> bool:
    """The next whole day of looks: how many, and a digest of them all in order. False when none is left.

    What is past stands still, so it is read before the transaction; the stamp is compared in it, so that a day is
    entered once however many replicas there are, and never lost by a crash.
    """
    known = await tables.Pulse.get_or_none(name=_STAMP)
    begin = known.at if known else calendar.instant(calendar.day_of(await _first_look(at)))
    end = calendar.end_of(calendar.day_of(begin))
    if at < end + _SETTLED:
        return False
    count, digest = await _digest(begin, end)
    day = calendar.day_of(begin).isoformat()
    async with transaction():
        stamp = await tables.Pulse.filter(name=_STAMP).select_for_update().first()
        if (stamp and stamp.at) != (known and known.at):
            return True
        if count:
            event = ledger.Event("looks.day", f"looks/{day}", {"day": day, "looks": count, "sha256": digest})
            await ledger.write([event], at)
        await tables.Pulse.update_or_create({"at": end}, name=_STAMP)
    return True


async def _first_look(at: datetime) -> datetime:
    first = await tables.LookRow.all().order_by("at").first()
    return first.at if first else at


async def _digest(begin: datetime, end: datetime) -> tuple[int, str]:
    count, last, digest = 0, 0, hashlib.sha256()
    while rows := await _looks(begin, end, last):
        for row in rows:
            digest.update("|".join(str(part) for part in row).encode() + b"\n")
        count, last = count + len(rows), rows[-1][0]
    return count, digest.hexdigest()


async def _looks(begin: datetime, end: datetime, last: int) -> Sequence[tuple[Any, ...]]:
    found = tables.LookRow.filter(at__gte=begin, at__lt=end, id__gt=last).order_by("id").limit(_BATCH)
    return await found.values_list("id", "watch_id", "at", "verdict", "reason")


async def _forget_looks(before: datetime) -> int:
    spent = await tables.LookRow.filter(at__lt=before).order_by("at").limit(_BATCH).values_list("id", flat=True)
    if spent:
        await tables.LookRow.filter(id__in=list(spent)).delete()
    return len(spent)
