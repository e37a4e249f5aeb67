"""A simulation from files to lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.registry.apply import apply
from monitor.simulation.world import Line, World
from monitor.tables.store import MEMORY, opened

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from datetime import datetime

    from monitor.plugins import Equipment
    from monitor.registry.read import Declaration
    from monitor.simulation.event import Event

Span = tuple["datetime", "datetime"]  #: the first and the last instant, both included


async def simulate(
    declaration: Declaration, span: Span, events: Sequence[Event], tools: Equipment, database: str = MEMORY
) -> AsyncGenerator[Line, None]:
    """Apply the registry at the beginning to an empty world and let it run. Raises `Invalid` as an apply would.

    `database`: an empty one to use instead of memory (tests hold the same worlds against PostgreSQL).
    """
    begin, end = span
    async with opened(database, create=True):
        await apply(declaration, begin, tools.looks)
        async for line in World(tools).run(begin, end, events):
            yield line
