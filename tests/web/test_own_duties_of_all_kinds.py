"""Every duty that a company owes itself, and every conduct that is not as promised, has a page, acts, and a way to it."""

from __future__ import annotations

import pytest
from running import Ground
from test_form import get, post

from checks.detail import Detail
from monitor import clock, tables
from monitor.board import board
from monitor.calendar import DAY
from monitor.cases.conduct import breach
from monitor.conduct import RULES
from monitor.duties.owing import owe
from monitor.own_duties import CHANGE_REVIEW, OWN_DUTIES
from monitor.registry.roster import roster
from monitor.tables.store import transaction
from monitor.web.console.registers import REGISTERS
from tests.journey.manager import signed_in

MANAGERS, OFFICE = "managers@impress.example", "privacy-office@group.example"
WORK = {"company_id": "impress", "party_id": "acme", "engagement_id": "dm"}


@pytest.fixture
async def house(tmp_path, database):
    async with Ground(tmp_path, await database()) as running:
        yield running


async def owed(kind, **about):
    async with transaction():
        return await owe(kind, clock.now().date() + 3 * DAY, clock.now(), await roster(), **about)


async def found(rule, detail="", **about):
    async with transaction():
        return await breach(rule, detail, clock.now(), await roster(), **about)


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_each_kind_shows_its_task_and_a_button_for_each_way_to_end_it(house, language):
    duties = {kind: await owed(kind, **WORK, ref=f"x/{kind}") for kind in OWN_DUTIES if kind != CHANGE_REVIEW}
    async with house.client() as client:
        await signed_in(house, client, MANAGERS)
        client.headers["Accept-Language"] = language
        for name, duty in duties.items():
            page, kind = await get(client, f"/own-duty/{duty.id}"), OWN_DUTIES[name]
            for outcome, words in kind.outcomes.items():
                assert f'action="/own-duty/{duty.id}/{outcome}"' in page
                assert words.in_(language) in page
                assert (f'id="{outcome}_reason"' in page) is True
            assert ("law runs this clock" in page or "法令による" in page) is kind.statutory
            assert f"ITK-D{duty.id:05d}" in page
            assert "Direct mail" in page


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_each_rule_of_conduct_says_what_was_found_and_why_and_what_to_do(house, language):
    detail = Detail("{name} was named as working below, and was never reported.", name="Subworks")
    cases = {rule: await found(rule, detail, **WORK) for rule in RULES}
    async with house.client() as client:
        await signed_in(house, client, MANAGERS)
        client.headers["Accept-Language"] = language
        for rule, case in cases.items():
            page = await get(client, f"/case/{case.id}")
            assert "Subworks" in page
            assert f"/case/{case.id}/mend" in page
            assert f"/case/{case.id}/mute" not in page
            assert RULES[rule].remedy.in_(language)[:30].split("'")[0] in page.replace("<wbr>", "")


async def test_all_that_is_wrong_comes_back_at_once_and_nothing_typed_is_lost(house):
    duty = await owed("preliminary-report", **WORK)
    said = {"not-needed_on_year": "soon", "not-needed_on_month": "13", "not-needed_reason": " "}
    async with house.client() as client:
        await signed_in(house, client, MANAGERS)
        _, page = await post(client, f"/own-duty/{duty.id}/not-needed", said, status=422)
        for field in ("by", "reason", "on_year"):
            assert f'href="#not-needed_{field}"' in page
        assert 'value="soon"' in page
        tomorrow = clock.now().date() + 2 * DAY
        late = {"done_by": "M. Manager", "done_on_year": tomorrow.year, "done_on_month": tomorrow.month}
        _, page = await post(client, f"/own-duty/{duty.id}/done", late | {"done_on_day": tomorrow.day}, status=422)
        assert 'href="#done_on_year"' in page
        await post(client, f"/own-duty/{duty.id}/no-such-way", {"by": "M. Manager"}, status=404)
        await post(client, f"/own-duty/{duty.id}/done", {}, status=422)
    assert (await tables.OwnDuty.get(id=duty.id)).state == "open"


async def test_what_was_done_on_another_day_is_recorded_with_that_day_and_found_among_what_is_closed(house):
    duty, day = await owed("joint-use-notice", company_id="impress", ref="incident/7"), clock.now().date() - 2 * DAY
    said = {"done_by": "M. Manager", "done_on_year": day.year, "done_on_month": day.month, "done_on_day": day.day}
    async with house.client() as client:
        await signed_in(house, client, MANAGERS)
        client.headers["Accept-Language"] = "en"
        place, _ = await post(client, f"/own-duty/{duty.id}/done", said)
        page, closed = await get(client, place), await get(client, "/closed")
        _, again = await post(client, f"/own-duty/{duty.id}/done", said, status=422)
    assert f"{day.day} {day:%b} {day.year}" in page
    assert "The notice is up to date" in page
    assert "incident/7" in closed
    assert "decided already" in again
    line = await tables.LedgerLine.filter(type="own-duty.done").get()
    assert f'"on":"{day.isoformat()}"' in line.data.replace(" ", "")


async def test_conduct_is_put_right_by_a_named_person_with_how_and_everybody_told_is_told(house):
    rule = next(iter(RULES))
    case = await found(rule, Detail("{number} addresses", number=3), **WORK)
    await house.work()
    assert [row for row in await board(clock.now(), "impress") if row.get("rule") == rule]
    async with house.client() as client:
        await signed_in(house, client, MANAGERS)
        client.headers["Accept-Language"] = "en"
        _, page = await post(client, f"/case/{case.id}/mend", {}, status=422)
        assert 'href="#mend_by"' in page
        assert 'href="#mend_reason"' in page
        await post(client, f"/case/{case.id}/mute", {"mute_by": "M."}, status=404)
        place, _ = await post(client, f"/case/{case.id}/mend", {"mend_by": "M. Manager", "mend_reason": "Stopped."})
        page, closed = await get(client, place), await get(client, "/closed")
        _, again = await post(client, f"/case/{case.id}/mend", {"mend_by": "M.", "mend_reason": "x"}, status=422)
    await house.work()
    assert "Stopped." in page
    assert "/mend" not in page
    assert f'href="/case/{case.id}"' in closed
    assert "closed already" in again
    subjects = [mail.subject for mail in house.mails(MANAGERS) if f"ITK-C{case.id:05d}" in mail.subject]
    assert len(subjects) == 2
    assert "Solved" in subjects[-1] or "解消" in subjects[-1]


async def test_what_is_the_privacy_office_s_own_is_nobody_else_s(house):
    duty, rule = await owed("corrective-action", ref="incident/8"), next(iter(RULES))
    case = await found(rule, ref="incident/8")
    for email, status in ((OFFICE, 200), (MANAGERS, 404)):
        async with house.client() as client:
            await signed_in(house, client, email)
            for place in (f"/own-duty/{duty.id}", f"/case/{case.id}"):
                await get(client, place, status)
            found_there = f"/own-duty/{duty.id}" in await get(client, "/")
            assert found_there is (status == 200)


async def test_a_reference_leads_to_its_page_in_any_spelling(house):
    duty, case = await owed("corrective-action", **WORK), await found(next(iter(RULES)), **WORK)
    async with house.client() as client:
        await signed_in(house, client, MANAGERS)
        for typed, place in (
            (f"ITK-D{duty.id:05d}", f"/own-duty/{duty.id}"),
            (f"ｉｔｋ－ｄ{duty.id}", f"/own-duty/{duty.id}"),
            (f"itk-c{case.id}", f"/case/{case.id}"),
        ):
            async with client.get("/find", params={"q": typed}, allow_redirects=False) as response:
                assert response.headers.get("Location") == place, typed


async def test_the_navigation_leads_to_every_register_that_the_reader_may_see(house):
    async with house.client() as client:
        await signed_in(house, client, MANAGERS)
        assert 'href="/registers"' in await get(client, "/")
        page = await get(client, "/registers")
        for one in REGISTERS:
            assert (f'href="{one.path}"' in page) is not one.office
            await get(client, one.path, 404 if one.office else 200)
