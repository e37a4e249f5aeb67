"""/healthz, /readyz and /metrics of a running house, over real HTTP."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import lru_cache

import pytest
from jinja2 import Environment
from running import Ground
from tortoise.exceptions import DBConnectionError

from monitor import clock, house, rendering, tables
from monitor.auditor import LATE
from monitor.house import STALE_MAIL
from monitor.language import LANGUAGES
from monitor.metronome import Tick
from monitor.rendering import environment


@pytest.fixture
async def ground(tmp_path):
    async with Ground(tmp_path, f"sqlite:///{tmp_path}/itaku.sqlite3") as running:
        yield running


async def ready(ground) -> tuple[int, dict]:
    async with ground.client() as client, client.get("/readyz") as answer:
        return answer.status, await answer.json()


async def bad(ground) -> dict[str, str]:
    """What does not work, and what is said of it; the status must agree."""
    status, found = await ready(ground)
    assert (status == 200) is found["ready"]
    return {name: part["says"] for name, part in found["parts"].items() if not part["ok"]}


async def test_a_house_in_order_is_ready_and_says_so_part_by_part(ground):
    status, found = await ready(ground)
    assert (status, found["ready"]) == (200, True)
    assert set(found["parts"]) == {"database", "registry", "scheduler", "stages", "mail", "outbox", "looks", "auditor"}


async def test_being_alive_needs_nothing_else(ground, monkeypatch):
    monkeypatch.setattr(house, "roster", None)
    async with ground.client() as client, client.get("/healthz") as answer:
        assert (answer.status, await answer.json()) == (200, {"alive": True})


async def test_a_database_that_is_away_makes_us_not_ready_until_it_is_back(ground, monkeypatch):
    async def away():
        raise DBConnectionError("no route to the database")

    with monkeypatch.context() as outage:
        outage.setattr(house, "roster", away)
        assert await bad(ground) == {"database": "no route to the database"}
    assert await bad(ground) == {}


async def test_a_stage_that_is_late_is_named(ground):
    late = Tick("escalation", 5, None, last=house_clock() - 500)
    ground.house.metronome.ticks.append(late)
    said = await bad(ground)
    assert said["scheduler"].startswith("escalation is 49")
    late.last = house_clock()
    assert await bad(ground) == {}


def house_clock() -> float:
    from monitor import metronome

    return metronome.monotonic()


async def test_a_stage_that_keeps_failing_is_named_until_it_succeeds(ground):
    broken = Tick("escalation", 5, None, last=house_clock(), failing=True)
    ground.house.metronome.ticks.append(broken)
    assert await bad(ground) == {"stages": "escalation"}
    broken.failing = False
    assert await bad(ground) == {}


async def test_a_letter_that_nobody_takes_makes_us_not_ready(ground):
    old = clock.now() - timedelta(seconds=STALE_MAIL + 60)
    await tables.Mail.all().update(state="queued", made_at=old)
    assert (await bad(ground))["outbox"].startswith("the oldest letter waits 36")


async def test_looks_that_are_held_are_said(ground):
    ground.house.patrol.holding = True
    assert await bad(ground) == {"looks": "held: most endpoints fail at once"}


async def test_without_a_mail_server_we_are_not_ready(ground):
    ground.house.notifier = None
    assert "nobody is asked" in (await bad(ground))["mail"]


async def test_what_the_auditor_found_is_shown(ground):
    await tables.Watch.all().update(next_at=clock.now() - 2 * LATE)
    ground.house.forgotten = ["1 cases wait to climb"]
    assert await bad(ground) == {"auditor": "1 cases wait to climb"}


async def test_the_figures_are_those_of_the_moment_whoever_asks_at_once(ground):
    await tables.Obligation.all().update(state="open", overdue_on=clock.now().date())
    ground.house.patrol.made.update({("tls", "fail"): 3})

    async def figures() -> dict[str, str]:
        async with ground.client() as client, client.get("/metrics") as answer:
            lines = (await answer.text()).splitlines()
        return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))

    for found in await asyncio.gather(*(figures() for _ in range(6))):
        assert found['itaku_duties_overdue{company="impress"}'] == "1.0"
        assert found['itaku_looks_made{check="tls",verdict="fail"}'] == "3.0"
        assert float(found["itaku_ledger_height"]) > 0


async def test_no_party_is_the_first_who_waits_for_a_page_of_the_form_to_be_made(ground, monkeypatch):
    fresh = lru_cache(environment.__wrapped__)
    monkeypatch.setattr(rendering, "environment", fresh)
    monkeypatch.setattr(rendering, "_PROGRAMS", {True: rendering._ForAll()})
    monkeypatch.setattr(ground.house, "_pages", rendering.readied())
    while await ground.house.ready_pages(clock.now()):
        pass
    monkeypatch.setattr(Environment, "compile", None)
    assert [fresh(language, html=True).get_template("web/form/section.html") for language in LANGUAGES]
