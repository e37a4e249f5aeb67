"""Files that no row names: those whose rows were erased, and those that no row came to name, such as of an upload that
broke off. They go from the store.

A file is deleted when nobody names it, its row of `SpentFile` after that: whatever dies in between is done once more.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from monitor import tables
from monitor.promises.keeping.emptying import spend
from monitor.registry.roster import roster
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from monitor.evidence import EvidenceStore

NAMING = (tables.Evidence, tables.OfflineFile, tables.Incoming)  #: the rows that name files by their hash
SETTLED = timedelta(days=1)  #: how old a file is before it may go: a row follows its file within seconds
AT_ONCE = 100
SHARES = 16  #: nights in which the whole store is gone through once
_STAMP = "store"  #: the pulse that says in which night files without a row were last looked for


async def sweep(at: datetime, store: EvidenceStore) -> int:
    """Delete some spent files; and once a night, note those of a part of the store that no row names."""
    done = 0
    for row in await tables.SpentFile.all().order_by("spent_at", "sha256").limit(AT_ONCE):
        await _drop(row.sha256, at, store)
        done += 1
    return done or await _look_through(at, store)


async def _drop(sha256: str, at: datetime, store: EvidenceStore) -> None:
    """A file that somebody is handing in again at this moment is young, and stays; if its row does not come, the next
    round through the store finds it.
    """
    if not await _named([sha256]):
        await store.discard(sha256, at - SETTLED)
    await tables.SpentFile.filter(sha256=sha256).delete()


async def _look_through(at: datetime, store: EvidenceStore) -> int:
    today = (await roster()).calendar.day_of(at)
    begin = (await roster()).calendar.instant(today)
    stamp, made = await tables.Pulse.get_or_create({"at": begin}, name=_STAMP)
    if stamp.at >= begin and not made:
        return 0
    found = [key async for key in store.older(at - SETTLED, today.toordinal() % SHARES, SHARES)]
    async with transaction():
        for some in (found[begun : begun + AT_ONCE] for begun in range(0, len(found), AT_ONCE)):
            await spend(set(some) - await _named(some), at)
        await tables.Pulse.filter(name=_STAMP).update(at=begin)
    return len(found)


async def _named(hashes: Iterable[str]) -> set[str]:
    """Those that some row names."""
    wanted = list(hashes)
    return {
        str(key) for model in NAMING for key in await model.filter(sha256__in=wanted).values_list("sha256", flat=True)
    }
