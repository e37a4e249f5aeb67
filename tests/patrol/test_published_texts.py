"""Published texts under watch, from look to case: what changed is found, kept to be read, and told once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from beat import findings, lines, open_cases, served
from published import HALF_DAY, NEW, OLD, published

from checks.contract import Severity
from checks.page_text import fingerprint
from monitor import patrol, tables


@pytest.fixture
async def page(store, tmp_path, monkeypatch):
    monkeypatch.setattr(patrol, "WAVE", 0.01)
    return await published(tmp_path)


async def test_a_text_that_stays_opens_nothing_and_is_kept_once(page):
    await page.looks(OLD.replace("<p>", "<p class='x1'>\n "), 3)
    assert (await open_cases().count(), await findings()) == (0, [])
    (text,) = await tables.PageText.all()
    assert text.sha256 == fingerprint(text.text) == (await page.watch()).memory["known"]


async def test_a_changed_text_is_a_case_within_a_day_and_both_texts_are_kept(page):
    begun = page.at
    await page.changed()
    assert page.at - begun <= 2 * HALF_DAY + timedelta(minutes=2)
    (case,) = await open_cases()
    assert (case.severity, case.company_id) == (Severity.MEDIUM, "impress")
    texts = {row.sha256: row.text for row in await tables.PageText.all()}
    memory = (await page.watch()).memory
    assert set(texts) == {memory["known"], memory["changed"]}
    assert "advertisers" in texts[memory["changed"]]
    assert "advertisers" not in texts[memory["known"]]


async def test_a_change_that_lasts_is_told_once(page):
    await page.changed()
    await page.looks(times=6)
    assert await findings() == [("policy-page.changed", (await tables.FindingRow.get()).key, True)]
    assert len(await lines("case.opened")) == 1


async def test_what_is_put_back_before_the_second_look_was_never_a_change(page):
    for source in (NEW, OLD, NEW, OLD):
        await page.looks(source)
    assert (await findings(), await tables.PageText.all().count()) == ([], 1)


async def test_what_is_put_back_later_closes_the_case(page):
    await page.changed()
    await page.looks(OLD, 2)
    assert (await open_cases().count(), (await findings())[0][2]) == (0, False)


async def test_a_page_that_is_lost_is_a_case_of_its_own_and_comes_back_unchanged(page):
    await page.looks("<p>Please prove that you are human.", 2)
    assert [rule for rule, _, _ in await findings()] == ["policy-page.lost"]
    await page.looks(OLD, 2)
    assert await open_cases().count() == 0
    assert await tables.PageText.all().count() == 1


async def test_a_site_that_is_away_for_days_hides_no_change(page):
    await page.looks(NEW)
    page.paper.status = 503
    await page.looks(times=6)
    page.paper.status = 200
    await page.looks(times=2)
    assert [rule for rule, _, _ in await findings()] == ["policy-page.changed"]


async def test_two_parties_with_one_text_share_what_is_kept(store, tmp_path, monkeypatch):
    monkeypatch.setattr(patrol, "WAVE", 0.01)
    page = await published(tmp_path, served(0), served(0, "sister"))
    await page.changed()
    assert [case.company_id for case in await open_cases()] == ["impress", "sister"]
    assert await tables.PageText.all().count() == 2


async def test_letters_that_no_database_holds_are_kept_replaced(page):
    await page.changed(NEW.replace("advertisers", "adver\0tisers"))
    assert await tables.PageText.all().count() == 2
