"""Looks at chosen instants, and the nights after them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from checks.contract import Finding, Look, Severity, Verdict
from monitor import tables
from monitor.archive.intake import Made, enter
from monitor.config import Cadence
from monitor.housekeeping import keep_house
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Iterable

DAWN = datetime(2026, 8, 31, 15, tzinfo=UTC)  #: midnight in Tokyo, when 1 September begins
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SPANS = {"dns": 0.4, "connect": 10.1, "tls": 21.3, "first_byte": 48.0, "body": 1.1}


def passed(took: float = 80.9, **observed: Any) -> Look:
    return Look(Verdict.PASS, observed={"url": "https://www.acme.example/", "ms": SPANS, **observed}, took_ms=took)


def failed(severity: Severity = Severity.HIGH, **observed: Any) -> Look:
    return Look.of([Finding("availability.timeout", severity, "No answer.")], observed, 20000.0)


UNSEEN = Look(Verdict.UNKNOWN, reason="dns.servfail")


async def first_watch() -> int:
    return (await tables.Watch.all().order_by("id").first()).id


async def look(looks: Iterable[tuple[datetime, Look]], watch: int | None = None, **more: Any) -> None:
    watch = watch or await first_watch()
    for at, one in looks:
        async with transaction():
            await enter([Made(watch, one, **more)], at)


async def nights(at: datetime, **cadence: int) -> int:
    """Keep house at that instant until nothing is left to do; how much was done."""
    done = 0
    while more := await keep_house(at, Cadence(**cadence)):
        done += more
    return done
