"""The party's way: from the link in the mail to the receipt in the mailbox, on any device, with or without scripts."""

from __future__ import annotations

import re

import pytest

from monitor import clock, links, tables
from tests.evidence.evidence_corpus import pdf
from tests.journey.vendor import SIGNER, answers_all, declares, say

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120)]

DEVICES = [
    pytest.param("ja", {"width": 320, "scripts": False}, id="ja-phone-without-script"),
    pytest.param("en", {"width": 320}, id="en-phone"),
    pytest.param("ja", {"width": 1280, "color_scheme": "dark"}, id="ja-desktop-dark"),
    pytest.param("en", {"width": 1280, "scripts": False}, id="en-desktop-without-script"),
]


async def begins(walk, house, language):
    """From the mail to the first section."""
    await walk.goes(house.link())
    if language == "en":
        await walk.follows("English")
    await walk.looks()
    await walk.presses(say("Start", language))
    await walk.looks()
    await walk.turns(walk.page.locator(".tasks a").first)
    await walk.looks()


@pytest.mark.parametrize(("language", "device"), DEVICES)
async def test_from_the_mail_to_the_receipt_without_account_or_cookie(house, person, language, device):
    walk = await person(**device)
    await begins(walk, house, language)

    await walk.answers()
    await walk.presses(say("Save and pause", language))
    assert walk.page.url.endswith(f"/{language}/tasks?saved=1")
    await walk.goes(house.link())  # another day, by the link of the mail
    if language == "en":
        await walk.follows("English")
    assert await walk.button(say("Go on", language)).count()
    await walk.presses(say("Go on", language))
    assert await walk.page.locator(".tasks li").filter(has_text=say("Complete", language)).count()

    await walk.turns(walk.page.locator(".tasks a").first)
    await walk.page.locator("input[type=file]").first.set_input_files(
        {"name": "取扱か\u3099規程〜髙﨑.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    )
    await walk.turns(walk.page.locator("button[name=upload]").first)
    assert "取扱が規程〜髙﨑.pdf" in await walk.reads()
    await walk.looks()

    await answers_all(walk, language)
    assert walk.page.url.partition("#")[0].endswith("/check")
    assert "取扱が規程〜髙﨑.pdf" in await walk.reads()
    await walk.looks()
    await walk.presses(say("Go on to submit", language))
    await walk.looks()
    await declares(walk, language)
    assert walk.page.url.endswith("/done")
    receipt = await walk.reads()
    assert say("Your answer has arrived", language) in receipt
    assert SIGNER in receipt
    await walk.looks()
    assert not await walk.page.context.cookies()

    await house.work()
    mail = next(mail for mail in house.mails("privacy@acme.example") if "受付" in mail.subject)
    submission = await tables.Submission.get()
    assert submission.sha256 in mail.text.replace("\n", "")
    assert submission.sha256 in receipt.replace(" ", "")


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_what_is_wrong_is_said_first_and_leads_to_its_field(house, person, language):
    walk = await person(width=390)
    await begins(walk, house, language)
    count = walk.page.locator("[name='handlers.count']")
    await count.fill("about ten")
    await walk.presses(say("Save and go on", language))
    assert (await walk.page.title()).startswith(say("Error: ", language).strip())
    assert await walk.page.evaluate("document.activeElement.className") == "errors"
    assert walk.page.url.endswith("?check=1")
    await walk.looks()
    await walk.page.locator(".errors a", has_text="").first.click()
    assert await walk.page.evaluate(
        "document.activeElement.closest('.field, .asks').contains(document.querySelector('[aria-invalid]'))"
    )
    assert await walk.page.locator("[value='about ten']").count() == 1

    await walk.page.locator("input[type=file]").first.set_input_files(
        {"name": "macro.exe", "mimeType": "application/pdf", "buffer": b"MZ\x90\0" + b"\0" * 100}
    )
    await walk.turns(walk.page.locator("button[name=upload]").first)
    assert await walk.page.locator("[id$='_file_error']").count() == 1
    await walk.looks(status=422)

    await walk.goes(re.sub(r"/s/.*", "/check", walk.page.url))
    await walk.looks()


async def test_a_declaration_without_a_name_is_not_taken(house, person):
    walk = await person(width=390)
    await begins(walk, house, "ja")
    await answers_all(walk, "ja", looks=False)
    await walk.presses(say("Go on to submit", "ja"))
    await walk.presses(say("Submit", "ja"))
    assert await walk.page.locator(".errors li").count() == 3
    await walk.looks(status=422)
    await declares(walk, "ja")
    assert walk.page.url.endswith("/done")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_link_that_opens_nothing_any_more_says_how_to_get_another(house, person, scheme):
    link = house.link()
    walk = await person(width=320, color_scheme=scheme)
    for spoil in (
        links.revoke(await tables.Obligation.get(), clock.now(), "person/1"),
        tables.Link.all().update(expires_at=clock.now(), revoked_at=None),
    ):
        await spoil
        for place in (link, f"{link}/en/tasks", house.base + "/f/itk_" + "A" * 60):
            await walk.goes(place)
            await walk.looks(status=404)
            told = await walk.reads()
            assert "Acme" not in told
            assert "インプレス" not in told
    await walk.turns(walk.page.locator("main button"))
    await walk.looks()


async def test_more_time_a_colleague_and_not_ours_are_three_presses_away(house, person):
    walk = await person(width=320)
    await walk.goes(house.link())
    await walk.turns(walk.page.locator("main a[href$='/help']"))
    await walk.looks()
    form = walk.page.locator("main form")
    await walk.turns(form.nth(0).locator("button"))
    assert await walk.page.locator(".errors li").count() == 2
    await walk.looks(status=422)

    later = (await tables.Obligation.get()).due_on.replace(day=28)
    later = later.replace(year=later.year + later.month // 12, month=later.month % 12 + 1)
    for part in ("year", "month", "day"):
        await walk.page.locator(f"#wished_{part}").fill(str(getattr(later, part)))
    await walk.page.locator("#reason").fill("監査の時期と重なるため。")
    await walk.turns(form.nth(0).locator("button"))
    await walk.looks()
    assert await walk.page.locator("main .notice").count() == 1

    await walk.turns(walk.page.locator("main a[href$='/colleagues']"))
    await walk.page.locator("#email").fill("somebody")
    await walk.page.locator("input[name=grade][value=draft]").check()
    await walk.presses(say("Send a link", "ja"))
    await walk.looks(status=422)
    await walk.page.locator("#email").fill("colleague@acme.example")
    await walk.presses(say("Send a link", "ja"))
    await walk.looks()

    await walk.goes(f"{house.link()}/ja/help")
    await walk.page.locator("summary", has_text=say("This does not concern us", "ja")).click()
    await walk.page.locator("#why").fill("この業務は関連会社が受けています。")
    await walk.turns(walk.page.locator("form:has(#why) button"))
    await walk.looks()

    await house.work()
    told = "".join(mail.text for mail in house.mails("managers@impress.example"))
    assert "監査の時期と重なるため。" in told
    assert "この業務は関連会社が受けています。" in told

    colleague = await person(width=390, scripts=False)
    await colleague.goes(house.link("colleague@acme.example"))
    await colleague.presses(say("Start", "ja"))
    await colleague.turns(colleague.page.locator(".tasks a").first)
    await answers_all(colleague, "ja", looks=False)
    assert await colleague.button(say("Go on to submit", "ja")).count() == 0
    await colleague.looks()
    assert (await tables.Obligation.get()).state == "open"
