"""Corrective actions and the yearly summary on their pages, as people of a company use them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from pressing import managing, of
from running import Ground
from stage import engagement

from monitor import clock, tables
from monitor.cases.conduct import breach
from monitor.conduct import RULES
from monitor.duties.owing import owe
from monitor.own_duties import MANAGEMENT_REVIEW
from monitor.promises.improving.yearly import Year, reference
from monitor.registry.roster import roster
from monitor.tables.store import transaction
from tests.journey.manager import signed_in
from tests.journey.vendor import gets, posts

SISTER = "managers@sister.example"


@pytest.fixture
async def house(tmp_path, database):
    async with Ground(tmp_path, await database(), (engagement("dm"),)) as running:
        yield running


@pytest.fixture
async def client(house):
    async with managing(house) as browser:
        yield browser


def day(name, when):
    return {f"{name}_year": when.year, f"{name}_month": when.month, f"{name}_day": when.day}


async def found_conduct():
    async with transaction():
        about = {"company_id": "impress", "party_id": "acme", "engagement_id": "dm"}
        return await breach(next(iter(RULES)), "", clock.now(), await roster(), **about)


async def test_a_case_becomes_an_action_that_is_carried_out_checked_and_followed_by_another(client):
    case = await found_conduct()
    assert f'href="/corrective-actions/for/case/{case.id}"' in await gets(client, f"/case/{case.id}")
    place = f"/corrective-actions/for/case/{case.id}/order"
    status, page = await posts(client, place, {"order_cause": "Nobody looked at the list."})
    assert status == 422
    for field in ("by", "action", "due_year"):
        assert f'href="#order_{field}"' in page
    assert "Nobody looked at the list." in page
    said = of("order", cause="Nobody looked.", action="Check lists twice", owner="pi@impress.example")
    _, where = await posts(client, place, said | day("order_due", clock.now().date() + timedelta(days=9)))
    page = await gets(client, where)
    for words in ("Nobody looked.", "Check lists twice", "pi@impress.example", f'href="/case/{case.id}"'):
        assert words in page
    duty = await tables.OwnDuty.get(kind="corrective-action")
    assert f'href="{where}"' in await gets(client, f"/own-duty/{duty.id}")
    await posts(client, f"/own-duty/{duty.id}/done", of("done"))
    check = await tables.OwnDuty.get(kind="effect-check")
    assert f'href="/own-duty/{check.id}"' in await gets(client, where)
    await posts(client, f"/own-duty/{check.id}/not-effective", of("not-effective", reason="Train the people."))
    page = await gets(client, where)
    assert "Without effect" in page
    assert "/corrective-action/2" in page
    assert "Train the people." in await gets(client, "/corrective-actions")
    sheet = await gets(client, "/corrective-actions.csv")
    assert "Nobody looked." in sheet
    assert "/corrective-action/2" in await gets(client, f"/case/{case.id}")


async def test_others_see_nothing_of_it_and_an_empty_press_changes_nothing(house, client):
    said = of("order", action="Check") | day("order_due", clock.now().date() + timedelta(days=9))
    await posts(client, "/corrective-actions/for/company/impress/order", said)
    before = await tables.LedgerLine.all().count()
    assert (await posts(client, "/corrective-action/1/explain", {}))[0] == 422
    assert (await posts(client, "/corrective-actions/for/company/impress/order", {}))[0] == 422
    wrong = of("order", action="x", owner="stranger@else.example") | day("order_due", clock.now().date())
    assert (await posts(client, "/corrective-actions/for/company/impress/order", wrong))[0] == 422
    assert await tables.LedgerLine.all().count() == before
    await gets(client, "/corrective-actions/for/group", 404)
    await gets(client, "/corrective-actions/for/company/sister", 404)
    async with house.client() as other:
        await signed_in(house, other, SISTER)
        await gets(other, "/corrective-action/1", 404)
        assert "corrective-action/1" not in await gets(other, "/corrective-actions.csv")
        assert (await posts(other, "/corrective-actions/for/company/impress/order", said))[0] == 404


async def test_the_summary_of_a_year_is_signed_off_and_stays_as_it_was(client):
    await found_conduct()
    present = await roster()
    year = Year.of(present.calendar.day_of(clock.now()), 4)
    ref = reference("impress", year.number)
    async with transaction():
        due = clock.now().date() + timedelta(days=60)
        duty = await owe(MANAGEMENT_REVIEW, due, clock.now(), present, company_id="impress", ref=ref)
    page = await gets(client, f"/{ref}")
    assert f'href="/own-duty/{duty.id}"' in page
    assert f'href="/{ref}"' in await gets(client, f"/own-duty/{duty.id}")
    status, _ = await posts(client, f"/own-duty/{duty.id}/signed-off", of("signed-off"))
    assert status == 422
    await posts(client, f"/own-duty/{duty.id}/signed-off", of("signed-off", reason="Look at printers more."))
    kept = await tables.YearlySummary.get()
    conduct = {
        (row["name"], row.get("of")): row["value"]
        for one in kept.figures
        if one["name"] == "conduct"
        for row in one["rows"]
    }
    assert conduct["left", None] == 1
    assert sum(value for (name, of_), value in conduct.items() if name == "opened") == 1
    works = next(one["rows"] for one in kept.figures if one["name"] == "works")
    assert sum(row["value"] for row in works if row["name"] == "of-tier") == 1
    await tables.Case.all().update(closed_at=clock.now())
    page = await gets(client, f"/{ref}")
    for words in ("Look at printers more.", "M. Manager", kept.sha256):
        assert words in page
    conduct = page.split("Conduct that is not as promised")[-1].split("</table>")[0]
    assert re.findall(r"<th[^>]*>([^<]+)", conduct)[:6] == [
        *("What is counted", "critical", "high", "medium", "low", "All of them")
    ]
    assert await tables.LedgerLine.filter(type="summary.signed", data__contains=kept.sha256).exists()
    assert "Signed off" in await gets(client, "/summaries")
    assert "Conduct that is not as promised" in await gets(client, f"/{ref}.csv")
    await gets(client, f"/summary/{year.number}", 404)
    await gets(client, f"/summary/sister/{year.number}", 404)
    await gets(client, f"/summary/impress/{year.number + 1}", 404)
