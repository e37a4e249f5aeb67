"""A registry that changes while a stage begins: what was changed is worked out, with this look or with the next."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import date

import pytest
from stage import PARTY, engagement, instant, last_accepted, registry

from monitor import expiry, plugins, tables
from monitor.obligations import planning
from monitor.registry.apply import apply
from monitor.registry.read import read
from monitor.tables.store import transaction

AT = instant("2026-08-10T10:00")
CERTIFICATE = '  [[party.certificate]]\n  kind = "PMARK"\n  number = "1"\n  expires_on = {}\n'


@pytest.fixture
def declare(store, tmp_path):
    async def declared(accepted: str, expires: str = "2028-01-31", state: str = "active") -> None:
        owed = engagement(attestation=last_accepted(accepted), state=state)
        toml = registry(owed, parties=PARTY + CERTIFICATE.format(expires))
        (tmp_path / "registry.toml").write_text(toml, encoding="utf-8")
        await apply(read([tmp_path / "registry.toml"], plugins.known()), AT, {})

    return declared


def _changing(stage, change, monkeypatch):
    """The change comes between the stage's first words and its transaction."""

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
    _changing(planning, declare("2026-03-02"), monkeypatch)
    await _rest(planning.plan)
    assert (await tables.Obligation.get()).nominal_on == date(2027, 3, 2)


async def test_an_engagement_that_changes_while_warnings_begin_counts_as_it_is_then(declare, monkeypatch):
    await declare("2026-08-01")
    await _rest(expiry.warn)
    _changing(expiry, declare("2026-08-01", "2026-10-20", "closed"), monkeypatch)
    await _rest(expiry.warn)
    assert not await tables.Notice.exists()
