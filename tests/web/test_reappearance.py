"""What the party, and the managers, read when what was confirmed as erased is there again."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from running import Ground, Running
from stage import engagement
from test_console import sign_in
from test_form import get, plain_path

from checks.contract import Finding, Look, Severity, Verdict
from monitor import cases, clock, tables
from monitor.obligations import acts
from monitor.registry.places import AGAIN

URL = "https://portal.acme.example/orders.csv"


@pytest.fixture
async def reappeared(tmp_path, database):
    """An order that was confirmed, and whose place serves content again."""
    day = clock.now().date()
    more = f"""
      [[engagement.place]]
      name = "Order portal"
      kind = "prod"
      url = "{URL}"
    """
    work = engagement("dm", title="Direct mail", ends_on=(day - timedelta(days=7)).isoformat(), more=more)
    async with Ground(tmp_path, await database(), (work,)) as running:
        now = clock.now()
        await acts.submit(1, now)
        await acts.accept(1, now, await acts.person("managers@impress.example", now))
        await running.work()
        await seen(Finding(AGAIN, Severity.CRITICAL, "Content was served."))
        await running.work()
        yield running


async def words(client, path: str) -> str:
    """A page without the marks that say where its headings may break."""
    return re.sub(r"<wbr>|</?span[^>]*>", "", await get(client, path))


async def seen(*findings: Finding) -> None:
    watch = await tables.Watch.get(check_kind="erased")
    await cases.take([cases.Seen(watch, Look.of(findings, {}, 1.0))], clock.now(), confirm=1)


async def test_the_mail_says_what_was_seen_where_and_what_to_do(reappeared: Running) -> None:
    told = "".join(reappeared.mails("privacy@acme.example")[-1].text.split())
    for text in ("消去済みのはずの保管場所から", "Orderportal", URL, "保管場所ごとの結果を改めてご報告ください"):
        assert text in told


async def test_the_form_says_why_it_asks_again_in_both_languages(reappeared: Running) -> None:
    async with reappeared.client() as client:
        base = plain_path(reappeared.link())
        for page in (f"{base}/ja/", f"{base}/ja/tasks"):
            text = await words(client, page)
            assert "消去済みのはずの内容が、再び取得できる状態です" in text
            assert f"<code>{URL}</code>" in text
        text = await get(client, f"{base}/en/")
        assert "What was confirmed as erased can be fetched again" in text
        assert "answered with content again, to anybody who asked" in text


async def test_the_receipt_of_the_first_answer_stays_as_it_was(reappeared: Running) -> None:
    first = await tables.Obligation.get(id=1)
    assert (first.state, first.cause) == ("accepted", {})
    assert await tables.Submission.filter(obligation_id=1, verdict="accepted").count() == 1


async def test_the_managers_read_why_it_is_open_again(reappeared: Running) -> None:
    async with reappeared.client() as client:
        await sign_in(reappeared, client, "managers@impress.example")
        text = await words(client, "/duty/2")
        assert "再依頼：消去済みのはずの内容が、再び取得できる状態です" in text
        assert f'<a href="/case/1">{URL}</a>' in text
        assert '<a href="/duty/1">前回、確認を済ませた回答</a>' in text
        assert "再依頼" not in await get(client, "/duty/1")


async def test_whoever_reviews_reads_that_the_address_still_answers(reappeared: Running) -> None:
    await acts.submit(2, clock.now())
    async with reappeared.client() as client:
        await sign_in(reappeared, client, "managers@impress.example")
        assert "このURLからは、今も内容が取得できます。" in await words(client, "/duty/2")
        await seen()
        text = await words(client, "/duty/2")
        assert "このURLからは、今も内容が取得できます。" not in text
        assert "一時、再び取得できる状態でした" in text
        assert (await tables.Watch.get(check_kind="erased")).settled == Verdict.PASS


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("language", ["ja", "en"])
async def test_on_a_telephone_the_long_address_stays_on_the_page(reappeared: Running, look, language: str) -> None:
    sight = await look(f"{reappeared.base}{plain_path(reappeared.link())}/{language}/", width=320)
    assert await sight.sticking_out() == []
    assert await sight.barriers() == []
    assert sight.complaints == []
