"""Which mails a change of the registry would cause: the present state copied into memory, and run with and without
it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.registry.apply import apply
from monitor.simulation.world import Line, World
from monitor.tables.store import MEMORY, opened

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.plugins import Equipment
    from monitor.registry.read import Declaration

    Rows = Mapping[Any, list[dict[str, Any]]]

AHEAD = timedelta(days=35)  #: far enough for what is asked 30 days before it is due
_COPIED: tuple[Any, ...] = (
    tables.Group,
    tables.Company,
    tables.Purpose,
    tables.Party,
    tables.Engagement,
    tables.FrozenRequest,
    tables.Person,
    tables.Obligation,
    tables.Watch,
    tables.Case,
    tables.Notice,
    tables.Mail,
    tables.MailItem,
    tables.Outage,
)


async def snapshot() -> dict[Any, list[dict[str, Any]]]:
    """The rows of the open database that decide what happens next."""
    return {model: await model.all().values() for model in _COPIED}


async def forecast(
    rows: Rows, declaration: Declaration | None, at: datetime, tools: Equipment, *, prune: bool = False
) -> list[Line]:
    """The mails of the time ahead, from a copy of the state, with the files applied at its beginning (or not)."""
    async with opened(MEMORY, create=True) as connection:
        await connection.execute_script("PRAGMA foreign_keys = OFF")
        for model, found in rows.items():
            await model.bulk_create([model(**row) for row in found], batch_size=500)
        if declaration:
            await apply(declaration, at, tools.looks, prune=prune)
        world = World(tools)
        return [line async for line in world.run(at, at + AHEAD) if line["what"] == "mail"]


async def caused(declaration: Declaration, at: datetime, tools: Equipment, *, prune: bool = False) -> list[Line]:
    """The mails of the next weeks that would not go without the change."""
    rows = await snapshot()
    with_it = await forecast(rows, declaration, at, tools, prune=prune)
    if not rows[tables.Group]:
        return with_it
    without = {_same(line) for line in await forecast(rows, None, at, tools)}
    return [line for line in with_it if _same(line) not in without]


def _same(line: Line) -> tuple[Any, ...]:
    names = ("at", "notice", "rung", "company", "party", "engagement", "obligation", "certificate", "due_on", "url")
    return (*(line.get(name) for name in names), tuple(line["to"]))
