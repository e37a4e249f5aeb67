"""The page of a case and the board: what joined it, how often it came back, who muted it, what could not be assessed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from running import Ground, Running
from test_console import SIGN_IN, named, sign_in
from test_form import get, post

from checks.contract import Severity
from monitor import clock, tables
from monitor.calendar import DAY
from monitor.cases.settling import NOT_ASSESSED
from monitor.registry.roster import roster
from tests.journey.manager import failing_case

assert SIGN_IN
MANAGERS = "managers@impress.example"
ELSEWHERE = "https://shop.acme.example/"


@pytest.fixture
async def running(tmp_path, database):
    async with Ground(tmp_path, await database()) as found:
        yield found


async def today():
    return (await roster()).calendar.day_of(clock.now())


async def test_a_manager_mutes_a_case_with_a_reason_and_ends_it_again(running: Running) -> None:
    case = await failing_case()
    ninetieth = await today() + 90 * DAY
    async with running.client() as client:
        await sign_in(running, client, MANAGERS)
        place = f"/case/{case.id}"
        _, page = await post(
            client, f"{place}/mute", {"by": "M", "reason": "known", **named(ninetieth + DAY)}, status=422
        )
        assert 'href="#mute_until_year"' in page
        _, page = await post(client, f"{place}/mute", {"by": "M", **named(ninetieth)}, status=422)
        assert 'href="#mute_reason"' in page
        await post(client, f"{place}/mute", {"by": "M", "reason": "new servers", **named(ninetieth)})
        page = await get(client, place)
        assert "new servers" in page
        assert "通知停止中" in await get(client, "/")
        await post(client, f"{place}/unmute", {"by": "M"})
        assert "通知停止中" not in await get(client, "/")
        assert "new servers" in await get(client, place)  # it happened, and why
    assert (await tables.Case.get(id=case.id)).muted_until is None


async def test_a_case_shows_its_own_findings_also_when_it_passes_again_and_none_of_a_case_before_it(
    running: Running,
) -> None:
    case = await failing_case()
    now, rows = case.opened_at, tables.FindingRow.filter(watch_id=case.watch_id)
    old = now - 30 * DAY
    facts = {"severity": 3, "first_seen_at": old, "last_seen_at": old, "closed_at": old + DAY}
    await tables.FindingRow.create(watch_id=case.watch_id, rule="tls.name", detail="Of the case before.", **facts)
    shown = []
    async with running.client() as client:
        await sign_in(running, client, MANAGERS)
        shown.append(await get(client, f"/case/{case.id}"))
        later = now + timedelta(hours=6)
        await rows.filter(rule="tls.expired").update(closed_at=now + timedelta(hours=1))
        await tables.Case.filter(id=case.id).update(closes_at=later)
        shown.append(await get(client, f"/case/{case.id}"))
        await tables.Case.filter(id=case.id).update(closes_at=None, closed_at=later)
        shown.append(await get(client, f"/case/{case.id}"))
    assert ["<code>tls.expired</code>" in page for page in shown] == [True, True, True]
    assert ["から検出なし" in page for page in shown] == [False, True, True]
    assert not any("Of the case before." in page for page in shown)


async def test_a_case_about_which_no_mail_will_come_says_so_unless_it_is_muted(running: Running) -> None:
    case = await failing_case(severity=Severity.LOW)
    quiet = "次にお送りするメールの予定はありません"
    async with running.client() as client:
        await sign_in(running, client, MANAGERS)
        assert quiet in await get(client, f"/case/{case.id}")
        week = await today() + 7 * DAY
        await post(client, f"/case/{case.id}/mute", {"by": "M", "reason": "new servers", **named(week)})
        page = await get(client, f"/case/{case.id}")
    assert quiet not in page
    assert "まで：new servers" in page


async def test_the_first_mail_about_a_failing_check_is_not_counted_in_business_days(running: Running) -> None:
    case = await failing_case()
    await running.work()
    async with running.client() as client:
        await sign_in(running, client, MANAGERS)
        page = await get(client, f"/case/{case.id}")
    assert "メール：不適合のお知らせ" in page
    assert "0営業日" not in page


async def test_the_page_of_a_case_tells_what_joined_it_and_how_often_it_came_back(running: Running) -> None:
    case = await failing_case()
    watch = await tables.Watch.get(id=case.watch_id)
    other = await tables.Watch.create(
        party_id=watch.party_id, url=ELSEWHERE, check_kind=watch.check_kind, every=300, first_seen_at=clock.now()
    )
    await tables.Joined.create(case_id=case.id, watch_id=other.id, joined_at=clock.now())
    later = clock.now() + timedelta(hours=6)
    await tables.Case.filter(id=case.id).update(returns=3, returned_at=clock.now(), closes_at=later)
    async with running.client() as client:
        await sign_in(running, client, MANAGERS)
        page = await get(client, f"/case/{case.id}")
        assert ELSEWHERE in page
        assert "3回" in page
        assert "回復を確認中" in page
        assert "ほか1件のアドレス" in await get(client, "/")


async def test_what_could_not_be_assessed_stands_on_the_board_without_a_page_of_its_own(running: Running) -> None:
    case = await failing_case()
    since = clock.now() - timedelta(days=8)
    await tables.FindingRow.create(
        watch_id=case.watch_id,
        rule=f"{case.check_kind}.{NOT_ASSESSED}",
        severity=1,
        first_seen_at=since,
        last_seen_at=since,
    )
    async with running.client() as client:
        await sign_in(running, client, MANAGERS)
        page = await get(client, "/")
        assert "判定不能" in page
        assert f"/watch/{case.watch_id}" not in page


async def test_a_failure_within_announced_maintenance_is_told_as_that(running: Running) -> None:
    case = await failing_case()
    await tables.LookRow.create(watch_id=case.watch_id, at=clock.now(), verdict="fail", reason="maintenance", took_ms=1)
    async with running.client() as client:
        await sign_in(running, client, MANAGERS)
        assert "予告された保守作業中" in await get(client, f"/case/{case.id}")
