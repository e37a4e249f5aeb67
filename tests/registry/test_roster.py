"""What the stages are handed of the registry: all that they asked for, whatever else is asked for meanwhile."""

from __future__ import annotations

import asyncio

import pytest
from stage import engagement, instant, last_accepted, registry

from monitor import plugins
from monitor.registry import roster as module
from monitor.registry.apply import apply
from monitor.registry.read import read
from monitor.registry.roster import roster

KEYS = [f"e{number}" for number in range(6)]


@pytest.fixture
async def present(store, tmp_path, monkeypatch):
    """A roster with room for three engagements, of a registry with six."""
    monkeypatch.setattr(module, "ROOM", 3)
    toml = registry(*(engagement(key, attestation=last_accepted("2026-06-01")) for key in KEYS))
    (tmp_path / "registry.toml").write_text(toml, encoding="utf-8")
    await apply(read([tmp_path / "registry.toml"], plugins.known()), instant("2026-08-10T10:00"), {})
    return await roster()


async def test_all_that_is_asked_for_is_handed_over_although_there_is_no_room_to_keep_it(present):
    assert set(await present.engagements(KEYS)) == set(KEYS)


async def test_what_was_kept_is_handed_over_together_with_what_must_be_read(present):
    await present.engagements(KEYS[:3])
    assert set(await present.engagements(KEYS)) == set(KEYS)


async def test_nothing_is_handed_over_that_was_not_asked_for(present):
    await present.engagements(KEYS[:2])
    assert set(await present.engagements(KEYS[1:3])) == set(KEYS[1:3])
    assert set(await present.engagements([KEYS[0], "nobody"])) == {KEYS[0]}


async def test_what_somebody_holds_stays_while_others_ask_for_more(present):
    held = await present.engagements(KEYS[:2])
    await asyncio.gather(*(present.engagements(KEYS[n : n + 3]) for n in range(6)))
    assert set(held) == set(KEYS[:2])


async def test_no_more_is_kept_than_there_is_room_for(present):
    for key in KEYS:
        await present.engagement(key)
    assert len(present._engagements._kept) == 3
