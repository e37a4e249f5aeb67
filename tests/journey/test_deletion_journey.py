"""The end of the work: a certificate of return or deletion, place by place, on a phone and without scripts."""

from __future__ import annotations

import pytest
from stage import engagement

from monitor import clock, tables
from tests.journey.manager import signed_in
from tests.journey.vendor import answers_all, confirms, declares, posts, say
from tests.journey.walking import walker
from tests.web.running import Ground

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120)]

PLACES = """
  [[engagement.place]]
  name = "本番データベース〜東京"
  kind = "prod"
  [[engagement.place]]
  name = "夜間バックアップ"
  kind = "backup"
"""


@pytest.fixture
async def ended(tmp_path, empty):
    """Work that ended last week; its data lies at two places."""
    day = clock.now().date()
    work = engagement("dm", title="Direct mail", ends_on=day.fromordinal(day.toordinal() - 7).isoformat(), more=PLACES)
    async with Ground(tmp_path, empty, (work,)) as found:
        assert (await tables.Obligation.get()).kind == "deletion"
        yield found


@pytest.mark.parametrize(
    ("language", "device"),
    [("ja", {"width": 320, "scripts": False}), ("en", {"width": 390}), ("ja", {"width": 1280, "color_scheme": "dark"})],
    ids=["ja-phone-without-script", "en-phone", "ja-desktop-dark"],
)
async def test_every_place_is_answered_for_and_the_certificate_handed_in(ended, browser, language, device):
    walk = await walker(browser, ended.base, **device)
    await walk.goes(ended.link())
    if language == "en":
        await walk.follows("English")
    await walk.looks()
    await walk.presses(say("Start", language))
    listed = await walk.reads()
    assert "本番データベース〜東京" in listed
    assert "夜間バックアップ" in listed
    await walk.looks()
    await walk.turns(walk.page.locator(".tasks a").first)
    await answers_all(walk, language)
    checked = await walk.reads()
    assert checked.count(say("Change", language)) > 10
    await walk.looks()
    await walk.presses(say("Go on to submit", language))
    await declares(walk, language)
    await walk.looks()
    await confirms(walk, ended, language)
    await walk.looks()
    assert say("Your answer has arrived", language) in await walk.reads()
    assert not await walk.page.context.cookies()
    await ended.work()
    assert any("受付" in mail.subject for mail in ended.mails("privacy@acme.example"))
    assert (await tables.Obligation.get()).state == "submitted"


async def test_the_certificate_is_accepted_and_the_party_reads_it_by_its_old_link(ended, browser):
    link = ended.link()
    walk = await walker(browser, ended.base, width=390, scripts=False)
    await walk.goes(f"{link}/ja/tasks")
    await walk.turns(walk.page.locator(".tasks a").first)
    await answers_all(walk, "ja", looks=False)
    await walk.presses(say("Go on to submit", "ja"))
    await declares(walk, "ja")
    await confirms(walk, ended, "ja")
    async with ended.client() as client:
        await signed_in(ended, client, "managers@impress.example")
        duty = await tables.Obligation.get()
        await posts(client, f"/duty/{duty.id}/accept", {"by": "M. Manager"})
    await walk.goes(link)
    await walk.looks()
    assert say("%(asker)s has accepted your answer", "ja").partition("%(asker)s")[2][:8] in await walk.reads()
