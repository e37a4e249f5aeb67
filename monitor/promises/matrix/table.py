"""All cells of the matrix, read and judged at one instant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.promises.matrix.clauses import CLAUSES
from monitor.promises.matrix.judging import judge
from monitor.promises.matrix.reading import read
from monitor.registry.roster import roster

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from monitor.promises.matrix.judging import Cell


async def matrix(at: datetime, whose: Collection[str] | None = None) -> dict[str, list[Cell]]:
    """By company, one cell for each promise in the order of the clauses. `whose`: of these companies alone, of those
    that belong to the group on that day.
    """
    present = await roster()
    books = await read(present, at)
    keys = [key for key, one in present.companies.items() if one.member_on(books.today)]
    wanted = [key for key in sorted(keys) if whose is None or key in whose]
    found: dict[str, list[Cell]] = {key: [] for key in wanted}
    for clause in CLAUSES:
        for cell in judge(clause, wanted, books, present.group.promises):
            found[cell.company].append(cell)
    return found
