"""Looks that were changed, added or removed after their day was entered show."""

from __future__ import annotations

import pytest
from looked import DAWN, DAY, HOUR, failed, first_watch, look, nights, passed

from monitor import ledger, tables
from monitor.archive.block import pack, unpack
from monitor.archive.proof import Proof
from monitor.ledger import Broken, Event


async def proved() -> Proof:
    proof = await Proof.begin()
    async for line in ledger.lines():
        await proof.take(line)
    return proof


@pytest.fixture
async def entered(applied):
    """Three days, the first of which is forgotten."""
    await look((DAWN + number * 8 * HOUR, failed() if number == 4 else passed()) for number in range(9))
    await nights(DAWN + 3 * DAY + HOUR, keep_looks=2)


async def test_what_is_kept_is_what_was_entered(entered):
    proof = await proved()
    assert (proof.compared, proof.gone) == (2, 1)


async def mended() -> None:
    """The failure is made a pass."""
    for block in await tables.LookBlock.all():
        looks = [one if one.verdict == "pass" else unpack(block.body)[0] for one in unpack(block.body)]
        await tables.LookBlock.filter(id=block.id).update(body=pack(looks))


async def removed() -> None:
    newest = await tables.LookBlock.all().order_by("-day").first()
    await newest.delete()


async def added() -> None:
    block = await tables.LookBlock.all().first()
    other = await tables.Watch.exclude(id=await first_watch()).first()
    await tables.LookBlock.create(watch_id=other.id, day=block.day, body=block.body)


async def counted_otherwise() -> None:
    await tables.LookDay.all().update(looks=2)


@pytest.mark.parametrize("change", [mended, removed, added, counted_otherwise])
async def test_any_change_shows(entered, change):
    await change()
    with pytest.raises(Broken, match="are not those that were entered"):
        await proved()


async def test_a_line_of_a_release_without_blocks_is_not_compared(entered):
    data = {"day": "2026-09-03", "looks": 9, "sha256": "0" * 64}
    await ledger.write([Event("looks.day", "looks/2026-09-03", data)], DAWN + 5 * DAY)
    assert (await proved()).gone == 2
