"""What is open, overdue, failing now: the one list that the command line and the managers' pages show.

The database sorts and counts it (`shelves`), and only what is shown is read (`rows`): a group has ten thousand requests
open at once, and a page fifty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.board.rows import DECIDING, Row, rows_of
from monitor.board.shelves import Shelves
from monitor.registry.roster import roster

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

__all__ = ["DECIDING", "Figures", "Part", "Row", "board", "part"]


@dataclass(frozen=True)
class Figures:
    """How many there are, whatever is shown of them. One request can be in two: overdue, and waiting for our word."""

    rows: int
    overdue: int
    failing: int
    review: int
    running: int


@dataclass(frozen=True)
class Part:
    """Some rows of the board, and the figures of the whole."""

    rows: Sequence[Row]
    figures: Figures


async def part(at: datetime, whose: Collection[str] | None, begin: int, size: int) -> Part:
    """Rows `begin` to `begin + size` of what these companies have; none: of all, and of what is the group's own."""
    present = await roster()
    shelves = Shelves(present, at, whose)
    there = await shelves.count()
    places = await shelves.places(begin, size, there)
    figures = Figures(sum(there), **await shelves.figures())
    return Part(await rows_of(places, present.calendar, at), figures)


async def board(at: datetime, company: str | None = None) -> Sequence[Row]:
    """Duties in progress and open cases, worst first. `trouble` is true for what is overdue or failing.

    Worst is: failing critically; overdue or failing; failing a little; waiting for our own review or decision, on what
    the party has said beside its answers included (an answer that was declined is trouble once T is over); waiting for
    the party; waived. Within one of these, what is late, lasts or has waited for us longest, and of the same day the
    more severe.
    """
    present = await roster()
    shelves = Shelves(present, at, [company] if company else None)
    there = await shelves.count()
    places = await shelves.places(0, sum(there), there)
    return await rows_of(places, present.calendar, at)
