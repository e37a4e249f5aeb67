"""The forms of the managers' pages: all mistakes at once, limits told beforehand, references as people type them."""

from __future__ import annotations

import re

import pytest
from running import Ground, Running
from stage import engagement
from test_console import sign_in
from test_form import get, post

from checks.contract import Severity
from monitor import clock, tables
from monitor.calendar import DAY
from monitor.obligations import acts, pleading
from monitor.registry.roster import roster
from tests.remediation.remedied import answered, rows

OLD = "last_accepted_on = 2024-01-10"
MANAGERS, OFFICER, REVIEWERS = "managers@impress.example", "pi@impress.example", "reviewers@impress.example"


@pytest.fixture
async def running(tmp_path, database):
    async with Ground(tmp_path, await database(), (engagement("dm", attestation=OLD, title="Direct mail"),)) as found:
        yield found


def led_to(page: str) -> list[str]:
    """Where the summary of the mistakes leads, in its order."""
    summary = page.partition('id="errors_title"')[2].partition("</section>")[0]
    return re.findall(r'href="#([^"]+)"', summary)


async def test_every_mistake_of_a_form_is_named_at_once_and_what_was_typed_stays(running: Running) -> None:
    duty, at = await tables.Obligation.get(), clock.now()
    await pleading.plead(duty.id, "not-ours", "Not our work.", at, "link/x")
    plea = (await tables.Plea.get()).id
    async with running.client() as client:
        await sign_in(running, client, MANAGERS)
        place = f"/duty/{duty.id}"
        typed = {"waive_until_year": "2020", "waive_until_month": "13", "waive_until_day": "1"}
        for deed, sent, missing in [
            ("waive", typed, ["waive_by", "waive_reason", "waive_until_year"]),
            ("extend", {}, ["extend_by", "extend_reason", "extend_until_year"]),
            ("return", {}, []),
            ("plea", {"plea": str(plea)}, [f"plea{plea}_by", f"plea{plea}_decision", f"plea{plea}_reason"]),
        ]:
            _, page = await post(client, f"{place}/{deed}", sent, 422)
            assert not missing or led_to(page) == missing
            assert all(f'id="{name}"' in page for name in missing)
        agreed = {"plea": str(plea), f"plea{plea}_decision": "agreed", f"plea{plea}_by": "M"}
        _, page = await post(client, f"{place}/plea", agreed, 422)
        assert led_to(page) == [f"plea{plea}_reason", f"plea{plea}_until_year"]
        _, page = await post(client, f"{place}/waive", typed | {"waive_reason": "<Merger>"}, 422)
        assert "&lt;Merger&gt;</textarea>" in page
        assert 'value="13"' in page
        _, page = await post(client, f"{place}/shown", {"shown_what": "A list"}, 422)
        assert led_to(page) == ["shown_question", "shown_seen_year", "shown_place", "shown_by"]
        _, page = await post(client, f"{place}/entry", {"entry_channel": "on-site"}, 422)
        assert led_to(page) == ["entry_received_year", "entry_signer", "entry_place", "entry_scan", "entry_by"]
    assert (await tables.Obligation.get()).state == "open"
    assert await tables.Person.filter(name="M").count() == 0


async def test_a_review_that_lacks_a_name_and_a_reason_and_a_comment_says_all_three(running: Running) -> None:
    duty = await tables.Obligation.get()
    await acts.submit(duty.id, clock.now())
    async with running.client() as client:
        await sign_in(running, client, REVIEWERS)
        page = await get(client, f"/duty/{duty.id}/review")
        question = re.findall(r'name="([a-z-]+)_verdict"', page)[0]
        told = {f"{question}_verdict": "accepted", f"{question}_comment": "Which <one>?", "decide": "return"}
        _, page = await post(client, f"/duty/{duty.id}/review", told, 422)
        assert led_to(page) == ["review_by", "review_reason", f"{question}_verdict"]
        assert "Which &lt;one&gt;?" in page
    assert (await tables.Obligation.get()).state == "submitted"


async def test_the_limit_of_a_risk_is_told_beforehand_and_who_may_go_beyond(running: Running) -> None:
    await answered(clock.now(), {"rules": "no"})
    found, calendar = (await rows())["rules"], (await roster()).calendar
    today = calendar.day_of(clock.now())
    alone = min(today, found.first_due_on) + 30 * DAY
    async with running.client() as client:
        await sign_in(running, client, MANAGERS)
        await client.post("/settings", data={"language": "en", "back": "/"})
        page = await get(client, f"/finding/{found.id}")
        said = re.search(r'id="risk_until_hint">Up to (.*?)\.', page)
        assert said
        assert said[1].endswith(f"{alone:%b} {alone.year}")
        assert f" {alone.day} " in said[1]
        assert "only by the manager for personal information" in page
        await tables.Remediation.filter(id=found.id).update(severity=Severity.CRITICAL)
        page = await get(client, f"/finding/{found.id}")
        assert "risk_until" not in page
        assert "may be accepted only by" in page
    async with running.client() as client:
        await sign_in(running, client, OFFICER)
        page = await get(client, f"/finding/{found.id}")
        assert "risk_until_hint" in page
        assert "事務局です" not in page.partition("risk_until_hint")[2][:300]


async def test_a_request_is_found_by_its_reference_however_it_is_typed(running: Running) -> None:
    duty = (await tables.Obligation.get()).id
    async with running.client() as client:
        await sign_in(running, client, MANAGERS)
        for typed in (
            f"ITK-{duty}",
            f"itk{duty:06}",
            f"ｉｔｋ－{duty:06}",
            f"ITKー{duty}",
            f" itk - {duty} ",
            str(duty),
        ):
            async with client.get("/find", params={"q": typed}, allow_redirects=False) as response:
                assert (response.status, response.headers.get("Location")) == (303, f"/duty/{duty}"), typed
        for typed in ("ITK-", "0", "ITK-999", "ITX-1", f"{duty}1234567890", "١"):
            async with client.get("/find", params={"q": typed}, allow_redirects=False) as response:
                assert response.status != 303, typed


async def test_whoever_proposed_reads_who_can_confirm_and_gets_no_button_for_it(running: Running) -> None:
    duty, at = await tables.Obligation.get(), clock.now()
    await tables.Engagement.filter(key="dm").update(spec={**(await tables.Engagement.get(key="dm")).spec, "tier": "S"})
    await tables.Group.filter(key="group").update(revision=99)
    await acts.submit(duty.id, at)
    pressed = 'name="decide" value="accept"'
    async with running.client() as client:
        await sign_in(running, client, REVIEWERS)
        assert pressed in await get(client, f"/duty/{duty.id}/review")
        await post(client, f"/duty/{duty.id}/accept", {"by": "R. Reviewer"})
        for place in (f"/duty/{duty.id}/review", f"/duty/{duty.id}"):
            page = await get(client, place)
            assert pressed not in page
            assert f'action="/duty/{duty.id}/accept"' not in page
            assert MANAGERS in page
        _, page = await post(client, f"/duty/{duty.id}/accept", {"by": "Another"}, 422)
        assert "別の氏名・別のメールアドレスの2人目の方" in page
    async with running.client() as client:
        await sign_in(running, client, MANAGERS)
        assert pressed in await get(client, f"/duty/{duty.id}/review")
        await post(client, f"/duty/{duty.id}/accept", {"by": "M. Manager"})
    assert (await tables.Obligation.get()).state == "accepted"
