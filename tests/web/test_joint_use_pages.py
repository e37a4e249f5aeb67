"""Pages of joint use and of membership: the public notice, what is missing of it, and operations that are read first."""

from __future__ import annotations

import pytest
from running import Ground
from test_form import get, post

from checks import CHECKS
from checks.contract import Look
from monitor import clock, tables
from monitor.calendar import DAY
from monitor.cases import Seen, take
from monitor.promises.joint_use.daily import look
from tests.journey.manager import signed_in
from tests.stage import PARTY

OFFICE = "privacy-office@group.example"
MANAGERS = "managers@impress.example"
USE = """
[[joint_use]]
key = "group/customers"
name = "Customers"
name_ja = "お客様情報"
items = ["name", "<b>address</b>"]
items_ja = ["氏名", "住所"]
scope = "the companies of the group listed here"
scope_ja = "以下のグループ各社"
purposes = ["p03"]
responsible = "impress"
members = ["impress", { company = "sister", from = 2024-04-01, basis = "consent" }]

[[policy]]
key = "page"
url = "https://group.example/privacy"
effective_from = 2006-01-31
contacts = ["privacy@group.example"]
"""


@pytest.fixture
async def house(tmp_path, database):
    async with Ground(tmp_path, await database(), parties=PARTY + USE) as running:
        yield running


def day(deed, on):
    return {f"{deed}_on_year": str(on.year), f"{deed}_on_month": str(on.month), f"{deed}_on_day": str(on.day)}


async def test_anybody_reads_the_notice_in_both_languages_without_a_cookie(house):
    async with house.client() as client:
        ja = await get(client, "/joint-use/ja")
        async with client.get("/joint-use/en") as response:
            en = await response.text()
            assert response.headers["Cache-Control"] == "public, max-age=300"
            assert "Set-Cookie" not in response.headers
        assert "Disallow: /" in await get(client, "/robots.txt")
    assert all(words in ja for words in ("お客様情報", "氏名", "以下のグループ各社", "株式会社インプレス", "第27条"))
    assert "&lt;b&gt;address&lt;/b&gt;" in en
    assert "Sister" in en
    assert "Representative" not in en  # what the register does not know is left out, and shown to ourselves


async def test_what_the_notice_lacks_is_shown_and_put_right_on_its_page(house):
    await look(clock.now())
    async with house.client() as client:
        await signed_in(house, client, MANAGERS)
        path = "/joint-uses/group/customers"
        assert 'href="/joint-uses"' in await get(client, "/registers")
        assert "不足" in await get(client, "/joint-uses")
        page = await get(client, path)
        assert "代表者の氏名" in page
        assert f'href="/case/{(await tables.Case.get(ref="group/customers")).id}"' in page
        _, wrong = await post(client, f"{path}/representative", {"representative_name": "新代表"}, 422)
        assert 'value="新代表"' in wrong
        assert "#representative_by" in wrong
        assert "#representative_on_year" in wrong
        today = day("representative", clock.now().date() - DAY)
        await post(
            client, f"{path}/representative", {"representative_by": "山田", "representative_name": "新代表", **today}
        )
        assert "新代表" in await get(client, "/joint-use/ja")
        duty = await tables.OwnDuty.get(kind="joint-use-notice")
        assert (duty.company_id, duty.ref) == ("impress", "group/customers")
        assert f'href="/own-duty/{duty.id}"' in await get(client, path)
        await get(client, "/policies")


async def test_the_privacy_office_tells_that_a_text_was_changed_and_each_member_is_asked(house):
    said = {"changed_by": "山田", "changed_url": "https://group.example/privacy"}
    async with house.client() as client:
        await signed_in(house, client, MANAGERS)
        assert "changed_url" not in await get(client, "/policies")
        await post(client, "/policies/changed", said, 404)
    async with house.client() as client:
        await signed_in(house, client, OFFICE)
        assert "https://group.example/privacy" in await get(client, "/policies")
        _, wrong = await post(client, "/policies/changed", {"changed_by": "山田"}, 422)
        assert "#changed_url" in wrong
        _, wrong = await post(client, "/policies/changed", said | day("changed", clock.now().date() + 3 * DAY), 422)
        assert "#changed_on_year" in wrong
        await post(client, "/policies/changed", said)
        owed = await tables.OwnDuty.filter(kind="change-review").order_by("company_id")
        assert [one.company_id for one in owed] == ["impress", "sister"]
        page = await get(client, f"/own-duty/{owed[0].id}")
        assert "https://group.example/privacy" in page
        await house.work()
    assert any("https://group.example/privacy" in mail.text for mail in house.mails(MANAGERS))


async def test_pages_of_the_group_say_when_they_were_seen_and_what_has_changed_side_by_side(house):
    await look(clock.now())
    watch = await tables.Watch.get(party_id=None)
    texts = {key * 64: f"<b>{word}</b>\n" for key, word in (("a", "before"), ("b", "after"))}
    for sha256, text in texts.items():
        await tables.PageText.create(sha256=sha256, text=text, first_seen_at=clock.now())
    async with house.client() as client:
        await signed_in(house, client, MANAGERS)
        assert "未確認" in await get(client, "/policies")
        await get(client, f"/policies/texts/{watch.id}", 404)
        check = CHECKS["policy-page"]
        found = check.rules["policy-page.changed"].found("Changed.", key=f"{'a' * 32} {'b' * 32}")
        await take([Seen(watch, Look.of([found], {}, 1.0))], clock.now(), confirm=1)
        page = await get(client, "/policies")
        assert f'href="/policies/texts/{watch.id}"' in page
        assert "変更あり" in page
        page = await get(client, f"/policies/texts/{watch.id}")
        assert "&lt;b&gt;" in page
        assert "<del>before</del>" in page
        assert 'href="/policies"' in page
        case = await tables.Case.get(watch_id=watch.id)
        await get(client, f"/case/{case.id}", 404)  # it is the privacy office's
    async with house.client() as client:
        await signed_in(house, client, OFFICE)
        page = await get(client, f"/case/{case.id}")
        spec = (await tables.Group.get(key="group")).spec
        assert spec.get("name_ja", spec["name"]) in page
        await get(client, f"/case/{case.id}/texts")
        await house.work()
    (mail,) = [mail for mail in house.mails(OFFICE) if "group.example/privacy" in mail.text]
    assert "グループ自身が公表している文書" in mail.text


async def test_an_operation_is_read_before_it_is_done_and_only_by_the_privacy_office(house):
    last_day = clock.now().date() + 30 * DAY
    said = {"leave_by": "山田", **day("leave", last_day)}
    async with house.client() as client:
        await signed_in(house, client, MANAGERS)
        await get(client, "/membership", 404)
        await post(client, "/membership/sister/leave", said | {"sure": "yes"}, 404)
    async with house.client() as client:
        await signed_in(house, client, OFFICE)
        assert 'href="/membership/sister"' in await get(client, "/membership")
        _, report = await post(client, "/membership/sister/leave", said, 200)
        assert "お客様情報" in report
        assert (await tables.Company.get(key="sister")).spec.get("member_until") is None
        assert not await tables.OwnDuty.exists(kind="deletion")
        await post(client, "/membership/sister/leave", said | {"sure": "yes"})
        assert (await tables.Company.get(key="sister")).spec["member_until"] == last_day.isoformat()
        assert (await tables.OwnDuty.get(kind="deletion")).ref == "group/customers"
        line = await tables.LedgerLine.get(type="membership.ends")
        assert line.actor.startswith("person/")


async def test_works_that_go_to_another_company_take_their_ladders_along(house):
    duty = await tables.Obligation.get()
    async with house.client() as client:
        await signed_in(house, client, OFFICE)
        said = {"reassign_by": "山田", "reassign_successor": "sister", "reassign_works": ["dm"]}
        assert "Direct mail" in (await post(client, "/membership/impress/reassign", said, 200))[1]
        _, none = await post(client, "/membership/impress/reassign", said | {"reassign_works": []}, 422)
        assert "#reassign_works" in none
        await post(client, "/membership/impress/reassign", said | {"sure": "yes"})
    moved = await tables.Obligation.get(id=duty.id)
    assert (moved.company_id, moved.due_on, moved.state) == ("sister", duty.due_on, duty.state)
    await house.work()
    assert await tables.Obligation.all().count() == 1


async def test_with_a_succession_joint_use_goes_on_and_nothing_has_to_be_deleted(house):
    today = clock.now().date() - DAY
    said = {"succeed_by": "山田", "succeed_successor": "sister", **day("succeed", today), "sure": "yes"}
    async with house.client() as client:
        await signed_in(house, client, OFFICE)
        await post(client, "/membership/impress/succeed", said)
        en = await get(client, "/joint-use/en")
    use = (await tables.JointUse.get(key="group/customers")).spec
    assert use["responsible"] == "sister"
    assert "Impress" not in en.split("Scope of the joint users")[1].split("</ul>")[0].replace("Impress Group", "")
    assert (await tables.Engagement.get(key="dm")).company_id == "sister"
    assert not await tables.OwnDuty.exists(kind="deletion")
    assert (await tables.OwnDuty.get(kind="joint-use-notice")).company_id == "sister"
