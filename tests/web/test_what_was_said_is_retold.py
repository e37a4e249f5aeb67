"""What a party says and hands in it has again: by mail, and on its page, with the moment at which the company hears it."""

from __future__ import annotations

import json

import pytest
from running import Ground, Running
from test_form import get, plain_path, post

from monitor import clock, tables
from monitor.calendar import DAY
from monitor.language import Message, say_instant
from monitor.obligations import acts
from monitor.questionnaire import Answer, freeze_answers, thaw
from monitor.receipt import Verdict, examine
from monitor.registry.apply import set_fields
from monitor.registry.roster import roster
from monitor.rendering import environment
from tests.journey.manager import signed_in
from tests.web.accepted_before import told_before

PARTY, MANAGER = "privacy@acme.example", "managers@impress.example"


@pytest.fixture
async def running(tmp_path, database):
    async with Ground(tmp_path, await database()) as found:
        yield found


async def close(*days) -> None:
    """The office is closed on these days, and letters leave at its hours."""
    closed = {"extra_closed": [day.isoformat() for day in days], "any_hour": False}
    await set_fields("group", "group", closed, clock.now())


def wish(day, reason="予算の都合です。") -> dict[str, str]:
    return {"kind": "more-time", "reason": reason} | {
        f"wished_{name}": str(getattr(day, name)) for name in ("year", "month", "day")
    }


async def test_who_says_something_on_a_closed_day_reads_when_it_is_heard_and_has_it_by_mail_at_once(running: Running):
    today = (await roster()).calendar.day_of(clock.now())
    await close(today, today + DAY)
    duty = await tables.Obligation.get()
    async with running.client() as client:
        base = plain_path(running.link()) + "/en"
        heard = (await roster()).calendar.sending_on(today + 2 * DAY)
        for number in range(5):  # each other words: three copies a day are enough
            place, _ = await post(client, f"{base}/help", wish(duty.due_on + 5 * DAY, f"予算{number}です。"))
        assert f"is told on {await said(heard)}" in await get(client, place)
        await running.work()
        copies = "".join(mail.text for mail in running.mails(PARTY) if "延長のご希望" in mail.subject)
        assert [copies.count(f"予算{number}です。") for number in range(5)] == [1, 1, 1, 0, 0]
        assert not running.mails(MANAGER)
        offered = {"kind": "decline", "decline_reason": "小規模です。", "decline_offered": "監査報告書〜髙﨑"}
        await post(client, f"{base}/help", offered)
        assert f"is told on {await said(heard)} what you wrote" in await get(client, f"{base}/")
        await running.work()
        letter = running.mails(PARTY)[-1]
        assert all(words in letter.text for words in ("小規模です。", "監査報告書〜髙﨑", "09:00にお伝えします"))
        assert not running.mails(MANAGER)
        await running.work(heard)
        assert running.mails(MANAGER)


async def said(at) -> str:
    return say_instant(at, (await roster()).calendar.zone, "en")


async def test_a_manager_sees_on_which_day_a_date_on_a_closed_day_falls_before_it_counts(running: Running):
    duty = await tables.Obligation.get()
    shut = duty.due_on + 9 * DAY
    await set_fields("group", "group", {"extra_closed": [shut.isoformat()]}, clock.now())
    async with running.client() as client, running.client() as manager:
        await post(client, f"{plain_path(running.link())}/en/help", wish(shut))
        await signed_in(running, manager, MANAGER)
        assert "希望どおりに延長すると" in await get(manager, f"/duty/{duty.id}")
        given = {"extend_by": "M", "extend_reason": "audit"}
        days = [
            {f"extend_until_{name}": str(getattr(day, name)) for name in ("year", "month", "day")}
            for day in (shut, shut + DAY)
        ]
        _, page = await post(manager, f"/duty/{duty.id}/extend", given | days[0], status=422)
        assert "もう一度送信" in page
        assert f'value="{(shut + DAY).day}"' in page
        assert (await tables.Obligation.get()).due_on == duty.due_on
        await post(manager, f"/duty/{duty.id}/extend", given | days[1])
    assert (await tables.Obligation.get()).due_on == shut + DAY


async def hand_in(duty, **answers: str) -> None:
    request = await tables.FrozenRequest.get(sha256=duty.request_id)
    frozen = freeze_answers(thaw(request.body), {name: Answer(value=value) for name, value in answers.items()})
    await acts.submit(duty.id, clock.now(), acts.Declaration(frozen.text, frozen.sha256, "T", "P"))


async def test_every_receipt_of_a_request_stays_on_its_page_and_what_is_left_to_do_is_led_to(running: Running):
    duty, actor = await tables.Obligation.get(), await acts.person(MANAGER, clock.now(), "M. Manager")
    base = plain_path(running.link()) + "/en"
    await hand_in(duty, policy="yes")
    await running.work()
    view = plain_path(running.link()) + "/en"
    async with running.client() as client:
        await acts.return_(duty.id, clock.now(), actor, "Please say more.")
        for place in (f"{base}/", f"{view}/"):
            page = await get(client, place)
            assert "All that you handed in" in page
            assert "to be completed" in page
        await hand_in(duty, policy="no")
        page = await get(client, f"{view}/done")
        assert "We aim to let you know the result by then" in page
        files = [json.loads(await get(client, f"{view}/receipt-{number}.json")) for number in (1, 2)]
        assert files[0]["answers"] != files[1]["answers"]
        assert all(examine(json.dumps(file), []).verdict is Verdict.SOUND for file in files)
        assert files[1] == json.loads(await get(client, f"{base}/receipt.json"))
        await acts.accept(duty.id, clock.now(), actor)
        await running.work()
        page = await get(client, f"{base}/")
        assert "Accepted on" in page
        assert "Points remain that should be put right" in page
        other = await tables.Obligation.get(kind="remediation")
        place, _ = await post(client, f"{base}/mine", {"open": str(other.id)})
        assert f"ITK-{other.id:06d}" in await get(client, place)
        assert "Points remain" not in await get(client, f"{view}/done"), "a receipt shows nothing else"


async def test_a_letter_says_that_answers_of_last_time_can_be_used_again_where_the_same_is_asked(running: Running):
    token = plain_path(running.link())
    async with running.client() as client:
        for answers, told in (({"gone": Answer(value="yes")}, False), ({"policy": Answer(value="yes")}, True)):
            await told_before("dm", answers)
            await tables.Notice.filter(kind="fresh-link").delete()
            async with client.post(f"{token}/fresh") as response:
                assert response.status == 200
            await running.work()
            assert ("「前回と同じ」でお使いいただけます" in running.mails(PARTY)[-1].text.replace("\n", "")) is told
            assert ("「前回と同じ」で使えます" in await get(client, f"{token}/ja/")) is told


async def test_the_letter_of_an_acceptance_names_the_next_date_though_that_is_not_planned_yet(running: Running):
    duty, actor = await tables.Obligation.get(), await acts.person(MANAGER, clock.now(), "M. Manager")
    await hand_in(duty, policy="yes")
    await acts.accept(duty.id, clock.now(), actor)
    notice = await tables.Notice.get(kind="accepted")
    await running.work()
    following = await tables.Obligation.filter(kind="attestation", id__gt=duty.id).get()
    assert notice.data["next_on"] == following.due_on.isoformat()


def test_an_english_sentence_that_ends_with_a_company_has_one_full_stop() -> None:
    text = "{party} is asked by {asker}. Write to {asker}."
    asked = Message(text, {"party": "Acme, Inc.", "asker": "Example, Inc."})
    assert asked.in_("en") == "Acme, Inc. is asked by Example, Inc. Write to Example, Inc."
    page = environment("en", html=True).from_string('{{ _("Asked by %(asker)s.", asker=name) }}')
    assert page.render(name="A & B, Inc.") == "Asked by A &amp; B, Inc."
    assert page.render(name="And so on ...").endswith("so on ...")
