"""The managers' register of findings: filtered, limited to their companies, taken away as a file; acts under a name."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime

import pytest
from running import Ground, Running
from stage import engagement
from test_console import sign_in
from test_form import get, post

from checks.contract import Severity
from monitor import clock, tables
from monitor.obligations import acts
from tests.remediation.remedied import answered, rows, shown

OLD = "last_accepted_on = 2024-01-10"
MANAGERS, OTHERS, OFFICER = "managers@impress.example", "managers@sister.example", "pi@impress.example"


@pytest.fixture
async def running(tmp_path, database):
    async with Ground(tmp_path, await database(), (engagement("dm", attestation=OLD, title="Direct mail"),)) as found:
        await answered(clock.now(), {"policy": "no", "rules": "no"})
        await found.work()
        yield found


async def test_what_is_found_can_be_listed_owned_accepted_as_a_risk_and_taken_away(running: Running) -> None:
    number = (await rows())["rules"].id
    async with running.client() as client:
        await sign_in(running, client, MANAGERS)
        page = await get(client, "/findings")
        assert "Handling rules are not written down" in page or "取扱いの手順が文書になっていない" in page
        assert f"/finding/{number}" not in await get(client, "/findings?severity=critical")
        assert f"/finding/{number}" not in await get(client, "/findings?overdue=1")
        assert f"/finding/{number}" not in await get(client, "/findings?recurring=1")
        assert f"/finding/{number}" in await get(client, "/findings?severity=medium&page=nonsense")

        stranger = {"own_by": "N", "own_owner": "x@acme.example", "own_name": "O"}
        _, page = await post(client, f"/finding/{number}/own", stranger, 422)
        assert 'href="#own_owner"' in page
        await post(client, f"/finding/{number}/own", {"own_by": "N", "own_owner": MANAGERS, "own_name": "=1+1"})
        row = await tables.Remediation.get(id=number).select_related("owner")
        assert (row.owner.email, row.owner.name) == (MANAGERS, "=1+1")

        async with client.get("/findings.csv") as response:
            lines = list(csv.reader(io.StringIO((await response.read()).decode("utf-8-sig"))))
        assert len(lines) == 3
        assert "'=1+1" in lines[1]
        async with client.get("/findings.xlsx?severity=low") as response:
            book = zipfile.ZipFile(io.BytesIO(await response.read()))
        strings = book.read("xl/sharedStrings.xml").decode()
        assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()
        assert ("=1+1" in strings) is False

        until = {"risk_until_year": str(clock.now().year + 2), "risk_until_month": "1", "risk_until_day": "5"}
        said = {"risk_by": "N", "risk_reason": "R", **until}
        _, page = await post(client, f"/finding/{number}/risk", said, 422)
        assert 'href="#risk_until_year"' in page
        assert 'name="risk_reason"' in page.partition("R</textarea>")[0]
        await post(client, f"/finding/{number}/verify", {"verify_by": "N", "verify_reason": "Seen there."})
        page = await get(client, f"/finding/{number}")
        assert "Seen there." in page
        assert f"/finding/{number}" in await get(client, "/findings?state=settled")
        assert f"/finding/{number}" not in await get(client, "/findings")


async def test_a_findings_page_says_how_it_is_dealt_with_and_who_alone_can_close_a_grave_one(running: Running) -> None:
    row, at = (await rows())["rules"], clock.now()
    reviewer = await acts.person("reviewers@impress.example", at, "R. Reviewer")
    said = {"verdict": "accepted", "treatment": "手順書を<来月>までに整備", "changed_at": at}
    number = int(reviewer.removeprefix("person/"))
    await tables.Mark.create(submission_id=row.origin_id, question="rules", reviewer_id=number, **said)
    await tables.Remediation.filter(id=row.id).update(severity=Severity.CRITICAL)
    async with running.client() as client:
        await sign_in(running, client, MANAGERS)
        page = await get(client, f"/finding/{row.id}")
        assert "手順書を&lt;来月&gt;までに整備" in page
        assert "R. Reviewer" in page
        assert "verify_reason" not in page
        _, page = await post(client, f"/finding/{row.id}/verify", {"verify_by": "N", "verify_reason": "R"}, 422)
        assert "個人情報保護管理者" in page
        assert "手順書を" not in await get(client, f"/finding/{(await rows())['policy'].id}")
    async with running.client() as client:
        await sign_in(running, client, OFFICER)
        assert "verify_reason" in await get(client, f"/finding/{row.id}")


async def test_the_register_shows_until_when_a_risk_is_accepted_and_the_sheet_by_whom_and_why(running: Running) -> None:
    found, at = await rows(), clock.now()
    who = await acts.person("reviewers@impress.example", at, "R. Reviewer")
    until = datetime(2031, 3, 5, 15, tzinfo=UTC)
    said = {"state": "accepted_risk", "risk_by": who, "risk_why": "Nothing leaves.", "risk_until": until}
    await tables.Remediation.filter(id=found["rules"].id).update(**said)
    proof = {"how": "person", "by": who}
    await tables.Remediation.filter(id=found["policy"].id).update(state="verified", settled_at=until, proof=proof)
    async with running.client() as client:
        await sign_in(running, client, MANAGERS)
        await client.post("/settings", data={"language": "en", "back": "/"})
        assert "accepted until Wed 5 Mar 2031" in await get(client, "/findings")
        async with client.get("/findings.csv?state=all") as response:
            lines = list(csv.DictReader(io.StringIO((await response.read()).decode("utf-8-sig"))))
    by_number = {line["Number"]: line for line in lines}
    risk, seen = by_number[str(found["rules"].id)], by_number[str(found["policy"].id)]
    assert (risk["Risk accepted until"], risk["Approved by"]) == ("2031-03-05", "R. Reviewer")
    assert (risk["Why the risk was accepted"], risk["To be put right by"]) == ("Nothing leaves.", "")
    assert (seen["Verified on"], seen["Verified how"]) == ("2031-03-06", "seen by a person")
    assert (seen["Verified by"], seen["Reference"][:4]) == ("R. Reviewer", "ITK-")


async def test_a_finding_of_another_company_does_not_exist(running: Running) -> None:
    number = (await rows())["rules"].id
    async with running.client() as client:
        await sign_in(running, client, OTHERS)
        assert f"/finding/{number}" not in await get(client, "/findings?state=all")
        for path in (f"/finding/{number}", "/findings?company=impress", "/findings.csv?company=impress"):
            async with client.get(path) as response:
                assert response.status == 404
        await post(client, f"/finding/{number}/verify", {"verify_by": "N", "verify_reason": "R"}, 404)


async def test_the_party_answers_its_findings_in_the_form_and_the_reviewer_reads_what_accepting_does(running: Running) -> None:  # fmt: skip
    found = await rows()
    mail = running.mails("privacy@acme.example")[-1]
    assert "取扱いの手順が文書になっていない" in mail.text
    assert "本業務の流れに沿って" in mail.text.replace("\n  ", "").replace("\n", "")
    async with running.client() as client:
        link = running.link().removeprefix(running.base)
        page = await get(client, f"{link}/en/s/finding.{found['rules'].id}")
        assert "Handling rules are not written down" in page
        assert "What would put it right" in page
        path, name = f"{link}/en/s/finding.{found['rules'].id}", f"finding.{found['rules'].id}.state"
        await post(client, path, {name: "objected", f"{name}_version": "0"})
        assert "Say in the comment why." in await get(client, f"{path}?check=1")
        await post(client, path, {})
        assert [row.value["value"] for row in await tables.Answer.filter(question=name)] == ["objected"]
    duty = await tables.Obligation.filter(kind="remediation").get()
    said = {
        f"finding.{found['rules'].id}.state": shown(),
        f"finding.{found['policy'].id}.state": {"value": "fixed", "comment": "Done."},
    }
    at = clock.now()
    await _handed_in(duty.id, said, at)
    async with running.client() as client:
        await sign_in(running, client, OFFICER)
        await client.post("/settings", data={"language": "en", "back": "/"})
        page = await get(client, f"/duty/{duty.id}")
        assert "verified by the evidence" in page
        assert "reported as put right, asked again in 30 days" in page
        page = await get(client, f"/duty/{duty.id}/review")
        for words in ("When accepted: verified by the evidence", "What to do", "medium"):
            assert words.lower() in page.lower()
        assert "How the score adds up" not in page
        page = await get(client, f"/finding/{found['rules'].id}")
        assert "Reported, to review" in page
        assert f'href="/duty/{duty.id}/review"' in page
        assert "Reported, to review" in await get(client, "/findings")
    await acts.accept(duty.id, at, await acts.person(OFFICER, at, "P"))
    await running.work()
    told = running.mails("privacy@acme.example")[-1].text
    assert "取扱いの手順が文書になっていない：是正を確認いたしました" in told.replace("\n  ", "").replace("\n", "")


async def _handed_in(duty, said, at):
    import hashlib
    import json

    text = json.dumps(said)
    await acts.submit(duty, at, acts.Declaration(text, hashlib.sha256(text.encode()).hexdigest(), "A", "B"))
