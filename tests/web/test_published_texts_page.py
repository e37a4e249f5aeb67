"""The page on which a person sees what a party has changed in what it publishes."""

from __future__ import annotations

import pytest
from running import Ground
from test_form import get

from checks.answers import Exchange, Hop
from checks.page_text import fingerprint
from checks.policy_page import PolicyPage
from monitor import clock, tables
from monitor.calendar import DAY
from monitor.cases import Seen, take
from tests.journey.manager import signed_in

OLD = "<p>第1条 目的の範囲で取り扱います。<p>第2条 <b>3年間</b>保存します。" + "".join(
    f"<p>第{n}条 定め" for n in range(3, 30)
)
NEW = OLD.replace("3年間", "5年間").replace("第20条 定め", "第20条 <i>広告主</i>に提供します")
PARTY = """
[[party]]
key = "acme"
name = "Acme Printing"
contacts = ["privacy@acme.example"]
  [[party.endpoint]]
  url = "https://www.acme.example/privacy"
  checks = ["policy-page"]
"""


class Paper:
    def __init__(self, body, kind="text/html; charset=utf-8"):
        self.body, self.kind = body, kind

    async def fetch(self, url, **_more):
        return Exchange(url, (Hop(url, 200, (("Content-Type", self.kind),), self.body),))


async def look(*papers):
    """Looks a day apart, the last of them today, as the patrol would take them; the case that comes of it."""
    check = PolicyPage()
    for number, paper in enumerate(papers, 1):
        at = clock.now() - (len(papers) - number) * DAY
        watch = await tables.Watch.get()
        seen = check.judge(await check.observe(watch.url, paper), at, watch.memory)
        await take([Seen(watch, seen)], at)
    return await tables.Case.get()


@pytest.fixture
async def house(tmp_path, database):
    async with Ground(tmp_path, await database(), parties=PARTY) as running:
        yield running


async def changed():
    old, new = Paper(OLD.encode()), Paper(NEW.encode())
    return await look(old, old, new, new, new)


@pytest.mark.parametrize(("language", "word"), [("en", "What has changed"), ("ja", "変更の内容")])
async def test_old_and_new_stand_beside_each_other_with_the_differences_marked(house, language, word):
    case = await changed()
    async with house.client() as client:
        await signed_in(house, client, "managers@impress.example")
        client.headers["Accept-Language"] = language
        assert f'href="/case/{case.id}/texts"' in await get(client, f"/case/{case.id}")
        page = await get(client, f"/case/{case.id}/texts")
    assert word in page
    assert "第2条 <del>3</del>年間保存します。" in page
    assert "第2条 <ins>5</ins>年間保存します。" in page
    assert "<ins>広告主" in page
    for row in await tables.PageText.all():
        assert row.sha256 == fingerprint(row.text)
        assert row.sha256 in page
    assert "<script" not in page


async def test_what_a_stranger_has_published_is_text_on_our_page_and_no_markup(house):
    old = Paper(OLD.encode())
    evil = Paper((NEW + "<p>&lt;script&gt;alert(1)&lt;/script&gt;").encode())
    case = await look(old, old, evil, evil, evil)
    async with house.client() as client:
        await signed_in(house, client, "managers@impress.example")
        page = await get(client, f"/case/{case.id}/texts")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page


async def test_of_a_pdf_only_the_hashes_are_shown(house):
    first, second = (Paper(b"%PDF-1.7 " + edition, "application/pdf") for edition in (b"first", b"second"))
    case = await look(first, second, second, second)
    async with house.client() as client:
        await signed_in(house, client, "managers@impress.example")
        page = await get(client, f"/case/{case.id}/texts", 200)
    assert (await tables.Watch.get()).memory["changed"][:32] in page
    assert "<ins>" not in page


async def test_strangers_and_sister_companies_see_nothing_of_it(house):
    case = await changed()
    async with house.client() as client:
        async with client.get(f"/case/{case.id}/texts", allow_redirects=False) as response:
            assert response.headers["Location"] == "/sign-in"
        await signed_in(house, client, "managers@sister.example")
        await get(client, f"/case/{case.id}/texts", 404)


async def test_a_case_without_a_change_has_no_such_page(house):
    lost, old = Paper(b"<p>"), Paper(OLD.encode())
    case = await look(old, lost, lost)
    async with house.client() as client:
        await signed_in(house, client, "managers@impress.example")
        assert "/texts" not in await get(client, f"/case/{case.id}")
        await get(client, f"/case/{case.id}/texts", 404)
