"""What systemd hears, over a real datagram socket."""

from __future__ import annotations

import os
import re
import socket
from time import monotonic, monotonic_ns
from types import SimpleNamespace

import pytest
from patience import until

from monitor import clock
from monitor.config import Settings
from monitor.house import HUNG, House
from monitor.metronome import Metronome, Tick
from monitor.systemd import notify, reloading, waiting, watchdog_seconds


def test_a_word_arrives_as_it_was_said(supervisor):
    notify("READY=1")
    notify("STOPPING=1")
    assert supervisor.heard() == ["READY=1", "STOPPING=1"]


def test_a_reload_says_when_it_began_by_the_steady_clock(supervisor):
    before = monotonic_ns() // 1000
    reloading()
    (said,) = supervisor.heard()
    found = re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=(\d+)", said)
    assert before <= int(found[1]) <= monotonic_ns() // 1000


def test_waiting_for_the_database_asks_for_more_time_than_it_waits(supervisor):
    waiting(30, "waiting for the database")
    (said,) = supervisor.heard()
    found = re.fullmatch(r"EXTEND_TIMEOUT_USEC=(\d+)\nSTATUS=waiting for the database", said)
    assert int(found[1]) > 30_000_000


def test_an_abstract_address_is_understood(monkeypatch):
    name = f"itaku-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(f"\0{name}")
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
        notify("READY=1")
        assert channel.recv(100) == b"READY=1"


@pytest.mark.parametrize("address", ["", "/nowhere/at/all", "@nobody-listens-here"])
def test_that_nobody_listens_is_not_our_trouble(monkeypatch, address):
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    notify("STOPPING=1")


def test_a_supervisor_that_does_not_read_does_not_stop_us(supervisor):
    for _ in range(5000):
        notify("WATCHDOG=1")
    assert set(supervisor.heard()) == {"WATCHDOG=1"}


@pytest.mark.parametrize(
    ("patience", "whom", "found"),
    [("", "", 0.0), ("20000000", "", 10.0), ("20000000", "self", 10.0), ("20000000", "1", 0.0), ("soon", "", 0.0)],
)
def test_the_watchdog_is_fed_twice_in_its_patience_and_only_by_whom_it_watches(monkeypatch, patience, whom, found):
    monkeypatch.setenv("WATCHDOG_USEC", patience)
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()) if whom == "self" else whom)
    assert watchdog_seconds() == found


def house(*ticks: Tick) -> House:
    found = House(Settings(), None, SimpleNamespace())  # type: ignore[arg-type]
    found.metronome = Metronome(list(ticks))
    return found


async def nothing(_at) -> int:
    return 0


async def test_the_watchdog_is_fed_although_the_database_is_away(supervisor):
    """No store is open here. To be killed would not bring the database back, and would tear what is on its way."""
    watching = next(tick for tick in house().ticks() if tick.name == "watchdog")
    await watching.run()
    assert supervisor.heard() == ["WATCHDOG=1"]
    assert watching.failures == 0


@pytest.mark.logs_errors
async def test_a_stage_that_hangs_is_no_secret_to_the_watchdog(supervisor, caplog):
    stuck = Tick("outbox", 2, nothing, last=monotonic() - HUNG - 10)
    await house(stuck, Tick("pulse", 30, nothing, last=monotonic())).watchdog(clock.now())
    assert supervisor.heard() == []
    assert "outbox hangs" in caplog.text


async def test_a_stage_that_only_takes_long_does_not_starve_the_watchdog(supervisor):
    slow = Tick("outbox", 2, nothing, last=monotonic() - 600)
    await house(slow).watchdog(clock.now())
    assert supervisor.heard() == ["WATCHDOG=1"]


async def test_the_watchdog_hears_from_us_in_its_rhythm(supervisor, monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", "40000")
    watching = next(tick for tick in house().ticks() if tick.name == "watchdog")
    metronome = Metronome([watching])
    metronome.start()
    heard: list[str] = []
    await until(lambda: heard.extend(supervisor.heard()) or len(heard) >= 3)
    await metronome.stop()
    assert set(heard) == {"WATCHDOG=1"}
