"""How a watch has fared is drawn on the page of its case, and said in words to those who do not see it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from test_console import running, sign_in
from test_form import get

from checks.contract import Look, Verdict
from monitor import clock, tables
from monitor.archive.intake import Made, enter
from monitor.archive.recall import Span
from monitor.language import Message
from monitor.tables.store import transaction
from monitor.web.console import course
from tests.journey.manager import failing_case

if TYPE_CHECKING:
    from running import Running

__all__ = ["running"]
HOUR = timedelta(hours=1)
PASSED, FAILED, UNSEEN = Look(Verdict.PASS, took_ms=40.0), Look(Verdict.FAIL), Look(Verdict.UNKNOWN, reason="timeout")


async def made(watch: int, *looks: tuple[float, Look]) -> None:
    await tables.LookRow.filter(watch_id=watch).delete()
    for hours, look in looks:
        async with transaction():
            await enter([Made(watch, look)], clock.now() - hours * HOUR)


async def test_a_case_shows_how_its_watch_has_fared_in_bars_and_words(running: Running) -> None:
    case = await failing_case()
    await made(case.watch_id, (50, PASSED), (3, FAILED), (2, PASSED), (1, UNSEEN), (0.5, PASSED))
    async with running.client() as client:
        await sign_in(running, client, "managers@impress.example")
        page = await get(client, f"/case/{case.id}")
    assert 'aria-label="直近24時間：適合2回、不適合1回、判定不能1回"' in page
    assert 'aria-label="直近90日：適合3回、不適合1回、判定不能1回"' in page
    assert "1回のうち1回が不適合" in page
    assert page.count('class="spark"') == 2
    assert "<script" not in page.partition("<h2>検査結果の推移")[2]


async def test_where_nobody_has_looked_nothing_is_drawn(running: Running) -> None:
    case = await failing_case()
    await made(case.watch_id)
    async with running.client() as client:
        await sign_in(running, client, "managers@impress.example")
        assert "検査結果の推移" not in await get(client, f"/case/{case.id}")


def drawn(*spans: Span, each: timedelta = HOUR) -> dict:
    return course._drawing(Message("The last 24 hours"), spans, each, str, "en")


def test_each_bar_tells_the_worst_of_its_time():
    at = clock.now()
    spans = [Span(at, 2), Span(at, 1, 1), Span(at, 0, 2), Span(at, 0, 0, 3), Span(at, 1, 0, 1), Span(at)]
    found = drawn(*spans)
    assert [bar["verdict"] for bar in found["bars"]] == ["pass", "partial", "fail", "unknown", "pass", "none"]
    assert [bar["text"] for bar in found["bars"]] == ["", "1 of 2 looks failed", "2 of 2 looks failed", "", "", ""]


def test_a_watch_that_looks_seldom_is_drawn_in_hours_and_what_is_empty_stays_empty():
    at = clock.now()
    spans = [Span(at, 1), *[Span(at)] * 5, Span(at, 0, 2), Span(at), *[Span(at)] * 4]
    assert [bar["verdict"] for bar in drawn(*spans)["bars"]] == ["pass", "fail", "none"]
    assert len(drawn(*spans, each=timedelta(days=1))["bars"]) == 12


def test_a_watch_that_was_just_added_has_no_day_behind_it_that_failed():
    at = clock.now()
    bars = drawn(*[Span(at)] * 95, Span(at, 0, 2))["bars"]
    assert [bar["verdict"] for bar in bars] == ["none"] * 23 + ["fail"]


def test_one_point_is_no_line():
    at = clock.now()
    assert drawn(Span(at, 1, took_ms=5.0), Span(at, 0, 1))["times"] == []
    assert drawn(Span(at, 1, took_ms=5.04), Span(at, 1, took_ms=7.0))["times"] == [5.0, 7.0]
