"""Hand-overs, instructions and achieved purposes on their pages, in both languages."""

from __future__ import annotations

import pytest
from pressing import managing, of, press
from running import Ground

from monitor import tables
from tests.journey.vendor import gets


@pytest.fixture
async def client(tmp_path, database):
    async with Ground(tmp_path, await database()) as house, managing(house) as browser:
        yield browser


async def test_a_run_is_entered_and_what_comes_back_is_held_against_it(client):
    out = of("record", engagement="dm", ref="R-1", direction="out", records="１,２００", protected="AES-256")
    _, page = await press(client, "/hand-overs/record", out)
    for words in ("R-1", "1,200", "AES-256", "Return or erasure awaited", "The request to the party"):
        assert words in page
    row = await tables.HandOver.get()
    _, page = await press(client, f"/hand-over/{row.id}/back", of("back", records="1000"))
    assert "Not as many records came back as went out" in page
    _, page = await press(client, f"/hand-over/{row.id}/back", of("back", records="200"))
    assert "Not as many records came back as went out" not in page
    client.headers["Accept-Language"] = "ja"
    assert "授受記録" in await gets(client, "/hand-overs")


async def test_all_that_is_wrong_with_a_hand_over_comes_back_and_nothing_typed_is_lost(client):
    status, page = await press(client, "/hand-overs/record", {"record_protected": "In a sealed bag"})
    assert status == 422
    for field in ("by", "engagement", "ref", "direction", "records"):
        assert f'href="#record_{field}"' in page
    assert "In a sealed bag" in page
    many = of("record", engagement="dm", ref="R-1", direction="out", records="many")
    status, page = await press(client, "/hand-overs/record", many)
    assert (status, "a number above 0" in page) == (422, True)
    assert not await tables.HandOver.exists()


async def test_what_went_to_a_suspended_work_is_entered_only_by_saying_that_it_has_gone(client):
    await press(client, "/engagement/dm/step", of("step", to="suspended", reason="Broken into"))
    out = of("record", engagement="dm", ref="R-1", direction="out", records="12")
    status, page = await press(client, "/hand-overs/record", out)
    assert (status, "this work is suspended since" in page, 'href="#record_anyway"' in page) == (422, True, True)
    _, page = await press(client, "/hand-overs/record", out | of("record", anyway="yes"))
    assert "Data handed over to a suspended work" in page
    client.headers["Accept-Language"] = "ja"
    case = await tables.Case.get(rule="handed_over_while_suspended")
    assert "停止中の業務へのデータの提供" in await gets(client, f"/case/{case.id}")
    assert "停止中に渡してしまった" in await gets(client, "/hand-overs")


async def test_an_instruction_is_entered_and_stands_in_the_list(client):
    said = of("record", engagement="dm", ref="I-1", forbids="both", what="Print labels.")
    _, page = await press(client, "/instructions/record", said)
    for words in ("I-1", "Print labels.", "Use for itself, and training of models"):
        assert words in page
    entry = await tables.Engagement.get(key="dm")
    assert entry.spec["instruction"]["excludes"] == ["own-use", "training"]
    client.headers["Accept-Language"] = "ja"
    assert "指示の記録" in await gets(client, "/instructions")


async def test_the_page_of_a_work_takes_the_day_on_which_its_purpose_was_achieved(client):
    day = {"on_year": "2026", "on_month": "1", "on_day": "5"}
    _, page = await press(client, "/engagement/dm/achieve", of("achieve", **day))
    assert "Purpose achieved on" in page
    status, _ = await press(client, "/engagement/dm/achieve", of("achieve", on_year="2026"))
    assert status == 422
    assert (await tables.Engagement.get(key="dm")).spec["purpose_achieved_on"] == "2026-01-05"
