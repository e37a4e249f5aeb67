"""What those who are looked at read of our looks."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from running import Ground, Running

from checks import CHECKS
from checks.rulebook import REASONS

if TYPE_CHECKING:
    from aiohttp import ClientSession


@pytest.fixture
async def running(tmp_path, database):
    async with Ground(tmp_path, await database()) as found:
        yield found


async def read(client: ClientSession, language: str) -> str:
    async with client.get("/about-monitoring", headers={"Accept-Language": language}) as response:
        return unescape(await response.text())


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_what_could_not_be_looked_at_stands_apart_from_what_is_judged(running: Running, language: str) -> None:
    async with running.client() as client:
        page = await read(client, language)
    judged, _, unjudged = page.partition(
        "<h2>" + ("確かめられなかった場合" if language == "ja" else "When we could not look")
    )
    names = re.compile(r"<code>([\w.-]+)</code>")
    assert set(names.findall(judged)) == {name for look in CHECKS.values() for name in look.rules}
    assert set(names.findall(unjudged)) == set(REASONS)


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_no_party_is_told_to_change_our_settings(running: Running, language: str) -> None:
    async with running.client() as client:
        page = await read(client, language)
    for reason in REASONS.values():
        assert reason.explanation.said(language) in page
    for ours in ("[probe]", "--allow-private", "RestrictNamespaces"):
        assert ours not in page
