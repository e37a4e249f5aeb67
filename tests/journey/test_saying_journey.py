"""The party says what it has to say, and is answered: on a telephone, in both languages, with and without scripts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor import clock, tables
from monitor.questionnaire import Answer
from tests.journey.test_manager_journey import NAME, signs_in
from tests.journey.vendor import say
from tests.web.accepted_before import told_before

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.mark.parametrize(("language", "scripts"), [("ja", False), ("en", True)])
async def test_answers_are_given_again_a_refusal_is_made_answered_and_taken_back(house, person, language, scripts):
    await told_before("dm", {"policy": Answer(value="yes", comment="髙﨑〜①")})
    walk = await person(width=360, scripts=scripts)
    await walk.goes(f"{house.link()}/{language}/tasks")
    await walk.turns(walk.page.locator(".tasks a").first)
    await walk.looks()
    await walk.page.locator("input[name=policy_same]").check()
    await walk.presses(say("Save and pause", language))
    await walk.turns(walk.page.locator(".tasks a").first)
    assert say("Same as last time", language) in await walk.reads()
    await walk.looks()

    for page in ("colleagues", "mine"):
        await walk.goes(f"{house.link()}/{language}/{page}")
        await walk.looks()
    await walk.goes(f"{house.link()}/{language}/help")
    summary = walk.page.get_by_text(say("We cannot or will not answer", language))
    await summary.click()
    await walk.turns(walk.page.locator("form:has(#decline_reason) button"))
    await walk.looks(status=422)
    day = clock.now().date() - timedelta(days=2)
    era = f"令和{day.year - 2018}年".translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    for name, words in {
        "decline_reason": "小規模のため、対応できません。", "decline_offered": "監査報告書〜髙﨑",
        "talked_year": era, "talked_month": f"{day.month}月", "talked_day": str(day.day),
    }.items():  # fmt: skip
        await walk.page.locator(f"#{name}").fill(words)
    await walk.turns(walk.page.locator("form:has(#decline_reason) button"))
    assert "監査報告書〜髙﨑" in await walk.reads()
    await walk.looks()
    duty = await tables.Obligation.get(state="declined")
    assert duty.declined["price_consulted_on"] == day.isoformat()

    manager = await person(width=360, locale="ja-JP")
    await signs_in(manager, house)
    await manager.goes(f"{house.base}/duty/{duty.id}")
    await manager.looks()
    plea = await tables.Plea.get()
    await manager.page.get_by_label("改めて依頼する").check()
    await manager.page.locator(f"#plea{plea.id}_by").fill(NAME)
    await manager.turns(manager.page.locator(f"#plea{plea.id} form button"))
    await manager.looks(status=422)  # what the party is to know of it is missing, and what was chosen is still there
    await manager.page.locator(f"#plea{plea.id}_reason").fill("費用は当社が負担します。")
    await manager.turns(manager.page.locator(f"#plea{plea.id} form button"))
    await manager.looks()
    await house.work()

    await walk.goes(f"{house.link()}/{language}/")
    assert "費用は当社が負担します。" in await walk.reads()
    await walk.looks()
