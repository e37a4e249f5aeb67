"""The request as a workbook, over real HTTP: what comes back is seen before it counts, and nobody's answer is lost."""

from __future__ import annotations

import html
import io
import re
import sys
from pathlib import Path

import aiohttp
import pytest
from limits import RateLimitItemPerMinute
from running import Ground, Running

from monitor import clock, tables
from monitor.obligations import drafts
from monitor.questionnaire import Answer, thaw
from monitor.web import border

sys.path += [str(Path(__file__).parents[1] / one) for one in ("offline", "questionnaire", "evidence")]

from evidence_corpus import archive, container, office
from filled import text


@pytest.fixture
async def running(tmp_path, database):
    async with Ground(tmp_path, await database()) as found:
        yield found


def base_of(running: Running, language: str = "ja") -> str:
    return re.sub(r"^http://[^/]+", "", running.link()) + f"/{language}"


async def fetched(client, base: str) -> bytes:
    async with client.get(f"{base}/workbook.xlsx") as response:
        assert response.status == 200
        assert "ITK-000001.xlsx" in response.headers["Content-Disposition"]
        return await response.read()


async def handed(client, base: str, content: bytes, name: str = "回答.xlsx") -> tuple[int, str]:
    data = aiohttp.FormData(quote_fields=False)
    data.add_field("workbook", io.BytesIO(content), filename=name)
    async with client.post(f"{base}/workbook", data=data, allow_redirects=False) as response:
        return response.status, response.headers.get("Location") or html.unescape(await response.text())


async def page(client, path: str) -> str:
    async with client.get(path) as response:
        assert response.status == 200
        return html.unescape(await response.text())


def taking(shown: str, **keep: str) -> dict[str, str]:
    return {"take": "1", **dict(re.findall(r'name="(seen_[^"]+)" value="(\d+)"', shown)), **keep}


async def questions():
    duty = await tables.Obligation.get(id=1)
    return thaw((await tables.FrozenRequest.get(sha256=duty.request_id)).body)


def cell_of(content: bytes, question: str, column: str = "F") -> str:
    from monitor.offline.sheets import grids

    for grid in grids(content):
        for number, row in enumerate(grid.rows, start=1):
            if row and row[0] == question and number > 4:
                return f"{column}{number}"
    raise LookupError(question)


async def first_two() -> tuple[str, str]:
    asked = [one.id for one in (await questions()).questions if one.type == "yes_no"]
    return asked[0], asked[1]


async def test_a_filled_workbook_is_seen_before_it_counts_and_then_is_the_draft(running: Running) -> None:
    one, other = await first_two()
    async with running.client() as client:
        base = base_of(running)
        content = await fetched(client, base)
        filled = text(text(content, cell_of(content, one), "○"), cell_of(content, other), "いいえ")
        status, place = await handed(client, base, filled)
        assert (status, await tables.Answer.all().count()) == (303, 0), place
        shown = await page(client, place)
        async with client.post(place, data={}, allow_redirects=False) as response:
            assert response.status == 303
        assert await tables.Answer.all().count() == 0
        async with client.post(place, data=taking(shown), allow_redirects=False) as response:
            assert response.headers["Location"].endswith("/check")
    draft = await drafts.read(1)
    assert (draft.answers[one].value, draft.answers[other].value) == ("yes", "no")
    file = await tables.OfflineFile.get()
    assert file.taken_at is not None
    types = [line.type for line in await tables.LedgerLine.all().order_by("seq")]
    assert types[-3:] == ["workbook.received", "answer.saved", "workbook.taken"]
    assert await running.house_evidence().verify(file.sha256)


async def test_what_a_colleague_saved_meanwhile_stands_beside_it_and_one_is_chosen(running: Running) -> None:
    one, other = await first_two()
    async with running.client() as client:
        base = base_of(running, "en")
        content = await fetched(client, base)
        filled = text(text(content, cell_of(content, one), "Yes"), cell_of(content, other), "Yes")
        await drafts.save(1, {one: (Answer(value="no", comment="Planned"), 0)}, clock.now(), "link/colleague")
        _, place = await handed(client, base, filled)
        shown = await page(client, place)
        assert "Answered on the web meanwhile" in shown
        assert "Planned" in shown
        async with client.post(place, data=taking(shown), allow_redirects=False) as response:
            assert response.status == 422
            assert "Choose which of the two" in await response.text()
        assert (await drafts.read(1)).answers[one].value == "no"
        await drafts.save(1, {other: (Answer(value="no"), 0)}, clock.now(), "link/colleague")
        async with client.post(place, data=taking(shown, **{f"keep_{one}": "file"}), allow_redirects=False) as response:
            assert response.status == 422, "the second was saved after the page had been shown"
        assert (await drafts.read(1)).answers[other].value == "no"
        shown = await page(client, place)
        keep = {f"keep_{one}": "file", f"keep_{other}": "draft"}
        async with client.post(place, data=taking(shown, **keep), allow_redirects=False) as response:
            assert response.status == 303
    draft = await drafts.read(1)
    assert (draft.answers[one].value, draft.answers[other].value) == ("yes", "no")


async def test_a_file_that_is_no_workbook_of_this_request_is_refused_kindly_and_the_draft_stays(
    running: Running,
) -> None:
    one, _ = await first_two()
    await drafts.save(1, {one: (Answer(value="no"), 0)}, clock.now(), "vendor")
    hostile = {
        "macros.xlsx": office(
            "xlsx", types='<Override PartName="/xl/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/>'
        ),
        "password.xlsx": container("EncryptedPackage"),
        "old.xls": container("Workbook"),
        "answers.zip": archive({"a.xlsx": b"x"}),
        "empty.xlsx": b"",
        "other.xlsx": office("xlsx"),
        "page.xlsx": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    }
    async with running.client() as client:
        for language, word in (("ja", "ださい"), ("en", "Error")):
            for name, content in hostile.items():
                status, said = await handed(client, base_of(running, language), content, name)
                assert status == 422, name
                assert word in said, name
        status, said = await handed(client, base_of(running, "en"), b"")
        assert status == 422
        async with client.post(f"{base_of(running)}/workbook", data={}, allow_redirects=False) as response:
            assert response.status == 422
    assert (await drafts.read(1)).answers[one].value == "no"
    assert not await tables.LedgerLine.filter(type="workbook.taken").exists()


async def test_mistakes_are_told_by_cell_and_the_rest_can_be_taken(running: Running) -> None:
    one, other = await first_two()
    async with running.client() as client:
        base = base_of(running)
        content = await fetched(client, base)
        wrong = cell_of(content, one)
        _, place = await handed(client, base, text(text(content, wrong, "たぶん"), cell_of(content, other), "×"))
        shown = await page(client, place)
        assert f"回答 {wrong}" in shown
        async with client.post(place, data=taking(shown), allow_redirects=False) as response:
            assert response.status == 303
    assert set((await drafts.read(1)).answers) == {other}


async def test_another_link_cannot_see_what_somebody_handed_in(running: Running) -> None:
    async with running.client() as client:
        _, place = await handed(client, base_of(running), await fetched(client, base_of(running)))
        await tables.OfflineFile.all().update(actor="link/another")
        async with client.get(place) as response:
            assert response.status == 404


async def test_making_and_reading_workbooks_is_counted_though_it_changes_nothing(running: Running, monkeypatch) -> None:
    async with running.client() as client:
        base = base_of(running)
        _, place = await handed(client, base, await fetched(client, base))
        monkeypatch.setattr(border, "HEAVY", RateLimitItemPerMinute(1))
        for address, status in ((place, 200), (place, 429), (f"{base}/workbook.xlsx", 429), (f"{base}/workbook", 200)):
            async with client.get(address) as response:
                assert (address, response.status) == (address, status)


async def test_the_same_workbook_from_two_people_is_seen_by_each_of_them(running: Running) -> None:
    async with running.client() as client:
        base = base_of(running)
        content = await fetched(client, base)
        _, theirs = await handed(client, base, content)
        await tables.OfflineFile.all().update(actor="link/another")
        _, place = await handed(client, base, content)
        assert place != theirs
        await page(client, place)
        assert (await handed(client, base, content))[1] == place, "handed in once more by the same hand"
    assert await tables.OfflineFile.all().count() == 2
