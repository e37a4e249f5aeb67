"""The ticks: a stage that fails, hangs, has much to do, is told to stop; a clock that is set."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from apscheduler.schedulers import base
from patience import until

from monitor import clock, metronome
from monitor.metronome import Metronome, Tick
from monitor.registry.roster import NoRegistry


@asynccontextmanager
async def beating(*ticks: Tick):
    found = Metronome(list(ticks))
    found.start()
    try:
        yield found
    finally:
        await found.stop()


def counting(more: int = 0):
    """A stage that remembers its beats; the first `more` of them say that there is more to do."""
    beats: list[datetime] = []

    async def stage(at: datetime) -> int:
        beats.append(at)
        return int(len(beats) <= more)

    return beats, stage


@pytest.mark.logs_errors
async def test_a_stage_that_raises_is_logged_by_name_and_goes_on_at_the_next_tick_with_the_others(caplog):
    beats, well = counting()
    tries = 0

    async def ill(_at: datetime) -> int:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise RuntimeError("it broke")
        return 0

    broken = Tick("escalation", 0.01, ill)
    async with beating(broken, Tick("outbox", 0.01, well)) as found:
        await until(lambda: tries >= 4 and len(beats) >= 4 and not broken.failing)
        assert {tick.name: tick.failures for tick in found.ticks} == {"escalation": 2, "outbox": 0}
    assert "escalation failed; tried again at its next tick" in caplog.text
    assert "it broke" in caplog.text


async def test_a_stage_that_hangs_is_seen_by_its_name_and_stops_nobody_else(monkeypatch):
    beats, well = counting()
    never = asyncio.Event()

    async def hangs(_at: datetime) -> int:
        await never.wait()
        return 0

    async with beating(Tick("patrol", 0.01, hangs), Tick("outbox", 0.01, well)) as found:
        await until(lambda: len(beats) >= 3)
        now = metronome.monotonic()
        with monkeypatch.context() as later:
            later.setattr(metronome, "monotonic", lambda: now + 3600)
            found.ticks[1].last = now + 3600
            assert found.latest.name == "patrol"
            assert found.lag > 3500
        never.set()


async def test_a_stage_is_never_beaten_twice_at_once_unless_it_may_be():
    most = {"one": 0, "three": 0}
    now = {"one": 0, "three": 0}
    gate = asyncio.Event()

    def stage(name: str):
        async def run(_at: datetime) -> int:
            now[name] += 1
            most[name] = max(most[name], now[name])
            await gate.wait()
            now[name] -= 1
            return 0

        return run

    beats, other = counting()
    async with beating(
        Tick("one", 0.01, stage("one")), Tick("three", 0.01, stage("three"), abreast=3), Tick("o", 0.01, other)
    ):
        await until(lambda: len(beats) > 8 and most["three"] == 3)
        gate.set()
    assert most == {"one": 1, "three": 3}


async def test_a_stage_with_more_to_do_goes_on_at_once():
    beats, stage = counting(more=20)
    async with beating(Tick("outbox", 3600, stage)):
        await until(lambda: len(beats) == 21)


async def test_a_stage_in_no_hurry_leaves_the_others_a_breath_between_two_chunks(monkeypatch):
    breaths, (beats, stage) = [], counting(more=2)

    async def breathing(seconds):
        breaths.append((seconds, len(beats)))

    monkeypatch.setattr("monitor.metronome.asyncio.sleep", breathing)
    await Tick("obligations", 5, stage, breath=0.05).run()
    assert breaths == [(0.05, 1), (0.05, 2)]
    assert len(beats) == 3


async def test_a_stage_with_much_to_do_is_not_late_while_it_gets_things_done():
    gate = asyncio.Event()
    tick = Tick("outbox", 1, lambda _at: stage())
    done = 0

    async def stage() -> int:
        nonlocal done
        done += 1
        if done == 5:
            await gate.wait()
            return 0
        return 1

    tick.last = before = metronome.monotonic() - 1000
    running = asyncio.create_task(tick.run())
    await until(lambda: done == 5)
    assert tick.last > before + 900
    gate.set()
    await running


async def test_an_empty_house_is_no_failure():
    async def empty(_at: datetime) -> int:
        raise NoRegistry

    tick = Tick("escalation", 1, empty)
    await tick.run()
    assert (tick.failures, tick.failing) == (0, False)


async def test_stopping_lets_a_stage_finish_what_it_has_in_hand_and_begins_nothing_more():
    beats, stage = counting(more=10**6)
    gate = asyncio.Event()

    async def slow(at: datetime) -> int:
        await stage(at)
        await gate.wait()
        return 1

    async with beating(Tick("outbox", 0.01, slow)) as found:
        await until(lambda: beats)
        stopping = asyncio.create_task(found.stop())
        await until(lambda: found.ticks[0].stopping)
        gate.set()
        await stopping
        assert len(beats) == 1


async def test_a_stage_that_does_not_end_is_cancelled_and_named(monkeypatch, caplog):
    monkeypatch.setattr(metronome, "PATIENCE", 0.02)
    ended = []

    async def hangs(_at: datetime) -> int:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)
        return 0

    async with beating(Tick("patrol", 0.01, hangs)) as found:
        await until(lambda: found._running)
    assert ended == [True]
    assert "stage patrol does not end and is cancelled" in caplog.text


async def test_even_a_stage_that_resists_does_not_keep_us(monkeypatch):
    monkeypatch.setattr(metronome, "PATIENCE", 0.02)
    gate = asyncio.Event()

    async def resists(_at: datetime) -> int:
        while not gate.is_set():
            try:
                await gate.wait()
            except asyncio.CancelledError:
                continue
        return 0

    async with beating(Tick("patrol", 0.01, resists)) as found:
        await until(lambda: found._running)
    gate.set()
    await until(lambda: not found._running)


@pytest.mark.parametrize(
    "jump", [timedelta(hours=-1), timedelta(days=-1), timedelta(hours=1), timedelta(days=1)], ids=str
)
async def test_a_clock_that_is_set_does_not_silence_the_ticks_and_is_said(monkeypatch, caplog, jump):
    beats, stage = counting()
    shift = timedelta()
    honest = clock.now

    class Wall(datetime):
        @classmethod
        def now(cls, tz=None):
            return honest().astimezone(tz) + shift

    monkeypatch.setattr(base, "datetime", Wall)
    monkeypatch.setattr(clock, "now", lambda: honest() + shift)
    async with beating(Tick("pulse", 0.02, stage)) as found:
        await until(lambda: len(beats) >= 2)
        shift = jump
        found.heed_the_clock()
        before = len(beats)
        await until(lambda: len(beats) >= before + 3)
        found.heed_the_clock()
    assert caplog.text.count("the clock was set by") == 1
    assert f"{jump.total_seconds():+.0f} s" in caplog.text


async def test_somebody_looks_at_the_clock(monkeypatch):
    monkeypatch.setattr(metronome, "MINDED", 0.005)
    looked = []

    def look(self) -> None:
        looked.append(self)

    monkeypatch.setattr(Metronome, "heed_the_clock", look)
    async with beating(Tick("pulse", 10, counting()[1])):
        await until(lambda: len(looked) > 1)
