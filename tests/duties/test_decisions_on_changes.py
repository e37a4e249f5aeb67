"""A change of what a party publishes is decided on: by each company that has data with it, in time, by name."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from beat import findings, lines, open_cases, served
from published import NEW, OLD

from monitor import tables
from monitor.duties import changes, owing
from monitor.obligations import acts
from monitor.pause import Pause
from monitor.refusal import Refused
from monitor.registry.apply import set_fields
from monitor.registry.roster import roster

NEWER = OLD.replace("purpose 5", "any purpose")
BOTH = (served(0), served(0, "sister"))


async def owed():
    return await tables.OwnDuty.filter(state="open").order_by("id")


async def somebody(at):
    return await acts.person("reviewer@impress.example", at, "Reviewer")


async def decided(page, duty, outcome=changes.ACCEPTABLE, reason="", **more):
    await changes.decide(duty.id, page.at, await somebody(page.at), outcome, reason, **more)


async def test_each_company_with_an_engagement_in_force_has_to_decide_within_ten_business_days(publish):
    page = await publish(*BOTH)
    await page.changed()
    assert await changes.review(page.at) == 2
    duties = await owed()
    calendar = (await roster()).calendar
    assert [duty.company_id for duty in duties] == ["impress", "sister"]
    assert {duty.due_on for duty in duties} == {calendar.shift(calendar.day_of(page.at), 10)}
    assert {(duty.about["known"], duty.about["changed"]) for duty in duties} == {
        tuple((await tables.FindingRow.get()).key.split())
    }
    assert len(await lines("own-duty.opened")) == 2


async def test_where_nobody_is_responsible_the_privacy_office_decides(publish):
    page = await publish(served(0, ends_on=date(2026, 9, 1)))
    await page.changed()
    await changes.review(page.at)
    assert [duty.company_id for duty in await owed()] == [None]


async def test_a_change_is_asked_about_once(publish):
    page = await publish()
    await page.changed()
    assert [await changes.review(page.at) for _ in range(3)] == [1, 0, 0]
    await page.looks(times=3)
    assert await changes.review(page.at) == 0


async def test_accepting_closes_finding_and_case_and_makes_the_new_text_the_known_one(publish):
    page = await publish()
    await page.changed()
    await changes.review(page.at)
    (duty,) = await owed()
    await decided(page, duty)
    assert (await owed(), await open_cases().count(), (await findings())[0][2]) == ([], 0, False)
    (line,) = await lines("own-duty.done")
    assert (line["data"]["outcome"], line["company"]) == ("acceptable", "impress")
    assert line["actor"].startswith("person/")
    await page.looks(times=4)
    assert await changes.review(page.at) == 0
    assert (await open_cases().count(), len(await findings())) == (0, 1)
    assert (await page.watch()).memory["known"].startswith(duty.about["changed"])


async def test_the_finding_stays_until_the_last_company_has_decided(publish):
    page = await publish(*BOTH)
    await page.changed()
    await changes.review(page.at)
    first, second = await owed()
    await decided(page, first)
    await page.looks(times=2)
    assert await changes.review(page.at) == 0
    assert (await open_cases().count(), (await findings())[0][2]) == (2, True)
    await decided(page, second, changes.ACTION, "Ask them to take the clause back.")
    assert (await open_cases().count(), (await findings())[0][2]) == (0, False)


async def test_whoever_wants_action_says_why_and_the_ledger_has_only_its_hash(publish):
    page = await publish()
    await page.changed()
    await changes.review(page.at)
    (duty,) = await owed()
    with pytest.raises(Refused, match="reason-missing"):
        await decided(page, duty, changes.ACTION, "  ")
    await decided(page, duty, changes.ACTION, "They hand it to advertisers.")
    (line,) = await lines("own-duty.done")
    assert "advertisers" not in str(line)
    assert (await tables.Reason.get(sha256=line["data"]["reason_sha256"])).text == "They hand it to advertisers."


async def test_nobody_decides_twice_or_without_a_name(publish):
    page = await publish()
    await page.changed()
    await changes.review(page.at)
    (duty,) = await owed()
    with pytest.raises(Refused, match="by-missing"):
        await changes.decide(duty.id, page.at, "system", changes.ACCEPTABLE)
    await decided(page, duty)
    with pytest.raises(Refused, match="not-open"):
        await decided(page, duty)


async def test_a_page_that_changes_again_is_decided_on_by_the_same_day_and_not_unread(publish):
    page = await publish()
    await page.changed()
    await changes.review(page.at)
    (before,) = await owed()
    await page.changed(NEWER)
    assert await changes.review(page.at) == 1
    (after,) = await owed()
    assert (after.id, after.due_on) == (before.id, before.due_on)
    assert after.about["known"] == before.about["known"]
    with pytest.raises(Refused, match="by-unread"):
        await decided(page, after, read=before.about["changed"])
    await decided(page, after, read=after.about["changed"])
    assert (await page.watch()).memory["known"].startswith(after.about["changed"])


async def test_what_is_put_back_needs_no_decision(publish):
    page = await publish()
    await page.changed()
    await changes.review(page.at)
    await page.looks(OLD)
    assert len(await owed()) == 1
    await page.looks(OLD)
    assert await changes.review(page.at) == 1
    assert await owed() == []
    assert (await lines("own-duty.cancelled"))[0]["data"]["reason"] == "not-changed"


async def test_a_decision_ends_a_case_that_came_back_at_once(publish):
    page = await publish()
    await page.changed()
    await page.looks(OLD, 2, after=timedelta(hours=1))
    await page.looks(NEW, 3, after=timedelta(hours=2))
    assert (await open_cases().get()).returns == 1
    await changes.review(page.at)
    (duty,) = await owed()
    await decided(page, duty)
    assert await open_cases().count() == 0


async def test_a_company_whose_engagement_has_ended_owes_no_decision(publish):
    page = await publish(*BOTH)
    await page.changed()
    await changes.review(page.at)
    await set_fields("engagement", "e0/sister", {"ends_on": date(2026, 9, 1)}, page.at)
    assert await changes.review(page.at) == 1
    assert [duty.company_id for duty in await owed()] == ["impress"]


async def test_a_look_that_was_under_way_does_not_bring_the_old_text_back(publish):
    page = await publish()
    await page.changed()
    await changes.review(page.at)
    (duty,) = await owed()
    watch = await page.watch()
    watch.lease = "under-way"
    await tables.Watch.filter(id=watch.id).update(lease="under-way")
    await decided(page, duty)
    assert (await page.watch()).lease is None


async def test_the_last_day_over_it_is_overdue_once(publish):
    page = await publish()
    await page.changed()
    await changes.review(page.at)
    (duty,) = await owed()
    end = (await roster()).calendar.end_of(duty.due_on)
    assert [await owing.turn(at) for at in (end - timedelta(seconds=1), end, end)] == [0, 1, 0]
    assert len(await lines("own-duty.overdue")) == 1


async def test_taking_it_in_hand_closes_nothing(publish):
    page = await publish()
    await page.changed()
    await changes.review(page.at)
    (duty,) = await owed()
    await owing.acknowledge(duty.id, page.at, await somebody(page.at), Pause(page.at + timedelta(days=5)))
    (after,) = await owed()
    assert after.paused_until == page.at + timedelta(days=5)
    assert after.next_at >= after.paused_until


async def test_a_changed_text_is_looked_for_again_after_the_decision(publish):
    page = await publish()
    await page.changed()
    await changes.review(page.at)
    await decided(page, (await owed())[0])
    await page.changed(NEW + "<p>One more article.</p>")
    assert await changes.review(page.at) == 1
    assert await open_cases().count() == 1
