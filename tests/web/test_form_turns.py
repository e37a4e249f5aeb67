"""Where the party's form leads after each press, and what its pages tell of what was done before."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from running import Ground, Running
from stage import engagement
from test_form import answers_for, declaring, fill, first_section, get, plain_path, png, post

from monitor import clock, tables
from monitor.language import Message, say_short_day
from monitor.obligations import acts, drafts, pleas
from monitor.obligations.authority import Authority
from monitor.questionnaire import Answer, examine, thaw
from monitor.questionnaire.judgement import findings_of
from monitor.refusal import Refused
from monitor.web.answers.groups import answer_groups
from monitor.web.form import beginning, pleading

PLACES = """
  [[engagement.place]]
  name = "Tokyo database"
  kind = "prod"
  [[engagement.place]]
  name = "Night backup"
  kind = "backup"
"""


@pytest.fixture
async def running(tmp_path, database):
    async with Ground(tmp_path, await database()) as found:
        yield found


@pytest.fixture
async def ended(tmp_path, database):
    day = clock.now().date() - timedelta(days=7)
    work = engagement("dm", title="Direct mail", ends_on=day.isoformat(), more=PLACES)
    async with Ground(tmp_path, await database(), (work,)) as found:
        yield found


def english(running: Running) -> str:
    return f"{plain_path(running.link())}/en"


async def section_of(client, base: str, question: str) -> str:
    """The section in which something is asked."""
    for path in re.findall(r'href="(/f/[^"]+/s/[^"]+)"', await get(client, f"{base}/tasks")):
        if f'name="{question}"' in await get(client, path):
            return path
    raise AssertionError(question)


async def returned(client, running: Running, reason: str) -> str:
    base = english(running)
    await fill(client, base)
    await post(client, f"{base}/declare", {"name": "髙﨑 さつき", "title": "Privacy office", "declared": "agreed"})
    await acts.return_(1, clock.now(), await acts.person("r@impress.example", clock.now()), reason)
    return base


async def test_answers_that_open_questions_lead_to_the_first_of_them(running: Running) -> None:
    async with running.client() as client:
        section = await section_of(client, english(running), "sub.used")
        fields = {"sub.used": "approved", "next": "1"}
        there, _ = await post(client, section, fields)
        path, _, question = there.partition("#")
        assert path.partition("?")[0] == section
        page = await get(client, path)
        assert "Your answers opened 2 more questions. Please go on here." in page
        field = question.removesuffix("_new")
        assert page.index(f'id="{question}"') < page.index("opened 2 more") < page.index(f'id="{field}"')
        assert "There is a problem" not in page  # a comment that is still missing is no mistake yet
        there, _ = await post(client, section, {**fields, "sub.used_version": "1"})
        assert not there.startswith(section)


async def test_a_file_that_cannot_be_taken_says_why_and_takes_nothing_that_was_typed_with_it(
    running: Running, monkeypatch
) -> None:
    async def settled(*_: object) -> None:
        raise Refused("settled", Message("This answer stands as it was handed in, and need not be changed."))

    monkeypatch.setattr(drafts, "attach", settled)
    async with running.client() as client:
        section = await section_of(client, english(running), "rules")
        form = {"rules_comment": "Typed on a train.", "rules_file": ("a.png", png())}
        there, page = await post(client, section, form, status=422)
    assert there == ""
    assert "This answer stands as it was handed in" in page
    assert "There is a problem" in page  # one: what nobody has come to yet is no mistake
    assert (await drafts.read(1)).answers["rules"].comment == "Typed on a train."


async def test_whatever_is_refused_is_said_and_does_not_lead_away_in_silence(running: Running, monkeypatch) -> None:
    async def never(*_: object, **__: object) -> None:
        raise Refused("day-past", Message("A new due date lies ahead."))

    monkeypatch.setattr(pleading, "plead", never)
    async with running.client() as client:
        _, page = await post(client, f"{english(running)}/help", {"kind": "not-ours", "why": "Sold."}, status=422)
        assert "A new due date lies ahead." in page
        assert "Sold.</textarea>" in page
        monkeypatch.setattr(beginning, "last_accepted", never)
        async with client.get(f"{english(running)}/tasks", allow_redirects=False) as response:
            assert response.status == 422
            assert "A new due date lies ahead." in await response.text()


async def test_a_pause_leads_to_the_list_that_says_what_is_saved_and_how_to_come_back(running: Running) -> None:
    async with running.client() as client:
        there, _ = await post(
            client, await first_section(client, plain_path(running.link())), {"policy": "yes", "pause": "1"}
        )
        said = "You may close this page; the same link brings you back."
        assert said in await get(client, there)
        assert said not in await get(client, there.partition("?")[0])


async def test_an_honest_no_is_shown_to_its_writer_without_a_fault_and_to_reviewers_with_one(running: Running) -> None:
    async with running.client() as client:
        base = english(running)
        section = await first_section(client, plain_path(running.link()))
        await post(
            client, section, {"policy": "no", "policy_comment": "Planned for March, by the office.", "pause": "1"}
        )
        page = await get(client, f"{base}/check")
        row = page[page.index('<div id="policy"') :].partition("</div>")[0]
        assert "Planned for March" in row
        assert "error" not in row
    asked = thaw((await tables.FrozenRequest.get()).body)
    answers = {"policy": Answer(value="no", comment="Planned for March, by the office.")}
    weak = next(question for question in asked.questions if question.id == "policy")
    (finding,) = findings_of(weak, answers["policy"])
    groups = answer_groups(asked, answers, examine(asked, answers, clock.now().date()), {}, "en")
    assert next(row for row in groups[0]["rows"] if row["id"] == "policy")["problem"] == finding.name.in_("en")


async def test_whoever_changes_an_answer_comes_back_to_it_in_the_list_even_after_a_mistake(running: Running) -> None:
    async with running.client() as client:
        base = english(running)
        await fill(client, base)
        page = await get(client, f"{base}/check")
        change = re.search(r'href="(/f/[^"]+)#handlers\.count"', page)[1].replace("&amp;", "&")
        fields = answers_for(await get(client, change))
        wrong, _ = await post(client, change, {**fields, "handlers.count": "about ten", "next": "1"})
        page = await get(client, wrong)
        assert 'value="about ten"' in page
        there, _ = await post(client, wrong, {**answers_for(page), "handlers.count": "11", "next": "1"})
        assert there == f"{base}/check#handlers.count"
        assert 'id="handlers.count"' in await get(client, there)
        other, _ = await post(client, change.partition("?")[0] + "?back=https://evil.example", {"next": "1"})
        assert "evil" not in other


async def test_what_was_stored_wrong_is_shown_on_a_page_that_can_be_opened_again(running: Running) -> None:
    async with running.client() as client:
        section = await first_section(client, plain_path(running.link()))
        there, _ = await post(client, section, {"handlers.count": "about ten", "next": "1"})
        assert there == f"{section}?check=1"
        for _ in range(2):
            page = await get(client, there)
            assert 'id="handlers.count_error"' in page
            assert 'value="about ten"' in page


async def test_the_receipt_holds_all_answers_with_their_files_for_whom_may_read_them(running: Running) -> None:
    async with running.client() as client:
        base = english(running)
        await fill(client, base)
        section = await section_of(client, base, "rules")
        await post(
            client, section, {"rules_file": ("規程〜.csv", "項目,可否\n棚,可\n".encode()), "upload": "rules_file"}
        )
        await post(client, f"{base}/colleagues", {"email": "colleague@acme.example"})
        await running.work()
        await post(client, f"{base}/declare", {"name": "A", "title": "B", "declared": "agreed"})
        await tables.Answer.filter(question="handlers.count").update(value={"value": 99})
        receipt = await get(client, f"{base}/done")
        assert "The answers that you submitted" in receipt
        assert "規程〜.csv" in receipt
        assert re.search(r"<p>12\b", receipt)
        assert "99" not in re.sub(r"<[^>]*>", "", receipt.partition("<details")[2].partition("</details>")[0])
        assert ">Change<" not in receipt
        colleague = await get(client, f"{plain_path(running.link('colleague@acme.example'))}/en/")
        assert "Your answer has arrived" in colleague
        assert "規程〜.csv" not in colleague
        await tables.Link.all().update(revoked_at=clock.now())
        assert "規程〜.csv" not in await get(client, f"{base}/done", status=404)


async def test_what_was_asked_for_stands_on_the_pages_until_somebody_decides(running: Running) -> None:
    async with running.client() as client:
        base, today = english(running), clock.now().date()
        until = (await tables.Obligation.get()).due_on + timedelta(days=9)
        wished = {f"wished_{part}": str(getattr(until, part)) for part in ("year", "month", "day")}
        await post(client, f"{base}/help", {"kind": "more-time", "reason": "audit season", **wished})
        await post(client, f"{base}/help", {"kind": "not-ours", "why": "please ask our affiliate"})
        made = (await tables.Plea.first()).made_at + timedelta(hours=9)
        asked = f"On {say_short_day(made.date(), 'en')} you asked for time until {say_short_day(until, 'en')}."
        for path in (f"{base}/", f"{base}/help"):
            page = await get(client, path)
            assert asked in page
            assert "this is not for you. Please wait for our answer" in page
        assert f"{say_short_day(until, 'ja')}までの延長を希望されました" in await get(client, f"{base[:-2]}ja/")
        for plea in await tables.Plea.all():
            reply = pleas.Decision("refused", f"No, about {plea.kind}.")
            await pleas.decide(1, plea.id, clock.now(), "person/1", reply, authority=Authority.COMPANY)
        page = await get(client, f"{base}/")
        assert asked not in page
        assert "the date stays as it is." in page
        assert "No, about not-ours." in page
        assert today <= made.date()


@pytest.mark.parametrize(
    ("boxes", "said"),
    [
        (("2027", "", ""), "月と日もご記入ください。"),
        (("令和９年", "3月", ""), "日もご記入ください。"),
        (("2027", "13", "1"), "和暦は年の欄に「令和9」"),
        (("来年", "", ""), "和暦は年の欄に「令和9」"),
    ],
)
async def test_a_day_that_is_not_whole_is_told_which_box_is_empty(running: Running, boxes, said: str) -> None:
    async with running.client() as client:
        section, name, fields = await dated(client, running)
        there, _ = await post(client, section, {**fields, **in_boxes(name, boxes), "next": "1"})
        page = await get(client, there)
        error = page[page.index(f'id="{name}_error"') :].partition("</p>")[0]
        assert said in error
        year = re.search(rf'name="{name}_year"[^>]*value="([^"]*)"', page)[1]
        assert year == boxes[0].removesuffix("９年") + ("９" if "９" in boxes[0] else "")


@pytest.mark.parametrize(
    "boxes", [("２０２６年", "３月", "３１日"), ("令和8", "3", "31"), ("R8", "3", "31"), ("2026/3/31", "", "")]
)
async def test_a_day_is_read_as_people_write_it_into_three_boxes(running: Running, boxes) -> None:
    async with running.client() as client:
        section, name, fields = await dated(client, running)
        await post(client, section, {**fields, **in_boxes(name, boxes), "next": "1"})
    assert (await tables.Answer.get(question=name)).value["value"] == "2026-03-31"


async def dated(client, running: Running) -> tuple[str, str, dict[str, Any]]:
    """A section that asks for a day, the question's name, and plausible answers to the rest of the section."""
    base = f"{plain_path(running.link())}/ja"
    await fill(client, base)
    for section in re.findall(r'href="(/f/[^"]+/s/[^"]+)"', await get(client, f"{base}/tasks")):
        page = await get(client, section)
        found = re.search(r'name="([^"]+)_year"', page)
        if found:
            return section, found[1], answers_for(page)
    raise AssertionError("no question asks for a day")


def in_boxes(name: str, boxes: tuple[str, str, str]) -> dict[str, str]:
    return {f"{name}_{part}": text for part, text in zip(("year", "month", "day"), boxes, strict=True)}


async def test_every_place_s_missing_answers_are_listed_by_the_place_s_name(ended: Running) -> None:
    async with ended.client() as client:
        page = await get(client, f"{english(ended)}/check")
        listed = re.findall(r'<li><a href="[^"]+">([^<]+)</a>', page)
        assert any(text.startswith("Tokyo database / ") for text in listed)
        assert any(text.startswith("Night backup / ") for text in listed)
        assert len(set(listed)) == len(listed)


async def test_a_return_s_reason_keeps_its_lines_and_stands_on_every_page_that_mends_it(running: Running) -> None:
    async with running.client() as client:
        base = await returned(client, running, "The list of countries:\n- is missing.")
        section = await first_section(client, plain_path(running.link()))
        for path in (f"{base}/", f"{base}/tasks", section, f"{base}/check"):
            assert '<p class="letter">The list of countries:\n- is missing.</p>' in await get(client, path)


async def test_what_came_back_is_walked_through_point_by_point_and_each_has_room_for_a_reason(running: Running) -> None:
    base = english(running)
    async with running.client() as client:
        await fill(client, base)
        await post(client, f"{base}/declare", {"name": "髙﨑 さつき", "title": "Privacy office", "declared": "agreed"})
        asked = thaw((await tables.FrozenRequest.get(sha256=(await tables.Obligation.get()).request_id)).body)
        texts = [one for one in asked.questions if one.type.value in {"text", "long_text"}]
        answered = set(await tables.Answer.all().values_list("question", flat=True))
        point = next(one.id for one in texts if one.id in answered)
        last = await tables.Submission.get()
        for name in ("rules", point):
            await tables.Mark.create(
                submission_id=last.id,
                question=name,
                verdict="returned",
                comment=f"More on {name}?",
                changed_at=clock.now(),
            )
        await acts.return_(1, clock.now(), await acts.person("r@impress.example", clock.now()), "")
        places = [await section_of(client, base, name) for name in ("rules", point)]
        first, second = (place.partition("#")[0] for place in places)
        page = await get(client, first)
        assert "answers of this part stand" in page
        assert "Dealt with" not in page
        fields = answers_for(page) | {"rules_comment": "Chapter 5 says it.", "next": "1"}
        assert (await post(client, first, fields))[0] == second
        assert (await get(client, f"{base}/tasks")).count("Dealt with") == 1
        page = await get(client, second)
        assert f'name="{point}_comment"' in page
        fields = answers_for(page) | {f"{point}_comment": "It is as we said.", "next": "1"}
        assert (await post(client, second, fields))[0] == f"{base}/check"
        assert "It is as we said." in await get(client, f"{base}/check")


async def test_whoever_declared_last_time_finds_their_name_and_post(running: Running) -> None:
    async with running.client() as client:
        base = await returned(client, running, "Which countries?")
        page = await get(client, base + await declaring(client, base))
        assert 'value="髙﨑 さつき"' in page
        assert 'value="Privacy office"' in page
        assert "checked" not in page


async def test_a_colleague_s_address_is_taken_in_full_width(running: Running) -> None:
    async with running.client() as client:
        await post(client, f"{english(running)}/colleagues", {"email": "ｔａｎａｋａ＠ａｃｍｅ．ｅｘａｍｐｌｅ"})
    assert await tables.Notice.exists(kind="hand-over", address="tanaka@acme.example")
