"""A simulation from files to lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.registry.apply import apply
from monitor.simulation.world import Line, World
from monitor.tables.store import MEMORY, opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from datetime import datetime

    from checks.contract import Check
    from monitor.obligations.reconcile import Policy
    from monitor.questionnaire import Questionnaire
    from monitor.registry.read import Declaration
    from monitor.simulation.script import Event


async def simulate(
    declaration: Declaration,
    begin: datetime,
    end: datetime,
    *,
    events: Sequence[Event] = (),
    looks: Mapping[str, Check],
    shelf: Mapping[str, Questionnaire],
    policy: Policy | None = None,
    database: str = MEMORY,
) -> AsyncIterator[Line]:
    """Apply the registry at `begin` to an empty world and let it run. Raises `Invalid` as an apply would.

    `database`: an empty one to use instead of memory (tests hold the same worlds against PostgreSQL).
    """
    async with opened(database, create=True):
        await apply(declaration, begin, looks)
        async for line in World(shelf, policy).run(begin, end, events):
            yield line
