"""How a promise stands for a company. Pure: rows on the shelf and a day in, one cell out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from monitor.calendar import add_months
from monitor.language import Message
from monitor.promises.matrix.sources import Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from monitor.promises.matrix.clauses import Clause
    from monitor.promises.matrix.reading import Books, Row, Shelf
    from monitor.promises.matrix.sources import Source
    from monitor.registry.format.proving import Promises


class State(StrEnum):
    """The worst first."""

    TROUBLE = "trouble"
    MISSING = "missing"
    STALE = "stale"
    PROVED = "proved"
    NOTHING = "nothing"


NOT_DUE = "The first review of a whole year is not due before {day}."
RED = frozenset({State.TROUBLE, State.MISSING})
_LACKING = frozenset({State.TROUBLE, State.MISSING, State.STALE})


@dataclass(frozen=True, slots=True)
class Seen:
    """What a source has to show: the freshest row, and how many there are. `until`: the last day on which it counts."""

    source: Source
    row: Row
    count: int
    until: date


@dataclass(frozen=True, slots=True)
class Cell:
    """One promise of one company. `seen`: what counts today first, then what is too old, each the freshest first;
    `lacks`: what has to be there and is not, or is too old: of each need the sources, of which one is enough;
    `troubles`: what is open, by name, the oldest first; `why`: why there is nothing to show.
    """

    company: str
    clause: Clause
    state: State
    today: date
    seen: tuple[Seen, ...] = ()
    lacks: tuple[tuple[Source, ...], ...] = ()
    troubles: tuple[tuple[str, Row], ...] = ()
    why: Message | None = None

    @property
    def freshest(self) -> Seen | None:
        return self.seen[0] if self.seen else None

    @property
    def age(self) -> int | None:
        """Days since the freshest evidence."""
        return max((self.today - self.seen[0].row.on).days, 0) if self.seen else None


def judge(clause: Clause, companies: Iterable[str], books: Books, terms: Promises) -> list[Cell]:
    """One promise, for each of these companies."""
    ours = _Ours(clause, books)
    return [_cell(ours, company, terms) for company in companies]


class _Ours:
    """Which rows concern a promise: those of works of that kind, where it is of some."""

    def __init__(self, clause: Clause, books: Books) -> None:
        self.clause, self.books, wanted = clause, books, clause.scope.works
        sorts = [sort for sort in books.in_force if wanted(sort)] if wanted else []
        self.engaged = {company for sort in sorts for company in books.in_force[sort]}

    def rows(self, shelf: Shelf, key: str, company: str) -> list[Row]:
        """A company's own, and the group's; of what is shared, everybody's."""
        by_company, wanted = shelf.get(key, {}), self.clause.scope.works
        whose = by_company if self.clause.shared else ("", company)
        rows = [row for name in whose for row in by_company.get(name, ())]
        return [row for row in rows if wanted is None or row.sort is None or wanted(row.sort)]

    def applies(self, company: str, *, some: bool) -> bool:
        scope = self.clause.scope
        if company in self.engaged or (scope.joint and company in self.books.joint):
            return True
        if scope.occasion or scope.linked:
            return (scope.occasion and some) or (scope.linked and self.books.linked)
        return not (scope.works or scope.joint)


def _cell(ours: _Ours, company: str, terms: Promises) -> Cell:
    books, clause = ours.books, ours.clause
    seen = sorted(_seen(ours, company, terms), key=lambda one: (one.until < books.today, -one.row.on.toordinal()))
    troubles = sorted(_troubles(ours, company), key=lambda pair: (pair[1].on, pair[1].href))
    applies = ours.applies(company, some=bool(seen))
    unmet = _unmet(clause, seen, books)
    state = _state(seen, unmet, applies=applies, troubled=bool(troubles))
    first_on = books.first_years.get(company, date.min) if clause.scope.yearly else date.min
    early = state is State.MISSING and books.today <= first_on
    if early:
        state = State.NOTHING
    nothing = Message(NOT_DUE, {"day": first_on}) if early else clause.scope.nothing
    why = nothing if state is State.NOTHING else None
    lacks = tuple(unmet) if state in _LACKING else ()
    return Cell(company, clause, state, books.today, tuple(seen), lacks, tuple(troubles), why)


def _seen(ours: _Ours, company: str, terms: Promises) -> Iterator[Seen]:
    for source in ours.clause.sources:
        rows = [row for key in source.keys for row in ours.rows(ours.books.shelf, key, company)]
        if rows:
            freshest = max(rows, key=lambda row: (row.on, row.href))
            yield Seen(source, freshest, sum(row.count for row in rows), _until(source.term, freshest.on, terms))


def _until(term: Term, on: date, terms: Promises) -> date:
    if term is Term.YEARLY:
        return add_months(on, terms.evidence_months)
    return on + timedelta(days=terms.look_days) if term is Term.LOOKS else date.max


def _troubles(ours: _Ours, company: str) -> list[tuple[str, Row]]:
    names = {*ours.clause.also, *(key for source in ours.clause.sources for key in source.keys)}
    return [(name, row) for name in names for row in ours.rows(ours.books.trouble, name, company)]


def _unmet(clause: Clause, seen: Sequence[Seen], books: Books) -> list[tuple[Source, ...]]:
    """Of which sources one would have to be there today: those of each need that holds; where none does, of all."""
    needs = [need.sources for need in clause.needs if need.holds(books.brings)] or [clause.sources]
    fresh = {one.source for one in seen if books.today <= one.until}
    return [sources for sources in needs if not fresh & {*sources}]


def _state(seen: Sequence[Seen], unmet: Sequence[tuple[Source, ...]], *, applies: bool, troubled: bool) -> State:
    if troubled:
        return State.TROUBLE
    if not applies:
        return State.NOTHING
    there = {one.source for one in seen}
    if any(not there & {*sources} for sources in unmet):
        return State.MISSING
    return State.STALE if unmet else State.PROVED


def tally(cells: Iterable[Cell]) -> Mapping[State, int]:
    """How many stand how, the worst first."""
    found = dict.fromkeys(State, 0)
    for cell in cells:
        found[cell.state] += 1
    return found
