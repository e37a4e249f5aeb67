"""A vendor who would rather have Excel, or paper, with a browser that runs no script, on a phone and at a desk."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from monitor import tables
from monitor.obligations import drafts
from monitor.questionnaire import thaw

sys.path += [str(Path(__file__).parents[1] / one) for one in ("offline", "questionnaire")]

from filled import text

from monitor.offline.reading import read_workbook
from monitor.offline.sheets import grids

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.mark.parametrize(("language", "width", "scripts"), [("ja", 360, False), ("en", 1200, True), ("ja", 320, True)])
async def test_a_workbook_is_fetched_filled_handed_in_looked_at_and_taken(
    house, person, tmp_path, language, width, scripts
):
    walk = await person(width=width, scripts=scripts)
    await walk.goes(f"{house.link()}/{language}/workbook")
    await walk.looks()
    async with walk.page.expect_download() as fetched:
        await walk.page.locator('a[href$="/workbook.xlsx"]').click()
    path = tmp_path / "filled.xlsx"
    await (await fetched.value).save_as(path)
    duty = await tables.Obligation.get()
    questionnaire = thaw((await tables.FrozenRequest.get()).body)
    assert not read_workbook(path.read_bytes(), questionnaire, "ITK-000001", str(duty.request_id)).mistakes
    asked = [one.id for one in questionnaire.questions if one.type == "yes_no"][:2]
    rows = {row[0]: number for grid in grids(path.read_bytes()) for number, row in enumerate(grid.rows, start=1)}
    content = text(text(path.read_bytes(), f"F{rows[asked[0]]}", "○"), f"F{rows[asked[1]]}", "?")
    path.write_bytes(content)
    await walk.page.set_input_files("#workbook", path)
    await walk.turns(walk.page.locator("main form button"))
    await walk.looks()
    assert f"F{rows[asked[1]]}" in await walk.reads()
    await walk.turns(walk.page.locator("button[name=take]"))
    assert {name: one.value for name, one in (await drafts.read(duty.id)).answers.items()} == {asked[0]: "yes"}


async def test_the_sheet_fits_a4_with_no_question_cut_and_its_number_leads_to_a_page(house, person):
    walk = await person(width=794)
    await walk.goes(f"{house.link()}/ja/print")
    await walk.looks()
    await walk.page.emulate_media(media="print")
    breaks = await walk.page.evaluate(
        "[...document.querySelectorAll('.ask')].map(e => getComputedStyle(e).breakInside)"
    )
    assert set(breaks) == {"avoid"}
    tallest = await walk.page.evaluate("Math.max(...[...document.querySelectorAll('.ask')].map(e => e.offsetHeight))")
    assert tallest < 900, "one question fits a page"
    assert await walk.page.evaluate("document.documentElement.scrollWidth") <= 794
    assert (await walk.page.pdf(prefer_css_page_size=True)).startswith(b"%PDF")
    code = await walk.page.locator(".way b").inner_text()
    await walk.goes(f"{house.base}/p/{code}")
    await walk.looks()
