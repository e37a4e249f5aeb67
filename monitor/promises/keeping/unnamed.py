"""People of whom nothing is left to be told: no row names them, the registry does not, and the ledger has not since
what they did had its time. Their rows go, some each night.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor import ledger, tables
from monitor.calendar import add_months
from monitor.promises.keeping.roles import roles_of
from monitor.promises.keeping.terms import YEAR
from monitor.registry.roster import roster
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from monitor.registry.roster import Roster
    from monitor.tables import Person

PER_NIGHT = 500
_STAMP = "people"  #: the pulse that says in which night people were last looked through


async def forget_people(at: datetime) -> int:
    """Once a night; how many went."""
    present = await roster()
    begin = present.calendar.instant(present.calendar.day_of(at))
    stamp, made = await tables.Pulse.get_or_create({"at": begin}, name=_STAMP)
    if stamp.at >= begin and not made:
        return 0
    if not await tables.Pulse.filter(name=_STAMP, at=stamp.at).update(at=begin):
        return 0  # another replica looks them through
    before = present.calendar.instant(add_months(begin.date(), -YEAR * present.group.retention.evidence_years))
    old = await tables.Person.filter(seen_at__lt=before).order_by("id").limit(PER_NIGHT)
    return await _forget([one.id for one in old if not await _in_use(one, present)], before, at)


async def _in_use(one: Person, present: Roster) -> bool:
    for model, column in _naming():
        if await model.filter(**{column: one.id}).exists():
            return True
    return bool(await roles_of(one.email.lower(), present))


def _naming() -> Iterator[tuple[Any, str]]:
    """Every table that has a column for a person, with that column."""
    for name in tables.__all__:
        model = getattr(tables, name)
        for field in model._meta.fk_fields:  # noqa: SLF001 - Tortoise has no other door to it
            if model._meta.fields_map[field].related_model is tables.Person:  # noqa: SLF001
                yield model, f"{field}_id"


async def _forget(ids: Collection[int], before: datetime, at: datetime) -> int:
    actors = [f"person/{number}" for number in ids]
    since = before.strftime("%Y-%m-%dT%H:%M:%S")
    lines = tables.LedgerLine.filter(actor__in=actors, at__gte=since).distinct()
    told = {str(actor) for actor in await lines.values_list("actor", flat=True)}
    going = [number for number in ids if f"person/{number}" not in told]
    if going:
        async with transaction():
            await tables.Person.filter(id__in=going).delete()
            await ledger.write([ledger.Event("person.forgotten", "persons", {"parts": {"persons": len(going)}})], at)
    return len(going)
