"""A manager's day: signed in by a mailed link, a failing endpoint, an answer that goes back and comes again."""

from __future__ import annotations

import pytest

from monitor import clock, tables
from tests.journey.manager import failing_case, mailed_sign_in
from tests.journey.vendor import declares, hands_in, say
from tests.remediation.remedied import WEAK, answered, rows

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(150)]

MANAGERS = "managers@impress.example"
NAME = "髙﨑 さつき"
DEVICES = [
    pytest.param("ja", {"width": 390}, id="ja-phone"),
    pytest.param("en", {"width": 1280, "color_scheme": "dark"}, id="en-desktop-dark"),
    pytest.param("ja", {"width": 1280, "color_scheme": "dark", "scripts": False}, id="ja-desktop-without-script"),
    pytest.param("en", {"width": 320, "color_scheme": "dark"}, id="en-small-phone-dark"),
]


async def signs_in(walk, house):
    await walk.goes(f"{house.base}/")
    assert walk.page.url.endswith("/sign-in")
    await walk.looks()
    await walk.page.locator("#email").fill(MANAGERS)
    await walk.turns(walk.page.locator("main button"))
    await walk.looks()
    await house.work()
    await walk.goes(mailed_sign_in(house, MANAGERS))
    await walk.looks()
    await walk.turns(walk.page.locator("main button"))
    await walk.looks()


async def sends(walk, act, **fields):
    """One of the forms of a page, by the name of its act; opened first where it is folded away."""
    form = walk.page.locator(f"form[action$='/{act}']")
    if not await form.is_visible():
        await walk.page.locator("details", has=form).locator("summary").click()
    for name, value in fields.items():
        await form.locator(f"[name='{act}_{name}']").fill(value)
    await walk.turns(form.locator("button"))


def ahead(days):
    day = clock.now().date().toordinal() + days
    day = clock.now().date().fromordinal(day)
    return {f"until_{part}": str(getattr(day, part)) for part in ("year", "month", "day")}


@pytest.mark.parametrize(("language", "device"), DEVICES)
async def test_from_the_mailed_link_to_a_decision(house, browser, person, language, device):
    case = await failing_case()
    walk = await person(locale="ja-JP" if language == "ja" else "en-GB", **device)
    await signs_in(walk, house)

    await walk.turns(walk.page.locator(f"a[href='/case/{case.id}']"))
    await walk.looks()
    await sends(walk, "acknowledge", by="")
    await walk.looks(status=422)
    await sends(walk, "acknowledge", by=NAME, **ahead(60))
    await walk.looks(status=422)
    assert await walk.page.locator("#acknowledge_by").input_value() == NAME
    await sends(walk, "acknowledge", **ahead(10))
    assert say("Taken in hand", language) in await walk.reads()
    await walk.looks()

    async with house.client() as client:
        await hands_in(house, client)
    duty = await tables.Obligation.get()
    await walk.goes(f"{house.base}/")
    await walk.turns(walk.page.locator(f"a[href='/duty/{duty.id}']"))
    await walk.looks()
    await sends(walk, "return", by=NAME, reason="")
    await walk.looks(status=422)
    await sends(walk, "return", reason="国名をお書きください。")
    await walk.looks()

    await house.work()
    vendor = await person(width=320, scripts=False)
    await vendor.goes(house.link())
    assert "国名をお書きください。" in await vendor.reads()
    await vendor.looks()
    await vendor.goes(f"{house.link()}/ja/check")
    await vendor.presses(say("Go on to submit", "ja"))
    await declares(vendor, "ja")
    await vendor.looks()

    await walk.goes(f"{house.base}/duty/{duty.id}")
    await sends(walk, "accept", by=NAME)
    await walk.looks()
    assert NAME in await walk.reads()
    assert (await tables.Obligation.get(id=duty.id)).state == "accepted"
    await house.work()
    assert any("確認完了" in mail.subject for mail in house.mails("privacy@acme.example"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_waiving_giving_time_and_answering_a_plea(house, person, scheme):
    duty = await tables.Obligation.get()
    vendor = await person(width=390, scripts=False)
    await vendor.goes(f"{house.link()}/ja/help")
    await vendor.page.locator("summary", has_text="当社の件ではない").first.click()
    await vendor.page.locator("#why").fill("関連会社が受けています。")
    await vendor.turns(vendor.page.locator("main form:has(#why) button"))
    await vendor.looks()

    walk = await person(width=390, color_scheme=scheme, locale="ja-JP")
    await signs_in(walk, house)
    await walk.turns(walk.page.locator(f"a[href='/duty/{duty.id}']"))
    assert "関連会社が受けています。" in await walk.reads()
    await walk.looks()
    plea = await tables.Plea.get()
    await walk.page.get_by_label("依頼はそのまま").check()
    await walk.page.locator(f"#plea{plea.id}_reason").fill("契約の相手方は貴社です。")
    await walk.page.locator(f"#plea{plea.id}_by").fill(NAME)
    await walk.turns(walk.page.locator(f"#plea{plea.id} form button"))
    await walk.looks()
    assert (await tables.Plea.get()).decided_by.startswith("person/")
    days = (duty.due_on - clock.now().date()).days
    await sends(walk, "extend", by=NAME, reason="監査のため。", **ahead(days + 10))
    await walk.looks()
    await sends(walk, "waive", by=NAME, reason="合併のため。", until_year="1999", until_month="1", until_day="1")
    await walk.looks(status=422)
    await sends(walk, "waive", **ahead(29))
    assert "合併のため。" in await walk.reads()
    await walk.looks()
    assert (await tables.Obligation.get()).state == "waived"


async def test_language_and_appearance_are_the_readers_choice_and_stay_so(house, person):
    walk = await person(width=390, color_scheme="light", locale="ja-JP")
    await signs_in(walk, house)
    menu = walk.page.locator("details.menu")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = await walk.page.evaluate(ground)
    await menu.locator("summary").click()
    await walk.looks()
    await walk.turns(menu.get_by_role("button", name="English"))
    assert await walk.page.locator("html").get_attribute("lang") == "en"
    await menu.locator("summary").click()
    await walk.turns(menu.get_by_role("button", name="Dark"))
    assert await walk.page.evaluate(ground) != light
    await walk.looks()
    await walk.goes(f"{house.base}/duty/{(await tables.Obligation.get()).id}")
    assert await walk.page.evaluate(ground) != light
    await walk.looks()
    await menu.locator("summary").click()
    await walk.turns(menu.get_by_role("button", name="Sign out"))
    assert walk.page.url.endswith("/sign-in")
    await walk.goes(f"{house.base}/")
    assert walk.page.url.endswith("/sign-in")


async def test_findings_are_in_nobodys_way_and_a_used_sign_in_or_a_missing_page_say_what_to_do(house, person):
    walk = await person(width=320, color_scheme="dark", locale="ja-JP")
    await signs_in(walk, house)
    other = await person(width=320, locale="en-GB")
    await other.goes(mailed_sign_in(house, MANAGERS))
    await other.turns(other.page.locator("main button"))
    await other.looks(status=410)
    await answered(clock.now(), WEAK)
    for path in ("/findings", *(f"/finding/{row.id}" for row in (await rows()).values())):
        await walk.goes(house.base + path)
        await walk.looks()
    for path in ("/duty/999", "/nothing", "/?company=sister", "/about-monitoring"):
        await walk.goes(house.base + path)
        await walk.looks(status=200 if path.startswith("/about") else 404)
