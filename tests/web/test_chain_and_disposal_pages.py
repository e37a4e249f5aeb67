"""Passing work on from the party's form to the company's decision, and a certificate until nothing is left."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

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
from monitor.web.console.happenings import WORDS
from tests.promises.chain import SUBS

MANAGERS, OTHERS = "managers@impress.example", "managers@sister.example"
ROOT = Path(__file__).parents[2]
THROUGH = '  [engagement.sub_entrustment]\n  reach = "via_parent"\n'
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
        engagement("print", attestation=done, title="Printing"),
        engagement("print/sub", party="sub-co", under="print", attestation=done),
        engagement("print/far", party="sub-co", under="print", attestation=done, more=THROUGH),
        engagement("old", attestation=done, title="Old work", ends_on=ago(10), more=PLACES, company="sister"),
    )
    async with Ground(tmp_path, await database(), works, SUBS) as found:
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
        owed = await tables.OwnDuty.get(kind="backup-purge")
        assert "backup tapes" in await get(client, f"/own-duty/{owed.id}")
        assert "backup tapes" in running.mails(OTHERS)[-2].text + running.mails(OTHERS)[-1].text
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


@pytest.mark.parametrize("place", ["promises", "registry"])
def test_whatever_the_ledger_says_of_a_work_has_words_on_its_page(place: str) -> None:
    """Found in the code, since no single story has all of it."""
    said = [path.read_text(encoding="utf-8") for path in (ROOT / "monitor" / place).rglob("*.py")]
    kinds = {kind for text in said for kind in re.findall(r'Event\(\s*"([a-z.-]+[a-z_.-]*)",\s*f"engagement/', text)}
    assert kinds
    assert kinds <= WORDS.keys()


async def test_an_order_says_who_is_asked_beside_the_party_and_stands_in_words_on_the_page(running: Running) -> None:
    async with running.client() as client:
        await sign_in(running, client, MANAGERS)
        page = await get(client, "/engagement/print")
        assert "サブワークス" in page
        assert '<option value="">' in page.partition('id="order_trigger"')[2][:200]  # nothing is chosen beforehand
        said = {"order_by": "N", "order_trigger": "consent", "order_reason": "A letter came."}
        await post(client, "/engagement/print/order", said)
        assert {row.engagement_id for row in await tables.Obligation.filter(kind="deletion")} == {
            "print", "print/sub", "print/far", "old",
        }  # fmt: skip
        page = await get(client, "/engagement/print/sub")
        assert "本人の同意が撤回されたため" in page
        assert "engagement.deletion_ordered" not in page
    await running.work()
    mail = next(one for one in reversed(running.mails("privacy@acme.example")) if "サブワークス" in one.text)
    text = "".join(mail.text.split())
    assert "AcmePrinting御中" in text  # whoever passed it on answers for it, and is not taken for the party below
    assert "貴社からサブワークス株式会社へ再委託されており" in text
