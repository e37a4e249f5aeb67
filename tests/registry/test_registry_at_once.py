"""Two who apply at the same moment: one after the other, each against what the other has made of the registry."""

from __future__ import annotations

import asyncio

import pytest
from stage import PARTY, engagement, instant, last_accepted, registry

from monitor import ledger, plugins, tables
from monitor.registry.apply import apply, set_fields
from monitor.registry.read import read
from monitor.registry.roster import roster

AT = instant("2026-08-10T10:00")


@pytest.fixture
def declare(tmp_path):
    def declared(name: str, toml: str):
        (tmp_path / name).write_text(toml, encoding="utf-8")
        return read([tmp_path / name], plugins.known())

    return declared


def toml(**fields):
    return registry(engagement(attestation=last_accepted("2026-06-01"), **fields))


async def both(*declared):
    return await asyncio.gather(*(apply(found, AT, plugins.looks()) for found in declared))


async def test_of_two_who_apply_the_first_registry_at_once_one_makes_it_and_one_finds_it_made(store, declare):
    found = declare("one.toml", toml())
    assert sorted(len(changes) for changes in await both(found, found)) == [0, 6]
    assert (await roster()).revision == 2


async def test_two_who_change_different_things_at_once_make_two_revisions(store, declare):
    await apply(declare("one.toml", toml()), AT, plugins.looks())
    before = (await roster()).revision
    await asyncio.gather(
        set_fields("engagement", "dm", {"deletion_days": 60}, AT), set_fields("party", "acme", {"name": "Acme"}, AT)
    )
    assert (await roster()).revision == before + 2
    assert (await (await roster()).engagement("dm")).deletion_days == 60


async def test_two_who_change_one_entry_at_once_both_leave_their_line_and_no_change_is_lost(store, declare):
    await apply(declare("one.toml", toml()), AT, plugins.looks())
    await asyncio.gather(
        set_fields("engagement", "dm", {"deletion_days": 60}, AT), set_fields("engagement", "dm", {"title": "Post"}, AT)
    )
    now = await (await roster()).engagement("dm")
    assert (now.deletion_days, now.title) == (60, "Post")
    lines = [line["data"]["fields"] async for line in ledger.lines() if line["type"] == "registry.change"]
    assert sorted(lines) == [["deletion_days"], ["title"]]


def unasked(looks):
    """The kinds that an endpoint gets without naming them."""
    return {kind for kind, look in looks.items() if not look.named_only}


async def test_an_endpoint_that_two_bring_at_once_has_its_watches_once(store, declare):
    await apply(declare("one.toml", toml()), AT, plugins.looks())
    more = toml().replace(PARTY, PARTY + '  [[party.endpoint]]\n  url = "https://another.example/"\n')
    await both(declare("one.toml", more), declare("two.toml", more.replace("Acme Printing", "Acme")))
    assert await tables.Watch.filter(url="https://another.example/").count() == len(unasked(plugins.looks()))
