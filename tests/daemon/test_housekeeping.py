"""Each day's looks as one line of the ledger, and rows that have had their time gone; nothing else."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from monitor import housekeeping, ledger, tables
from monitor.housekeeping import keep_house

DAWN = datetime(2026, 8, 31, 15, tzinfo=UTC)  #: midnight in Tokyo, when 1 September begins
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KEEP = 400


async def look(*instants: datetime) -> None:
    watch = await tables.Watch.first()
    for at in instants:
        await tables.LookRow.create(watch_id=watch.id, at=at, verdict="pass", took_ms=1.0, detail={})


async def days() -> list[tuple[str, int]]:
    return [
        (line["data"]["day"], line["data"]["looks"]) async for line in ledger.lines() if line["type"] == "looks.day"
    ]


async def test_a_day_is_entered_once_when_it_is_over(applied):
    await look(DAWN, DAWN + 23 * HOUR, DAWN + DAY, DAWN + DAY + HOUR)
    await keep_house(DAWN + DAY + timedelta(minutes=9), KEEP)
    assert await days() == []
    for _ in range(3):
        await keep_house(DAWN + DAY + timedelta(minutes=10), KEEP)
    assert await days() == [("2026-09-01", 2)]


async def test_the_digest_of_a_day_is_that_of_its_looks_in_order(applied):
    await look(DAWN + HOUR, DAWN)
    rows = await tables.LookRow.all().order_by("id").values_list("id", "watch_id", "at", "verdict", "reason")
    text = "".join("|".join(str(part) for part in row) + "\n" for row in rows)
    await keep_house(DAWN + 2 * DAY, KEEP)
    (line,) = [line async for line in ledger.lines() if line["type"] == "looks.day"]
    assert line["data"]["sha256"] == hashlib.sha256(text.encode()).hexdigest()


async def test_days_missed_while_we_were_away_are_entered_one_after_the_other(applied):
    await look(DAWN, DAWN + DAY, DAWN + 3 * DAY)
    await keep_house(DAWN + 10 * DAY, KEEP)
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
            await keep_house(DAWN + 2 * DAY, KEEP)
    await keep_house(DAWN + 2 * DAY, KEEP)
    assert await days() == [("2026-09-01", 1)]


async def test_a_clock_that_is_set_back_enters_no_day_again(applied):
    await look(DAWN)
    for at in (DAWN + 2 * DAY, DAWN + HOUR, DAWN + 2 * DAY):
        await keep_house(at, KEEP)
    assert await days() == [("2026-09-01", 1)]


async def test_raw_looks_go_after_their_time_and_only_once_their_day_was_entered(applied):
    await look(DAWN, DAWN + 5 * DAY)
    gone = await keep_house(DAWN + 5 * DAY + HOUR, 5)
    assert gone == 1
    assert [row.at for row in await tables.LookRow.all()] == [DAWN + 5 * DAY]
    assert await days() == [("2026-09-01", 1)]


async def test_more_than_one_batch_goes_batch_by_batch(applied, monkeypatch):
    monkeypatch.setattr(housekeeping, "_BATCH", 3)
    await look(*(DAWN + timedelta(minutes=number) for number in range(7)))
    assert [await keep_house(DAWN + 100 * DAY, 5) for _ in range(4)] == [3, 3, 1, 0]
    assert await days() == [("2026-09-01", 7)]


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
    await keep_house(DAWN, KEEP)
    assert [row.id for row in await tables.Session.all()] == ["s1"]
    assert [row.id for row in await tables.SignIn.all()] == ["i1"]
    assert (await tables.FindingRow.all().count(), (await ledger.head())[0]) == (1, before)
