"""What was seen of a watch, whether it lies in rows or in blocks: the latest looks, the last day, the last ninety days.

Everything here is asked by watch, and answered from an index: no question reads the looks of others.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from checks.contract import Verdict
from monitor import tables
from monitor.archive.block import unpack
from monitor.archive.intake import PHASES
from monitor.calendar import DAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from monitor.archive.block import Entry
    from monitor.calendar import Calendar

SLOT = timedelta(minutes=15)  #: of the last day
SLOTS, DAYS = 96, 90
AT_ONCE = 500  #: watches in one question


@dataclass(frozen=True, slots=True)
class Kept:
    """One look, as it is remembered. `seen` is empty where it was not kept."""

    at: datetime
    verdict: str
    reason: str
    took_ms: float
    phases: dict[str, float] = field(default_factory=dict)
    lag_ms: float | None = None
    attempt: int = 1
    evidence: str | int | None = None
    seen: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time of one watch: how its looks ended, and how long those that passed took on average."""

    begin: datetime
    passes: int = 0
    fails: int = 0
    unknowns: int = 0
    took_ms: float | None = None

    @property
    def looks(self) -> int:
        return self.passes + self.fails + self.unknowns


async def latest(watch: int, count: int) -> list[Kept]:
    """The last looks, the newest first, with what they saw."""
    rows = await tables.LookRow.filter(watch_id=watch).order_by("-at", "-id").limit(count)
    found = [_of_row(row) for row in rows]
    if len(found) < count:  # no block is empty
        blocks = await tables.LookBlock.filter(watch_id=watch).order_by("-day").limit(count - len(found))
        found += [_of_entry(one) for block in blocks for one in reversed(unpack(block.body))]
    return await _with_evidence(found[:count])


async def last_day(watch: int, at: datetime, calendar: Calendar) -> list[Span]:
    """The 24 hours before `at` in quarters of an hour, the oldest first."""
    begin = at - SLOTS * SLOT
    days = {"day__gte": calendar.day_of(begin), "day__lte": calendar.day_of(at)}
    looks = [_of_row(row) for row in await tables.LookRow.filter(watch_id=watch, at__gt=begin, at__lte=at)]
    for block in await tables.LookBlock.filter(watch_id=watch, **days):
        looks += [_of_entry(one) for one in unpack(block.body)]
    slots: list[list[Kept]] = [[] for _ in range(SLOTS)]
    for look in looks:
        slot = (look.at - begin) // SLOT
        if 0 <= slot < SLOTS:
            slots[slot].append(look)
    return [_span(begin + number * SLOT, slot) for number, slot in enumerate(slots)]


async def last_days(watch: int, at: datetime, calendar: Calendar, count: int = DAYS) -> list[Span]:
    """So many days up to today, the oldest first; today from its rows."""
    today = calendar.day_of(at)
    first = today - (count - 1) * DAY
    known = {row.day: row for row in await tables.LookDay.filter(watch_id=watch, day__gte=first, day__lte=today)}
    rows = await tables.LookRow.filter(watch_id=watch, at__gte=calendar.instant(first), at__lte=at)
    fresh: dict[date, list[Kept]] = {}
    for row in rows:
        fresh.setdefault(calendar.day_of(row.at), []).append(_of_row(row))
    days = [first + number * DAY for number in range(count)]
    return [
        _of_day(known[day], calendar) if day in known else _span(calendar.instant(day), fresh.get(day, []))
        for day in days
    ]


def _span(begin: datetime, looks: Sequence[Kept]) -> Span:
    verdicts = [look.verdict for look in looks]
    took = [look.took_ms for look in looks if look.verdict == Verdict.PASS]
    return Span(
        begin,
        passes=verdicts.count(Verdict.PASS),
        fails=verdicts.count(Verdict.FAIL),
        unknowns=verdicts.count(Verdict.UNKNOWN),
        took_ms=round(sum(took) / len(took), 2) if took else None,
    )


def _of_day(row: tables.LookDay, calendar: Calendar) -> Span:
    return Span(calendar.instant(row.day), row.passes, row.fails, row.unknowns, row.took_avg)


def _of_row(row: tables.LookRow) -> Kept:
    spans = [int(span) for span in row.phases.split()]
    return Kept(
        at=row.at,
        verdict=str(row.verdict),
        reason=row.reason,
        took_ms=row.took_ms,
        phases=_spans(spans),
        lag_ms=row.lag_ms,
        attempt=row.attempt,
        evidence=row.evidence_id,
    )


def _of_entry(one: Entry) -> Kept:
    return Kept(
        at=one.at,
        verdict=one.verdict,
        reason=one.reason,
        took_ms=one.took / 10,
        phases=_spans(one.phases),
        lag_ms=None if one.lag is None else one.lag * 10.0,
        attempt=one.attempt,
        evidence=one.evidence,
    )


def _spans(tenths: Sequence[int]) -> dict[str, float]:
    return {name: span / 10 for name, span in zip(PHASES, tenths, strict=True)} if tenths else {}


async def _with_evidence(looks: Iterable[Kept]) -> list[Kept]:
    looks = list(looks)
    named = {look.evidence for look in looks}
    rows = [
        *await tables.LookEvidence.filter(id__in=[one for one in named if isinstance(one, int)]),
        *await tables.LookEvidence.filter(sha256__in=[one for one in named if isinstance(one, str) and one]),
    ]
    bodies: dict[str | int | None, dict[str, Any]] = {}
    for row in rows:
        bodies[row.id] = bodies[row.sha256] = json.loads(row.body)
    return [replace(look, seen=bodies.get(look.evidence, {})) for look in looks]


async def made(begin: date, end: date, calendar: Calendar, parties: Sequence[str] | None = None) -> int:
    """How many looks were made from one day up to before another, of some parties or of all."""
    count = 0
    for watches in await handfuls(parties):
        days = tables.LookDay.filter(watch_id__in=watches, day__gte=begin, day__lt=end)
        count += sum(await days.values_list("looks", flat=True))  # type: ignore[arg-type]
        span = {"at__gte": calendar.instant(begin), "at__lt": calendar.instant(end)}
        count += await tables.LookRow.filter(watch_id__in=watches, **span).count()
    return count


async def ended_how(watches: Sequence[int], begin: date, end: date) -> dict[int, tuple[int, int]]:
    """How many looks passed and how many failed, by watch, from one day up to before another, of days that are over."""
    found: dict[int, tuple[int, int]] = {}
    for at in range(0, len(watches), AT_ONCE):
        days = tables.LookDay.filter(watch_id__in=watches[at : at + AT_ONCE], day__gte=begin, day__lt=end)
        for watch, passes, fails in await days.values_list("watch_id", "passes", "fails"):
            before = found.get(watch, (0, 0))
            found[watch] = (before[0] + passes, before[1] + fails)
    return found


async def digest_of(day: date) -> tuple[int, int, str]:
    """How many looks and watches the blocks of a day hold, and SHA-256 over a line for each, in order of watches:
    `watch|looks|SHA-256 of the block`.
    """
    looks, count, digest = 0, 0, hashlib.sha256()
    for watches in await handfuls():
        figures = dict(await tables.LookDay.filter(watch_id__in=watches, day=day).values_list("watch_id", "looks"))
        blocks = tables.LookBlock.filter(watch_id__in=watches, day=day).order_by("watch_id")
        for watch, body in await blocks.values_list("watch_id", "body"):
            said: int = figures.get(watch, 0)
            digest.update(f"{watch}|{said}|{hashlib.sha256(body).hexdigest()}\n".encode())
            looks, count = looks + said, count + 1
    return looks, count, digest.hexdigest()


async def handfuls(parties: Sequence[str] | None = None) -> list[list[int]]:
    """All watches in order, retired ones too, in handfuls."""
    only = {} if parties is None else {"party_id__in": list(parties)}
    ids = await tables.Watch.filter(**only).order_by("id").values_list("id", flat=True)
    return [list(ids[at : at + AT_ONCE]) for at in range(0, len(ids), AT_ONCE)]  # type: ignore[arg-type]
