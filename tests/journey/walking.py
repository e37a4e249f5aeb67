"""Somebody who walks through the pages in a real browser, and stops at whatever they should not meet.

On every page that they look at: nothing that keeps people out (axe-core, where scripts run), nothing wider than the
window, nothing that the browser refused or called an error, no request to anybody else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from monitor import clock
from tests.web.conftest import Sight

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Response

#: A refused form is a page with a 4xx status, which the browser writes to its console as well.
NAVIGATION = "Failed to load resource: the server responded with a status of 4"
VIOLATION = "addEventListener('securitypolicyviolation', e => console.error('refused by policy: ' + e.violatedDirective + ' ' + e.blockedURI))"
LATER = ("until", "purge", "review", "expires")


@dataclass
class Walker(Sight):
    """One person with one browser. `scripts`: whether theirs runs any."""

    scripts: bool = True
    seen: list[str] = field(default_factory=list)

    async def goes(self, url: str) -> None:
        await self.page.goto(url)

    async def looks(self, *, status: int = 200) -> None:
        """At this page, and is in nobody's way here."""
        assert self.status == status, f"{self.page.url}: {self.status} {await self.reads()}"
        wide, barriers = await self.sticking_out(), await self.barriers() if self.scripts else []
        assert not wide + barriers, f"{self.page.url}: {wide + barriers}"
        self.seen.append(urlsplit(self.page.url).path)
        self.undisturbed()

    def undisturbed(self) -> None:
        assert not self.complaints, self.complaints
        assert not self.outside, self.outside

    def hear(self, said: ConsoleMessage) -> None:
        if said.type == "error" and not self._refused_form(said):
            self.complaints.append(f"{said.text} ({said.location.get('url')})")

    def _refused_form(self, said: ConsoleMessage) -> bool:
        place = urlsplit(said.location.get("url", "")).path
        return said.text.startswith(NAVIGATION) and not place.startswith("/static/")

    status: int = 0

    def answered(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self.status = response.status

    async def presses(self, name: str) -> None:
        """A button or what looks like one, and waits for the page that follows."""
        await self.turns(self.button(name))

    def button(self, name: str) -> Locator:
        return self.page.locator("main button, main a.button").filter(has_text=name).first

    async def follows(self, name: str) -> None:
        await self.turns(self.page.get_by_role("link", name=name).first)

    async def turns(self, what: Locator) -> None:
        """Presses it and waits for the page that follows: a slow machine may still show the old one for a while."""
        async with self.page.expect_navigation():
            await what.click()

    async def reads(self) -> str:
        return re.sub(r"\s+", " ", await self.page.locator("main").inner_text())

    async def answers(self) -> None:
        """Every question of this page as a diligent person would: the first choice, plausible words, today's date."""
        for _ in range(3):  # an answer may open a field below it
            if not await self._answers_once():
                return

    async def _answers_once(self) -> int:
        done = 0
        for group in await self.page.locator(
            "main fieldset:visible:has(input:is([type=radio], [type=checkbox]))"
        ).all():
            boxes = group.locator("input:not([value='n/a'])")
            chosen = await group.locator("input:checked").count()
            if await boxes.count() and not chosen:
                await boxes.first.check()
                done += 1
        for box in await self.page.locator("main :is(textarea, input[type=text]):visible").all():
            if not await box.input_value():
                await box.fill(await self._words_for(box))
                done += 1
        return done

    async def _words_for(self, box: Locator) -> str:
        name = await box.get_attribute("name") or ""
        day = clock.now().date()
        stem, _, part = name.rpartition("_")
        if part in {"year", "month", "day"}:
            year = day.year + 1 if any(word in stem for word in LATER) else day.year
            return str({"year": year, "month": day.month, "day": day.day}[part])
        if await box.get_attribute("inputmode") == "numeric":
            return "12"
        return "管理部 髙﨑が担当し、毎月確認しています。" if "count" not in name else "12"


async def walker(browser: Browser, base: str, *, width: int = 1280, scripts: bool = True, **more: Any) -> Walker:
    """A new person with an empty browser. `more` are Playwright's settings for a context."""
    context: BrowserContext = await browser.new_context(
        viewport={"width": width, "height": 900}, java_script_enabled=scripts, **more
    )
    await context.add_init_script(VIOLATION)
    page = await context.new_page()
    found = Walker(page, host=urlsplit(base).netloc, scripts=scripts)
    page.on("console", found.hear)
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    page.on("request", found.notice)
    page.on("response", found.answered)
    return found


__all__ = ["Walker", "walker"]
