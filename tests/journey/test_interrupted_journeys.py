"""What happens in between: a colleague, a double click, the button back, a link or a session that ends."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from monitor import clock, tables
from tests.evidence.evidence_corpus import png
from tests.journey.manager import mailed_sign_in, signed_in
from tests.journey.vendor import answered, declares, first_section, gets, hands_in, path_of, posts, say
from tests.web.running import Ground


@pytest.fixture
async def both(tmp_path, database):
    async with Ground(tmp_path, await database()) as found:
        yield found


async def test_two_who_save_at_the_same_moment_lose_nothing(both):
    """Whoever comes second is shown both answers; what was stored first stands until somebody chooses."""
    async with both.client() as one, both.client() as other:
        section = await first_section(one, both)
        await posts(one, section, {"policy": "no", "policy_comment": "before", "policy_version": "0", "pause": "1"})
        told = await asyncio.gather(
            *(
                posts(client, section, {"policy": "no", "policy_comment": words, "policy_version": "1", "pause": "1"})
                for client, words in ((one, "from Osaka"), (other, "from Tokyo"))
            )
        )
        assert sorted(status for status, _ in told) == [303, 422]
        shown = next(text for status, text in told if status == 422)
        assert "from Osaka" in shown
        assert "from Tokyo" in shown
        row = await tables.Answer.get(question="policy")
        assert row.version == 2


async def test_a_file_stays_on_the_page_that_shows_two_answers(both):
    async with both.client() as client:
        section = await first_section(client, both)
        await posts(client, section, {"rules": "no", "rules_comment": "a", "rules_file": ("図.png", png())})
        _, page = await posts(client, section, {"rules": "yes", "rules_comment": "b", "rules_version": "0"})
        assert "図.png" in page


async def test_two_presses_at_once_hand_in_once(both):
    async with both.client() as client:
        await answered((await tables.Obligation.get()).id)
        path = f"{path_of(both.link())}/en/declare"
        fields = {"name": "A", "title": "B", "declared": "agreed"}
        told = await asyncio.gather(*(posts(client, path, fields) for _ in range(4)))
        assert {status for status, _ in told} == {303}
        for _, place in told:
            assert "Your answer has arrived" in await gets(client, place)
    await both.work()
    assert await tables.Submission.all().count() == 1
    assert len([mail for mail in both.mails("privacy@acme.example") if "受付" in mail.subject]) == 1


async def test_a_wish_pressed_twice_is_one_and_reloading_repeats_nothing(both):
    async with both.client() as client:
        form = (await first_section(client, both)).partition("/s/")[0]
        said = {"kind": "not-ours", "why": "ask our affiliate"}
        told = await asyncio.gather(*(posts(client, f"{form}/help", said) for _ in range(3)))
        assert {status for status, _ in told} == {303}
        assert "has been told" in await gets(client, told[0][1])
        await both.work()
        assert await tables.Plea.all().count() == 1
        assert len([mail for mail in both.mails("managers@impress.example") if "affiliate" in mail.text]) == 1
        await posts(client, f"{form}/help", {**said, "why": "no, wait"})
        latest = await tables.Plea.get()
        assert latest.text == "no, wait", "what was not decided on gives way to the latest words"


async def test_a_manager_sees_no_file_before_it_is_handed_in_and_keeps_it_afterwards(both):
    async with both.client() as client:
        section = await first_section(client, both)
        for name in ("draft.png", "answer.png"):
            await posts(client, section, {"rules": "yes", "rules_version": "0", "rules_file": (name, png(len(name)))})
        draft, answer = [await tables.Evidence.get(name=name) for name in ("draft.png", "answer.png")]
        await posts(client, section, {"remove": draft.id})
        await signed_in(both, client, "managers@impress.example")
        duty = f"/duty/{answer.obligation_id}"
        assert "answer.png" not in await gets(client, duty)
        await gets(client, f"/evidence/{answer.id}", 404)
        await hands_in(both, client)
        await posts(client, f"{duty}/return", {"by": "M", "reason": "newer one, please"})
        await posts(client, section, {"remove": answer.id})
        page = await gets(client, duty)
        assert "answer.png" in page
        assert "draft.png" not in page
        async with client.get(f"/evidence/{answer.id}") as response:
            assert await response.read() == png(len("answer.png"))
        await gets(client, f"/evidence/{draft.id}", 404)


async def test_two_managers_at_once_decide_once_and_the_second_is_told(both):
    async with both.client() as client:
        await hands_in(both, client)
        await signed_in(both, client, "managers@impress.example")
        duty = await tables.Obligation.get()
        told = await asyncio.gather(
            posts(client, f"/duty/{duty.id}/accept", {"by": "One"}),
            posts(client, f"/duty/{duty.id}/return", {"by": "Other", "reason": "国名を。"}),
        )
        assert sorted(status for status, _ in told) == [303, 422]
    assert await tables.Submission.filter(verdict=None).count() == 0
    decided = await tables.LedgerLine.filter(type__in=["obligation.accepted", "obligation.returned"]).count()
    assert decided == 1


async def test_a_link_that_ends_in_the_middle_costs_nothing_that_was_saved(both):
    async with both.client() as client:
        section = await first_section(client, both)
        await posts(client, section, {"policy": "no", "policy_comment": "March 〜", "policy_version": "0"})
        await tables.Link.all().update(expires_at=clock.now())
        status, page = await posts(client, section, {"policy": "yes", "policy_version": "1"})
        assert status == 404
        assert "March" not in page
        await posts(client, f"{path_of(both.link())}/fresh", {})
        await both.work()
        assert "March 〜" in await gets(client, await first_section(client, both))


async def test_a_session_that_ends_in_the_middle_leads_to_signing_in_and_decides_nothing(both):
    async with both.client() as client:
        await hands_in(both, client)
        await signed_in(both, client, "managers@impress.example")
        await tables.Session.all().update(expires_at=clock.now() - timedelta(seconds=1))
        duty = await tables.Obligation.get()
        told = await posts(client, f"/duty/{duty.id}/accept", {"by": "M"})
        assert told == (303, "/sign-in")
    assert (await tables.Obligation.get()).state == "submitted"


async def test_signing_in_twice_at_once_opens_one_session(both):
    async with both.client() as client:
        await posts(client, "/sign-in", {"email": "managers@impress.example"})
        await both.work()
        link = mailed_sign_in(both, "managers@impress.example")
        told = await asyncio.gather(*(posts(client, link, {}) for _ in range(3)))
    assert sorted(status for status, _ in told) == [303, 410, 410]
    assert await tables.Session.all().count() == 1


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(60)
async def test_a_double_click_and_the_button_back_end_at_the_receipt(house, person):
    await answered((await tables.Obligation.get()).id)
    walk = await person(width=390)
    await walk.goes(f"{house.link()}/ja/check")
    await walk.presses(say("Go on to submit", "ja"))
    await walk.page.locator("#name").fill("髙﨑")
    await walk.page.locator("#title").fill("管理部")
    await walk.page.locator("#declared").check()
    await walk.button(say("Submit", "ja")).dblclick()
    await walk.page.locator(".confirmed").first.wait_for()
    assert say("Your answer has arrived", "ja") in await walk.reads()
    await walk.page.go_back()
    if await walk.page.locator("#declared").count():  # the browser may show the page as it was
        await declares(walk, "ja")
    assert say("Your answer has arrived", "ja") in await walk.reads()
    await walk.page.reload()
    await walk.looks()
    assert await tables.Submission.all().count() == 1
