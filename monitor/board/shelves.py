"""Where everything stands on the board: six shelves, the worst on top, each sorted and counted by the database.

A shelf holds things of several tables. Of each, the database gives the first so many in order, as keys alone, and the
keys are merged: to show the first page of ten thousand, some fifty keys of each table are read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from heapq import merge
from typing import TYPE_CHECKING, Any, NamedTuple

from tortoise.expressions import Q, Subquery
from tortoise.functions import Min

from checks.contract import Severity
from monitor import tables
from monitor.cases import NOT_ASSESSED, all_concerned
from monitor.obligations.pleas import undecided
from monitor.promises.statistics import unsigned
from monitor.tables.duty import ASKED, DECLINED, LIVE

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from typing import Protocol

    from tortoise.queryset import QuerySet

    from monitor.registry.roster import Roster

    class Source(Protocol):
        """Things of one table on one shelf."""

        async def count(self) -> int: ...

        async def first(self, most: int) -> Sequence[Place]: ...


SHOWN = tuple(state for state in LIVE if state != "scheduled")  #: what is only planned is not on the board


class Place(NamedTuple):
    """One row of the board, as far as its place needs it. `whose`: of what is not assessed, the company that is shown
    there, since several can be concerned; `since`: of what waits for us, since when it does.
    """

    sort: tuple[Any, ...]
    kind: str
    id: int
    whose: str | None = None
    since: datetime | None = None


@dataclass(frozen=True)
class Rows:
    """Rows of one table, by the column that sorts them. What is graver comes first of one day."""

    kind: str
    found: QuerySet[Any]
    by: str
    graded: bool = False

    async def count(self) -> int:
        return await self.found.count()

    async def first(self, most: int) -> list[Place]:
        columns = ["severity"] if self.graded else []
        ordered = self.found.order_by(self.by, *(f"-{name}" for name in columns), "id")
        rows = ordered.limit(most).values_list("id", self.by, *columns)
        return [self._place(*row) for row in await rows]

    def _place(self, number: int, when: date | datetime, severity: int = Severity.HIGH) -> Place:
        since = when if isinstance(when, datetime) else None
        return Place((when, -severity, self.kind, number), self.kind, number, since=since)


@dataclass(frozen=True)
class Pleaded:
    """Requests about which the party has said something that nobody has decided on, by the first such word."""

    found: QuerySet[tables.Plea]

    async def count(self) -> int:
        return await tables.Obligation.filter(id__in=Subquery(self.found.values("obligation_id"))).count()

    async def first(self, most: int) -> list[Place]:
        by_duty = self.found.annotate(first=Min("made_at")).group_by("obligation_id").order_by("first", "obligation_id")
        rows: list[Any] = await by_duty.limit(most).values_list("obligation_id", "first")
        return [self._place(number, _instant(first)) for number, first in rows]

    def _place(self, number: int, first: datetime) -> Place:
        return Place((first, -Severity.HIGH, "obligation", number), "obligation", number, since=first)


def _instant(value: Any) -> datetime:
    """An aggregate comes as the database keeps it."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


@dataclass
class Unseen:
    """What could not be assessed for a week, once for each company concerned. Who is, no column knows: so these few are
    looked at whole, once, as keys.
    """

    present: Roster
    at: datetime
    whose: Collection[str] | None
    _known: list[Place] | None = None

    async def count(self) -> int:
        return len(await self._once())

    async def first(self, most: int) -> list[Place]:
        return (await self._once())[:most]

    async def _once(self) -> list[Place]:
        self._known = await self._places() if self._known is None else self._known
        return self._known

    async def _places(self) -> list[Place]:
        found = tables.FindingRow.filter(rule__endswith=f".{NOT_ASSESSED}", closed_at=None, watch__retired_at=None)
        rows = await found.order_by("first_seen_at", "id").select_related("watch")
        answering = await all_concerned([row.watch for row in rows], self.present, self.at)
        places = [
            self._place(row, company)
            for row in rows
            for company in answering[row.watch_id]
            if self.whose is None or company in self.whose
        ]
        return sorted(places, key=lambda place: place.sort)

    def _place(self, row: tables.FindingRow, company: str | None) -> Place:
        day = self.present.calendar.day_of(row.first_seen_at)
        return Place((day, -row.severity, "watch", company or "", row.id), "watch", row.id, company)


class Shelves:
    """The board of some companies (none: of all, and of what is the group's own) at an instant."""

    def __init__(self, present: Roster, at: datetime, whose: Collection[str] | None) -> None:
        self._today = present.calendar.day_of(at)
        self._only = {} if whose is None else {"company_id__in": list(whose)}
        failing = tables.Case.filter(closed_at=None, closes_at=None, **self._only)
        own = tables.OwnDuty.filter(state="open", **self._only)
        self._failing = failing
        self._late = Rows("obligation", self._duties(self._over()), "due_on")
        self._own_late = Rows("own-duty", own.filter(due_on__lt=self._today), "due_on")
        self._deciding = Rows("own-duty", own.filter(due_on__gte=self._today), "opened_at")
        self._statistics = Rows("statistic", unsigned(whose), "entered_at")
        self._submitted = Rows("obligation", self._duties(Q(state="submitted")), "submitted_at")
        self._pleaded = Pleaded(self._pleas(~self._over("obligation__")))
        self._running = Rows("obligation", self._silent(Q(state__in=(*ASKED, DECLINED)) & ~self._over()), "due_on")
        self._shelves: list[list[Source]] = [
            [Rows("case", failing.filter(severity__gte=Severity.CRITICAL), "opened_on", graded=True)],
            [self._late, self._own_late, Rows("case", failing.filter(severity__in=_GRAVE), "opened_on", graded=True)],
            [Rows("case", failing.filter(severity__lte=Severity.LOW), "opened_on", graded=True)],
            [self._submitted, self._pleaded, self._deciding, self._statistics],
            [self._running, self._recovering(), Unseen(present, at, whose)],
            [Rows("obligation", self._silent(Q(state="waived")), "due_on")],
        ]

    def _duties(self, state: Q) -> QuerySet[tables.Obligation]:
        return tables.Obligation.filter(state, state__in=SHOWN, **self._only)

    def _over(self, to: str = "") -> Q:
        """T is over and the answer owed, or declined: trouble. `to`: the way to the request from what is asked for."""
        over: dict[str, Any] = {f"{to}due_on__lt": self._today}
        asked: dict[str, Any] = {f"{to}state__in": ASKED, f"{to}told_on__not_isnull": True}
        declined: dict[str, Any] = {f"{to}state": DECLINED}
        return Q(**over) & (Q(**asked) | Q(**declined))

    def _pleas(self, *more: Q) -> QuerySet[tables.Plea]:
        """What waits for a decision, about requests that do not wait for their review anyway."""
        only = {f"obligation__{name}": value for name, value in self._only.items()}
        found = undecided().exclude(obligation__state__in=("submitted", "scheduled"))
        return found.filter(*more, **only)

    def _silent(self, state: Q) -> QuerySet[tables.Obligation]:
        return self._duties(state).filter(id__not_in=Subquery(self._pleas().values("obligation_id")))

    def _recovering(self) -> Rows:
        cases = tables.Case.filter(closed_at=None, closes_at__not_isnull=True, **self._only)
        return Rows("case", cases, "opened_on", graded=True)

    async def count(self) -> list[int]:
        """How many stand on each shelf."""
        return [sum([await source.count() for source in shelf]) for shelf in self._shelves]

    async def places(self, begin: int, size: int, there: Sequence[int]) -> list[Place]:
        """The places from `begin` on, at most `size` of them. `there`: how many stand on each shelf."""
        found: list[Place] = []
        for shelf, count in zip(self._shelves, there, strict=True):
            if begin < count and len(found) < size:
                end = begin + size - len(found)
                keys = [await source.first(end) for source in shelf]
                found += [*merge(*keys)][begin:end]
            begin = max(begin - count, 0)
        return found

    async def figures(self) -> dict[str, int]:
        """What is overdue, failing, with us and with the party; a request can be in two of these."""
        overdue = await self._duties(self._over() & Q(state__in=ASKED)).count() + await self._own_late.count()
        ours: list[Source] = [self._submitted, Pleaded(self._pleas()), self._deciding, self._statistics]
        review = sum([await source.count() for source in ours])
        running = await self._running.count()
        return {"overdue": overdue, "failing": await self._failing.count(), "review": review, "running": running}


_GRAVE = (Severity.MEDIUM, Severity.HIGH)
