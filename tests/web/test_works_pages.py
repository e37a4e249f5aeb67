"""A work on its page: from candidate to closed, with what is missing said in words, and nothing typed lost."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook
from running import Ground, Running
from stage import engagement
from test_console import sign_in
from test_form import get, post

from monitor import clock, tables

MANAGERS, OTHERS = "managers@impress.example", "managers@sister.example"
TERM = {
    "contract_itself": "yes",
    "contract_notice": "60",
    "contract_expires_year": "2031",
    "contract_expires_month": "3",
} | {"contract_expires_day": "31"}
ALL = {f"contract_clause_{number}": "yes" for number in range(1, 9)}


def on(name: str, days: int) -> dict[str, str]:
    day = clock.now() + timedelta(days=days)
    return {f"{name}_{part}": str(getattr(day, part)) for part in ("year", "month", "day")}


@pytest.fixture
async def running(tmp_path, database):
    works = (
        engagement("dm/new", title="Direct mail", state="candidate", whole=False),
        engagement("old", title="Old work", whole=False),
    )
    async with Ground(tmp_path, await database(), works) as found:
        yield found


async def state(key: str = "dm/new") -> str:
    return (await tables.Engagement.get(key=key)).state


async def test_a_candidate_becomes_active_once_nothing_is_missing(running: Running) -> None:
    async with running.client() as client:
        await sign_in(running, client, MANAGERS)
        assert "/engagements" in await get(client, "/registers")
        listed = await get(client, "/engagements")
        assert "/engagement/dm/new" in listed
        assert "契約条項1, 2, 3, 4, 5, 6, 7, 8" in listed
        here = "/engagement/dm/new"
        for deed in ("ask", "activate", "close", "step", "waive", "classify", "contract", "amend"):
            await post(client, f"{here}/{deed}", {}, 422)  # a press that says nothing changes nothing
        assert await state() == "candidate"
        _, page = await post(client, f"{here}/activate", {"activate_by": "N"}, 422)
        assert "相手先の区分（委託先・共同利用者など）の決定" in page
        _, page = await post(client, f"{here}/classify", {"classify_by": "N", "classify_receives": "yes", "classify_reason": "Prints"}, 422)  # fmt: skip
        assert "Prints" in page
        assert 'href="#classify_class"' in page
        far = {"classify_review_year": "9999", "classify_review_month": "12", "classify_review_day": "31"}
        _, page = await post(client, f"{here}/classify", {"classify_by": "N", "classify_reason": "R", **far}, 422)
        assert "1900年から2200年までの日付" in page
        assert 'value="9999"' in page
        said = {
            "classify_receives": "yes",
            "classify_no_handling": "no",
            "classify_for_us": "yes",
            "classify_reason": "Prints for us",
        }
        await post(client, f"{here}/classify", {"classify_by": "N", **said})
        assert (await tables.Engagement.get(key="dm/new")).spec["class"] == "trustee"
        await post(client, f"{here}/contract", {"contract_by": "N", **on("contract_on", -3), **ALL, **TERM})
        page = await get(client, here)
        assert "契約の期限" in page
        assert "2031年3月31日" in page
        await post(client, f"{here}/ask", {"ask_by": "N"})
        assert await state() == "under_review"
        assert await tables.Obligation.filter(engagement_id="dm/new", kind="selection").count() == 1
        waiver = {"waive_by": "N", "waive_what": "selection", "waive_reason": "Long known", **on("waive_until", 20)}
        await post(client, f"{here}/waive", waiver)
        assert "Nの例外承認（" in await get(client, here)
        await post(client, f"{here}/activate", {"activate_by": "N"})
        assert await state() == "active"
        assert "状態の変更" in await get(client, here)


async def test_what_old_records_lack_is_one_list_and_a_tier_is_not_lowered_by_a_manager(running: Running) -> None:
    async with running.client() as client:
        await sign_in(running, client, MANAGERS)
        page = await get(client, "/lacking")
        assert "/engagement/old" in page
        assert "/engagement/dm/new" not in page
        assert "書面による指示の記録がない" in page
        await post(client, "/engagement/old/amend", {"amend_by": "N", "amend_tier": "B", "amend_children": "no"})
        decided = (await tables.Engagement.get(key="old")).spec
        assert decided["child_data_decided_on"]
        assert not decided.get("child_data")
        await post(
            client, "/engagement/old/amend", {"amend_by": "N", "amend_tier": "B", "amend_flag_child_data": "yes"}
        )
        assert (await tables.Engagement.get(key="old")).spec["child_data"] is True
        _, page = await post(client, "/engagement/old/amend", {"amend_by": "N", "amend_tier": "B"}, 422)
        assert "個人情報保護事務局だけです" in page
        assert (
            "個人データの返却・消去の確認"
            in (await get(client, "/engagement/old")).partition("完了していないもの")[2][:80]
        )
        _, page = await post(client, "/engagement/old/close", {"close_by": "N"}, 422)
        assert "deletion" in page
        _, page = await post(client, "/engagement/old/step", {"step_by": "N", "step_to": "suspended"}, 422)
        assert 'href="#step_reason"' in page
        await post(
            client, "/engagement/old/step", {"step_by": "N", "step_to": "suspended", "step_reason": "Broken into"}
        )
        assert await state("old") == "suspended"


async def test_works_of_another_company_do_not_exist(running: Running) -> None:
    async with running.client() as client:
        await sign_in(running, client, OTHERS)
        assert "/engagement/" not in await get(client, "/engagements")
        assert (await client.get("/engagement/old")).status == 404
        assert (await client.get("/lacking?company=impress")).status == 404


async def sheet(client, address: str) -> list[str]:
    """The keys of the works in the ledger of trustees."""
    async with client.get(address) as response:
        assert response.headers["Content-Disposition"].endswith('.xlsx"')
        book = CalamineWorkbook.from_filelike(io.BytesIO(await response.read()))
    return [str(row[0]) for row in book.get_sheet_by_index(0).to_python()[1:]]


async def test_the_ledger_of_trustees_has_what_the_reader_may_see_and_nothing_else(running: Running) -> None:
    async with running.client() as client:
        await sign_in(running, client, MANAGERS)
        assert 'href="/engagements.xlsx"' in await get(client, "/engagements")
        assert await sheet(client, "/engagements.xlsx") == ["dm/new", "old"]
        assert await sheet(client, "/engagements.xlsx?company=impress") == ["dm/new", "old"]
        assert (await client.get("/engagements.xlsx?company=sister")).status == 404
    async with running.client() as client:
        await sign_in(running, client, OTHERS)
        assert await sheet(client, "/engagements.xlsx") == []
