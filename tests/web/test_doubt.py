"""What an answer rests on, as reviewers and the party see it: said, shown, seen by ourselves, or contradicted."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from running import Ground, Running
from stage import engagement
from test_console import sign_in
from test_form import fill, get, plain_path, post

from monitor import clock, tables
from monitor.contradiction import observed
from monitor.language import say_day
from monitor.plugins import claims, shelf
from monitor.registry.roster import roster
from monitor.web.form.proved import proved
from tests.contradiction.attested import look

if TYPE_CHECKING:
    from aiohttp import ClientSession

OFFICE = "privacy-office@group.example"
REVIEWERS = "reviewers@impress.example"
QUESTION = "貴社のWebサイトは、https での接続だけを使うようブラウザーに伝えていますか（HSTS）。"


@pytest.fixture
async def running(tmp_path, database):
    old = (
        engagement("dm", attestation="last_accepted_on = 2024-01-10", title="Direct mail"),
        engagement("theirs", company="sister", attestation="last_accepted_on = 2024-01-10", title="Theirs"),
    )
    async with Ground(tmp_path, await database(), old) as found:
        yield found


async def handed_in(running: Running, client: ClientSession) -> tables.Obligation:
    """Every question of the first company answered with yes or the first choice, and submitted."""
    base = f"{plain_path(running.link())}/ja"
    await fill(client, base)
    await post(client, f"{base}/declare", {"name": "回答者", "title": "管理部", "declared": "yes"})
    return await tables.Obligation.get(engagement_id="theirs" if await opened_theirs() else "dm")


async def opened_theirs() -> bool:
    return await tables.Submission.filter(obligation__engagement_id="theirs").exists()


async def day(at) -> str:
    return say_day((await roster()).calendar.day_of(at), "ja")


def row_of(page: str, question: str) -> str:
    """The answer to one question on a page, as text."""
    rows = [plain(row) for row in re.findall(r"<dt>.*?(?=<dt>|</dl>)", page, re.DOTALL)]
    (found,) = [row for row in rows if question in row and not row.startswith("設問")]  # a fact of something else
    return found


def plain(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>|\u200b", "", page))


async def test_an_answer_that_a_look_disproves_stands_out_on_the_request_and_on_the_case(running: Running) -> None:
    async with running.client() as client:
        duty = await handed_in(running, client)
        await look(clock.now(), "headers.hsts-missing")
        await running.house.contradict(clock.now())
        await sign_in(running, client, OFFICE)
        case = await tables.Case.get(company_id=duty.company_id, check_kind="headers")
        request_page, case_page = await get(client, f"/duty/{duty.id}?lang=ja"), await get(client, f"/case/{case.id}")
        japanese = plain(request_page)
        assert "回答と、当方で確かめた内容が食い違っています" in japanese
        assert "検査結果と相違" in row_of(request_page, QUESTION)
        assert "検査結果と相違" in plain(await get(client, "/"))
        reviewed = plain(await get(client, f"/duty/{duty.id}/review"))
        assert "検査結果と食い違う回答があります。差し戻して訂正を求めるか" in reviewed
        assert "重要度の高い指摘事項が残っています" not in reviewed
        assert f'href="/case/{case.id}"' in request_page
        assert "回答と確認結果が相違" in japanese
        assert "先方の回答と相違しています" in plain(case_page)
        assert QUESTION in plain(case_page)
        assert f'href="/duty/{duty.id}"' in case_page


async def test_the_mail_about_the_case_tells_of_the_contradiction(running: Running) -> None:
    async with running.client() as client:
        duty = await handed_in(running, client)
        await look(clock.now(), "security-txt.missing")
        await running.house.contradict(clock.now())
        await tables.Case.filter(check_kind="security-txt").update(held_until=None, next_at=clock.now())
        await running.work()
    mine, other = "managers@impress.example", "managers@sister.example"
    if duty.company_id == "sister":
        mine, other = other, mine
    (told,) = [text for text in texts(running, mine) if "食い違っています" in text]
    assert "security.txt" in told
    assert not [text for text in texts(running, other) if "食い違っています" in text]


def texts(running: Running, reader: str) -> list[str]:
    """The mails to somebody, without the breaks of their lines."""
    return ["".join(mail.text.split()) for mail in running.mails(reader)]


async def test_every_answer_says_what_it_rests_on(running: Running) -> None:
    async with running.client() as client:
        duty = await handed_in(running, client)
        await look(clock.now(), kind="headers", headers={"strict-transport-security": "max-age=31536000"})
        await sign_in(running, client, OFFICE)
        page = await get(client, f"/duty/{duty.id}")
    assert f"当方で確認済み（{await day(clock.now())}）" in row_of(page, QUESTION)
    assert "自己申告" in row_of(page, "security.txt")
    assert "食い違っています" not in plain(page)


async def test_what_we_have_seen_ourselves_is_not_asked_but_can_be_disagreed_with(running: Running) -> None:
    await look(
        clock.now() - timedelta(days=2), kind="headers", headers={"strict-transport-security": "max-age=31536000"}
    )
    async with running.client() as client:
        base = f"{plain_path(running.link())}/ja"
        section = await get(client, f"{base}/s/systems")
        seen = plain(section)
        assert f"{await day(clock.now() - timedelta(days=2))}に、当方で確認しました（はい）。" in seen
        assert seen.count("事実と異なる場合") == 1
        assert not re.search(r'name="web.hsts"[^>]*checked', section)
        assert f"{await day(clock.now() - timedelta(days=2))}に、当方で確認しました" in plain(
            await get(client, f"{base}/check")
        )
        await post(
            client, f"{base}/s/systems", {"web.hsts": "no", "web.hsts_comment": "一部の古いサイトは対象外です。"}
        )
        said = await tables.Answer.get(question="web.hsts")
        assert said.value["value"] == "no"
        disagreed = await get(client, f"{base}/s/systems")
        assert re.search(r'name="web.hsts" value="no"[^>]*checked', disagreed)
        assert '<details class="opens" open>' in disagreed


async def test_an_answer_that_says_what_we_have_seen_is_not_shown_as_disagreement(running: Running) -> None:
    await look(clock.now(), kind="headers", headers={"strict-transport-security": "max-age=31536000"})
    async with running.client() as client:
        base = f"{plain_path(running.link())}/ja"
        await post(client, f"{base}/s/systems", {"web.hsts": "yes"})
        section = await get(client, f"{base}/s/systems")
    assert re.search(r'name="web.hsts" value="yes"[^>]*checked', section)
    assert '<details class="opens">' in section
    assert '<details class="opens" open>' not in section


async def test_what_was_left_to_our_looks_is_shown_to_reviewers_as_seen(running: Running) -> None:
    await look(clock.now(), kind="headers", headers={"strict-transport-security": "max-age=31536000"})
    async with running.client() as client:
        base = f"{plain_path(running.link())}/ja"
        await fill(client, base)
        await tables.Answer.filter(question="web.hsts").delete()
        await post(client, f"{base}/declare", {"name": "回答者", "title": "管理部", "declared": "yes"})
        submission = await tables.Submission.get()
        await sign_in(running, client, OFFICE)
        page = await get(client, f"/duty/{submission.obligation_id}")
    assert "web.hsts" not in submission.answers
    assert "当方で確認済み" in row_of(page, QUESTION)


async def test_an_objection_to_a_look_is_asked_decided_and_stands_beside_the_answer(running: Running) -> None:
    await look(
        clock.now() - timedelta(days=2), kind="headers", headers={"strict-transport-security": "max-age=31536000"}
    )
    async with running.client() as client:
        base = f"{plain_path(running.link())}/ja"
        sent = {"web.hsts_objection": "別会社のサイトです〜髙﨑", "web.tls_objection": "何も見ていないはずです。"}
        await post(client, f"{base}/s/systems", dict.fromkeys(sent, ""))
        assert not await tables.Plea.exists()
        await post(client, f"{base}/s/systems", sent)
        plea = await tables.Plea.get()  # of what nobody has seen there is nothing to object to
        assert (plea.question, plea.text, plea.about["check"]) == ("web.hsts", "別会社のサイトです〜髙﨑", "headers")
        section = plain(await get(client, f"{base}/s/systems"))
        assert "当方の確認結果への異議をいただきました" in section
        assert "当方で確認しました（はい）" not in section
        await fill(client, base)
        await post(client, f"{base}/declare", {"name": "回答者", "title": "管理部", "declared": "yes"})
        await sign_in(running, client, OFFICE)
        place = f"/duty/{plea.obligation_id}"
        assert "の異議（判断待ち）：別会社のサイトです〜髙﨑" in row_of(await get(client, place), QUESTION)
        said = {"decision": "corrected", "reason": "ご指摘のとおりです。", "by": "髙﨑"}
        reviewed = await get(client, f"{place}/review")
        assert (
            "の異議（判断待ち）：別会社のサイトです〜髙﨑"
            in reviewed.partition('id="web.hsts"')[2].partition("</details>")[0]
        )
        fields = {"plea": str(plea.id)} | {f"plea{plea.id}_{name}": words for name, words in said.items()}
        await post(client, f"{place}/plea", fields)
        assert "（当方の確認結果は用いない）：別会社" in row_of(await get(client, place), QUESTION)
        await running.work()
        told = "".join(running.mails("privacy@acme.example")[-1].text.split())
        assert "当方の確認結果を訂正しました" in told
        claims = running.house.tools.claims
        assert not await observed("acme", claims, clock.now())
        await look(clock.now(), kind="headers", headers={"strict-transport-security": "max-age=31536000"})
        assert [one.claim.question for one in await observed("acme", claims, clock.now() + timedelta(minutes=5))] == [
            "web.hsts"
        ]


async def test_what_has_to_be_answered_in_any_case_is_asked_whatever_was_seen() -> None:
    asked = next(one for one in shelf()["appi-gl10"].questions if one.id == "web.tls")
    assert await proved(None, [asked.model_copy(update={"required": True})], claims()) == {}
