"""Answers that a party has given before stand beside the questions, and are given again one by one."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta

import pytest
from running import Ground, Running
from stage import PARTY, engagement
from test_form import get, plain_path, post

from monitor import clock, tables
from monitor.obligations import acts, drafts
from monitor.questionnaire import Answer, thaw
from tests.journey.vendor import PLAUSIBLE
from tests.web.accepted_before import duty_of, told_before

OTHER = PARTY.replace('key = "acme"', 'key = "other"').replace("acme.example", "other.example")


def due(days: int = 345) -> str:
    return f"last_accepted_on = {(clock.now() - timedelta(days=days)).date().isoformat()}"


WORKS = (
    engagement("dm", attestation=due(), title="Direct mail"),
    engagement("sis", company="sister", attestation=due(), title="Sister's mail"),
    engagement("alien", company="sister", party="other", attestation=due(), title="Another party's"),
)


@pytest.fixture
async def running(tmp_path, database):
    async with Ground(tmp_path, await database(), WORKS, PARTY + OTHER) as found:
        yield found


async def page_of(running: Running, client, work: str, who: str = "privacy@acme.example", lang: str = "en"):
    """The section with the first question, and its address."""
    links = [mail for mail in running.mails(who) if f"ITK-{(await duty_of(work)).id:06d}" in mail.subject + mail.text]
    base = plain_path(re.search(r"http://127\.0\.0\.1:\d+/f/\S+", links[-1].text).group()) + f"/{lang}"
    tasks = await get(client, f"{base}/tasks")
    section = html.unescape(re.findall(r'href="(/f/[^"]+/s/[^"]+)"', tasks)[0])
    return section, await get(client, section)


def box(page: str, question: str) -> list[str]:
    return re.findall(rf'name="{question}_same" value="(s\d+)"', page)


async def test_last_times_answer_is_ticked_question_by_question_and_the_part_stands_as_unchanged(running: Running):
    file = drafts.new_file("規程〜髙﨑.png", "cd" * 32, 9)
    await told_before(
        "dm", {"rules": Answer(value="yes", comment="髙﨑〜①", files=(file,)), "policy": Answer(value="yes")}
    )
    async with running.client() as client:
        section, page = await page_of(running, client, "dm")
        assert "髙﨑〜①" in page
        assert re.search(r"Last time \(accepted [^)]*\): Yes", page)
        [token] = box(page, "rules")
        await post(client, section, {"rules_version": "0", "rules_same": token, "pause": "1"})
        row = await tables.Answer.get(obligation_id=(await duty_of("dm")).id)
        assert (row.question, row.value["value"], row.value["comment"]) == ("rules", "yes", "髙﨑〜①")
        kept = await tables.Evidence.get(obligation_id=row.obligation_id)
        assert (kept.name, kept.sha256, kept.id != file.id) == ("規程〜髙﨑.png", "cd" * 32, True)
        page = await get(client, section)
        assert "Same as last time" in page
        assert not box(page, "rules")
        assert box(page, "policy")
        assert re.search(r"Last saved [^<]*\(by this link\)", page)
        line = await tables.LedgerLine.get(type="answer.reused")
        assert json.loads(line.data)["questions"] == {"rules": "submission/1"}
        assert "Same as last time" not in await get(client, section.partition("/s/")[0] + "/tasks")


async def test_a_part_in_which_nothing_has_changed_says_so_in_the_list(running: Running):
    asked = thaw((await tables.FrozenRequest.get(sha256=(await duty_of("dm")).request_id)).body)
    part = asked.sections[0].questions
    before = {one.id: PLAUSIBLE[one.type](one) for one in part}
    await told_before("dm", before)
    async with running.client() as client:
        section, page = await page_of(running, client, "dm")
        said = {f"{one.id}_same": box(page, one.id)[0] for one in part if box(page, one.id)}
        assert said
        await post(client, section, said | {"pause": "1"})
        tasks = await get(client, section.partition("/s/")[0] + "/tasks")
        first = tasks[tasks.index('<ol class="tasks">') :].partition("</li>")[0]
        assert "Same as last time" in first


async def test_what_was_told_a_sister_company_is_adopted_with_its_name_and_never_another_partys(running: Running):
    file = drafts.new_file("a.png", "ef" * 32, 9)
    await told_before("sis", {"rules": Answer(value="yes", comment="told the sister", files=(file,))})
    await told_before("alien", {"rules": Answer(value="yes", comment="a secret of others")})
    async with running.client() as client:
        section, page = await page_of(running, client, "dm")
        assert re.search(r"Told Sister \(accepted [^)]*\): Yes – told the sister", html.unescape(page))
        assert "a secret of others" not in page
        await post(client, section, {"rules_same": box(page, "rules")[0], "pause": "1"})
        answer = (await drafts.read((await duty_of("dm")).id)).answers["rules"]
        assert (answer.value, answer.comment, answer.files[0].sha256) == ("yes", "told the sister", "ef" * 32)
        stolen = (await tables.Submission.filter(obligation__engagement_id="alien").get()).id
        await post(client, section, {"policy_same": f"s{stolen}", "rules_version": "1", "pause": "1"})
        assert "policy" not in (await drafts.read((await duty_of("dm")).id)).answers


async def test_what_was_told_elsewhere_is_not_offered_after_a_year_nor_to_a_colleague(running: Running):
    await told_before("sis", {"policy": Answer(value="yes", comment="told the sister")}, days=400)
    async with running.client() as client:
        _, page = await page_of(running, client, "dm")
        assert "told the sister" not in page
        await tables.Submission.all().update(decided_at=clock.now() - timedelta(days=30))
        section, page = await page_of(running, client, "dm")
        assert "told the sister" in page
        person = int((await acts.person("c@acme.example", clock.now())).removeprefix("person/"))
        await tables.Link.all().update(contact_id=person)
        await tables.Colleague.create(
            obligation_id=(await duty_of("dm")).id, contact_id=person, named_by="x", name="C", grade="draft", sections=[],
            state="given", made_at=clock.now(), changed_at=clock.now(),
        )  # fmt: skip
        assert "told the sister" not in await get(client, section)


async def test_what_was_told_elsewhere_is_not_for_whom_a_company_has_confirmed_for_one_request(running: Running):
    await told_before("sis", {"policy": Answer(value="yes", comment="told the sister")})
    duty = await duty_of("dm")
    async with running.client() as client:
        section, page = await page_of(running, client, "dm")
        assert "told the sister" in page
        letter = (await tables.Link.filter(obligation_id=duty.id).first()).mail
        await tables.Mail.filter(id=letter).update(to=["expert@elsewhere.example"])
        await tables.Obligation.filter(id=duty.id).update(asks="expert@elsewhere.example")
        assert "told the sister" not in await get(client, section)
        assert 'value="decline"' in await get(client, section.partition("/s/")[0] + "/help")


async def test_a_box_beside_another_answer_is_asked_about_and_neither_is_lost(running: Running):
    await told_before("dm", {"policy": Answer(value="yes", comment="as before")})
    async with running.client() as client:
        section, page = await page_of(running, client, "dm")
        said = {"policy": "no", "policy_comment": "not any more", "policy_same": box(page, "policy")[0], "next": "1"}
        _, page = await post(client, section, said | {"policy_version": "0"}, status=422)
        assert "You ticked an earlier answer and entered another one as well." in page
        assert "not any more" in page
        assert re.search(r'name="policy_same" value="s\d+" checked', page)
        assert not await tables.Answer.exists()
        del said["policy_same"]
        await post(client, section, said | {"policy_version": "0"})
        assert (await tables.Answer.get()).value["comment"] == "not any more"


async def test_last_times_plan_is_shown_and_how_things_stand_is_told_anew(running: Running):
    await told_before("dm", {"policy": Answer(value="no", comment="By the end of next month.")})
    async with running.client() as client:
        _, page = await page_of(running, client, "dm")
        assert re.search(r"Your plan of last time \(accepted [^)]*\): By the end of next month\.", page)
        assert "Please tell how things stand today." in page
        section, _ = await page_of(running, client, "dm")
        assert "Your answers of last time (accepted" in await get(client, section.partition("/s/")[0] + "/tasks")
        assert not box(page, "policy")


async def test_a_file_that_is_past_its_validity_is_left_out_and_asked_for_anew(running: Running):
    file = drafts.new_file("old-rules.png", "ab" * 32, 9)
    old = await told_before("dm", {"rules": Answer(value="yes", files=(file,))}, days=300)
    await tables.Evidence.create(
        id="0" * 32, obligation_id=old.id, question="rules", name="first.png", media_type="image/png", size=9,
        sha256="ab" * 32, stored_at=clock.now() - timedelta(days=40 * 31),
    )  # fmt: skip
    async with running.client() as client:
        section, page = await page_of(running, client, "dm")
        assert "Without this file, which is past its validity: old-rules.png." in page
        await post(client, section, {"rules_same": box(page, "rules")[0], "pause": "1"})
        answer = (await drafts.read((await duty_of("dm")).id)).answers["rules"]
        assert (answer.value, answer.files) == ("yes", ())


async def test_a_form_of_boxes_sent_back_empty_changes_nothing(running: Running):
    await told_before("dm", {"policy": Answer(value="yes")})
    async with running.client() as client:
        section, page = await page_of(running, client, "dm")
        names = set(re.findall(r'name="([^"]+)"', page))
        await post(client, section, dict.fromkeys(names, ""))
        assert not await tables.Answer.exists()
