"""An answer on paper: found by the number on the sheet, entered and marked, decided on by somebody else."""

from __future__ import annotations

import asyncio
import html
import io
import re
import sys
from pathlib import Path

import aiohttp
import pytest
from running import Ground, Running

from monitor import clock, shortcodes, tables
from monitor.obligations import acts, drafts, paper
from monitor.questionnaire import Answer, thaw
from monitor.refusal import Refused
from monitor.reviewing import Policy, accept

sys.path += [str(Path(__file__).parents[1] / one) for one in ("evidence", "web")]

from evidence_corpus import pdf
from test_console import sign_in
from test_form import answers_for

CAME = {
    "entry_channel": "paper", "entry_received_year": "2026", "entry_received_month": "4", "entry_received_day": "1",
    "entry_signer": "髙﨑 さつき", "entry_title": "管理部", "entry_place": "", "entry_by": "審査 一",
}  # fmt: skip


@pytest.fixture
async def running(tmp_path, database):
    async with Ground(tmp_path, await database()) as found:
        yield found


async def sends(client, path: str, fields: dict, status: int = 303) -> str:
    data = aiohttp.FormData(quote_fields=False)
    for name, value in fields.items():
        if isinstance(value, tuple):
            data.add_field(name, io.BytesIO(value[1]), filename=value[0])
        else:
            data.add_field(name, value)
    async with client.post(path, data=data, allow_redirects=False) as response:
        text = html.unescape(await response.text())
        assert response.status == status, text[-2500:]
        return response.headers.get("Location") or text


async def reads(client, path: str) -> str:
    async with client.get(path) as response:
        assert response.status == 200, path
        return html.unescape(await response.text())


async def enters(client, base: str) -> None:
    """Every section, until nothing new is asked."""
    questionnaire = thaw((await tables.FrozenRequest.get()).body)
    for _ in range(3):
        for section in questionnaire.sections:
            page = await reads(client, f"{base}/s/{section.id}")
            await sends(client, f"{base}/s/{section.id}", {**answers_for(page), "pause": "1"})


async def test_an_answer_on_paper_is_found_entered_marked_and_decided_on_by_another(running: Running) -> None:
    token = re.sub(r"^http://[^/]+", "", running.link())
    async with running.client() as client:
        sheet = await reads(client, f"{token}/ja/print")
        code = re.search(r"<b>([0-9A-Z]{4}-[0-9A-Z]{4})</b>", sheet)[1]
        assert "<svg" in sheet
        assert sheet.count(code) >= 2
        assert not await tables.ShortCode.filter(kind=shortcodes.PAPER).exists(), "printing writes nothing down"
        await sign_in(running, client, "reviewers@impress.example")
        async with client.get("/find", params={"q": code.lower().replace("-", " ")}, allow_redirects=False) as response:
            assert response.headers["Location"] == "/duty/1"
        assert "ZZZZ-9999" in await reads(client, "/find?q=ZZZZ-9999")
        said = await sends(client, "/duty/1/entry", CAME, 422)
        assert "entry_scan" in said
        assert CAME["entry_signer"] in said
        await sends(client, "/duty/1/entry", {**CAME, "entry_scan": ("回答書.zip", b"PK\3\4")}, 422)
        await sends(client, "/duty/1/entry", {**CAME, "entry_scan": ("回答書.pdf", pdf())})
        base = "/duty/1/entry/ja"
        assert "髙﨑 さつき" in await reads(client, f"{base}/check")
        await sends(client, f"{base}/submit", {"submit_by": "審査 一"}, 422)
        await enters(client, base)
        seen = re.findall(r'name="seen" value="([0-9a-f]{64})"', await reads(client, f"{base}/check"))[0]
        stale = await sends(client, f"{base}/submit", {"submit_by": "審査 一", "seen": "0" * 64}, 422)
        assert f'name="seen" value="{seen}"' in stale
        await sends(client, f"{base}/submit", {"submit_by": "審査 一", "seen": seen})
        page = await reads(client, "/duty/1")
        entry = await tables.PaperEntry.get()
        assert (await tables.OfflineFile.get(id=entry.scan_id)).sha256 in page
        assert "審査 一" in page
        receipt = await reads(client, f"{token}/ja/done")
        assert "2026年4月1日" in receipt
    await running.work()
    assert any("2026年4月1日" in mail.text for mail in running.mails("privacy@acme.example"))
    handed_in = await tables.Submission.get()
    assert (handed_in.signer_name, handed_in.confirmed_by) == ("髙﨑 さつき", "paper")
    lines = {line.type: line for line in await tables.LedgerLine.all()}
    assert '"channel":"paper"' in lines["entry.submitted"].data.replace(" ", "")
    assert "髙﨑" not in "".join(line.data for line in lines.values())
    at = clock.now()
    for mailbox, name in (("managers@impress.example", "審査　一"), ("reviewers@impress.example", "承認 二")):
        with pytest.raises(Refused, match="by-entered"):
            await acts.accept(1, at, await acts.person(mailbox, at, name))
    assert (await tables.Obligation.get(id=1)).state == "submitted"
    await acts.accept(1, at, await acts.person("managers@impress.example", at, "承認 二"))
    assert (await tables.Obligation.get(id=1)).state == "accepted"


async def test_the_partys_own_draft_is_not_shown_to_who_enters_and_not_overwritten_unseen(running: Running) -> None:
    questionnaire = thaw((await tables.FrozenRequest.get()).body)
    question = next(one for one in questionnaire.questions if one.type == "yes_no")
    section = next(one for one in questionnaire.sections if question in one.questions)
    await drafts.save(1, {question.id: (Answer(value="no", comment="internal words"), 0)}, clock.now(), "link/x")
    async with running.client() as client:
        await sign_in(running, client, "reviewers@impress.example")
        await sends(client, "/duty/1/entry", {**CAME, "entry_scan": ("a.pdf", pdf())})
        path = f"/duty/1/entry/en/s/{section.id}"
        page = await reads(client, path)
        assert "internal words" not in page
        said = await sends(client, path, {question.id: "yes", f"{question.id}_version": "0", "pause": "1"}, 422)
        assert "internal words" in said
        assert (await drafts.read(1)).answers[question.id].value == "no"
        await sends(client, "/duty/1/entry", {**CAME, "entry_scan": ("a.pdf", pdf())}, 422)
        await sends(client, "/duty/1/entry/en/drop", {"drop_by": "審査 一"})
    entry = await tables.PaperEntry.get()
    assert entry.dropped_at is not None


async def test_the_number_on_a_sheet_opens_nothing_and_mails_a_link_to_the_registered_address_alone(
    running: Running,
) -> None:
    token = re.sub(r"^http://[^/]+", "", running.link())
    async with running.client() as client:
        sheet = await reads(client, f"{token}/en/print")
        code = re.search(r"<b>([0-9A-Z]{4}-[0-9A-Z]{4})</b>", sheet)[1]
        assert token.split("/")[2] not in re.sub(r'href="[^"]*"', "", sheet), "no link is printed"
        real, other = await reads(client, f"/p/{code}"), await reads(client, "/p/2222-2222")
        assert real.replace(code, "") == other.replace("2222-2222", "")
        before = len(running.mails("privacy@acme.example"))
        for each in ("2222-2222", code):
            async with client.post(f"/p/{each}", data={}) as response:
                assert response.status == 200
        await running.work()
    assert len(running.mails("privacy@acme.example")) == before + 1
    assert {address for mail in list(running.sink.mails)[-1:] for address in mail.to} == {"privacy@acme.example"}


async def test_what_was_shown_and_not_handed_in_is_evidence_with_viewer_day_and_place(running: Running) -> None:
    questionnaire = thaw((await tables.FrozenRequest.get()).body)
    question = next(one for one in questionnaire.questions if one.evidence)
    said = {
        "shown_question": question.id,
        "shown_by": "審査 一",
        "shown_place": "本社会議室",
        "shown_what": "入退室記録 2026年3月分",
    }
    day = {"shown_seen_year": "令和8", "shown_seen_month": "4", "shown_seen_day": "1"}
    async with running.client() as client:
        await sign_in(running, client, "reviewers@impress.example")
        back = await sends(client, "/duty/1/shown", said, 422)
        assert "入退室記録" in back
        assert not await tables.Evidence.exists()
        await sends(client, "/duty/1/shown", {**said, **day, "shown_seen_year": "2199"}, 422)
        await sends(client, "/duty/1/shown", {**said, **day, "shown_question": "none"}, 422)
        await sends(client, "/duty/1/shown", said | day)
    kept = await tables.Evidence.get()
    assert (kept.question, kept.media_type) == (question.id, "text/plain")
    record = b"".join([piece async for piece in await running.house_evidence().read(kept.sha256)]).decode()
    assert all(word in record for word in ("審査 一", "本社会議室", "2026-04-01", "入退室記録"))
    line = await tables.LedgerLine.get(type="evidence.shown")
    assert "審査" not in line.data
    assert kept.sha256 in line.data


async def test_a_file_is_taken_out_only_where_it_is_shown(running: Running) -> None:
    questionnaire, at = thaw((await tables.FrozenRequest.get()).body), clock.now()
    question = next(one for one in questionnaire.questions if one.evidence)
    own, *others = sorted(questionnaire.sections, key=lambda one: question not in one.questions)
    await drafts.attach(1, question.id, drafts.new_file("図.png", "a" * 64, 5), "image/png", at, "link/theirs")
    file = await tables.Evidence.get()
    async with running.client() as client:
        token = re.sub(r"^http://[^/]+", "", running.link())
        for section in others:
            await sends(client, f"{token}/en/s/{section.id}", {"remove": file.id})
        await sign_in(running, client, "reviewers@impress.example")
        await sends(client, "/duty/1/entry", {**CAME, "entry_scan": ("a.pdf", pdf())})
        await sends(client, f"/duty/1/entry/en/s/{own.id}", {"remove": file.id})
        assert (await tables.Evidence.get()).withdrawn_at is None, "it is on no page of that section, and not entered"
        await sends(client, f"{token}/en/s/{own.id}", {"remove": file.id})
    assert (await tables.Evidence.get()).withdrawn_at is not None


async def begun(at, mailbox: str, name: str) -> tables.PaperEntry:
    by = await acts.person(mailbox, at, name)
    scan = await tables.OfflineFile.create(
        id="0" * 32, obligation_id=1, kind="scan", name="a.pdf", media_type="application/pdf", size=1,
        sha256="0" * 64, actor=by, received_at=at,
    )  # fmt: skip
    number = int(by.removeprefix("person/"))
    return await tables.PaperEntry.create(
        obligation_id=1, channel="paper", received_on=at.date(), signer_name="S", scan_id=scan.id, begun_at=at,
        entered_by_id=number, hands=[number],
    )  # fmt: skip


async def test_nobody_who_began_typed_or_handed_in_an_answer_proposes_or_accepts_it(running: Running) -> None:
    at = clock.now()
    entry = await begun(at, "one@impress.example", "審査 一")
    await paper.note(entry, ["policy"], await acts.person("two@impress.example", at, "入力 二"))
    await paper.submit(entry, "{}", "a" * 64, at, await acts.person("three@impress.example", at, "提出 三"))
    two = Policy(second_person=frozenset("SABC"), treat_from="critical")
    for mailbox, name in (("one@impress.example", ""), ("TWO@impress.example", "x"), ("y@impress.example", "提出三")):
        by = await acts.person(mailbox, at, name)
        for decide in (acts.accept(1, at, by), accept(1, at, by, two)):
            with pytest.raises(Refused, match="by-entered"):
                await decide
    assert not await tables.Proposal.exists()
    await acts.accept(1, at, await acts.person("four@impress.example", at, "承認 四"))
    assert (await tables.Obligation.get(id=1)).state == "accepted"


async def test_two_who_enter_at_once_lose_nothing_of_each_other(running: Running) -> None:
    at = clock.now()
    await begun(at, "one@impress.example", "審査 一")
    first, second = await paper.under_way(1), await paper.under_way(1)
    other = await acts.person("two@impress.example", at, "入力 二")
    await asyncio.gather(paper.note(first, ["policy"], "person/1"), paper.note(second, ["rules"], other))
    await paper.note(second, [], await acts.person("three@impress.example", at, "閲覧 三"))
    entry = await paper.under_way(1)
    assert (entry.questions, len(entry.hands)) == (["policy", "rules"], 2)
