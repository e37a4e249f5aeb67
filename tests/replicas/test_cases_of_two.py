"""Looks that are taken while others work on the same cases and the same registry."""

from __future__ import annotations

import asyncio

import pytest
from beat import MINUTE, NOON, found, party, url
from interleaving import one_after_the_other, unwritten, wait
from stage import engagement

from checks.contract import Finding, Look, Severity
from monitor import tables
from monitor.cases import take, taking
from monitor.cases.closing import subside
from monitor.cases.settling import Seen
from monitor.registry import apply as applying

pytestmark = pytest.mark.postgres
WORK = [engagement("e1", party="party-1")]


async def failing(beat, looks: int):
    """A party whose address has failed so often, with its watch in our hands."""
    await beat.apply(party(1), engagements=WORK)
    beat.looks["availability"].says[url(1)] = found()
    at = await beat.walks(looks, NOON)
    await tables.Watch.all().update(lease="x")
    return at


async def test_a_case_that_is_closed_while_it_fails_again_is_open_and_never_both(beat):
    at = await failing(beat, 2)
    mended = {"closes_at": at, "returns": 1, "company_told": True, "announced": 3, "company_sent": 0, "next_at": None}
    await tables.Case.all().update(**mended)
    await tables.Watch.all().update(fails=1)
    seen = Seen(await tables.Watch.get(), found(), at + MINUTE)
    await one_after_the_other("check_case", lambda: subside(at), lambda: take([seen], at))
    rows = await tables.Case.all()
    assert [row for row in rows if row.closed_at and row.next_at] == []
    assert len([row for row in rows if row.closed_at is None]) == 1


async def test_two_addresses_of_a_host_of_our_own_that_is_down_are_one_case(beat):
    await beat.apply(party(1), engagements=WORK)
    ours = {"party_id": None, "check_kind": "availability", "every": 300, "tell_vendor": False, "first_seen_at": NOON}
    pages = [f"https://www.group.example/{number}" for number in range(2)]
    watches = [await tables.Watch.create(**ours, url=page, lease="x", fails=1) for page in pages]
    silent = [Finding("availability.timeout", Severity.HIGH, "No answer.")]
    async with unwritten("check_case") as holder:
        seen = [Seen(one, Look.of(silent, {"waited": one.id}, 1.0), NOON + MINUTE) for one in watches]
        both = [asyncio.create_task(take([one], NOON)) for one in seen]
        await wait(holder, 2)
    await asyncio.gather(*both)
    assert (await tables.Case.all().count(), await tables.Joined.all().count()) == (1, 1)


async def test_a_registry_that_is_applied_while_a_look_is_taken_is_no_deadlock(beat, monkeypatch):
    await failing(beat, 1)
    seen = Seen(await tables.Watch.get(), found(), NOON + MINUTE)
    locked, written = asyncio.Event(), asyncio.Event()
    ours, keep = taking._still_ours, applying.keep

    async def still_ours(seen):
        mine = await ours(seen)
        locked.set()
        await written.wait()
        return mine

    async def kept(addresses):
        await keep(addresses)
        written.set()
        await locked.wait()

    monkeypatch.setattr(taking, "_still_ours", still_ours)
    monkeypatch.setattr(applying, "keep", kept)
    changed = party(1).replace("Party 1", "Party One").replace("tell_vendor = true", "tell_vendor = false")
    looking = asyncio.create_task(take([seen], NOON))
    await asyncio.gather(looking, asyncio.create_task(beat.apply(changed, engagements=WORK)))
    assert (await tables.Watch.get()).tell_vendor is False
    assert await tables.Case.filter(closed_at=None).count() == 1
