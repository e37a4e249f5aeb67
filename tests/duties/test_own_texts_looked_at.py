"""What the group has published itself is looked at like what its parties publish, and those it speaks for decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest
from beat import NOON, Beat, findings, lines, open_cases
from published import NEW, OLD, Paper, Published

from checks.policy_page import PolicyPage
from monitor import patrol, tables
from monitor.duties import changes
from monitor.mistakes import Invalid
from monitor.obligations import acts
from monitor.patrol import Patrol
from monitor.promises.joint_use.daily import look
from monitor.promises.revising import revised
from monitor.promises.watching import standings

URL = "https://group.example/privacy"
DAY = date(2026, 9, 2)


def text(key="page", url=URL, on="2006-01-31", more=""):
    return f'[[policy]]\nkey = "{key}"\nurl = "{url}"\neffective_from = {on}\n{more}\n'


@dataclass
class Own(Published):
    """A text of the group under watch, known since a day."""

    async def watch(self):
        return await tables.Watch.get(url=URL)

    async def says(self, *texts, at=None, prune=True):
        await self.beat.apply(*texts, prune=prune, at=at or self.at)
        await look(at or self.at)


@pytest.fixture
async def own(store, tmp_path, monkeypatch):
    monkeypatch.setattr(patrol, "WAVE", 0.01)
    kinds, paper = {"policy-page": PolicyPage()}, Paper()
    page = Own(Beat(tmp_path, kinds, Patrol(paper, kinds), paper), paper)
    await page.says(text())
    await page.looks(times=2)
    return page


async def owed(**only):
    return await tables.OwnDuty.filter(state="open", kind=changes.KIND, **only).order_by("id")


async def state():
    (one,) = await standings(DAY)
    return one.state


async def decide(page, duty):
    actor = await acts.person("reviewer@impress.example", page.at, "Reviewer")
    await changes.decide(duty.id, page.at, actor, changes.ACCEPTABLE)


async def test_a_change_of_an_own_text_is_decided_on_by_each_company_it_speaks_for_with_both_texts_beside_it(own):
    assert await state() == "unchanged"
    await own.changed()
    assert await changes.review(own.at) == 2
    duties = await owed()
    assert [(duty.company_id, duty.party_id, duty.url) for duty in duties] == [
        ("impress", None, URL),
        ("sister", None, URL),
    ]
    assert {duty.due_on for duty in duties} == {date(2026, 9, 18)}  # seen on the 4th, ten business days
    texts = {row.sha256[:32] for row in await tables.PageText.all()}
    assert {duties[0].about["known"], duties[0].about["changed"]} == texts
    assert await changes.review(own.at) == 0
    assert await state() == "changed"


async def test_the_case_of_an_own_text_is_the_privacy_offices_until_the_last_company_has_decided(own):
    await own.changed()
    await changes.review(own.at)
    (case,) = await open_cases()
    assert (case.company_id, case.party_id, case.tell_vendor) == (None, None, False)
    for duty in await owed():
        assert await open_cases().count() == 1
        await decide(own, duty)
    assert await open_cases().count() == 0
    await own.looks(times=2)
    assert (await open_cases().count(), await changes.review(own.at), await state()) == (0, 0, "unchanged")
    (one,) = await standings(DAY)
    assert one.hashes == tuple((await findings())[0][1].split())  # what was decided on can still be read


async def test_only_the_companies_that_a_text_lists_are_asked(own):
    await own.says(text(more='companies = ["sister"]'))
    await own.changed()
    await changes.review(own.at)
    assert [duty.company_id for duty in await owed()] == ["sister"]


async def test_what_was_told_before_it_was_seen_is_one_decision_by_its_old_date(own):
    told = await revised(URL, DAY, own.at)
    await own.changed()
    await changes.review(own.at)
    duties = await owed()
    assert [(duty.id, duty.due_on) for duty in duties] == [(duty.id, duty.due_on) for duty in told]
    assert {duty.about["watch"] for duty in duties} == {str((await own.watch()).id)}


async def test_what_a_look_has_seen_and_a_company_decided_on_is_not_asked_again_when_somebody_tells_of_it(own):
    await own.changed()
    await changes.review(own.at)
    for duty in await owed():
        await decide(own, duty)
    assert await revised(URL, DAY, own.at) == []
    await own.looks(times=4)
    assert len(await revised(URL, date(2026, 9, 6), own.at)) == 2


async def test_what_was_put_back_needs_no_decision(own):
    await own.changed()
    await changes.review(own.at)
    await own.looks(OLD, 2)
    await changes.review(own.at)
    assert (await owed(), await open_cases().count()) == ([], 0)


async def test_an_own_text_that_is_lost_is_told_to_the_privacy_office_and_decided_on_by_nobody(own):
    own.paper.status = 404
    await own.looks(times=2)
    assert [(case.company_id, case.check_kind) for case in await open_cases()] == [(None, "policy-page")]
    assert (await changes.review(own.at), await state()) == (0, "lost")
    own.paper.status = 200
    await own.looks(times=2)
    assert await open_cases().count() == 0


async def test_an_own_text_that_cannot_be_assessed_for_a_week_is_a_finding_of_ours(own):
    own.paper.status = 403
    await own.looks(times=16)
    assert (await findings())[0][0] == "policy-page.not-assessed"
    assert (await open_cases().count(), await state()) == (0, "not-assessed")
    (line,) = await lines("watch.not-assessed")
    assert "party" not in line["data"]


async def test_a_text_is_looked_at_from_the_day_it_is_in_effect_until_it_leaves(own):
    await own.says(text(), text("next", "https://group.example/next", "2026-09-10"))
    assert await tables.Watch.filter(retired_at=None).count() == 1
    await look(own.at.replace(day=10))
    assert await tables.Watch.filter(retired_at=None).count() == 2
    await own.changed()
    await changes.review(own.at)
    await own.says(text("next", "https://group.example/next", "2026-09-10"))
    assert not await tables.Watch.exists(url=URL, retired_at=None)
    await changes.review(own.at)
    assert await owed() == []


async def test_another_version_at_the_same_address_goes_on_with_what_is_known(own):
    before = (await own.watch()).memory
    await own.says(text(), text("page-2", URL, "2026-09-03"))
    await look(NOON.replace(day=4))
    assert ((await own.watch()).memory, await tables.Watch.all().count()) == (before, 1)
    await own.says(
        text(), text("page-2", URL, "2026-09-03", 'options = { begin = "Article 2" }\nevery = "6h"'), at=own.at
    )
    watch = await own.watch()
    assert (watch.memory, watch.every, watch.options) == ({}, 6 * 3600, {"begin": "Article 2"})


async def test_who_does_not_want_an_own_text_looked_at_says_so_and_options_are_checked_when_they_are_read(own):
    await own.says(text(more="watched = false"))
    assert not await tables.Watch.exists(retired_at=None)
    assert await state() == "not-watched"
    with pytest.raises(Invalid) as no:
        await own.says(text(more="options = { least = 0 }"))
    assert "options" in no.value.mistakes[0].place


async def test_a_party_at_the_same_address_is_looked_at_and_asked_for_itself(own):
    page = """
[[party]]
key = "acme"
name = "Acme"
contacts = ["privacy@acme.example"]
  [[party.endpoint]]
  url = "https://group.example/privacy"
  checks = ["policy-page"]
"""
    await own.says(text(), page)
    assert await tables.Watch.filter(url=URL, retired_at=None).count() == 2
    await own.looks(times=2)
    await own.changed(NEW)
    await changes.review(own.at)
    assert sorted((case.party_id or "", case.company_id or "") for case in await open_cases()) == [
        ("", ""),
        ("acme", ""),
    ]
