"""An answer that is reviewed one by one, goes back in part, comes again, and is accepted by two people."""

from __future__ import annotations

import pytest

from monitor import clock, tables
from tests.journey.manager import mailed_sign_in
from tests.journey.vendor import declares, hands_in, say
from tests.stage import engagement
from tests.web.running import Ground

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(200)]

OFFICE, REVIEWERS = "privacy-office@group.example", "reviewers@impress.example"
DEVICES = [
    pytest.param("ja", {"width": 360, "scripts": False}, id="ja-phone-without-script"),
    pytest.param("en", {"width": 1200, "color_scheme": "dark"}, id="en-desktop-dark"),
]


@pytest.fixture
async def house(tmp_path, empty):
    """Work of the highest tier: two people accept."""
    due = clock.now().date().replace(year=clock.now().year - 1).isoformat()
    work = engagement("dm", attestation=f"last_accepted_on = {due}", title="Direct mail", tier="S")
    async with Ground(tmp_path, empty, (work,)) as found:
        yield found


async def signs_in(walk, house, email):
    await walk.goes(f"{house.base}/sign-in")
    await walk.page.locator("#email").fill(email)
    await walk.turns(walk.page.locator("main button"))
    await house.work()
    await walk.goes(mailed_sign_in(house, email))
    await walk.turns(walk.page.locator("main button"))


async def opens(walk, question):
    place = walk.page.locator(f"details[id='{question}']")
    if await place.get_attribute("open") is None:
        await place.locator("> summary").click()
    return place


async def judges(walk, question, verdict, comment=""):
    place = await opens(walk, question)
    await place.locator(f"input[name='{question}_verdict'][value='{verdict}']").check()
    if comment:
        await place.locator(f"[name='{question}_comment']").fill(comment)
    return place


async def decides(walk, value):
    await walk.turns(walk.page.locator(f"button[name='decide'][value='{value}']"))


async def marks_and_returns(walk):
    """Refused without a name, then without a word to the party, then while an acceptance would pass over a mark."""
    place = await judges(walk, "policy", "returned")
    await walk.turns(place.locator("button[name='save']"))
    await walk.looks(status=422)
    await walk.page.locator("#review_by").fill("髙﨑 さつき")
    await judges(walk, "policy", "returned")
    await decides(walk, "return")
    await walk.looks(status=422)
    place = await judges(walk, "policy", "returned", "改定日をお書きください。")
    await judges(walk, "rules", "accepted")
    note = place.locator("details")
    await note.locator("summary").click()
    await note.locator("textarea").fill("電話で確認済み")
    await walk.turns(place.locator("button[name='save']"))
    await walk.looks()
    assert "電話で確認済み" in await walk.reads()
    await decides(walk, "accept")
    await walk.looks(status=422)
    await decides(walk, "return")
    await walk.looks()


async def completes(vendor, house, language):
    """The party sees what came back and why, changes that alone, and hands in again."""
    (mail,) = [mail for mail in house.mails("privacy@acme.example") if "改定日をお書きください。" in mail.text]
    assert "ほかのご回答はそのままで結構です" in "".join(mail.text.split())
    assert "電話で確認済み" not in "".join(one.text for one in house.sink.mails)
    await vendor.goes(f"{house.link()}/{language}/tasks")
    await vendor.looks()
    reads = await vendor.reads()
    assert "改定日をお書きください。" in reads
    assert "電話で確認済み" not in reads
    await vendor.turns(vendor.page.locator("main .notice li a").first)
    await vendor.looks()
    assert await vendor.page.locator("[name='policy']").count()
    assert not await vendor.page.locator("[name='rules']").count()
    await vendor.page.locator("[name='policy_comment']").fill("2026年4月に改定しました。")
    await vendor.presses(say("Save and pause", language))
    await vendor.goes(f"{house.link()}/{language}/check")
    await vendor.looks()
    assert say("The answer that came back", language) in await vendor.reads()
    await vendor.presses(say("Go on to submit", language))
    await declares(vendor, language)


async def proposes(walk, house):
    """One person's acceptance accepts nothing, and whoever proposed cannot confirm."""
    await decides(walk, "accept")
    assert (await tables.Obligation.get()).state == "submitted"
    await walk.looks()
    assert await walk.page.locator("button[name='decide'][value='take-back']").count() == 1
    assert await walk.page.locator("button[name='decide'][value='accept']").count() == 0
    await house.work()
    assert not [mail for mail in house.mails(REVIEWERS) if "もう一人の確認のお願い" in mail.subject]
    assert [mail for mail in house.sink.mails if "もう一人の確認のお願い" in mail.subject]


async def confirms(second, house, duty):
    await signs_in(second, house, OFFICE)
    await second.looks()
    assert "もう一人の確認待ち" in await second.reads()
    await second.goes(f"{house.base}/duty/{duty.id}/review")
    await second.page.locator("#review_by").fill("佐久間")
    await decides(second, "accept")
    await second.looks()


@pytest.mark.parametrize(("language", "device"), DEVICES)
async def test_one_answer_goes_back_and_two_people_accept_the_next(house, browser, person, language, device):
    async with house.client() as client:
        await hands_in(house, client)
    duty = await tables.Obligation.get()
    walk = await person(locale="ja-JP" if language == "ja" else "en-GB", **device)
    await signs_in(walk, house, REVIEWERS)
    await walk.goes(f"{house.base}/duty/{duty.id}")
    await walk.presses(say("Review the answers one by one", language))
    await walk.looks()

    await marks_and_returns(walk)
    assert (await tables.Obligation.get()).state == "returned"

    await house.work()
    await completes(await person(width=360, scripts=False), house, language)

    await walk.goes(f"{house.base}/duty/{duty.id}/review")
    await walk.looks()
    assert "改定日をお書きください。" in await walk.reads()
    assert await walk.page.locator("details[id='rules']").get_attribute("open") is None
    await proposes(walk, house)
    second = await person(locale="ja-JP", width=1200)
    await confirms(second, house, duty)
    assert (await tables.Obligation.get()).state == "accepted"
