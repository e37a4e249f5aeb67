"""What was found keeps the version of the rule by which it was found, also when the rule is another one later."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from checks.detail import Detail
from monitor import conduct, plugins, tables
from monitor.cases.conduct import breach
from monitor.promises import policies
from monitor.promises.joint_use.daily import look
from monitor.registry.apply import apply
from monitor.registry.read import read
from monitor.registry.roster import roster
from monitor.tables.store import MEMORY, opened, transaction
from tests.stage import engagement, registry

AT = datetime(2026, 9, 1, 1, tzinfo=UTC)
LATER, BILL = AT + timedelta(days=1), date(2027, 4, 1)
DISAGREE = """
[[policy]]
key = "a"
url = "https://a.example/policy"
effective_from = 2020-01-01
contacts = ["one@group.example"]
[[policy]]
key = "b"
url = "https://b.example/policy"
effective_from = 2020-01-01
contacts = ["other@group.example"]
"""


@pytest.fixture
async def present(tmp_path):
    file = tmp_path / "registry.toml"
    file.write_text(registry(engagement()) + DISAGREE, encoding="utf-8")
    async with opened(MEMORY, create=True):
        await apply(read([file], plugins.known()), AT, {})
        yield await roster()


def raised(monkeypatch, table, name):
    monkeypatch.setitem(table, name, replace(table[name], version=2, since=BILL))


async def found(present, at, ref=""):
    async with transaction():
        about = {"company_id": "impress", "party_id": "acme", "engagement_id": "dm", "ref": ref}
        return await breach(conduct.RUN_LEFT, Detail("It is still there."), at, present, **about)


async def test_a_case_keeps_the_version_under_which_it_was_opened(present, monkeypatch):
    first = await found(present, AT)
    raised(monkeypatch, conduct.RULES, conduct.RUN_LEFT)
    assert (await found(present, LATER)).id == first.id
    later = await found(present, LATER, "another")
    kept = [(one.rule_version, one.rule_since) for one in await tables.Case.all().order_by("id")]
    assert kept == [(1, conduct.ACT), (2, BILL)]
    lines = await tables.LedgerLine.filter(type="case.opened").order_by("seq").values_list("data", flat=True)
    assert [json.loads(line)["version"] for line in lines] == [1, 2]
    assert later.rule_since == BILL


async def test_a_gap_between_texts_keeps_the_version_of_its_own_rule(present, monkeypatch):
    await look(AT)
    raised(monkeypatch, policies.RULES, policies.CONTACTS)
    (case,) = await tables.Case.filter(rule=conduct.TEXTS_DISAGREE)
    assert (case.ref, case.rule_version, case.rule_since) == ("contacts-differ a b", 1, policies.ACT)
    await tables.Case.filter(id=case.id).update(closed_at=LATER)
    await look(LATER)
    again = await tables.Case.get(rule=conduct.TEXTS_DISAGREE, closed_at=None)
    assert (again.rule_version, again.rule_since) == (2, BILL)
