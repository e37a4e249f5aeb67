"""A real browser that notices what a page should not do."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import async_playwright

from tests.web.axe import axe

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from playwright.async_api import Browser, ConsoleMessage, Page, Request

CHROMIUM = Path("/usr/bin/chromium")
THERE = CHROMIUM.exists()
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Sight:
    """A page that was opened. `complaints`: what the browser refused or called an error; `outside`: requests to others."""

    page: Page
    host: str
    complaints: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def hear(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.complaints.append(said.text)

    def notice(self, request: Request) -> None:
        if urlsplit(request.url).netloc not in {self.host, ""}:
            self.outside.append(request.url)

    async def barriers(self) -> list[str]:
        """What axe-core finds, each with the element that it is about."""
        await self.page.evaluate(await asyncio.to_thread(axe))
        found = await self.page.evaluate("levels => axe.run({runOnly: levels, resultTypes: ['violations']})", LEVELS)
        broken = [(rule["id"], node) for rule in found["violations"] for node in rule["nodes"]]
        return [f"{rule}: {node['html']} {node['failureSummary']}" for rule, node in broken]

    async def sticking_out(self) -> list[str]:
        """The elements that make the page wider than the window."""
        found: list[str] = await self.page.evaluate(
            """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')]
               .filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 200))"""
        )
        return found


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if not THERE:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up(f"THE PAGES ARE NOT TESTED IN A BROWSER: {CHROMIUM} is missing.")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        await browser.close()


@pytest.fixture
def look(browser: Browser) -> Callable[..., Awaitable[Sight]]:
    """Opens a page: `await look(url, width=320, color_scheme="dark")`; further settings are Playwright's for a context."""

    async def open_page(url: str, *, width: int = 1280, **settings: Any) -> Sight:
        context = await browser.new_context(viewport={"width": width, "height": 900}, **settings)
        sight = Sight(await context.new_page(), host=urlsplit(url).netloc)
        sight.page.on("console", sight.hear)
        sight.page.on("request", sight.notice)
        await sight.page.goto(url)
        return sight

    return open_page
