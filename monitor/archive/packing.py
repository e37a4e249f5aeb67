"""When a day is over, the looks of each watch become one block and one line of figures, and their rows go.

Watch by watch, in small transactions: patrols go on writing meanwhile, and a crash leaves each watch packed or not.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from checks.contract import Severity, Verdict
from monitor import tables
from monitor.archive.block import Entry, pack, unpack
from monitor.tables.plain import mark
from monitor.tables.store import alone, connection, transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from monitor.calendar import Calendar

_STAMP = "packing"  #: the pulse that says from which midnight on a block belongs to a line of the ledger
_PART = 0x100C5  #: of the work, so that two replicas never pack the same
_TOGETHER = 4  #: watches in one transaction, and in one stretch in which the loop does nothing else
MOST_EVIDENCE = 24  #: different things seen by a watch on one day that are kept beyond it, failures first
_SPARE = timedelta(days=7)  #: what is named again and again is told only once a week for how much longer to stay

_HAVING = (
    "SELECT id FROM watch WHERE EXISTS (SELECT 1 FROM look WHERE look.watch_id = watch.id AND look.at < {})"
    " ORDER BY id LIMIT 200"  # in one round
)
Row = dict[str, Any]
_COLUMNS = ("id", "watch_id", "at", "verdict", "reason", "took_ms", "phases", "lag_ms", "attempt", "evidence_id")


@dataclass(frozen=True, slots=True)
class Night:
    """What a night packs: what lies before `end`, which ends the `day`; for how long it then stays."""

    calendar: Calendar
    day: date
    keep: timedelta

    @property
    def begin(self) -> datetime:
        return self.calendar.instant(self.day)

    @property
    def end(self) -> datetime:
        return self.calendar.end_of(self.day)


async def pack_some(night: Night) -> int:
    """Pack the looks of some watches, the oldest day first; how many looks. 0 when nothing is left before the end."""
    oldest = await tables.LookRow.all().order_by("id").first()
    if oldest is None:
        return 0
    stamp, _ = await tables.Pulse.get_or_create({"at": night.begin}, name=_STAMP)
    for end in sorted({min(night.end, night.calendar.end_of(night.calendar.day_of(oldest.at))), night.end}):
        watches = await _having(end)
        if watches:
            some = [watches[at : at + _TOGETHER] for at in range(0, len(watches), _TOGETHER)]
            return sum([await _pack(few, end, night, night.calendar.day_of(stamp.at)) for few in some])
    return 0


async def _having(end: datetime) -> list[int]:
    """Watches that have looks before that instant."""
    client = connection()
    before = tables.LookRow._meta.fields_map["at"].to_db_value(end, tables.LookRow)  # noqa: SLF001 - as Tortoise would
    _, rows = await client.execute_query(_HAVING.format(mark(client)), [before])
    return [row["id"] for row in rows]


async def _pack(watches: Sequence[int], end: datetime, night: Night, since: date) -> int:
    async with transaction():
        await alone(_PART)
        rows = await _rows(watches, end)
        await _tell_severity(rows)
        for (watch, day), ours in _by_day(rows, night, since).items():
            await _store(watch, day, ours, await _named(ours, night.day + night.keep))
        await tables.LookRow.filter(id__in=[row["id"] for row in rows]).delete()
    return len(rows)


async def _rows(watches: Sequence[int], end: datetime) -> list[Row]:
    found = tables.LookRow.filter(watch_id__in=list(watches), at__lt=end).order_by("watch_id", "at", "id")
    return [dict(zip(_COLUMNS, row, strict=True)) for row in await found.values_list(*_COLUMNS)]


def _by_day(rows: Iterable[Row], night: Night, since: date) -> dict[tuple[int, date], list[Row]]:
    """To which block each look goes: to its day's. A day whose line stands in the ledger takes no more, so what was
    written after that goes to the present one; days from before there were blocks have no such line.
    """
    days: dict[tuple[int, date], list[Row]] = {}
    for (watch, day), group in groupby(rows, lambda row: (row["watch_id"], night.calendar.day_of(row["at"]))):
        days.setdefault((watch, day if day < since else night.day), []).extend(group)
    return days


async def _tell_severity(rows: Iterable[Row]) -> None:
    """Beside each look the worst severity that it found; 0 where it found nothing."""
    failed = {row["evidence_id"] for row in rows if row["verdict"] == Verdict.FAIL} - {None}
    found = tables.LookEvidence.filter(id__in=list(failed)).values_list("id", "body")
    worst = {number: _worst(json.loads(body)["findings"]) for number, body in (await found if failed else ())}
    for row in rows:
        row["severity"] = worst.get(row["evidence_id"], 0) if row["verdict"] == Verdict.FAIL else 0


def _worst(findings: Iterable[Mapping[str, str]]) -> int:
    return max((Severity.of(finding["severity"]) for finding in findings), default=0)


async def _named(rows: Sequence[Row], until: date) -> dict[int, str]:
    """What of all that was seen on a day the block names by its hash, and so keeps: failures first, then what was seen
    last.
    """
    failures_first = [*(row for row in rows if row["verdict"] == Verdict.FAIL), rows[-1], *rows]
    ids = [number for number in dict.fromkeys(row["evidence_id"] for row in failures_first) if number is not None]
    kept = tables.LookEvidence.filter(id__in=ids[:MOST_EVIDENCE])
    await kept.filter(keep_until__lt=until).update(keep_until=until + _SPARE)
    return dict(await kept.values_list("id", "sha256"))


async def _store(watch: int, day: date, rows: Sequence[Row], named: Mapping[int, str]) -> None:
    """Write block and figures; where a part of the day was packed before, both parts together."""
    entries, figures = [_entry(row, named) for row in rows], figures_of(rows)
    known = await tables.LookBlock.get_or_none(watch_id=watch, day=day)
    if known is None:
        await tables.LookBlock.create(watch_id=watch, day=day, body=pack(entries))
        await tables.LookDay.create(watch_id=watch, day=day, **figures)
        return
    entries = sorted([*unpack(known.body), *entries], key=lambda one: one.at)
    await tables.LookBlock.filter(id=known.id).update(body=pack(entries))
    before = await tables.LookDay.get(watch_id=watch, day=day)
    await tables.LookDay.filter(id=before.id).update(**_together(before, figures))


def _entry(row: Row, named: Mapping[int, str]) -> Entry:
    return Entry(
        at=row["at"],
        verdict=str(row["verdict"]),
        reason=row["reason"],
        took=round(row["took_ms"] * 10),
        phases=tuple(int(span) for span in row["phases"].split()),
        lag=None if row["lag_ms"] is None else round(row["lag_ms"] / 10),
        attempt=row["attempt"],
        evidence=named.get(row["evidence_id"], ""),
    )


def figures_of(rows: Sequence[Row]) -> dict[str, Any]:
    """A day in figures. What is said of times is said of the looks that passed: how long nothing took to come says how
    long we wait, and not how long they need.
    """
    verdicts = [row["verdict"] for row in rows]
    took = sorted(row["took_ms"] for row in rows if row["verdict"] == Verdict.PASS)
    return {
        "looks": len(rows),
        "passes": verdicts.count(Verdict.PASS),
        "fails": verdicts.count(Verdict.FAIL),
        "unknowns": verdicts.count(Verdict.UNKNOWN),
        "took_min": took[0] if took else None,
        "took_avg": round(sum(took) / len(took), 2) if took else None,
        "took_p95": took[(len(took) * 95 + 99) // 100 - 1] if took else None,
        "took_max": took[-1] if took else None,
        "severity": max(row["severity"] for row in rows),
    }


def _together(before: tables.LookDay, more: Mapping[str, Any]) -> dict[str, Any]:
    """Two parts of one day. The 95th percentile of both is not known; the greater is said."""
    counts = {name: getattr(before, name) + more[name] for name in ("looks", "passes", "fails", "unknowns")}
    joined: dict[str, Any] = {"severity": max(before.severity, more["severity"])}
    for name, choose in (("took_min", min), ("took_p95", max), ("took_max", max)):
        said = [value for value in (getattr(before, name), more[name]) if value is not None]
        joined[name] = choose(said) if said else None
    weighed = [(one, n) for one, n in ((before.took_avg, before.passes), (more["took_avg"], more["passes"])) if n]
    total = sum(value * n for value, n in weighed if value is not None)
    joined["took_avg"] = round(total / counts["passes"], 2) if counts["passes"] else None
    return counts | joined
