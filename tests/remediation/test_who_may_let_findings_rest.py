"""How long one manager may let a finding rest, and who may close it by word alone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from remedied import BEGIN, WEAK, answered, begin, rows
from stage import engagement

from checks.contract import Severity
from monitor import tables
from monitor.obligations import acts, findings
from monitor.obligations.authority import Authority
from monitor.refusal import Refused
from monitor.remediation.rules import AT_LEAST
from monitor.tables.store import MEMORY, opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture(autouse=True)
async def _memory() -> AsyncIterator[None]:
    async with opened(MEMORY, create=True):
        yield


async def test_a_manager_who_accepts_and_ends_a_risk_again_and_again_wins_thirty_days_and_the_time_to_answer(
    tmp_path: Path,
):
    await begin(tmp_path)
    await answered(BEGIN, WEAK)
    row, at = (await rows())["rules"], BEGIN
    manager = await acts.person("managers@impress.example", BEGIN, "M. Manager")
    refusal = None
    for _ in range(20):
        try:
            until = at + timedelta(days=14)
            await findings.accept_risk(row.id, at, manager, "Later.", until, authority=Authority.COMPANY)
        except Refused as refused:
            refusal = refused
            break
        at += timedelta(days=13)
        await findings.end_risk(row.id, at, manager)
    assert refusal is not None
    assert refusal.reason == "until-too-far-alone"
    row = (await rows())["rules"]
    assert (row.first_due_on.isoformat(), row.state) == ("2026-10-31", "open")
    assert row.base_on <= row.first_due_on + timedelta(days=30 + AT_LEAST)

    at += timedelta(days=30)
    with pytest.raises(Refused) as late:
        await findings.accept_risk(row.id, at, manager, "L.", at + timedelta(days=1), authority=Authority.COMPANY)
    assert late.value.reason == "by-whom-waited"
    await findings.accept_risk(row.id, at, manager, "L.", at + timedelta(days=90), authority=Authority.OFFICE)


async def test_a_risk_that_is_accepted_no_longer_is_due_when_it_was_if_that_leaves_time_to_answer(tmp_path: Path):
    await begin(tmp_path)
    await answered(BEGIN, {"rules": "no"})
    number = (await rows())["rules"].id
    due = []
    for days in (35, 40, 50, 70):  # it was due after 60
        at = BEGIN + timedelta(days=days)
        await findings.accept_risk(number, BEGIN, "person/1", "W.", at, authority=Authority.OFFICE)
        await findings.end_risk(number, at, "person/1")
        due.append(((await rows())["rules"].base_on - at.date()).days)
        await tables.Remediation.filter(id=number).update(base_on="2026-10-31", set_on="2026-09-01")
    assert due == [25, 20, 14, 14]


async def test_what_was_settled_and_came_back_has_a_first_date_of_its_own(tmp_path: Path):
    await begin(tmp_path)
    await answered(BEGIN, {"rules": "no"})
    number, later = (await rows())["rules"].id, BEGIN + timedelta(days=200)
    await findings.verify(number, BEGIN, "person/1", "Seen.", authority=Authority.COMPANY, pairs="S")
    await findings.reopen(number, later, "person/1", "It is gone.")
    assert (await rows())["rules"].first_due_on == (later + timedelta(days=30)).date()


@pytest.mark.parametrize(("tier", "severity"), [("A", Severity.CRITICAL), ("S", Severity.LOW)])
async def test_one_reviewer_cannot_close_a_grave_finding_by_word_alone(tmp_path: Path, tier: str, severity: Severity):
    await begin(tmp_path, engagement("dm", attestation="last_accepted_on = 2025-09-20", tier=tier))
    await answered(BEGIN, {"rules": "no"})
    number = (await rows())["rules"].id
    await tables.Remediation.filter(id=number).update(severity=severity)
    with pytest.raises(Refused) as refusal:
        await findings.verify(number, BEGIN, "person/1", "Seen.", authority=Authority.COMPANY, pairs="S")
    assert refusal.value.reason == "by-whom-grave"
    assert (await rows())["rules"].state == "open"
    await findings.verify(number, BEGIN, "person/1", "Seen.", authority=Authority.OFFICE, pairs="S")
    assert (await rows())["rules"].state == "verified"
