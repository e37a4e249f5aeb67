"""The rows of the board, read for the places that are shown."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checks.contract import Severity
from monitor import tables
from monitor.cases import NOT_ASSESSED
from monitor.letters.words import STATISTICS
from monitor.notices import COMPANY
from monitor.obligations.pleas import undecided
from monitor.registry.roster import RISING
from monitor.schedule import overdue
from monitor.tables.duty import DECLINED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

    from monitor.board.shelves import Place
    from monitor.calendar import Calendar

Row = dict[str, Any]
OFFICE = RISING.index("privacy_office") + 1
DECIDING = "deciding"  #: what a company owes itself, and has time for
CHUNK = 500  #: rows that are asked for by their numbers at once
_SHOWN = (
    *("id", "company_id", "party_id", "engagement_id", "kind", "state", "due_on", "told_on", "unconfirmed_since"),
    *("undeliverable_at", "told", "next_at"),
)


async def rows_of(places: Sequence[Place], calendar: Calendar, at: datetime) -> list[Row]:
    """The rows at these places, in their order."""
    found: list[Row] = []
    for begin in range(0, len(places), CHUNK):
        found += await _some(places[begin : begin + CHUNK], _Teller(calendar, at))
    return found


async def _some(places: Sequence[Place], teller: _Teller) -> list[Row]:
    duties, cases = _ids(places, "obligation"), _ids(places, "case")
    known: dict[str, dict[int, Any]] = {
        "obligation": await _by_id(tables.Obligation.filter(id__in=duties).only(*_SHOWN)) if duties else {},
        "case": await _by_id(tables.Case.filter(id__in=cases)) if cases else {},
        "own-duty": await tables.OwnDuty.in_bulk(_ids(places, "own-duty"), "id"),
        "statistic": await tables.StatisticsReview.in_bulk(_ids(places, "statistic"), "id"),
        "watch": await _by_id(tables.FindingRow.filter(id__in=_ids(places, "watch")).prefetch_related("watch")),
    }
    beside = await _beside(duties, cases, known["case"].values())
    return [teller.row(place, known[place.kind][place.id], beside) for place in places if place.id in known[place.kind]]


def _ids(places: Iterable[Place], kind: str) -> list[int]:
    return [place.id for place in places if place.kind == kind]


async def _by_id(query: Any) -> dict[int, Any]:
    return {row.id: row for row in await query}


async def _beside(duties: list[int], cases: list[int], found: Iterable[tables.Case]) -> _Beside:
    critical = [case.id for case in found if case.severity >= Severity.CRITICAL]
    joined = tables.Joined.filter(case_id__in=cases, well_at=None)
    return _Beside(
        await _proposed(duties) if duties else frozenset(),
        frozenset(await undecided().filter(obligation_id__in=duties).values_list("obligation_id", flat=True)),
        await _doubted(duties) if duties else frozenset(),
        await _told_the_office(critical) if critical else frozenset(),
        Counter(await joined.values_list("case_id", flat=True)) if cases else Counter(),
    )


@dataclass(frozen=True)
class _Beside:
    """What other tables know of the rows that are shown: requests that wait for a second person, about which the party
    wrote, whose answer a look contradicts; cases told to the privacy office; how many addresses joined each case.
    """

    second: frozenset[Any]
    plea: frozenset[Any]
    doubt: frozenset[Any]
    office: frozenset[int]
    joined: Counter[Any]


async def _proposed(duties: list[int]) -> frozenset[Any]:
    """Requests whose answer one person would accept, and which wait for a second one."""
    rows = tables.Proposal.filter(submission__verdict=None, submission__obligation__state="submitted")
    ours = rows.filter(submission__obligation_id__in=duties)
    return frozenset(await ours.values_list("submission__obligation_id", flat=True))


async def _doubted(duties: list[int]) -> frozenset[Any]:
    """Requests whose answer waits for review and contradicts what a look sees."""
    rows = tables.Contradiction.filter(closed_at=None, submission__verdict=None, obligation__state="submitted")
    return frozenset(await rows.filter(obligation_id__in=duties).values_list("obligation_id", flat=True))


async def _told_the_office(cases: list[int]) -> frozenset[int]:
    """The cases of which the privacy office was told at once, beside the levels."""
    notices = tables.Notice.filter(case_id__in=cases, side=COMPANY, state="sent").prefetch_related("items")
    return frozenset(_office(await notices))


def _office(notices: Iterable[tables.Notice]) -> Iterator[int]:
    for notice in notices:
        if notice.case_id is not None and any("privacy_office" in item.roles for item in notice.items):
            yield notice.case_id


class _Teller:
    """Rows of one instant."""

    def __init__(self, calendar: Calendar, at: datetime) -> None:
        self.calendar, self.at, self.today = calendar, at, calendar.day_of(at)

    def row(self, place: Place, found: Any, beside: _Beside) -> Row:
        if place.kind == "obligation":
            return self._duty(found, beside) | self._waiting(place)
        if place.kind == "case":
            return self._case(found, office=found.id in beside.office) | {"beside": beside.joined[found.id]}
        if place.kind == "own-duty":
            return self._own(found) | self._waiting(place)
        if place.kind == "statistic":
            return self._unsigned(found) | self._waiting(place)
        return self._unassessed(found, place.whose)

    def _waiting(self, place: Place) -> Row:
        """Since when it has waited for us, and for how many days: how long the party had says nothing of that."""
        if place.since is None:
            return {}
        day = self.calendar.day_of(place.since)
        return {"waits_since": day.isoformat(), "waits_days": (self.today - day).days}

    def _said(self, instant: datetime | None) -> str | None:
        return instant.astimezone(self.calendar.zone).isoformat() if instant else None

    def _since(self, day: date) -> int:
        return (self.today - day).days

    def _duty(self, duty: tables.Obligation, beside: _Beside) -> Row:
        late = overdue(duty, self.calendar, self.at)
        declined = duty.state == DECLINED and duty.due_on < self.today
        return {
            "id": f"obligation/{duty.id}",
            "company": duty.company_id,
            "party": duty.party_id,
            "engagement": duty.engagement_id,
            "obligation": duty.kind,
            "state": "overdue" if late else duty.state,
            "due_on": duty.due_on.isoformat(),
            "days": self._since(duty.due_on),
            "unconfirmed_since": duty.unconfirmed_since and duty.unconfirmed_since.isoformat(),
            "undeliverable": duty.undeliverable_at is not None,
            "level": duty.told,
            "next_at": self._said(duty.next_at),
            "trouble": late or declined,
            "second": duty.id in beside.second,
            "plea": duty.id in beside.plea,
            "doubt": duty.id in beside.doubt,
        }

    def _own(self, duty: tables.OwnDuty) -> Row:
        late = self.at >= self.calendar.end_of(duty.due_on)
        return {
            "id": f"own-duty/{duty.id}",
            "company": duty.company_id,
            "party": duty.party_id,
            "engagement": duty.engagement_id,
            "ref": duty.ref,
            "url": duty.url,
            "obligation": duty.kind,
            "state": "overdue" if late else DECIDING,
            "due_on": duty.due_on.isoformat(),
            "days": self._since(duty.due_on),
            "level": duty.told,
            "next_at": self._said(duty.next_at),
            "trouble": late,
        }

    def _unsigned(self, made: tables.StatisticsReview) -> Row:
        """Statistics that wait for their sign-off: they have no day, since nothing is published before it."""
        return {
            "id": f"statistic/{made.id}",
            "company": made.company_id,
            "party": made.party_id,
            "engagement": made.engagement_id,
            "ref": made.ref,
            "url": "",
            "obligation": STATISTICS,
            "state": DECIDING,
            "since": self._said(made.entered_at),
            "days": self._since(self.calendar.day_of(made.entered_at)),
            "level": 0,
            "next_at": None,
            "trouble": False,
        }

    def _case(self, case: tables.Case, *, office: bool) -> Row:
        return {
            "id": f"case/{case.id}",
            "company": case.company_id,
            "party": case.party_id,
            "url": case.url,
            **({"rule": case.rule, "engagement": case.engagement_id, "ref": case.ref} if case.rule else {}),
            "check": case.check_kind,
            "state": "recovering" if case.closes_at else "failing",
            "severity": Severity(case.severity).word,
            "since": self._said(case.opened_at),
            "days": self._since(case.opened_on),
            "level": max(case.told, OFFICE) if office else case.told,
            "next_at": self._said(case.next_at),
            "returns": case.returns,
            "muted_until": self._said(case.muted_until),
            "trouble": case.closes_at is None,
        }

    def _unassessed(self, finding: tables.FindingRow, company: str | None) -> Row:
        """What could not be assessed for a week: it is ours to look into, and nobody's trouble."""
        watch = finding.watch
        return {
            "id": f"watch/{watch.id}",
            "company": company,
            "party": watch.party_id,
            "url": watch.url,
            "check": watch.check_kind,
            "state": NOT_ASSESSED,
            "severity": Severity(finding.severity).word,
            "since": self._said(finding.first_seen_at),
            "days": self._since(self.calendar.day_of(finding.first_seen_at)),
            "level": 0,
            "next_at": None,
            "reason": finding.detail,
            "trouble": False,
        }
