"""Two replicas in one stage at the same moment: what is to be there once is there once, and neither fails."""

from __future__ import annotations

import asyncio

import pytest
from interleaving import declare, held, twice, unwritten, wait
from postal import tools
from stage import engagement, instant, last_accepted, registry

from monitor import escalation, ledger, tables
from monitor.digest import report
from monitor.duties import changes
from monitor.obligations import planning, turning
from monitor.obligations.reconcile import Policy
from monitor.promises import supervision
from monitor.promises.keeping.unnamed import forget_people
from monitor.registry import watches
from monitor.registry.apply import set_fields
from monitor.tables.store import transaction

pytestmark = pytest.mark.postgres
AT = instant("2026-08-10T10:00")
USUAL = engagement(attestation=last_accepted("2026-06-01"))


async def test_the_weekly_report_is_one(shared, tmp_path):
    await declare(tmp_path, registry(USUAL), AT)
    monday = instant("2026-08-17T09:00")
    assert await twice(lambda: report(monday), "notice") == [0, 0]
    assert await tables.Notice.filter(kind="digest").count() == 1


async def test_the_list_of_what_a_company_lacks_is_one(shared, tmp_path, monkeypatch):
    await declare(tmp_path, registry(engagement("dm", whole=False), engagement("post", whole=False)), AT)
    while await supervision.supervise(AT):
        pass
    monkeypatch.setattr(supervision, "CHUNK", 1)
    later = instant("2026-12-01T10:00")
    async with unwritten("own_duty") as holder:
        both = [asyncio.create_task(supervision.supervise(later)) for _ in range(2)]
        await wait(holder, 2)
    await asyncio.gather(*both)
    assert await tables.OwnDuty.filter(kind="lacking", state="open", engagement_id=None).count() == 1


async def test_no_more_of_an_old_ledger_opens_on_one_day_than_may(shared, tmp_path, monkeypatch):
    policy, shelf = Policy(takeover_per_day=2), tools().shelf
    old = (engagement(f"e{n}", attestation=last_accepted("2024-01-01")) for n in range(8))
    await declare(tmp_path, registry(*old), AT)
    while await planning.plan(AT, policy):
        pass
    monkeypatch.setattr(turning, "CHUNK", 4)
    await twice(lambda: turning.turn(AT, shelf, policy), "obligation")
    assert await tables.Obligation.filter(state="open").count() == 2


async def test_people_who_are_forgotten_stand_in_the_ledger_once(shared, tmp_path):
    await declare(tmp_path, registry(USUAL), AT)
    for number in range(3):
        await tables.Person.create(email=f"old{number}@gone.example", name="", seen_at=instant("2001-01-01T10:00"))
    await tables.Pulse.create(name="people", at=instant("2026-08-01T00:00"))
    async with unwritten("person") as later:
        async with unwritten("pulse") as holder:
            both = [asyncio.create_task(forget_people(AT)) for _ in range(2)]
            await wait(holder, 2)
        await wait(later, 1)
    await asyncio.gather(*both)
    assert [one["data"] async for one in ledger.lines() if one["type"] == "person.forgotten"] == [
        {"parts": {"persons": 3}}
    ]


async def test_a_change_of_a_page_is_decided_on_once(shared, tmp_path):
    await declare(tmp_path, registry(USUAL), AT)
    page = {"party_id": "acme", "url": "https://www.acme.example/privacy", "check_kind": changes.CHECK}
    watch = await tables.Watch.create(**page, every=86400, first_seen_at=AT)
    texts, seen = f"{'a' * 32} {'b' * 32}", {"first_seen_at": AT, "last_seen_at": AT}
    await tables.FindingRow.create(watch_id=watch.id, rule=changes.RULE, key=texts, severity=1, **seen)
    await twice(lambda: changes.review(AT), "own_duty")
    assert await tables.OwnDuty.filter(kind=changes.KIND).count() == 1


async def test_what_is_planned_anew_and_climbs_at_the_same_moment_is_no_failure(shared, tmp_path):
    """The calendar changes: all that is entrusted is planned anew, and all that is asked is looked at by the ladders."""
    await declare(tmp_path, registry(engagement(attestation=last_accepted("2025-10-01"))), AT)
    at, shelf = instant("2026-09-01T09:00"), tools().shelf
    while await planning.plan(at) + await turning.turn(at, shelf):
        pass
    duty = await tables.Obligation.get()
    await set_fields("group", "group", {"extra_closed": [duty.due_on.isoformat()]}, at)
    async with unwritten("obligation") as holder:
        planned = asyncio.create_task(planning.plan(at))
        await wait(holder, 1)
        climbed = asyncio.create_task(escalation.advance(at))
        await asyncio.wait({climbed}, timeout=0.5)  # it leaves what is being planned to its next turn
    assert await asyncio.gather(planned, climbed) == [1, 0]
    assert await escalation.advance(at) == 1
    assert (await tables.Obligation.get()).due_on > duty.due_on


async def test_what_must_stay_gone_is_watched_once_however_it_comes_to_be_known(shared, tmp_path, monkeypatch):
    """A certificate of deletion is accepted while somebody applies the registry."""
    await declare(tmp_path, registry(USUAL), AT)
    place, accepted = ("acme", "https://old.acme.example/"), []

    async def accept():
        async with transaction():
            await watches.keep_gone("acme", AT)

    async def gone(parties, present, at):
        if not accepted:
            accepted.append(place)
            await asyncio.create_task(accept())
        return {place: {"dm"}}

    monkeypatch.setattr(watches, "gone", gone)
    await declare(tmp_path, registry(USUAL).replace("Acme Printing", "Acme"), AT)
    assert await tables.Watch.filter(url=place[1]).count() == 1


async def test_texts_that_two_keep_in_another_order_keep_neither_waiting_for_ever(shared):
    async def keep(names):
        async with transaction():
            await turning._keep({name * 64: name for name in names}, AT)

    insert = "INSERT INTO frozen_request (sha256, body, first_sent_at) VALUES ($1, 'm', now())"
    async with held(insert, "m" * 64) as holder:
        both = [asyncio.create_task(keep("amb"))]
        await wait(holder, 1)
        both.append(asyncio.create_task(keep("bma")))
        await wait(holder, 2)
    assert await asyncio.gather(*both, return_exceptions=True) == [None, None]
