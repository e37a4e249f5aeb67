"""Pages and the ledger of trustees show where works stand by their dates, and what the register says beside it."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook
from running import Ground
from stage import TOKYO, engagement

from monitor import clock, tables
from tests.journey.manager import signed_in
from tests.journey.vendor import gets, posts

THIRD = {"class": "third_party", "class_reason": "It decides itself"}


def day(days: int) -> str:
    return (clock.now() + timedelta(days=days)).date().isoformat()


@pytest.fixture
async def client(tmp_path, database):
    works = (
        engagement("dm", title="Direct mail", state="suspended", **THIRD),
        engagement("dm/sub", title="Envelopes", under="dm", **THIRD),
        engagement("old", title="Old work", state="suspended", ends_on=day(-10)),
        engagement("soon", title="Survey", ends_on=day(400)),
    )
    async with Ground(tmp_path, await database(), works) as house, house.client() as browser:
        await signed_in(house, browser, "managers@impress.example")
        browser.headers["Accept-Language"] = "en"
        yield browser


async def states(client) -> dict[str, str]:
    async with client.get("/engagements.xlsx") as response:
        first, *rows = (
            CalamineWorkbook.from_filelike(io.BytesIO(await response.read())).get_sheet_by_index(0).to_python()
        )
    return {row[0]: row[first.index("State")] for row in rows}


async def test_every_page_reads_where_a_work_stands_from_one_place(client):
    listed, page = await gets(client, "/engagements"), await gets(client, "/engagement/dm/sub")
    for words in ("Deletion pending (in the register: Suspended)", "until ", "because of the work above it"):
        assert words in listed
    assert "while the work above it is suspended" in page
    assert '<a href="/engagement/dm">The work above: Direct mail</a>' in page
    assert "State in the register" in page
    assert (await gets(client, "/chain/dm")).count("Suspended") == 2
    asked = await tables.SubEntrustment.create(
        engagement_id="dm/sub", company_id="impress", party="x", name="X", state="requested", made_at=clock.now()
    )
    assert '<a href="/engagement/dm/sub">The work above: Envelopes</a>' in await gets(
        client, f"/sub-entrustment/{asked.id}"
    )
    assert await states(client) == {
        "dm": "Suspended",
        "dm/sub": "Suspended",
        "old": "Deletion pending (in the register: Suspended)",
        "soon": "Ending",
    }
    client.headers["Accept-Language"] = "ja"
    assert "上位の業務が停止されている間は" in await gets(client, "/engagement/dm/sub")


async def test_what_was_provided_below_a_suspended_work_is_entered_with_its_reason_or_not_at_all(client):
    said = {"by": "M", "ref": "P-1", "way": "provision", "record": "batch", "basis": "consent", "engagement": "dm/sub"}
    for more, place in (({}, "#record_anyway"), ({"anyway": "yes"}, "#record_reason")):
        sent = {f"record_{name}": value for name, value in (said | more).items()}
        status, page = await posts(client, "/provisions/record", sent)
        assert (status, f'href="{place}"' in page, "P-1" in page) == (422, True, True)
    sent |= {"record_reason": "Sent before the notice arrived"}
    status, place = await posts(client, "/provisions/record", sent)
    assert (status, "Data handed over to a suspended work" in await gets(client, place)) == (303, True)
    case = await tables.Case.get(rule="handed_over_while_suspended")
    assert "“Direct mail” was suspended on" in await gets(client, f"/case/{case.id}")
    today = {
        f"went-on_last_on_{part}": str(getattr(clock.now().astimezone(TOKYO), part))
        for part in ("year", "month", "day")
    }
    status, page = await posts(client, f"{place}/went-on", {"went-on_by": "M"} | today)
    assert (status, 'href="#went-on_anyway"' in page) == (422, True)
