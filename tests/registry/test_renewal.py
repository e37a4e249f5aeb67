"""A release that looks or asks otherwise than the one before: what is in the registry already is worked out anew."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
from stage import engagement, instant, last_accepted, registry

from monitor import ledger, obligations, plugins, tables
from monitor.obligations import planning
from monitor.obligations.contract import Kind, Owed
from monitor.registry.apply import apply
from monitor.registry.read import read
from monitor.registry.renewal import fingerprint, renew

AT = instant("2026-08-10T10:00")
NEXT = AT + timedelta(days=1)
KINDS = {"attestation": 1, "deletion": 1}


@pytest.fixture
async def worked_out(store, tmp_path):
    """A registry that knows two looks, and with them and the kinds of today is worked out."""
    (tmp_path / "registry.toml").write_text(
        registry(engagement(attestation=last_accepted("2026-06-01"))), encoding="utf-8"
    )
    old = looks("availability", "tls")
    await apply(read([tmp_path / "registry.toml"], plugins.known()), AT, old)
    await renew(old, KINDS, AT)
    while await planning.plan(AT):
        pass
    return store


def looks(*kinds):
    return {kind: plugins.looks()[kind] for kind in kinds}


class Slower:
    """A look as it was, but for its rhythm or its rules."""

    def __init__(self, look, *, every=None, ruleset=None):
        self._look = look
        self.every, self.ruleset = every or look.every, ruleset or look.ruleset

    def __getattr__(self, name):
        return getattr(self._look, name)


async def watched():
    rows = await tables.Watch.filter(retired_at=None).order_by("check_kind")
    return {row.check_kind: row.every for row in rows}


async def replanned():
    return [line async for line in ledger.lines() if line["type"] == "registry.replanned"]


async def test_a_new_kind_of_look_reaches_the_endpoints_that_are_in_the_registry_already(worked_out):
    assert await renew(plugins.looks(), KINDS, NEXT)
    assert set(await watched()) == {kind for kind, look in plugins.looks().items() if not look.named_only}


async def test_another_rhythm_of_a_look_reaches_them_too(worked_out):
    slower = looks("availability", "tls") | {"tls": Slower(looks("tls")["tls"], every=timedelta(hours=9))}
    assert await renew(slower, KINDS, NEXT)
    assert (await watched())["tls"] == 9 * 3600


async def test_a_look_that_is_no_more_is_made_no_more(worked_out):
    assert await renew(looks("tls"), KINDS, NEXT)
    assert set(await watched()) == {"tls"}


class Training(Kind):
    name, version, opens_with_mail = "training", 1, True

    def owed(self, facts):
        return Owed(date(2027, 1, 15))

    def questions(self, facts):
        return "light", ()


async def test_a_new_kind_of_duty_is_owed_by_engagements_that_are_in_the_registry_already(worked_out, monkeypatch):
    monkeypatch.setattr(planning, "KINDS", {**obligations.KINDS, "training": Training()})
    assert await planning.plan(NEXT) == 0
    assert await renew(looks("availability", "tls"), {**KINDS, "training": 1}, NEXT)
    assert await planning.plan(NEXT) == 1
    assert await tables.Obligation.filter(kind="training").count() == 1


async def test_another_rule_of_a_kind_is_asked_of_everybody_anew(worked_out):
    assert await renew(looks("availability", "tls"), {**KINDS, "deletion": 2}, NEXT)
    assert await planning.plan(NEXT) == 1


async def test_what_is_worked_out_anew_and_stays_as_it_is_is_not_written(worked_out):
    before = await tables.Obligation.all().order_by("id").values()
    assert before
    await renew(looks("availability", "tls"), {**KINDS, "deletion": 2}, AT)
    assert await planning.plan(AT) == 1
    assert await tables.Obligation.all().order_by("id").values() == before


async def test_a_start_of_the_same_release_works_nothing_out_and_writes_nothing(worked_out):
    before = await ledger.head()
    assert not await renew(looks("availability", "tls"), KINDS, NEXT)
    assert (await planning.plan(NEXT), await ledger.head()) == (0, before)


async def test_what_was_worked_out_anew_stands_in_the_ledger_once(worked_out):
    before = len(await replanned())
    for at in (NEXT, NEXT + timedelta(days=1)):
        await renew(plugins.looks(), KINDS, at)
    line = (await replanned())[before:]
    assert [one["data"] for one in line] == [
        {"rules": fingerprint(plugins.looks(), KINDS), "engagements": 1, "parties": 1}
    ]


async def test_going_back_to_the_release_before_works_it_out_once_more(worked_out):
    await renew(plugins.looks(), KINDS, NEXT)
    assert await renew(looks("availability", "tls"), KINDS, NEXT + timedelta(days=1))
    assert set(await watched()) == {"availability", "tls"}


async def test_of_two_replicas_that_start_at_once_one_works_it_out(worked_out):
    assert sorted(await asyncio.gather(*(renew(plugins.looks(), KINDS, NEXT) for _ in range(2)))) == [False, True]


async def test_an_empty_house_has_nothing_to_work_out(store):
    assert not await renew(plugins.looks(), KINDS, AT)
    assert await ledger.head() == (0, ledger.GENESIS)


@pytest.mark.parametrize(
    "other",
    [
        (looks("tls"), KINDS),
        (
            {"tls": Slower(looks("tls")["tls"], ruleset=99), "availability": looks("availability")["availability"]},
            KINDS,
        ),
        (looks("availability", "tls"), {**KINDS, "deletion": 2}),
        (looks("availability", "tls"), {"attestation": 1}),
    ],
    ids=["fewer looks", "other rules of a look", "other rules of a duty", "fewer duties"],
)
def test_whatever_is_looked_at_or_owed_otherwise_shows_in_the_fingerprint(other):
    mine = fingerprint(looks("availability", "tls"), KINDS)
    assert fingerprint(*other) != mine
    assert fingerprint(dict(reversed(looks("availability", "tls").items())), dict(reversed(KINDS.items()))) == mine
