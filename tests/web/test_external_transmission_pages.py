"""The public page of external transmission, and the register that holds it against what pages really do."""

from __future__ import annotations

import pytest
from running import Ground
from test_form import get

from checks import CHECKS
from checks.contract import Look
from monitor import clock, tables
from monitor.calendar import DAY
from monitor.cases import Seen, take
from tests.journey.manager import signed_in

OFFICE = "privacy-office@group.example"
MANAGERS, SISTERS = "managers@impress.example", "managers@sister.example"
PAGES = """
[[party]]
key = "acme"
name = "Acme Printing"
name_ja = "アクメ印刷"
contacts = ["privacy@acme.example"]
  [[party.endpoint]]
  url = "https://shop.group.example/"
  checks = ["cookies"]

[[service]]
key = "shop"
company = "impress"
name = "The shop"
url = "https://shop.group.example/top"

[[external_transmission]]
host = "stats.example"
recipient = "Stats, Inc."
recipient_ja = "株式会社統計"
information = "pages <b>opened</b>"
information_ja = "閲覧したページ"
purpose = "counting readers"
purpose_ja = "閲覧者数の計測"
party = "acme"
opt_out = "https://stats.example/refuse"

[[external_transmission]]
host = "ads.example"
recipient = "=Ads"
information = "advertising identifier"
purpose = "advertisements"
sites = ["https://shop.group.example/a", "https://shop.group.example/b"]
companies = ["impress"]
personal_related = true

[[external_transmission]]
host = "sisters.example"
recipient = "Sisters' counter"
information = "pages"
purpose = "counting"
companies = ["sister"]
"""


@pytest.fixture
async def house(tmp_path, database):
    async with Ground(tmp_path, await database(), parties=PAGES) as running:
        yield running


async def looked(*hosts):
    """Two looks in a row that find these hosts, of which the table knows nothing."""
    rule = CHECKS["cookies"].rules["cookies.unlisted-host"]
    month_ago = (clock.now() - 40 * DAY).isoformat()
    kept = {"since": {}, "there": ["ads.example"], "unseen": {"stats.example": month_ago}}
    for _ in range(2):
        look = Look.of([rule.found("Browsers talk to it.", key=host) for host in hosts], {}, 1.0, keep=kept)
        await take([Seen(await tables.Watch.get(check_kind="cookies"), look)], clock.now())


async def test_anybody_reads_to_whom_pages_send_what_in_both_languages_without_a_cookie(house):
    async with house.client() as client:
        ja = await get(client, "/external-transmission/ja")
        async with client.get("/external-transmission/en") as response:
            en = await response.text()
            assert response.headers["Cache-Control"] == "public, max-age=300"
            assert "Set-Cookie" not in response.headers
        assert "Allow: /external-transmission" in await get(client, "/robots.txt")
    assert all(
        words in ja for words in ("株式会社統計", "閲覧したページ", "閲覧者数の計測", "第27条の12", "送信を停止する")
    )
    assert "pages &lt;b&gt;opened&lt;/b&gt;" in en
    assert 'href="https://stats.example/refuse"' in en
    order = [en.index(f">{words}<") for words in ("All sites", "Sites of Sister", "The shop")]
    assert order == sorted(order)
    assert en.count("advertising identifier") == 1  # two pages of one site


async def test_the_register_shows_what_is_used_unpublished_unused_and_without_consent(house):
    await looked("new.example")
    async with house.client() as client:
        await signed_in(house, client, MANAGERS)
        assert 'href="/external-transmissions"' in await get(client, "/registers")
        page = await get(client, "/external-transmissions")
        case = await tables.Case.get(company_id="impress")
        used, asked, unused, table = (
            page.index(f"<h2>{title}")
            for title in ("送信しているが", "本人同意の確認", "公表しているが", "公表している一覧")
        )
        assert used < page.index("new.example") < asked
        assert f'href="/case/{case.id}"' in page[used:asked]
        assert "=Ads" in page[asked:unused]
        assert "stats.example" in page[unused:table]
        assert "ads.example" not in page[unused:table].replace("stats.example", "")
        assert 'href="/engagement/dm"' in page[table:]
        assert "sisters.example" not in page
        async with client.get("/external-transmissions.csv") as response:
            lines = (await response.text(encoding="utf-8-sig")).splitlines()
    assert len(lines) == 1 + 2 + 1
    assert "'=Ads" in lines[1]
    assert lines[3].startswith("new.example,")


async def test_a_company_sees_nothing_of_pages_and_entries_of_another(house):
    await looked("new.example")
    async with house.client() as client:
        await signed_in(house, client, SISTERS)
        page = await get(client, "/external-transmissions")
        assert "sisters.example" in page
        assert "stats.example" in page  # published of all sites
        assert "new.example" not in page
        assert "=Ads" not in page
        await get(client, "/external-transmissions?company=impress", 404)
        await get(client, "/external-transmissions.csv?company=impress", 404)
    async with house.client() as client:
        await signed_in(house, client, OFFICE)
        page = await get(client, "/external-transmissions")
        assert "new.example" in page
        assert "new.example" not in await get(client, "/external-transmissions?company=sister")
