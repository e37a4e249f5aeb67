"""The managers' pages: signed in by mail, limited to their companies, every act under a name."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from running import Ground, Running
from stage import engagement
from test_form import fill, get, plain_path, post

from checks.contract import Look, Severity, Verdict
from monitor import clock, ledger, tables
from monitor.board import board
from monitor.calendar import DAY, add_months
from monitor.cases import Seen, take
from monitor.language import say_day
from monitor.obligations import acts
from monitor.refusal import Refused
from monitor.registry.apply import set_fields
from monitor.registry.roster import roster
from tests.journey.manager import failing_case

if TYPE_CHECKING:
    from datetime import date

SIGN_IN = re.compile(r"http://127\.0\.0\.1:\d+(/sign-in/\S+)")


@pytest.fixture
async def running(tmp_path, database):
    old = (
        engagement("dm", attestation="last_accepted_on = 2024-01-10", title="Direct mail"),
        engagement("theirs", company="sister", attestation="last_accepted_on = 2024-01-10", title="Theirs"),
    )
    async with Ground(tmp_path, await database(), old) as found:
        yield found


async def sign_in(running: Running, client, email: str) -> None:
    async with client.post("/sign-in", data={"email": email}) as response:
        assert response.status == 200
    await running.work()
    async with client.post(sign_in_path(running, email), allow_redirects=False) as response:
        assert response.status == 303


def sign_in_path(running: Running, email: str) -> str:
    return next(found[1] for mail in reversed(running.mails(email)) if (found := SIGN_IN.search(mail.text)))


async def test_a_mailed_link_signs_in_once_and_only_by_pressing(running: Running) -> None:
    async with running.client() as client:
        async with client.get("/", allow_redirects=False) as response:
            assert response.headers["Location"] == "/sign-in"
        await client.post("/sign-in", data={"email": "Managers@impress.example "})
        await running.work()
        path = sign_in_path(running, "managers@impress.example")
        for _ in range(3):
            await get(client, path)
        async with client.get("/", allow_redirects=False) as response:
            assert response.status == 303
        async with client.post(path, allow_redirects=False) as response:
            cookie = response.headers["Set-Cookie"]
            assert "HttpOnly" in cookie
            assert "SameSite=Lax" in cookie
        await get(client, "/")
    async with running.client() as other, other.post(path, allow_redirects=False) as response:
        assert response.status == 410


@pytest.mark.logs_errors
async def test_a_crash_while_signing_in_leaves_the_link_unspent(running: Running, monkeypatch) -> None:
    async def dies(*_rest):
        raise RuntimeError

    async with running.client() as client:
        await client.post("/sign-in", data={"email": "managers@impress.example"})
        await running.work()
        path = sign_in_path(running, "managers@impress.example")
        with monkeypatch.context() as broken:
            broken.setattr("monitor.web.console.session.ledger.write", dies)
            async with client.post(path, allow_redirects=False) as response:
                assert response.status == 500
        assert await tables.Session.all().count() == 0
        async with client.post(path, allow_redirects=False) as response:
            assert response.status == 303
        await get(client, "/")


async def test_an_address_that_is_nobodys_gets_no_mail_and_the_same_answer(running: Running) -> None:
    async with running.client() as client:
        async with client.post("/sign-in", data={"email": "stranger@elsewhere.example"}) as response:
            unknown = await response.text()
        async with client.post("/sign-in", data={"email": "managers@impress.example"}) as response:
            assert await response.text() == unknown
    await running.work()
    assert running.mails("stranger@elsewhere.example") == []


async def test_a_manager_sees_their_company_and_no_other(running: Running) -> None:
    async with running.client() as client:
        await sign_in(running, client, "managers@impress.example")
        board = await get(client, "/")
        assert "Direct mail" in board
        assert "Theirs" not in board
        theirs = await tables.Obligation.get(engagement_id="theirs")
        await get(client, f"/duty/{theirs.id}", status=404)
        await get(client, "/?company=sister", status=404)
        async with client.post(f"/duty/{theirs.id}/accept", data={"by": "X"}) as response:
            assert response.status == 404
        await get(client, "/duty/999", status=404)


async def test_the_privacy_office_sees_all_companies(running: Running) -> None:
    async with running.client() as client:
        await sign_in(running, client, "privacy-office@group.example")
        board = await get(client, "/")
        assert "Direct mail" in board
        assert "Theirs" in board


async def test_somebody_who_lost_their_role_sees_nothing_any_more(running: Running) -> None:
    async with running.client() as client:
        await sign_in(running, client, "managers@impress.example")
        await set_fields("company", "impress", {"managers": ["others@impress.example"]}, clock.now())
        async with client.get("/", allow_redirects=False) as response:
            assert response.headers["Location"] == "/sign-in"


async def submitted(running: Running, client) -> tables.Obligation:
    base = plain_path(running.link()) + "/en"
    await fill(client, base)
    await post(client, f"{base}/declare", {"name": "A. Vendor", "title": "Privacy office", "declared": "agreed"})
    return await tables.Obligation.filter(state="submitted").first()


async def test_an_answer_is_reviewed_and_accepted_under_a_name(running: Running) -> None:
    async with running.client() as client:
        duty = await submitted(running, client)
        email = "reviewers@impress.example" if duty.company_id == "impress" else "managers@sister.example"
        await sign_in(running, client, email)
        page = await get(client, f"/duty/{duty.id}")
        assert "A. Vendor" in page
        await post(client, f"/duty/{duty.id}/accept", {"by": " "}, status=422)
        await post(client, f"/duty/{duty.id}/accept", {"by": "R. Reviewer"})
        page = await get(client, f"/duty/{duty.id}")
        assert "R. Reviewer" in page
        await post(client, f"/duty/{duty.id}/accept", {"by": "R. Reviewer"}, status=422)
    await running.work()
    assert (await tables.Obligation.get(id=duty.id)).state == "accepted"
    assert any("確認完了" in mail.subject for mail in running.mails("privacy@acme.example"))


async def test_an_answer_that_came_while_another_was_read_is_not_decided_on_unread(running: Running) -> None:
    async with running.client() as client:
        duty = await submitted(running, client)
        await sign_in(running, client, OFFICE)
        handed_in = await tables.Submission.get(obligation_id=duty.id)
        assert f'name="accept_read" value="{handed_in.id}"' in await get(client, f"/duty/{duty.id}")
        for deed in ("accept", "return"):
            stale = {f"{deed}_by": "R. Reviewer", f"{deed}_read": str(handed_in.id - 1), f"{deed}_reason": "Why?"}
            await post(client, f"/duty/{duty.id}/{deed}", stale, status=422)
        assert (await tables.Obligation.get(id=duty.id)).state == "submitted"
        await post(client, f"/duty/{duty.id}/accept", {"by": "R. Reviewer", "read": str(handed_in.id)})
    assert (await tables.Obligation.get(id=duty.id)).state == "accepted"


async def test_an_answer_is_returned_with_a_reason_that_the_party_reads(running: Running) -> None:
    async with running.client() as client:
        duty = await submitted(running, client)
        email = "managers@impress.example" if duty.company_id == "impress" else "managers@sister.example"
        await sign_in(running, client, email)
        _, page = await post(client, f"/duty/{duty.id}/return", {"by": "M", "reason": ""}, status=422)
        assert "M" in page
        await post(client, f"/duty/{duty.id}/return", {"by": "M", "reason": "国名をお書きください。"})
    await running.work()
    assert any("国名をお書きください。" in mail.text for mail in running.mails("privacy@acme.example"))


async def overdue(running: Running) -> tables.Obligation:
    duty = await tables.Obligation.get(engagement_id="dm")
    past = clock.now().date().replace(year=clock.now().year - 1)
    await tables.Obligation.filter(id=duty.id).update(due_on=past, base_on=past, turns_at=clock.now())
    await running.work()
    return await tables.Obligation.get(id=duty.id)


async def test_an_overdue_answer_is_taken_in_hand_until_a_day(running: Running) -> None:
    duty = await overdue(running)
    assert duty.overdue_on
    soon = clock.now().date().replace(day=1)
    async with running.client() as client:
        await sign_in(running, client, "managers@impress.example")
        fields = {"until_year": str(soon.year + 3), "until_month": "1", "until_day": "1"}
        await post(client, f"/duty/{duty.id}/acknowledge", {"by": "M", **fields}, status=422)
        near = clock.now().date().fromordinal(clock.now().date().toordinal() + 10)
        fields = {"until_year": str(near.year), "until_month": str(near.month), "until_day": str(near.day)}
        await post(client, f"/duty/{duty.id}/acknowledge", {"by": "M", **fields})
        page = await get(client, f"/duty/{duty.id}")
        assert "対応中" in page
    assert (await tables.Obligation.get(id=duty.id)).paused_until


def named(day) -> dict[str, str]:
    return {f"until_{part}": str(getattr(day, part)) for part in ("year", "month", "day")}


async def what_can_be_taken(running: Running, what: str) -> str:
    return f"/duty/{(await overdue(running)).id}" if what == "duty" else f"/case/{(await failing_case()).id}"


@pytest.mark.parametrize("what", ["duty", "case"])
async def test_the_thirtieth_day_ahead_may_be_named_and_a_later_one_by_the_privacy_office_with_a_reason(
    running: Running, what: str
) -> None:
    place = await what_can_be_taken(running, what)
    calendar = (await roster()).calendar
    thirtieth = calendar.day_of(clock.now()) + 30 * DAY
    last, beyond, past = named(thirtieth), named(thirtieth + DAY), named(thirtieth - 31 * DAY)
    async with running.client() as client:
        await sign_in(running, client, "managers@impress.example")
        for wrong in ({"reason": "long", **beyond}, past, {}):
            _, page = await post(client, f"{place}/acknowledge", {"by": "M", **wrong}, status=422)
            assert 'href="#acknowledge_until_year"' in page
        await post(client, f"{place}/acknowledge", {"by": "M", **last})
        assert str(thirtieth.year) in await get(client, place)
    row = await (tables.Obligation if what == "duty" else tables.Case).get(paused_until__not_isnull=True)
    assert row.paused_until == calendar.end_of(thirtieth)
    async with running.client() as client:
        await sign_in(running, client, "privacy-office@group.example")
        _, page = await post(client, f"{place}/acknowledge", {"by": "P", **beyond}, status=422)
        assert 'href="#acknowledge_reason"' in page
        await post(client, f"{place}/acknowledge", {"by": "P", "reason": "merger", **beyond})
    await row.refresh_from_db()
    assert (row.paused_until, row.paused_why) == (calendar.end_of(thirtieth + DAY), "merger")


async def test_a_case_that_was_closed_meanwhile_is_not_taken(running: Running) -> None:
    case = await failing_case()
    await tables.Case.filter(id=case.id).update(closed_at=clock.now())
    async with running.client() as client:
        await sign_in(running, client, "managers@impress.example")
        soon = named(clock.now().date() + 9 * DAY)
        await post(client, f"/case/{case.id}/acknowledge", {"by": "M", **soon}, status=422)
    assert (await tables.Case.get(id=case.id)).paused_until is None


async def test_a_new_due_date_is_never_past(running: Running) -> None:
    duty = await overdue(running)
    today = (await roster()).calendar.day_of(clock.now())
    async with running.client() as client:
        await sign_in(running, client, "managers@impress.example")
        _, page = await post(
            client, f"/duty/{duty.id}/extend", {"by": "M", "reason": "audit", **named(today - DAY)}, status=422
        )
        assert 'href="#extend_until_year"' in page
        _, page = await post(client, f"/duty/{duty.id}/extend", {"by": "M", **named(today)}, status=422)
        assert 'href="#extend_reason"' in page
        await post(client, f"/duty/{duty.id}/extend", {"by": "M", "reason": "audit", **named(today)})
    assert (await tables.Obligation.get(id=duty.id)).due_on == today


async def the_partys_link(running: Running, client) -> tuple[str, int]:
    """A link that was mailed to the party, and the request that it opens."""
    link = plain_path(running.link())
    ref = re.search(r"ITK-(\d{6})", await get(client, f"{link}/ja/"))
    return link, int(ref[1])


@pytest.mark.parametrize("fresh", [True, False])
async def test_a_manager_makes_the_mailed_links_void_and_the_party_gets_a_new_one(
    running: Running, fresh: bool
) -> None:
    async with running.client() as client:
        link, number = await the_partys_link(running, client)
        company = (await tables.Obligation.get(id=number)).company_id
        await sign_in(running, client, f"managers@{company}.example")
        page = await get(client, f"/duty/{number}")
        assert "リンクを無効にする" in page
        before = len(running.mails("privacy@acme.example"))
        await post(client, f"/duty/{number}/revoke", {"revoke_by": "M"} | ({"revoke_fresh": "yes"} if fresh else {}))
        await get(client, f"{link}/ja/", status=404)
        page = await get(client, f"/duty/{number}")
        assert "リンクを無効にする" not in page
        assert "リンクを無効化" in page
        await post(client, f"/duty/{number}/revoke", {"revoke_by": "M"}, status=422)
        await running.work()
        mails = running.mails("privacy@acme.example")[before:]
        assert len(mails) == int(fresh)
        if fresh:
            assert "これまでのメールでお送りしたリンクを無効にしました" in mails[0].text
            await get(client, f"{plain_path(running.link())}/ja/")
    revoked = await tables.LedgerLine.get(type="link.revoked")
    assert revoked.subject == f"obligation/{number}"
    assert (await ledger.verify()).seq > 0


async def test_links_of_another_companys_request_cannot_be_made_void(running: Running) -> None:
    theirs = await tables.Obligation.get(engagement_id="theirs")
    async with running.client() as client:
        await sign_in(running, client, "managers@impress.example")
        await post(client, f"/duty/{theirs.id}/revoke", {"by": "M"}, status=404)
    assert not await tables.Link.exists(revoked_at__not_isnull=True)


async def test_a_request_has_one_reference_in_its_mail_on_its_form_and_on_its_page(running: Running) -> None:
    async with running.client() as client:
        _, number = await the_partys_link(running, client)
        await sign_in(running, client, "privacy-office@group.example")
        ref = f"ITK-{number:06d}"
        assert ref in await get(client, f"/duty/{number}")
        assert ref in running.mails("privacy@acme.example")[-1].text


MANAGER, OFFICE = "managers@impress.example", "privacy-office@group.example"


async def the_request(running: Running) -> tuple[tables.Obligation, date]:
    """A request and the day on which it was first due."""
    duty = await tables.Obligation.get(engagement_id="dm")
    return duty, (await roster()).calendar.day_of(duty.planned_at) + 30 * DAY


async def test_more_time_is_granted_for_a_reason_and_the_party_told(running: Running) -> None:
    duty, first = await the_request(running)
    later = first + 30 * DAY
    async with running.client() as client:
        await sign_in(running, client, MANAGER)
        await post(client, f"/duty/{duty.id}/extend", {"by": "M", "reason": "audit", **named(later)})
    await running.work()
    assert (await tables.Obligation.get(id=duty.id)).due_on == later
    assert any(
        "期限" in mail.subject and str(later.year) in mail.text for mail in running.mails("privacy@acme.example")
    )


@pytest.mark.parametrize("deed", ["extend", "waive"])
@pytest.mark.parametrize("email", [OFFICE, "pi@impress.example"])
async def test_more_than_thirty_days_need_somebody_above_the_manager_and_a_year_is_the_most(
    running: Running, deed: str, email: str
) -> None:
    duty, first = await the_request(running)
    beyond = (first if deed == "extend" else (await roster()).calendar.day_of(clock.now())) + 31 * DAY
    said, most = {"by": "M", "reason": "busy"}, add_months(first, 12)
    async with running.client() as client:
        await sign_in(running, client, MANAGER)
        _, page = await post(client, f"/duty/{duty.id}/{deed}", said | named(beyond), status=422)
        assert f'href="#{deed}_until_year"' in page
        assert "グループの個人情報保護事務局" in page
    async with running.client() as client:
        await sign_in(running, client, email)
        await post(client, f"/duty/{duty.id}/{deed}", said | named(most + DAY), status=422)
        await post(client, f"/duty/{duty.id}/{deed}", said | named(most))
    line = (
        await tables.LedgerLine.filter(type__in=["obligation.waived", "obligation.due_moved"]).order_by("-seq").first()
    )
    assert json.loads(line.data)["reason_sha256"] == sha256(b"busy").hexdigest()
    assert (await tables.Reason.get(sha256=sha256(b"busy").hexdigest())).text == "busy"


async def test_a_deletion_is_waived_by_somebody_above_the_manager_only(running: Running) -> None:
    duty, _ = await the_request(running)
    await tables.Obligation.filter(id=duty.id).update(kind="deletion")
    said = {"by": "M", "reason": "busy", **named(clock.now().date() + 9 * DAY)}
    async with running.client() as client:
        await sign_in(running, client, MANAGER)
        await post(client, f"/duty/{duty.id}/waive", said, status=422)
    async with running.client() as client:
        await sign_in(running, client, OFFICE)
        await post(client, f"/duty/{duty.id}/waive", said)
    assert (await tables.Obligation.get(id=duty.id)).state == "waived"


async def test_a_waiver_has_a_name_a_reason_and_an_end(running: Running) -> None:
    duty = await tables.Obligation.get(engagement_id="dm")
    fields = named(clock.now().date() + 20 * DAY)
    async with running.client() as client:
        await sign_in(running, client, MANAGER)
        await post(client, f"/duty/{duty.id}/waive", {"by": "M", "reason": "", **fields}, status=422)
        await post(client, f"/duty/{duty.id}/waive", {"by": "M", "reason": "merger"}, status=422)
        await post(client, f"/duty/{duty.id}/waive", {"by": "M", "reason": "merger", **fields})
        assert "merger" in await get(client, f"/duty/{duty.id}")
    assert (await tables.Obligation.get(id=duty.id)).state == "waived"


async def test_a_decision_in_the_ledger_names_the_answer_and_the_reason(running: Running) -> None:
    async with running.client() as client:
        duty = await submitted(running, client)
    actor = await acts.person("reviewers@impress.example", clock.now(), "R")
    await acts.return_(duty.id, clock.now(), actor, "国名")
    await acts.submit(duty.id, clock.now())
    await acts.accept(duty.id, clock.now(), actor)
    first, second = await tables.Submission.filter(obligation_id=duty.id).order_by("id")
    lines = {line.type: json.loads(line.data) async for line in tables.LedgerLine.filter(type__startswith="obligation")}
    returned, accepted = lines["obligation.returned"], lines["obligation.accepted"]
    assert (returned["submission"], returned["sha256"]) == (first.id, first.sha256)
    assert returned["reason_sha256"] == sha256("国名".encode()).hexdigest()
    assert (accepted["submission"], accepted["sha256"]) == (second.id, second.sha256)


async def test_an_accepted_request_shows_for_good_who_declared_what_and_who_accepted(running: Running) -> None:
    async with running.client() as client:
        duty = await submitted(running, client)
        await sign_in(running, client, OFFICE)
        page = await get(client, f"/duty/{duty.id}")
        assert page.index('id="review"') > page.index('<dl class="answers">')
        await post(client, f"/duty/{duty.id}/accept", {"by": "R. Reviewer"})
        page = await get(client, f"/duty/{duty.id}")
    handed_in = await tables.Submission.get(obligation_id=duty.id)
    declared = page[page.index('id="declaration"') :].partition("</section>")[0]
    for said in ("A. Vendor（Privacy office）", handed_in.sha256, "R. Reviewer", "appi-gl10 第"):
        assert said in declared


async def test_what_is_closed_is_listed_by_pages_and_only_to_its_company(running: Running, monkeypatch) -> None:
    monkeypatch.setattr("monitor.web.console.closed.A_PAGE", 1)
    actor = await acts.person(OFFICE, clock.now(), "P. Officer")
    for duty in await tables.Obligation.all().order_by("id"):
        await acts.submit(duty.id, clock.now())
        await acts.accept(duty.id, clock.now(), actor)
    async with running.client() as client:
        await sign_in(running, client, OFFICE)
        first, second = await get(client, "/closed"), await get(client, "/closed?page=2")
        assert "P. Officer" in first
        assert ("Direct mail" in first) != ("Theirs" in first)
        assert ("Direct mail" in first) != ("Direct mail" in second)
        assert 'rel="next"' in first
        assert 'rel="next"' not in second
        assert 'rel="prev"' in second
        assert 'href="/closed"' in await get(client, "/")
    async with running.client() as client:
        await sign_in(running, client, MANAGER)
        assert "Direct mail" in await get(client, "/closed?page=1")
        assert "Theirs" not in await get(client, "/closed")
        await get(client, "/closed?company=sister", status=404)


async def test_a_check_that_passes_again_is_among_what_is_closed_and_one_that_failed_anew_is_not(
    running: Running,
) -> None:
    case = await failing_case()
    for _ in range(2):
        await take([Seen(await tables.Watch.get(id=case.watch_id), Look(Verdict.PASS))], clock.now())
    async with running.client() as client:
        await sign_in(running, client, MANAGER)
        page = await get(client, "/closed")
        assert f'href="/case/{case.id}"' in page
        assert case.url in page
        await failing_case()
        assert f'href="/case/{case.id}"' not in await get(client, "/closed")


async def test_a_requests_page_holds_what_the_registry_says_of_the_work(running: Running) -> None:
    duty, _ = await the_request(running)
    await set_fields("engagement", "dm", {"items": ["postal address"], "my_number": True}, clock.now())
    async with running.client() as client:
        await sign_in(running, client, MANAGER)
        page = await get(client, f"/duty/{duty.id}")
    for said in ("業務・取扱いの内容", "privacy@acme.example", "postal address", "マイナンバー"):
        assert said in page


async def test_a_rest_is_shown_by_its_last_day_and_its_reason_stays_in_the_history(running: Running) -> None:
    duty, _ = await the_request(running)
    day = (await roster()).calendar.day_of(clock.now()) + 9 * DAY
    async with running.client() as client:
        await sign_in(running, client, MANAGER)
        await post(client, f"/duty/{duty.id}/waive", {"by": "M", "reason": "merger", **named(day)})
        page = await get(client, f"/duty/{duty.id}")
    shown, history = page[: page.index('class="timeline"')], page[page.index('class="timeline"') :]
    for part in (shown, history):
        assert f"{say_day(day, 'ja')}まで" in part
        assert "merger" in part
    assert say_day(day + DAY, "ja") not in page


async def test_saves_of_a_draft_are_one_line_a_day(running: Running) -> None:
    async with running.client() as client:
        duty = await submitted(running, client)
        assert await tables.LedgerLine.filter(type="answer.saved", subject=f"obligation/{duty.id}").count() > 1
        await sign_in(running, client, OFFICE)
        assert (await get(client, f"/duty/{duty.id}")).count("下書き保存") == 1


async def test_a_case_says_whose_it_is_which_work_and_who_took_it(running: Running) -> None:
    case = await failing_case()
    async with running.client() as client:
        await sign_in(running, client, MANAGER)
        said = {"by": "M. Anager", **named(clock.now().date() + 9 * DAY)}
        await post(client, f"/case/{case.id}/acknowledge", said)
        page = await get(client, f"/case/{case.id}")
    for words in ("株式会社インプレス", "Direct mail", "不適合を確認"):
        assert words in page
    assert "M. Anager" in page[page.index('class="timeline"') :]


async def test_a_critical_case_names_the_privacy_office_that_was_told_at_once(running: Running) -> None:
    case = await failing_case(severity=Severity.CRITICAL)
    await running.work()
    assert (await tables.Case.get(id=case.id)).told == 1
    row = next(row for row in await board(clock.now()) if row["id"] == f"case/{case.id}")
    assert row["level"] == 3


async def test_of_two_cases_of_one_day_the_more_severe_stands_first_whosever_it_is(running: Running) -> None:
    case = await failing_case(severity=Severity.MEDIUM)
    await tables.Case.filter(company_id="sister").update(severity=Severity.HIGH)
    cases = [row for row in await board(clock.now()) if row["id"].startswith("case/")]
    assert [(row["company"], row["severity"]) for row in cases] == [("sister", "high"), ("impress", "medium")]
    assert case.company_id == "impress"


async def test_a_reviewer_is_not_told_what_the_form_tells_the_party_to_do(running: Running) -> None:
    async with running.client() as client:
        duty = await tables.Obligation.get(engagement_id="dm")
        await acts.submit(duty.id, clock.now())
        await sign_in(running, client, MANAGER)
        page = await get(client, f"/duty/{duty.id}")
    answers = page[page.index('<dl class="answers">') :]
    assert "回答なし" in answers
    assert 'class="wrong"' not in answers


async def test_two_reviewers_at_once_decide_once(running: Running) -> None:
    async with running.client() as client:
        duty = await submitted(running, client)
    actor = await acts.person("reviewers@impress.example", clock.now(), "R")
    await acts.accept(duty.id, clock.now(), actor)
    with pytest.raises(Refused):
        await acts.return_(duty.id, clock.now(), actor, "too late")


async def test_evidence_is_a_download_and_only_for_the_company_concerned(running: Running) -> None:
    from test_form import first_section, png

    async with running.client() as client:
        section = await first_section(client, plain_path(running.link()))
        await post(client, section, {"rules": "yes", "rules_file": ("図.png", png()), "upload": "rules_file"})
        row = await tables.Evidence.get().select_related("obligation")
        async with client.get(f"/evidence/{row.id}", allow_redirects=False) as response:
            assert response.status == 303
        mine, other = ("managers@impress.example", "managers@sister.example")
        if row.obligation.company_id == "sister":
            mine, other = other, mine
        await sign_in(running, client, mine)
        await get(client, f"/evidence/{row.id}", status=404)  # a draft is the party's
        await acts.submit(row.obligation_id, clock.now())
        async with client.get(f"/evidence/{row.id}") as response:
            assert await response.read() == png()
            assert response.headers["Content-Disposition"].startswith("attachment")
            assert "sandbox" in response.headers["Content-Security-Policy"]
    async with running.client() as client:
        await sign_in(running, client, other)
        await get(client, f"/evidence/{row.id}", status=404)


async def test_signing_out_ends_the_session(running: Running) -> None:
    async with running.client() as client:
        await sign_in(running, client, "managers@impress.example")
        await client.post("/sign-out")
        assert await tables.Session.all().count() == 0


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example"])
async def test_settings_lead_back_to_our_own_pages_only(running: Running, back: str) -> None:
    async with (
        running.client() as client,
        client.post("/settings", data={"language": "en", "back": back}, allow_redirects=False) as response,
    ):
        assert response.headers["Location"] == "/"
