"""The second pair of eyes: a next step in the past, or missing where there must be one, is made loud."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from stage import engagement, event, last_accepted, play, registry

from monitor import tables
from monitor.auditor import audit, oldest_unsent, stale
from monitor.calendar import Calendar
from monitor.config import Settings
from monitor.escalation import advance
from monitor.house import House
from monitor.registry.roster import roster
from monitor.simulation import run
from monitor.tables import Mail

CALENDAR = Calendar()
NOON = datetime(2026, 9, 2, 3, tzinfo=UTC)  #: a Wednesday, 12:00 in Tokyo
NIGHT = datetime(2026, 9, 2, 15, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def duty(applied: str) -> tables.Obligation:
    """A duty that was asked for and is due, with its next steps ahead."""
    return await make_duty()


async def make_duty(**more) -> tables.Obligation:
    day = NOON.date()
    fields = {
        "engagement_id": "dm", "company_id": "impress", "party_id": "acme", "kind": "attestation", "state": "open", "nominal_on": day, "base_on": day, "roll": "following", "due_on": day + DAY,
        "meant_on": day, "opens_at": NOON - DAY, "planned_at": NOON - DAY, "told_on": day, "vendor_sent": -14, "ladder": "{}", "since": NOON - DAY,
        "turns_at": NOON + DAY, "next_at": NOON + DAY,
    }  # fmt: skip
    return await tables.Obligation.create(**(fields | more))


async def make_case(**more) -> tables.Case:
    watch = await tables.Watch.first()
    fields = {
        "watch_id": watch.id, "party_id": "acme", "company_id": "impress", "url": watch.url, "check_kind": watch.check_kind, "severity": 3, "announced": 3,
        "company_sent": 0, "told": 1, "ladder": "{}", "opened_at": NOON - DAY, "opened_on": NOON.date(), "since": NOON - DAY, "next_at": NOON + DAY,
    }  # fmt: skip
    return await tables.Case.create(**(fields | more))


async def settle(at: datetime = NOON) -> None:
    """Nothing of the set-up waits for anything."""
    await tables.Engagement.all().update(plan_at=None)
    await tables.Watch.all().update(next_at=at + DAY)


async def found(at: datetime = NOON) -> list[str]:
    await settle(at)
    return await audit(CALENDAR, at)


async def test_where_nothing_is_forgotten_nothing_is_said(duty):
    await make_case()
    assert await found() == []


@pytest.mark.parametrize("column", ["turns_at", "next_at"])
async def test_a_duty_whose_next_step_lies_in_the_past_is_found(duty, column):
    await tables.Obligation.all().update(**{column: NOON - HOUR})
    (said,) = await found()
    assert said.startswith("1 duties wait to")
    await tables.Obligation.all().update(**{column: NOON - timedelta(minutes=5)})
    assert await found() == []


@pytest.mark.parametrize(
    "facts",
    [
        {"turns_at": None},
        {"overdue_on": NOON.date(), "turns_at": None, "next_at": None},
        {"vendor_sent": None, "told_on": None, "next_at": None},
        {"state": "submitted", "submitted_at": NOON, "turns_at": None, "next_at": None},
        {"state": "scheduled", "turns_at": None, "next_at": None},
        {"state": "waived", "turns_at": None, "next_at": None},
        {"state": "returned", "turns_at": None},
    ],
    ids=["asked", "overdue", "unasked", "submitted", "scheduled", "waived", "returned"],
)
async def test_a_duty_that_nothing_will_move_is_found(duty, facts):
    await tables.Obligation.all().update(**facts)
    assert await found() == ["1 duties have no next step"]


@pytest.mark.parametrize(
    "facts",
    [
        {"overdue_on": NOON.date(), "turns_at": None, "next_at": None, "company_queued": 1},
        {"vendor_sent": None, "told_on": None, "next_at": None, "vendor_queued": -30},
        {"state": "accepted", "turns_at": None, "next_at": None},
        {"state": "cancelled", "turns_at": None, "next_at": None},
        {"next_at": None},
    ],
    ids=["company's letter waits", "party's letter waits", "accepted", "cancelled", "between the last reminder and T"],
)
async def test_a_duty_that_rightly_waits_is_not(duty, facts):
    await tables.Obligation.all().update(**facts)
    assert await found() == []


@pytest.mark.parametrize(
    "facts",
    [{"announced": 0, "company_sent": None, "told": 0}, {"company_sent": 0}, {"company_sent": 3, "told": 2}],
    ids=str,
)
async def test_an_open_case_that_nothing_will_move_is_found(applied, facts):
    await make_case(next_at=None, **facts)
    assert await found() == ["1 open cases have no next step"]


@pytest.mark.parametrize(
    "facts",
    [{"company_sent": 10, "told": 3}, {"severity": 2, "announced": 2}, {"severity": 1, "announced": 0}, {"company_queued": 3}, {"closed_at": NOON}],
    ids=str,
)  # fmt: skip
async def test_a_case_whose_ladder_has_ended_is_not(applied, facts):
    await make_case(next_at=None, **facts)
    assert await found() == []


async def test_a_case_and_a_watch_in_the_past_are_found(applied):
    await make_case(next_at=NOON - HOUR)
    await settle()
    await tables.Watch.all().update(next_at=NOON - HOUR)
    count = await tables.Watch.all().count()
    assert await audit(CALENDAR, NOON) == ["1 cases wait to climb", f"{count} watches wait to be looked at"]
    await tables.Watch.all().update(retired_at=NOON)
    assert await audit(CALENDAR, NOON) == ["1 cases wait to climb"]


async def test_what_the_ladders_leave_behind_is_never_called_forgotten(tmp_path, monkeypatch):
    """A year of duties and cases through the real stages: at its end nothing is stuck, and nothing is said to be."""
    said: list[str] = []
    world = run.World

    class Audited(world):
        async def settle(self, at):
            await super().settle(at)
            await tables.Watch.all().update(next_at=at)
            said.extend(await audit((await roster()).calendar, at))

    monkeypatch.setattr(run, "World", Audited)
    toml = registry(engagement("dm", attestation=last_accepted("2025-10-01")))
    look = {"url": "https://www.acme.example/", "check": "tls", "engagement": None, "verdict": "fail"}
    events = [event(f"2026-09-0{day}T10:00", "observe", severity="high", **look) for day in (2, 3)]
    told = await play(toml, "2026-08-20T00:00", "2027-03-01T00:00", *events, tmp=tmp_path)
    assert told.of("case_opened")
    assert len(told.notices("rung")) > 12
    assert said == []


@pytest.mark.logs_errors
async def test_what_the_auditor_finds_is_said_once_and_makes_us_not_ready_until_it_is_gone(duty, caplog):
    house = House(Settings(), None, SimpleNamespace())  # type: ignore[arg-type]
    await tables.Obligation.all().update(next_at=NOON - HOUR)
    await settle()
    for _ in range(3):
        await house.watch_over(NOON)
    assert caplog.text.count("the auditor found: 1 duties wait to climb") == 1
    assert (await house.ready(NOON))["auditor"] == (False, "1 duties wait to climb")
    await tables.Obligation.all().update(next_at=NOON + DAY)
    await house.watch_over(NOON)
    assert (await house.ready(NOON))["auditor"] == (True, "nothing forgotten")


async def letter(number: int, made_at: datetime, *, urgent: bool = False, state: str = "queued") -> None:
    await Mail.create(
        id=f"m{number}", to=["a@x.example"], side="company", language="ja", urgent=urgent, state=state, made_at=made_at, next_at=made_at,
        company_id="impress", subject="",
    )  # fmt: skip


async def test_a_letter_that_nobody_takes_grows_old(applied):
    await letter(1, NOON - 2 * HOUR)
    await letter(2, NOON - 5 * HOUR, state="sent")
    assert await stale(CALENDAR, NOON) == 2 * 3600
    assert await oldest_unsent(NOON) == 2 * 3600


async def test_nights_and_closed_days_are_no_delay(applied):
    await letter(1, NOON)
    assert await stale(CALENDAR, NIGHT) == 0
    assert await stale(CALENDAR, NOON + 21 * HOUR + timedelta(minutes=1)) == 60
    assert await stale(CALENDAR, NOON + 4 * DAY) == 0


async def test_an_urgent_letter_grows_old_at_night_too(applied):
    await letter(1, NIGHT - HOUR, urgent=True)
    assert await stale(CALENDAR, NIGHT) == 3600


async def test_advance_leaves_nothing_for_the_auditor_of_a_case_it_announced(applied):
    await make_case(announced=0, company_sent=None, told=0, next_at=NOON, ladder='{"after":[0,3,10]}')
    await advance(NOON)
    assert await found() == []
