"""Looks are written once, packed when their day is over, found again wherever they lie, and go when their time has come."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from looked import DAWN, DAY, HOUR, MINUTE, SPANS, UNSEEN, failed, first_watch, look, nights, passed

from checks.contract import Severity
from monitor import ledger, tables
from monitor.archive import packing
from monitor.archive.block import unpack
from monitor.archive.recall import DAYS, SLOTS, digest_of, last_day, last_days, latest, made
from monitor.calendar import Calendar
from monitor.tables.store import connection

TOKYO = Calendar()


async def lines() -> list[dict]:
    return [line["data"] async for line in ledger.lines() if line["type"] == "looks.day"]


# --- Written ---------------------------------------------------------------------------------------------------------


async def test_what_many_looks_saw_alike_is_kept_once(applied):
    await look((DAWN + number * MINUTE, passed(80.0 + number)) for number in range(20))
    assert (await tables.LookRow.all().count(), await tables.LookEvidence.all().count()) == (20, 1)


async def test_what_differs_is_kept_beside_what_was_before_and_found_again_when_it_returns(applied):
    await look((DAWN + number * MINUTE, passed(peer="192.0.2.1" if number % 2 else "192.0.2.2")) for number in range(9))
    assert await tables.LookEvidence.all().count() == 2
    peers = [kept.seen["observed"]["peer"] for kept in await latest(await first_watch(), 3)]
    assert peers == ["192.0.2.2", "192.0.2.1", "192.0.2.2"]


async def test_each_result_carries_rule_set_peer_attempt_lag_and_phases_before_and_after_its_night(applied):
    await look([(DAWN + HOUR, passed(peer="192.0.2.1"))], ruleset=7, attempt=2, lag_ms=30.0)
    for _ in range(2):
        (kept,) = await latest(await first_watch(), 5)
        assert kept.seen["ruleset"] == 7
        assert kept.seen["observed"]["peer"] == "192.0.2.1"
        assert (kept.at, kept.attempt, kept.lag_ms) == (DAWN + HOUR, 2, 30.0)
        assert kept.phases == pytest.approx(SPANS, rel=0.03)
        assert kept.took_ms == pytest.approx(80.9, rel=0.03)
        await nights(DAWN + 2 * DAY)
    assert await tables.LookRow.all().count() == 0


async def test_the_hash_of_what_was_seen_is_that_of_its_text(applied):
    await look([(DAWN, passed(server="\x00\ud800 odd"))])
    (row,) = await tables.LookEvidence.all()
    assert row.sha256 == hashlib.sha256(row.body.encode()).hexdigest()
    assert json.loads(row.body)["observed"]["server"] == "\N{REPLACEMENT CHARACTER}" * 2 + " odd"


# --- Packed ----------------------------------------------------------------------------------------------------------


async def test_a_day_that_ended_becomes_one_block_and_one_line_of_figures_of_each_watch(applied):
    times = [50.0, 10.0, 30.0, 20.0, 40.0]
    await look((DAWN + number * HOUR, passed(took)) for number, took in enumerate(times))
    await look([(DAWN + 6 * HOUR, failed()), (DAWN + 7 * HOUR, failed(Severity.CRITICAL)), (DAWN + 8 * HOUR, UNSEEN)])
    await look([(DAWN + DAY, passed())])
    await nights(DAWN + DAY + HOUR)
    (day,) = await tables.LookDay.all()
    assert (day.day.isoformat(), day.looks, day.passes, day.fails, day.unknowns) == ("2026-09-01", 8, 5, 2, 1)
    assert (day.took_min, day.took_avg, day.took_p95, day.took_max) == (10.0, 30.0, 50.0, 50.0)
    assert day.severity == Severity.CRITICAL
    (block,) = await tables.LookBlock.all()
    assert [one.verdict for one in unpack(block.body)] == ["pass"] * 5 + ["fail"] * 2 + ["unknown"]
    assert [row.at for row in await tables.LookRow.all()] == [DAWN + DAY]


async def test_a_day_on_which_nothing_passed_has_no_times(applied):
    await look([(DAWN, failed()), (DAWN + HOUR, UNSEEN)])
    await nights(DAWN + 2 * DAY)
    day = await tables.LookDay.get()
    assert (day.took_min, day.took_avg, day.took_p95, day.took_max) == (None, None, None, None)


async def test_the_line_of_a_day_is_computed_again_from_the_blocks_and_shows_any_change(applied):
    second = (await tables.Watch.all().order_by("-id").first()).id
    await look([(DAWN, passed()), (DAWN + HOUR, failed())])
    await look([(DAWN, passed())], watch=second)
    await nights(DAWN + 2 * DAY)
    (line,) = await lines()
    text = ""
    for block in await tables.LookBlock.all().order_by("watch_id"):
        count = len(unpack(block.body))
        text += f"{block.watch_id}|{count}|{hashlib.sha256(block.body).hexdigest()}\n"
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    assert line == {"day": "2026-09-01", "looks": 3, "watches": 2, "sha256": sha256}
    day = TOKYO.day_of(DAWN)
    assert await digest_of(day) == (3, 2, sha256)
    await tables.LookBlock.filter(watch_id=second).update(body=b"other")
    assert (await digest_of(day))[2] != sha256


async def test_a_look_that_was_written_after_its_day_was_entered_stands_in_the_next(applied):
    await look([(DAWN, passed())])
    await nights(DAWN + DAY + HOUR)
    before = await lines()
    await look([(DAWN + HOUR, failed()), (DAWN + DAY, passed())])
    await nights(DAWN + 2 * DAY + HOUR)
    assert await lines() == [*before, (await lines())[1]]
    assert [line["looks"] for line in await lines()] == [1, 2]
    assert (await digest_of(TOKYO.day_of(DAWN)))[2] == before[0]["sha256"]
    assert [kept.at for kept in await latest(await first_watch(), 9)] == [DAWN + DAY, DAWN + HOUR, DAWN]


async def test_a_crash_between_two_watches_loses_nothing_and_packs_nothing_twice(applied, monkeypatch):
    second = (await tables.Watch.all().order_by("-id").first()).id
    for watch in (await first_watch(), second):
        await look([(DAWN, passed()), (DAWN + HOUR, passed())], watch=watch)
    monkeypatch.setattr(packing, "_TOGETHER", 1)
    real, packed = packing.pack, []

    def dies(entries):
        packed.append(1)
        if len(packed) == 2:
            raise RuntimeError("killed")
        return real(entries)

    with monkeypatch.context() as killed:
        killed.setattr(packing, "pack", dies)
        with pytest.raises(RuntimeError, match="killed"):
            await nights(DAWN + 2 * DAY)
    assert (await tables.LookBlock.all().count(), await tables.LookRow.all().count()) == (1, 2)
    await nights(DAWN + 2 * DAY)
    assert [line["looks"] for line in await lines()] == [4]
    assert await tables.LookRow.all().count() == 0


async def test_what_comes_between_two_rounds_of_one_night_joins_its_block(applied):
    await look([(DAWN, passed(10.0)), (DAWN + 2 * HOUR, failed())])
    night = packing.Night(TOKYO, TOKYO.day_of(DAWN), 400 * DAY)
    assert await packing.pack_some(night) == 2
    await look([(DAWN + HOUR, passed(30.0)), (DAWN + HOUR, UNSEEN)])
    await nights(DAWN + 2 * DAY)
    day = await tables.LookDay.get()
    assert (day.looks, day.passes, day.fails, day.unknowns) == (4, 2, 1, 1)
    assert (day.took_min, day.took_avg, day.took_max, day.severity) == (10.0, 20.0, 30.0, Severity.HIGH)
    (block,) = await tables.LookBlock.all()
    assert [one.verdict for one in unpack(block.body)] == ["pass", "pass", "unknown", "fail"]
    assert [line["looks"] for line in await lines()] == [4]


async def test_of_evidence_that_never_repeats_a_day_keeps_the_failures_and_a_handful(applied, monkeypatch):
    monkeypatch.setattr(packing, "MOST_EVIDENCE", 3)
    await look((DAWN + number * MINUTE, passed(nonce=number)) for number in range(6))
    await look([(DAWN + 10 * MINUTE, failed(nonce="down"))])
    await nights(DAWN + 40 * DAY)
    kept = [json.loads(row.body)["observed"]["nonce"] for row in await tables.LookEvidence.all().order_by("id")]
    assert kept == [0, 1, "down"]
    assert [bool(one.seen) for one in await latest(await first_watch(), 9)] == [True, *[False] * 4, True, True]


async def test_evidence_stays_as_long_as_the_blocks_that_name_it_and_then_goes(applied):
    await look([(DAWN, passed())])
    for later in (1, 5, 19):
        await nights(DAWN + later * DAY + HOUR, keep_looks=20)
        assert (await latest(await first_watch(), 1))[0].seen
    await nights(DAWN + 60 * DAY, keep_looks=20)
    assert await tables.LookEvidence.all().count() == 0


async def test_evidence_that_is_seen_again_on_its_last_day_is_kept_on(applied):
    await look([(DAWN, passed())])
    await tables.LookEvidence.all().update(keep_until=DAWN.date())
    await look([(DAWN + HOUR, passed())])
    (row,) = await tables.LookEvidence.all()
    assert row.keep_until > DAWN.date() + timedelta(days=1)


async def test_blocks_go_after_their_time_and_figures_much_later(applied):
    await look([(DAWN, passed()), (DAWN + DAY, passed())])
    await nights(DAWN + 3 * DAY, keep_looks=30, keep_daily=60)
    await look([(DAWN + 31 * DAY, passed())])
    await nights(DAWN + 32 * DAY + HOUR, keep_looks=30, keep_daily=60)
    assert [str(row.day) for row in await tables.LookBlock.all().order_by("day")] == ["2026-10-02"]
    assert await tables.LookDay.all().count() == 3
    await nights(DAWN + 63 * DAY, keep_looks=30, keep_daily=60)
    assert [str(row.day) for row in await tables.LookDay.all()] == ["2026-10-02"]


# --- Recalled --------------------------------------------------------------------------------------------------------


async def test_the_latest_looks_are_found_over_rows_and_blocks_the_newest_first(applied):
    await look((DAWN + number * 8 * HOUR, passed()) for number in range(9))
    await nights(DAWN + 2 * DAY + HOUR)
    assert await tables.LookRow.all().count() == 3
    found = await latest(await first_watch(), 7)
    assert [kept.at for kept in found] == [DAWN + number * 8 * HOUR for number in range(8, 1, -1)]


async def test_the_last_day_is_told_in_quarters_of_an_hour_whether_packed_or_not(applied):
    at = DAWN + DAY + 2 * HOUR
    await look((at - DAY + number * 5 * MINUTE + MINUTE, passed(10.0 * (number % 3 + 1))) for number in range(286))
    await look([(at - 8 * MINUTE, failed()), (at - 5 * MINUTE, UNSEEN)])
    for _ in range(2):
        spans = await last_day(await first_watch(), at, TOKYO)
        assert len(spans) == SLOTS
        assert [span.begin for span in spans[:2]] == [at - DAY, at - DAY + 15 * MINUTE]
        assert {span.passes for span in spans[:-1]} == {3}
        assert [span.took_ms for span in spans[:-1]] == [pytest.approx(20.0, rel=0.02)] * 95
        assert (spans[-1].passes, spans[-1].fails, spans[-1].unknowns) == (1, 1, 1)
        await nights(at)
    assert 0 < await tables.LookRow.all().count() < 30


async def test_the_last_ninety_days_end_with_today(applied):
    await look([(DAWN, passed(10.0)), (DAWN + HOUR, failed()), (DAWN + 5 * DAY, passed(30.0))])
    await nights(DAWN + 5 * DAY + HOUR)
    spans = await last_days(await first_watch(), DAWN + 5 * DAY + 2 * HOUR, TOKYO)
    assert len(spans) == DAYS
    assert [(span.passes, span.fails, span.took_ms) for span in spans[-6:]] == [
        (1, 1, 10.0),
        *[(0, 0, None)] * 4,
        (1, 0, 30.0),
    ]
    assert spans[-1].begin == DAWN + 5 * DAY


async def test_looks_are_counted_by_days_and_parties_wherever_they_lie(applied):
    await look((DAWN + number * 12 * HOUR, passed()) for number in range(8))
    days = [TOKYO.day_of(DAWN + number * DAY) for number in range(5)]
    for _ in range(2):
        assert await made(days[0], days[4], TOKYO) == 8
        assert await made(days[1], days[3], TOKYO) == 4
        assert await made(days[0], days[4], TOKYO, ["acme"]) == 8
        assert await made(days[0], days[4], TOKYO, []) == 0
        await nights(DAWN + 2 * DAY + HOUR)
    assert await tables.LookBlock.all().count() == 2


QUESTIONS = {
    "rows of a watch": "SELECT * FROM look WHERE watch_id = 1 AND at > '2026-09-01' ORDER BY at DESC LIMIT 20",
    "rows before an instant": packing._HAVING.format("'2026-09-01'"),
    "a block": "SELECT * FROM look_block WHERE watch_id = 1 ORDER BY day DESC LIMIT 20",
    "blocks of a day": "SELECT * FROM look_block WHERE watch_id IN (1, 2, 3) AND day = '2026-09-01'",
    "old blocks": "DELETE FROM look_block WHERE watch_id IN (1, 2, 3) AND day < '2026-09-01'",
    "ninety days": "SELECT * FROM look_day WHERE watch_id = 1 AND day >= '2026-06-01' AND day <= '2026-09-01'",
    "old figures": "DELETE FROM look_day WHERE watch_id IN (1, 2, 3) AND day < '2026-09-01'",
    "evidence": "SELECT * FROM look_evidence WHERE sha256 IN ('a', 'b')",
    "spent evidence": "SELECT id FROM look_evidence WHERE keep_until < '2026-09-01' ORDER BY keep_until LIMIT 9",
}


@pytest.mark.parametrize("question", QUESTIONS)
async def test_no_question_reads_all_looks(applied, question):
    if not applied.startswith("sqlite"):
        pytest.skip("PostgreSQL scans what is small; SQLite says what it would do")
    plan = await connection().execute_query_dict(f"EXPLAIN QUERY PLAN {QUESTIONS[question]}")
    steps = [row["detail"] for row in plan]
    assert any("look" in step for step in steps)
    assert not [step for step in steps if step.startswith("SCAN look")], steps


async def test_what_a_page_asks_are_the_questions_whose_plans_were_read(applied, monkeypatch):
    """Every statement that draws a watch's course is planned by SQLite itself, and none scans."""
    if not applied.startswith("sqlite"):
        pytest.skip("PostgreSQL scans what is small; SQLite says what it would do")
    await look((DAWN + number * 8 * HOUR, passed()) for number in range(9))
    await nights(DAWN + 2 * DAY + HOUR)
    client, asked = connection(), []
    real = client.execute_query

    async def listening(query, values=None):
        asked.append((query, values))
        return await real(query, values)

    monkeypatch.setattr(client, "execute_query", listening)
    at, watch = DAWN + 3 * DAY, await first_watch()
    await latest(watch, 20), await last_day(watch, at, TOKYO), await last_days(watch, at, TOKYO)
    monkeypatch.undo()
    asked = [(query, values) for query, values in asked if '"look' in query]
    assert len(asked) >= 6
    for query, values in asked:
        _, plan = await client.execute_query(f"EXPLAIN QUERY PLAN {query}", values)
        assert not [row["detail"] for row in plan if row["detail"].startswith("SCAN")], query
