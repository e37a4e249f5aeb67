"""Passing work on from the party's form to the company's decision, and a certificate until nothing is left."""

from __future__ import annotations

from datetime import timedelta

import pytest
from running import Ground, Running
from stage import engagement
from test_console import sign_in
from test_form import get, post

from monitor import clock, links, tables
from monitor.obligations import acts
from monitor.obligations.disposal import Certified
from monitor.promises.disposal import Certificate, certify
from monitor.questionnaire import Answer, freeze_answers, thaw

MANAGERS, OTHERS = "managers@impress.example", "managers@sister.example"
PLACES = """
  [[engagement.place]]
  name = "production database"
  kind = "prod"
  [[engagement.place]]
  name = "backup tapes"
  kind = "backup"
"""


def ago(days: int) -> str:
    return (clock.now() - timedelta(days=days)).date().isoformat()


@pytest.fixture
async def running(tmp_path, database):
    due, done = f"last_accepted_on = {ago(345)}", f"last_accepted_on = {ago(30)}"
    works = (
        engagement("dm", attestation=due, title="Direct mail", my_number=True),
        engagement("old", attestation=done, title="Old work", ends_on=ago(10), more=PLACES, company="sister"),
    )
    async with Ground(tmp_path, await database(), works) as found:
        yield found


async def asked(running: Running, name: str) -> tables.Obligation:
    """Hand in the party's request, as its form would."""
    duty = await tables.Obligation.get(kind="sub-entrustment")
    asked = thaw((await tables.FrozenRequest.get(sha256=duty.request_id)).body)
    said = {"name": name, "work": "Enclosing and posting", "country": "japan", "measures": "yes", "contract": "no"}
    answers = freeze_answers(asked, {f"sub-entrustment.{key}": Answer(value=value) for key, value in said.items()})
    await acts.submit(duty.id, clock.now(), acts.Declaration(answers.text, answers.sha256, "A", "B"))
    await running.work()
    return duty


async def link_of(running: Running, key: str) -> str:
    duty = await tables.Obligation.get(engagement_id=key, kind__in=["attestation", "deletion"])
    row = await tables.Link.filter(obligation_id=duty.id, via="").first()
    return f"/f/{links.spell(running.house.keyring, bytes.fromhex(row.id))}/en"


async def test_a_party_asks_in_its_form_and_reads_the_decision_in_its_mail(running: Running) -> None:
    async with running.client() as vendor:
        base = await link_of(running, "dm")
        page = await get(vendor, f"{base}/pass-on")
        assert "nobody works below you" in page
        place, _ = await post(vendor, f"{base}/pass-on", {})
        assert place == f"{base}/pass-on"  # a press that says nothing begins nothing
        assert not await tables.Obligation.exists(kind="sub-entrustment")
        place, _ = await post(vendor, f"{base}/pass-on", {"begin": "request"})
        assert "subcontractor" in await get(vendor, place)
        await post(vendor, f"{base}/pass-on", {"begin": "request"})
        assert await tables.Obligation.filter(kind="sub-entrustment").count() == 1
        await asked(running, "Enclosing <Works>")
        assert "Enclosing &lt;Works&gt;" in await get(vendor, f"{base}/pass-on")

    row = await tables.SubEntrustment.get()
    async with running.client() as client:
        await sign_in(running, client, MANAGERS)
        assert "/sub-entrustments" in await get(client, "/registers")
        assert f"/sub-entrustment/{row.id}" in await get(client, "/sub-entrustments")
        duty = await tables.OwnDuty.get(kind="sub-entrustment-decision")
        page = await get(client, f"/sub-entrustment/{row.id}")
        assert f"/own-duty/{duty.id}" in page
        _, page = await post(client, f"/own-duty/{duty.id}/approve", {"approve_by": "N"}, 422)
        _, page = await post(client, f"/sub-entrustment/{row.id}/consent", {"consent_by": "N"}, 422)
        assert 'href="#consent_on_year"' in page
        today = clock.now()
        day = {f"consent_on_{part}": str(getattr(today, part)) for part in ("year", "month", "day")}
        await post(client, f"/sub-entrustment/{row.id}/consent", {"consent_by": "N", **day})
        said = {"approve_by": "N", "approve_reason": "Only in the locked room."}
        await post(client, f"/own-duty/{duty.id}/approve", said)
        await running.work()
        assert (await tables.SubEntrustment.get()).state == "active"
        assert "Enclosing" in await get(client, "/chain/dm")
        async with client.get("/sub-entrustments/countries.csv") as response:
            assert "JP,Enclosing <Works>" in (await response.read()).decode("utf-8-sig")
        await get(client, "/chain/old", 404)  # another company's

    mail = running.mails("privacy@acme.example")[-1]
    assert "Enclosing <Works>" in mail.subject
    assert "Only in the locked room." in mail.text


async def test_a_request_by_letter_is_entered_and_mistakes_lose_nothing(running: Running) -> None:
    async with running.client() as client:
        await sign_in(running, client, MANAGERS)
        _, page = await post(client, "/chain/dm", {"request_by": "N", "request_work": "Posting"}, 422)
        assert 'href="#request_party"' in page
        assert "Posting" in page
        _, page = await post(client, "/chain/dm", {"request_by": "N", "request_party": "1234 5678 9018"}, 422)
        assert not await tables.SubEntrustment.exists()
        for year, day, words in (("9999", "31", "1900年から2200年までの日付"), ("2026", "32", "日付をご記入ください")):
            wrong = {"request_on_year": year, "request_on_month": "12", "request_on_day": day}
            said = {"request_by": "N", "request_party": "Postal Works", **wrong}
            _, page = await post(client, "/chain/dm", said, 422)  # never silently today
            assert words in page
        place, _ = await post(client, "/chain/dm", {"request_by": "N", "request_party": "Postal Works"})
        assert "Postal Works" in await get(client, place)
        assert await tables.OwnDuty.exists(kind="sub-entrustment-decision")


async def test_a_request_that_lies_is_withdrawn_on_its_day_and_nobody_is_overdue(running: Running) -> None:
    async with running.client() as vendor:
        await post(vendor, f"{await link_of(running, 'dm')}/pass-on", {"begin": "request"})
    await running.work(clock.now() + timedelta(days=31))
    duty = await tables.Obligation.get(kind="sub-entrustment")
    assert (duty.state, duty.reason, duty.overdue_on) == ("cancelled", "not-finished", None)


async def test_a_certificate_is_followed_place_by_place_until_nothing_is_left(running: Running) -> None:
    duty = await tables.Obligation.get(kind="deletion")
    at, today = clock.now(), clock.now().date()
    given = [Certified("production database", "deleted", today), Certified("backup tapes", "backup_pending", today)]
    shelf = running.house.tools.shelf
    await certify(duty.id, shelf, Certificate(given[:1]), at)
    await running.work()
    back = running.mails("privacy@acme.example")[-1]
    assert "backup tapes" in back.text
    await certify(duty.id, shelf, Certificate(given), at)
    await acts.accept(duty.id, at, await acts.person(OTHERS, at, "N"))
    await running.work()
    async with running.client() as client:
        await sign_in(running, client, OTHERS)
        row, waiting = await tables.Disposal.get(), await tables.DisposalPlace.get(state="backup_pending")
        assert f"/disposal/{row.id}" in await get(client, "/disposals")
        assert "backup tapes" in await get(client, f"/disposal/{row.id}/{waiting.id}")
        form = f"gone{waiting.id}"
        _, page = await post(client, f"/disposal/{row.id}", {"place": str(waiting.id)}, 422)
        assert f'href="#{form}_by"' in page
        await post(client, f"/disposal/{row.id}", {"place": str(waiting.id), f"{form}_by": "N"})
    assert (await tables.Disposal.get()).state == "deletion_confirmed"
    assert (await tables.OwnDuty.get(kind="backup-purge")).state == "done"
    async with running.client() as client:
        await sign_in(running, client, MANAGERS)
        await get(client, f"/disposal/{row.id}", 404)
