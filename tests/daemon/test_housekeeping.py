"""Each day's looks as one line of the ledger, and rows that have had their time gone; nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor import housekeeping, ledger, tables
from monitor.archive import packing
from monitor.config import Cadence
from monitor.housekeeping import keep_house

DAWN = datetime(2026, 8, 31, 15, tzinfo=UTC)  #: midnight in Tokyo, when 1 September begins
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KEEP = Cadence()


async def look(*instants: datetime, watch: tables.Watch | None = None) -> None:
    watch = watch or await tables.Watch.first()
    for at in instants:
        await tables.LookRow.create(watch_id=watch.id, at=at, verdict="pass", took_ms=1.0)


async def keep_all(at: datetime, cadence: Cadence) -> None:
    """Rounds until nothing is left to do."""
    while await keep_house(at, cadence):
        pass


async def days() -> list[tuple[str, int]]:
    return [
        (line["data"]["day"], line["data"]["looks"]) async for line in ledger.lines() if line["type"] == "looks.day"
    ]


async def test_a_day_is_entered_once_when_it_is_over(applied):
    await look(DAWN, DAWN + 23 * HOUR, DAWN + DAY, DAWN + DAY + HOUR)
    await keep_all(DAWN + DAY + timedelta(minutes=9), KEEP)
    assert await days() == []
    for _ in range(3):
        await keep_all(DAWN + DAY + timedelta(minutes=10), KEEP)
    assert await days() == [("2026-09-01", 2)]


async def test_days_missed_while_we_were_away_are_entered_one_after_the_other(applied):
    await look(DAWN, DAWN + DAY, DAWN + 3 * DAY)
    await keep_all(DAWN + 10 * DAY, KEEP)
    assert await days() == [("2026-09-01", 1), ("2026-09-02", 1), ("2026-09-04", 1)]


@pytest.mark.parametrize("kill", ["before", "within"])
async def test_a_crash_loses_no_day_and_enters_none_twice(applied, monkeypatch, kill):
    await look(DAWN)
    real = ledger.write

    async def dies(events, at) -> None:
        if kill == "within":
            await real(events, at)
        raise RuntimeError("killed")

    with monkeypatch.context() as killed:
        killed.setattr(housekeeping.ledger, "write", dies)
        with pytest.raises(RuntimeError, match="killed"):
            await keep_all(DAWN + 2 * DAY, KEEP)
    await keep_all(DAWN + 2 * DAY, KEEP)
    assert await days() == [("2026-09-01", 1)]


async def test_a_clock_that_is_set_back_enters_no_day_again(applied):
    await look(DAWN)
    for at in (DAWN + 2 * DAY, DAWN + HOUR, DAWN + 2 * DAY):
        await keep_all(at, KEEP)
    assert await days() == [("2026-09-01", 1)]


async def test_rows_go_when_their_day_was_entered_and_its_blocks_when_their_time_has_come(applied):
    await look(DAWN, DAWN + 5 * DAY)
    await keep_all(DAWN + 5 * DAY + HOUR, Cadence(keep_looks=4))
    assert [row.at for row in await tables.LookRow.all()] == [DAWN + 5 * DAY]
    assert (await tables.LookBlock.all().count(), await tables.LookDay.all().count()) == (0, 1)
    assert await days() == [("2026-09-01", 1)]


async def test_more_than_one_round_goes_round_by_round(applied, monkeypatch):
    monkeypatch.setattr(packing, "_HAVING", packing._HAVING.replace("LIMIT 200", "LIMIT 2"))
    for watch in await tables.Watch.all().order_by("id").limit(3):
        await look(DAWN, DAWN + HOUR, watch=watch)
    assert [await keep_house(DAWN + 1.5 * DAY, KEEP) for _ in range(4)] == [4, 2, 1, 0]
    assert await days() == [("2026-09-01", 6)]


async def test_sessions_and_sign_ins_go_when_they_are_spent_and_what_proves_something_stays(applied):
    person = await tables.Person.create(email="m@impress.example", seen_at=DAWN)
    watch = await tables.Watch.first()
    await tables.FindingRow.create(
        watch_id=watch.id, rule="tls.expired", severity=3, first_seen_at=DAWN, last_seen_at=DAWN, closed_at=DAWN
    )
    for number, ends in enumerate((DAWN - 2 * DAY, DAWN + HOUR)):
        await tables.Session.create(id=f"s{number}", person=person, opened_at=DAWN, seen_at=DAWN, expires_at=ends)
        await tables.SignIn.create(id=f"i{number}", person=person, asked_at=DAWN, expires_at=ends)
    before = (await ledger.head())[0]
    await keep_all(DAWN, KEEP)
    assert [row.id for row in await tables.Session.all()] == ["s1"]
    assert [row.id for row in await tables.SignIn.all()] == ["i1"]
    assert (await tables.FindingRow.all().count(), (await ledger.head())[0]) == (1, before)
