"""A registry that changes while a stage begins: what was changed is worked out, with this look or with the next."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import date

import pytest
from stage import GROUP, PARTY, engagement, instant, last_accepted, registry

from checks.contract import Look, Verdict
from monitor import cases, escalation, expiry, plugins, tables
from monitor.cases import Seen, closing, taking
from monitor.obligations import planning, turning
from monitor.registry.apply import apply
from monitor.registry.read import read
from monitor.registry.roster import roster
from monitor.tables.store import transaction

AT = instant("2026-08-10T10:00")
CERTIFICATE = '  [[party.certificate]]\n  kind = "PMARK"\n  number = "1"\n  expires_on = {}\n'


@pytest.fixture
def declare(store, tmp_path):
    async def declared(
        accepted: str, expires: str = "2028-01-31", state: str = "active", company: str = "impress", rest: str = ""
    ) -> None:
        owed = engagement(company=company, attestation=last_accepted(accepted), state=state)
        toml = registry(owed, group=f"{GROUP}\n{rest}", parties=PARTY + CERTIFICATE.format(expires))
        (tmp_path / "registry.toml").write_text(toml, encoding="utf-8")
        await apply(read([tmp_path / "registry.toml"], plugins.known()), AT, plugins.looks())

    return declared


def _changing(stage, change, monkeypatch):
    """The change comes when the stage has found something due, and before its transaction."""

    @asynccontextmanager
    async def changed_before():
        monkeypatch.setattr(stage, "transaction", transaction)
        await change
        async with transaction() as connection:
            yield connection

    monkeypatch.setattr(stage, "transaction", changed_before)


async def _rest(stage):
    while await stage(AT):
        pass


async def test_an_engagement_that_changes_while_planning_begins_is_planned_as_it_is_then(declare, monkeypatch):
    await declare("2026-08-01")
    await _rest(planning.plan)
    await tables.Engagement.all().update(plan_at=AT)
    _changing(planning, declare("2026-03-02"), monkeypatch)
    await _rest(planning.plan)
    assert (await tables.Obligation.get()).nominal_on == date(2027, 3, 2)


async def test_an_engagement_that_changes_while_warnings_begin_counts_as_it_is_then(declare, monkeypatch):
    await declare("2026-08-01")
    await _rest(expiry.warn)
    await tables.Party.all().update(warn_at=AT)
    _changing(expiry, declare("2026-08-01", "2026-10-20", "closed"), monkeypatch)
    await _rest(expiry.warn)
    assert not await tables.Notice.exists()


CLOSED = "extra_closed = [2026-08-10]"


async def test_a_day_that_is_closed_while_turning_begins_asks_nobody(declare, monkeypatch):
    await declare("2025-09-01")
    await _rest(planning.plan)
    _changing(turning, declare("2025-09-01", rest=CLOSED), monkeypatch)
    await turning.turn(AT, plugins.shelf())
    assert (await tables.Obligation.get()).state == "scheduled"


async def test_a_day_that_is_closed_while_ladders_are_climbed_has_no_rung(declare, monkeypatch):
    await declare("2025-09-01")
    await _rest(planning.plan)
    await turning.turn(AT, plugins.shelf())
    _changing(escalation, declare("2025-09-01", rest=CLOSED), monkeypatch)
    await _rest(escalation.advance)
    assert not await tables.Notice.filter(kind="rung", certificate_id=None).exists()


async def _fails(times: int) -> None:
    for _ in range(times):
        watch = await tables.Watch.get(check_kind="availability")
        await cases.take([Seen(watch, Look(Verdict.FAIL))], AT)


async def test_a_company_that_leaves_a_party_while_looks_are_taken_has_no_case(declare, monkeypatch):
    await declare("2026-08-01")
    await (await roster()).engagement("dm")
    await _fails(1)
    _changing(taking, declare("2026-08-01", company="sister"), monkeypatch)
    await _fails(1)
    assert [case.company_id for case in await tables.Case.all()] == ["sister"]


async def test_a_company_that_comes_back_while_cases_lapse_keeps_its_case(declare, monkeypatch):
    await declare("2026-08-01")
    await _fails(2)
    await declare("2026-08-01", state="closed")
    await (await roster()).engagement("dm")
    _changing(closing, declare("2026-08-01"), monkeypatch)
    assert await cases.lapse(AT) == 0
    assert (await tables.Case.get()).closed_at is None


async def test_a_case_of_a_company_that_stays_away_lapses_and_is_counted(declare):
    await declare("2026-08-01")
    await _fails(2)
    await declare("2026-08-01", state="closed")
    assert (await cases.lapse(AT), await cases.lapse(AT)) == (1, 0)
