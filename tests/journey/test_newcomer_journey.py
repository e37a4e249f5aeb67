"""Somebody who has just typed `make run`: a living sample, mails to read, a form to answer, a board that changes."""

from __future__ import annotations

import asyncio
import re
import socket

import aiohttp
import pytest

from monitor.config import Web
from monitor.demo import serve_demo
from tests.journey.vendor import answers_all, declares, say
from tests.journey.walking import walker

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(150)]


@pytest.fixture
async def demo():
    """The whole demonstration, as the command starts it, at a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    task = asyncio.create_task(serve_demo(Web(listen=f"127.0.0.1:{port}")))
    base = f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession() as client:
        while not await _answers(client, base):
            assert not task.done(), task.exception()
            await asyncio.sleep(0.1)
    yield base
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _answers(client, base):
    try:
        async with client.get(f"{base}/readyz") as response:
            return response.status in {200, 503}
    except aiohttp.ClientError:
        return False


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_a_newcomer_answers_as_a_vendor_and_sees_the_board_change(demo, browser, language):
    walk = await walker(browser, demo, width=1280, locale="ja-JP" if language == "ja" else "en-GB")
    await walk.goes(f"{demo}/")
    await walk.looks()
    rows = await walk.page.locator("main tbody tr").count()
    assert rows > 5
    await walk.turns(walk.page.locator("main a[href='/demo/mail']").first)
    await walk.looks()
    asking = walk.page.locator("main li", has_text=re.compile("【要回答.*安全管理措置の確認")).first
    await walk.turns(asking.locator("a"))
    await walk.looks()
    form = walk.page.locator("main a[href*='/f/itk_']").first
    await walk.turns(form)
    if language == "en":
        await walk.follows("English")
    else:
        await walk.follows("日本語")
    await walk.looks()
    await walk.turns(walk.page.locator("main a.button").first)
    await walk.turns(walk.page.locator(".tasks a").first)
    await answers_all(walk, language, looks=False)
    await walk.presses(say("Go on to submit", language))
    await declares(walk, language)
    await walk.looks()
    number = int((await walk.page.locator("header .brand small").inner_text()).rpartition("ITK-")[2])
    await walk.goes(f"{demo}/")
    row = walk.page.locator("main tbody tr", has=walk.page.locator(f"a[href='/duty/{number}']"))
    assert say("Awaiting review", language) in await row.inner_text()
    await walk.goes(f"{demo}/duty/{number}")
    await walk.looks()
    assert await walk.page.locator("form[action$='/accept']").count() == 1


async def test_a_newcomer_may_be_anybody_and_nothing_asks_for_a_password(demo, browser):
    walk = await walker(browser, demo, width=390, locale="en-GB", color_scheme="dark")
    await walk.goes(f"{demo}/")
    everything = await walk.page.locator("main tbody tr").count()
    await walk.goes(f"{demo}/sign-in")
    await walk.looks()
    await walk.turns(walk.page.locator("main button").nth(3))
    await walk.looks()
    assert await walk.page.locator("main tbody tr").count() < everything
    await walk.goes(f"{demo}/demo/mail")
    await walk.turns(walk.page.locator("main ol a").first)
    await walk.turns(walk.page.locator("main a.button"))
    assert walk.status == 200
    assert not walk.outside
