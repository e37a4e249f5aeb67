"""Statistics are signed off by a named person before they are published, and what went out unseen is a case."""

from __future__ import annotations

from datetime import date

import pytest
from pressing import managing, of, press
from running import Ground

from monitor import tables
from monitor.promises.statistics import looked_at
from tests.journey.owners_acts import day
from tests.journey.statistics_acts import MADE
from tests.journey.vendor import gets

UNSEEN = "Statistics published without a sign-off"


@pytest.fixture
async def client(tmp_path, database):
    async with Ground(tmp_path, await database()) as house, managing(house) as browser:
        yield browser


async def entered(client, **other):
    _, page = await press(client, "/statistics/record", of("record", **(MADE | other)))
    return f"/statistic/{(await tables.StatisticsReview.all().order_by('-id').first()).id}", page


async def test_what_was_signed_off_beforehand_may_be_published(client):
    place, page = await entered(client, group="１，２００")
    for words in ("S-2026-1", "Readers by prefecture", "1,200", "A reviewer", "To be looked at before publication"):
        assert words in page
    board = await gets(client, "/")
    for words in (f'href="{place}"', "Sign-off of statistics", "to decide since today"):
        assert words in board
    _, page = await press(client, f"{place}/sign", of("sign"))
    assert f'href="{place}"' not in await gets(client, "/")
    assert "Signed off" in page
    _, page = await press(client, f"{place}/publish", await day("publish_on") | of("publish"))
    assert "Published on" in page
    assert UNSEEN not in page
    assert not await tables.Case.exists()
    client.headers["Accept-Language"] = "ja"
    assert "統計情報の公表前承認" in await gets(client, "/statistics")


async def test_what_went_out_unseen_is_a_case_that_a_later_sign_off_does_not_close(client):
    place, _ = await entered(client)
    _, page = await press(client, f"{place}/publish", await day("publish_on", -1) | of("publish"))
    assert UNSEEN in page
    _, page = await press(client, f"{place}/sign", of("sign"))
    assert UNSEEN in page
    case = await tables.Case.get()
    assert (case.rule, case.engagement_id, case.closed_at) == ("statistics_unreviewed", "dm", None)
    await press(client, f"/case/{case.id}/mend", of("mend", reason="Nobody can be told from it."))
    assert (await tables.Case.get()).closed_at
    assert UNSEEN not in await gets(client, place)


async def test_a_refusal_needs_its_reason_and_stands(client):
    place, _ = await entered(client)
    status, page = await press(client, f"{place}/refuse", of("refuse"))
    assert (status, 'href="#refuse_reason"' in page) == (422, True)
    await press(client, f"{place}/refuse", of("refuse", reason="Towns of three people."))
    status, page = await press(client, f"{place}/sign", of("sign"))
    assert (status, "decided on already" in page) == (422, True)
    await press(client, f"{place}/publish", await day("publish_on") | of("publish"))
    assert (await tables.Case.get()).rule == "statistics_unreviewed"


async def test_nobody_signs_off_a_group_of_one(client):
    place, page = await entered(client, group="1")
    assert "Sign it off" not in page
    status, page = await press(client, f"{place}/sign", of("sign"))
    assert (status, "A group of one person" in page) == (422, True)


async def test_all_that_is_wrong_comes_back_and_nothing_typed_is_lost(client):
    status, page = await press(client, "/statistics/record", {"record_what": "Readers by town"})
    assert status == 422
    for field in ("by", "ref", "method", "group", "reviewer"):
        assert f'href="#record_{field}"' in page
    assert "Readers by town" in page
    status, page = await press(client, "/statistics/record", of("record", **(MADE | {"group": "many"})))
    assert (status, 'href="#record_group"' in page) == (422, True)
    await entered(client)
    status, page = await press(client, "/statistics/record", of("record", **(MADE | {"what": "Others"})))
    assert (status, "of this reference" in page) == (422, True)
    assert await tables.StatisticsReview.all().count() == 1


@pytest.mark.parametrize(
    ("state", "decided", "seen"),
    [
        ("signed-off", date(2026, 9, 1), True),
        ("signed-off", date(2026, 9, 2), False),
        ("refused", date(2026, 8, 1), False),
        ("entered", None, False),
    ],
)
def test_a_sign_off_counts_up_to_the_day_of_publication(state, decided, seen):
    row = tables.StatisticsReview(state=state, decided_on=decided)
    assert looked_at(row, date(2026, 9, 1)) is seen
