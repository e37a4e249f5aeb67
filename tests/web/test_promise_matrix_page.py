"""The page of promises: a company's people see that company, the privacy office all; the workbook says the same."""

from __future__ import annotations

import pytest
from running import Ground
from stage import engagement
from test_form import get

from monitor import clock
from monitor.sheets import read_workbook
from tests.journey.manager import signed_in


@pytest.fixture
async def house(tmp_path, database):
    last = f"last_accepted_on = {clock.now().date().isoformat()}"
    works = (engagement("dm", attestation=last), engagement("ads", "sister", attestation=last))
    async with Ground(tmp_path, await database(), works) as running:
        yield running


async def test_a_manager_reads_their_own_company_and_a_stranger_s_does_not_exist(house):
    async with house.client() as client:
        await signed_in(house, client, "managers@impress.example")
        assert 'href="/promises"' in await get(client, "/")
        assert 'href="/promises"' in await get(client, "/registers")
        page = await get(client, "/promises")
        assert "A6c" in page
        assert "/engagement/dm" in page
        assert "/engagement/ads" not in page
        await get(client, "/promises?company=sister", 404)
        await get(client, "/promises.xlsx?company=sister", 404)


async def test_the_privacy_office_reads_all_in_figures_each_in_full_and_as_a_workbook(house):
    async with house.client() as client:
        await signed_in(house, client, "privacy-office@group.example")
        page = await get(client, "/promises")
        assert "/promises?company=impress" in page
        assert "/promises?company=sister" in page
        assert "/engagement/ads" in await get(client, "/promises?company=sister")
        async with client.get("/promises.xlsx") as response:
            sheets = read_workbook(await response.read())
    heads = [sheets[0].cells[1, column] for column in (3, 4)]
    assert len(set(heads)) == 2
    codes = {value for (_, column), value in sheets[1].cells.items() if column == 2}
    assert {"A0", "P12", "B29", "AB"} <= codes
    ways = {value for (_, column), value in sheets[1].cells.items() if column == 9}
    assert any(str(way).endswith("/engagement/dm") for way in ways)
