"""SIGHUP and SIGTERM: what a reload changes, what a broken file does not, and the order in which a house is left."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import AsyncExitStack

import pytest
from patience import until
from running import Ground
from tortoise.exceptions import DBConnectionError

from monitor import building, daemon, ledger, plugins, tables
from monitor.building import build
from monitor.config import Settings, load
from monitor.daemon import Stop, begin, reload
from monitor.tables.store import StoreAway

BASIC = '[mail]\nhost = "relay.example"\nfrom = "itaku@impress.example"\ntls = "none"\n'


@pytest.fixture
async def ground(tmp_path):
    async with Ground(tmp_path, f"sqlite:///{tmp_path}/itaku.sqlite3") as running:
        yield running


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.setattr(daemon, "set_up", lambda *_: None)  # the test's own listeners stay where they are
    file = tmp_path / "config.toml"

    def write(more: str = ""):
        file.write_text(BASIC + more, encoding="utf-8")
        return file

    return write


@pytest.fixture
async def stop():
    found = Stop()
    yield found
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().remove_signal_handler(name)


async def test_a_reload_brings_ladders_and_limits(ground, config, supervisor):
    more = '[probe]\nconfirm = 4\ncanary = "https://c.example/"\nsuspect_ourselves = 0.8\n[cadence]\ntakeover_per_day = 7\nkeep_looks = 30\n'
    await reload(ground.house, config(more + "[ladder.answer]\nbefore = [5]\n"))
    house = ground.house
    assert (house.tools.policy.takeover_per_day, house.tools.policy.long.before) == (7, (5,))
    assert (house.patrol.confirm, house.patrol.canary, house.patrol.suspicion.share) == (4, "https://c.example/", 0.8)
    assert house.settings.cadence.keep_looks == 30
    assert [said.split("\n")[0] for said in supervisor.heard()] == ["RELOADING=1", "READY=1"]


async def test_what_only_a_restart_changes_is_said(ground, config, caplog):
    await reload(ground.house, config())
    assert "only a restart changes what was changed in:" in caplog.text


@pytest.mark.logs_errors
@pytest.mark.parametrize("broken", ["[probe]\nconfirm = 0\n[nonsense]\nx = 1\n", "[probe\n"], ids=["values", "syntax"])
async def test_a_broken_file_changes_nothing_and_every_mistake_is_said(ground, config, supervisor, caplog, broken):
    tools, settings = ground.house.tools, ground.house.settings
    await reload(ground.house, config(broken))
    assert ground.house.tools is tools
    assert ground.house.settings is settings
    assert caplog.text.count("not reloaded") == (2 if "confirm" in broken else 1)
    assert supervisor.heard()[-1] == "READY=1"


@pytest.mark.logs_errors
@pytest.mark.parametrize("what", ["questionnaires", "authorities"])
async def test_a_tool_that_cannot_be_made_anew_leaves_the_old_one_working(
    ground, config, supervisor, monkeypatch, caplog, what
):
    def breaks(*_):
        raise OSError("cannot be read")

    async def breaks_too():
        breaks()

    tools, confirm = ground.house.tools, ground.house.patrol.confirm
    if what == "questionnaires":
        monkeypatch.setattr(plugins, "equipment", breaks)
    else:
        monkeypatch.setattr(ground.house.patrol.probe, "reload", breaks_too)
    await reload(ground.house, config("[probe]\nconfirm = 9\n"))
    assert (ground.house.tools, ground.house.patrol.confirm) == (tools, confirm)
    assert "not reloaded: everything stays as it was" in caplog.text
    assert supervisor.heard()[-1] == "READY=1"


async def test_sighup_reloads_and_sigterm_ends(stop, supervisor):
    reloaded = []

    async def again() -> None:
        reloaded.append(True)

    stop.on_reload = again
    os.kill(os.getpid(), signal.SIGHUP)
    await until(lambda: reloaded)
    assert not await stop.wait(0)
    os.kill(os.getpid(), signal.SIGTERM)
    assert await stop.wait(5)
    assert supervisor.heard() == ["STOPPING=1"]


async def test_a_supervisor_that_went_away_does_not_keep_us_from_stopping(stop, monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere/notify")
    stop.set()
    assert await stop.wait(5)


async def test_a_database_that_is_away_at_the_start_is_waited_for(ground, stop, supervisor, monkeypatch, caplog):
    real, tries = building.opened, 0

    def opened(url):
        nonlocal tries
        tries += 1
        if tries < 4:
            raise StoreAway("no route to the database")
        return real(url)

    monkeypatch.setattr(building, "opened", opened)
    monkeypatch.setattr(building, "WAIT", (0, 0))
    async with AsyncExitStack() as stack:
        assert await build(ground.house.settings, stack, stop) is not None
    assert caplog.text.count("the database is away (no route to the database)") == 3
    assert sum(said.startswith("EXTEND_TIMEOUT_USEC=") for said in supervisor.heard()) == 3


async def test_who_is_told_to_stop_while_waiting_for_the_database_stops(tmp_path, stop, monkeypatch):
    def away(_url):
        raise StoreAway("no route to the database")

    monkeypatch.setattr(building, "opened", away)
    stop.set()
    async with AsyncExitStack() as stack:
        assert await build(Settings(), stack, stop) is None


async def test_a_database_that_goes_away_between_its_opening_and_the_first_tick_is_waited_for(
    ground, stop, supervisor, monkeypatch, caplog
):
    real, tries = ground.house.pulse, 0

    async def pulse(at):
        nonlocal tries
        tries += 1
        if tries < 4:
            raise DBConnectionError("the line was cut")
        return await real(at)

    monkeypatch.setattr(ground.house, "pulse", pulse)
    monkeypatch.setattr(building, "WAIT", (0, 0))
    async with AsyncExitStack() as stack:
        assert await begin(ground.house, stack, stop)
    assert caplog.text.count("the database is away (the line was cut)") == 3
    assert supervisor.heard()[-1] == "READY=1"


async def test_who_is_told_to_stop_while_the_database_is_away_before_the_first_tick_stops(ground, stop, monkeypatch):
    async def away(_at):
        raise DBConnectionError("the line was cut")

    monkeypatch.setattr(ground.house, "pulse", away)
    stop.set()
    async with AsyncExitStack() as stack:
        assert not await begin(ground.house, stack, stop)


async def test_a_house_is_left_in_order_the_doors_before_the_stages(ground, stop, supervisor, monkeypatch):
    order: list[str] = []
    house = ground.house

    def noting(name, real):
        async def note(*args):
            order.append(name)
            return await real(*args)

        return note

    monkeypatch.setattr(house, "shut", noting("doors", house.shut))
    monkeypatch.setattr(daemon.Metronome, "stop", noting("stages", daemon.Metronome.stop))
    async with AsyncExitStack() as stack:
        assert await begin(house, stack, stop)
        await until(lambda: "READY=1" in supervisor.heard())
    assert order == ["doors", "stages"]
    assert house.doors is None


async def test_a_start_of_another_release_works_the_registry_out_anew(ground, stop, supervisor):
    """Here what is in the registry was applied by a release with one look less."""
    await tables.Watch.filter(check_kind="headers").delete()
    async with AsyncExitStack() as stack:
        assert await begin(ground.house, stack, stop)
    assert await tables.Watch.filter(check_kind="headers").exists()
    assert [line["subject"] async for line in ledger.lines() if line["type"] == "registry.replanned"] == ["group/group"]


async def test_a_configuration_that_was_loaded_is_one_that_reloads(config):
    assert load(config()).mail.host == "relay.example"
