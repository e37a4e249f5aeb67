"""The managers' pages: signed in by mail, limited to their companies, every act under a name."""

from __future__ import annotations

import re

import pytest
from running import Ground, Running
from stage import engagement
from test_form import fill, get, plain_path, post

from monitor import clock, tables
from monitor.obligations import acts

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
    from monitor.registry.apply import set_fields

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


async def test_more_time_is_granted_and_the_party_told(running: Running) -> None:
    duty = await tables.Obligation.get(engagement_id="dm")
    later = duty.due_on.replace(year=duty.due_on.year + 1)
    async with running.client() as client:
        await sign_in(running, client, "managers@impress.example")
        fields = {"until_year": str(later.year), "until_month": str(later.month), "until_day": str(later.day)}
        await post(client, f"/duty/{duty.id}/extend", {"by": "M", **fields})
    await running.work()
    assert (await tables.Obligation.get(id=duty.id)).due_on == later
    assert any(
        "期限" in mail.subject and str(later.year) in mail.text for mail in running.mails("privacy@acme.example")
    )


async def test_a_waiver_has_a_name_a_reason_and_an_end(running: Running) -> None:
    duty = await tables.Obligation.get(engagement_id="dm")
    later = duty.due_on.replace(year=duty.due_on.year + 1)
    fields = {"until_year": str(later.year), "until_month": str(later.month), "until_day": str(later.day)}
    async with running.client() as client:
        await sign_in(running, client, "managers@impress.example")
        await post(client, f"/duty/{duty.id}/waive", {"by": "M", "reason": "", **fields}, status=422)
        await post(client, f"/duty/{duty.id}/waive", {"by": "M", "reason": "merger"}, status=422)
        await post(client, f"/duty/{duty.id}/waive", {"by": "M", "reason": "merger", **fields})
        assert "merger" in await get(client, f"/duty/{duty.id}")
    assert (await tables.Obligation.get(id=duty.id)).state == "waived"


async def test_two_reviewers_at_once_decide_once(running: Running) -> None:
    async with running.client() as client:
        duty = await submitted(running, client)
    actor = await acts.person("reviewers@impress.example", clock.now(), "R")
    await acts.accept(duty.id, clock.now(), actor)
    with pytest.raises(acts.Refused):
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
