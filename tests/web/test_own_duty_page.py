"""The page on which a company decides about a text that a party has changed, and the letter that leads to it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from running import Ground
from test_form import get, post
from test_published_texts_page import NEW, OLD, PARTY, Paper, look

from monitor import clock, tables
from monitor.board import board
from monitor.calendar import DAY
from monitor.digest import report
from monitor.duties.changes import ACCEPTABLE, decide, review
from monitor.letters import digest
from monitor.obligations import acts
from monitor.registry.roster import roster
from tests.journey.manager import signed_in

MANAGERS = "managers@impress.example"
OFFICE = "privacy-office@group.example"


@pytest.fixture
async def house(tmp_path, database):
    async with Ground(tmp_path, await database(), parties=PARTY) as running:
        old, new = Paper(OLD.encode()), Paper(NEW.encode())
        await look(old, old, new, new, new)
        await running.work()
        yield running


async def decision():
    return await tables.OwnDuty.get(company_id="impress")


async def test_the_letter_leads_to_the_page_and_the_page_shows_both_texts(house):
    letter = next(mail for mail in house.mails(MANAGERS) if "/own-duty/" in mail.text)
    duty = await decision()
    assert f"ITK-D{duty.id:05d}" in letter.text
    assert re.search(rf"http://127\.0\.0\.1:\d+/own-duty/{duty.id}\s", letter.text)
    async with house.client() as client:
        await signed_in(house, client, MANAGERS)
        page = await get(client, f"/own-duty/{duty.id}")
        assert f'href="/own-duty/{duty.id}"' in await get(client, "/")
    assert "<del>3</del>年間" in page
    assert "<ins>5</ins>年間" in page
    assert f'name="acceptable_read" value="{duty.about["changed"]}"' in page


async def test_the_party_reads_nothing_of_the_decision(house):
    assert not [mail for mail in house.mails("privacy@acme.example") if "own-duty" in mail.text]


@pytest.mark.parametrize(("deed", "outcome"), [("acceptable", "acceptable"), ("needs-action", "needs-action")])
async def test_a_named_person_decides_and_the_case_is_closed(house, deed, outcome):
    duty = await decision()
    said = {
        f"{deed}_by": "Manager One",
        f"{deed}_reason": "Five years are fine.",
        f"{deed}_read": duty.about["changed"],
    }
    async with house.client() as client:
        await signed_in(house, client, MANAGERS)
        place, _ = await post(client, f"/own-duty/{duty.id}/{deed}", said)
        page = await get(client, place)
    assert "Manager One" in page
    assert "Five years are fine." in page
    assert '<form method="post" action="/own-duty' not in page
    assert (await tables.OwnDuty.get(id=duty.id)).outcome == outcome
    assert (await tables.Case.get()).closed_at is not None


async def test_what_the_company_owes_itself_waits_for_its_decision_and_not_for_the_party(house):
    duty = await decision()
    rows = {row["id"]: row for row in await board(clock.now(), "impress")}
    assert rows[f"own-duty/{duty.id}"]["state"] == "deciding"
    async with house.client() as client:
        await signed_in(house, client, MANAGERS)
        client.headers["Accept-Language"] = "ja"
        today, page = await get(client, "/"), await get(client, f"/own-duty/{duty.id}")
    assert "<b>1</b> 自社の対応待ち" in today
    assert ("要判断" in page, "回答待ち" in page, "回答の確認" in page) == (True, False, False)


async def test_the_page_of_the_case_leads_to_the_decision_that_closes_it_as_long_as_it_is_owed(house):
    duty, case = await decision(), await tables.Case.get()
    async with house.client() as client:
        await signed_in(house, client, MANAGERS)
        before = await get(client, f"/case/{case.id}")
        await post(client, f"/own-duty/{duty.id}/acceptable", {"acceptable_by": "Manager One"})
        after = await get(client, f"/case/{case.id}")
    link = f'href="/own-duty/{duty.id}"'
    assert (link in before, link in after) == (True, False)


async def test_what_was_decided_is_found_again_among_what_is_closed_with_its_outcome_and_who_decided(house):
    duty = await decision()
    said = {
        "needs-action_by": "Manager One",
        "needs-action_reason": "Ask for deletion.",
        "needs-action_read": duty.about["changed"],
    }
    async with house.client() as client:
        await signed_in(house, client, MANAGERS)
        client.headers["Accept-Language"] = "en"
        assert f'href="/own-duty/{duty.id}"' not in await get(client, "/closed")
        await post(client, f"/own-duty/{duty.id}/needs-action", said)
        page = await get(client, "/closed")
    assert f'href="/own-duty/{duty.id}"' in page
    for words in ("Decided: needs action", "Manager One", "Decision on a changed text", "Acme Printing"):
        assert words in page


async def test_what_the_privacy_office_has_decided_itself_is_among_what_is_closed_and_for_nobody_else(house):
    duty = await decision()
    await tables.OwnDuty.filter(id=duty.id).update(company_id=None)
    await decide(duty.id, clock.now(), await acts.person(OFFICE, clock.now(), "P. Officer"), ACCEPTABLE)
    for email, there in ((OFFICE, True), (MANAGERS, False)):
        async with house.client() as client:
            await signed_in(house, client, email)
            assert (f'href="/own-duty/{duty.id}"' in await get(client, "/closed")) is there


async def test_the_weekly_report_counts_a_decision_that_is_late_and_names_one_that_is_not(house):
    duty, today = await decision(), clock.now().date()
    monday = clock.now() + timedelta(days=7 - today.weekday())
    at = monday.replace(hour=1, minute=30)
    await tables.Case.all().update(closed_at=at)
    for due, place in ((at.date() + DAY, "dates"), (at.date() - DAY, "overdue")):
        await tables.OwnDuty.filter(id=duty.id).update(due_on=due)
        await tables.Notice.filter(kind="digest").delete()
        await tables.Pulse.filter(name="digest").delete()
        await report(at)
        notices = {row.company_id: row for row in await tables.Notice.filter(kind="digest")}
        for company in ("impress", None) if place == "overdue" else (None,):
            data = notices[company].data
            assert [(line["id"], line["kind"]) for line in data[place] if line.get("own")] == [(duty.id, duty.kind)]
    present = await roster()
    values = digest.report(notices["impress"], {"acme": await present.party("acme")}, present, "ja")
    (line,) = [line for line in values["overdue"] if line["ref"] == f"ITK-D{duty.id:05d}"]
    assert (line["what"], line["late"]) == ("公表文書の変更の判断", 0)


async def test_a_change_that_needs_action_is_not_shown_as_if_it_were_accepted(house):
    duty = await decision()
    said = {
        "needs-action_by": "Manager One",
        "needs-action_reason": "Ask for deletion.",
        "needs-action_read": duty.about["changed"],
    }
    async with house.client() as client:
        await signed_in(house, client, MANAGERS)
        client.headers["Accept-Language"] = "ja"
        place, _ = await post(client, f"/own-duty/{duty.id}/needs-action", said)
        page = await get(client, place)
    assert ("判断済み（要対応）" in page, "承認済み" in page) == (True, False)


@pytest.mark.parametrize(
    ("deed", "said", "wrong"),
    [
        ("needs-action", {"needs-action_by": "Manager One"}, "needs-action_reason"),
        ("acceptable", {"acceptable_by": ""}, "acceptable_by"),
        ("acceptable", {"acceptable_by": "Manager One", "acceptable_read": "0" * 32}, "acceptable_by"),
    ],
)
async def test_what_is_wrong_comes_back_with_the_page_and_decides_nothing(house, deed, said, wrong):
    duty = await decision()
    async with house.client() as client:
        await signed_in(house, client, MANAGERS)
        _, page = await post(client, f"/own-duty/{duty.id}/{deed}", said, status=422)
    assert f'href="#{wrong}"' in page
    assert (await decision()).state == "open"


async def test_strangers_and_sister_companies_neither_see_nor_decide(house):
    duty = await decision()
    async with house.client() as client:
        async with client.get(f"/own-duty/{duty.id}", allow_redirects=False) as response:
            assert response.headers["Location"] == "/sign-in"
        await signed_in(house, client, "managers@sister.example")
        await get(client, f"/own-duty/{duty.id}", 404)
        await post(client, f"/own-duty/{duty.id}/acceptable", {"acceptable_by": "Sister"}, status=404)
    assert (await decision()).state == "open"


async def test_it_can_be_taken_in_hand_until_a_day(house):
    duty, day = await decision(), clock.now().date().replace(day=28)
    when = {
        "acknowledge_until_year": str(day.year),
        "acknowledge_until_month": str(day.month),
        "acknowledge_until_day": "28",
    }
    async with house.client() as client:
        await signed_in(house, client, MANAGERS)
        await post(client, f"/own-duty/{duty.id}/acknowledge", {"acknowledge_by": "Manager One", **when})
    assert (await decision()).paused_until is not None


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_every_rung_is_written_in_both_languages(house, language):
    await tables.Group.filter(key="group").update(revision=99)
    from monitor.letters.texts import subject
    from monitor.letters.topic import Topic
    from monitor.registry.roster import roster

    present, duty = await roster(), await decision()
    notice = await tables.Notice.get(own_duty_id=duty.id)
    party = await present.party("acme")
    topic = Topic(notice, ["managers"], None, None, None, party, present.companies["impress"], duty)
    fresh = subject([topic], language, present, clock.now())
    duty.due_on = clock.now().date().replace(year=clock.now().year - 1)
    late = subject([topic], language, present, clock.now())
    assert len({fresh, late}) == 2
    assert ("判断" in fresh) is (language == "ja")
    assert await review(clock.now()) == 0
