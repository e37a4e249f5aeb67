"""One letter for several matters, threads, links, headers; what stays the same when a letter is written again."""

from __future__ import annotations

import ast
import asyncio
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import jinja2
import pytest
from gallery import URL, furnished
from post import BASE, DOMAIN, LETTERS, engagement, notice, office, registry
from stage import event, instant, last_accepted

from monitor import links, tables
from monitor.assets import TEMPLATES
from monitor.ladder import OPENING
from monitor.registry.roster import roster

FORM = re.compile(rf"{re.escape(BASE)}/f/(itk_[\w-]+)")
MONITOR = Path(__file__).parent.parent.parent / "monitor"


@dataclass
class Several:
    """One letter with three requests of one company, put into it by no order of urgency; and written twice more."""

    kept: Any
    duties: list[int]
    opens: list[int]  #: what its links open, in the order of the letter
    again: Any
    later: Any
    links: int


async def _several(place: Any) -> Several:
    at, present = instant("2026-12-22T10:00"), await roster()
    duties = [await place.duty(key) for key in ("survey", "dm", "prize")]
    for duty in duties:
        duty.state = "open"
        await duty.save()
    common = {"made_at": at, "rung": OPENING, "data": {"rung": "T-30"}}
    rows = [notice("rung", "vendor", duty=duty, key=f"n{duty.id}", **common) for duty in duties]
    kept, claimed = await place.kept(*rows, at=at)
    named = [await links.named(LETTERS.keyring, token) for token in FORM.findall(kept.letter.text)]
    return Several(
        kept,
        [duty.id for duty in duties],
        [link.obligation_id for link in named],
        await LETTERS.write(claimed, present, at),
        await LETTERS.write(claimed, present, at + timedelta(days=1)),
        await tables.Link.filter(mail=claimed.mail.id).count(),
    )


@pytest.fixture(scope="module")
def several(tmp_path_factory):
    async def run() -> Several:
        async with furnished("ja", tmp_path_factory.mktemp("several")) as place:
            return await _several(place)

    return asyncio.run(run())


@pytest.fixture
async def place(tmp_path):
    """A small world, open: one request that nobody has answered yet."""
    toml = registry(engagement(attestation=last_accepted("2025-12-31")))
    async with office(toml, "2026-11-20T00:00", "2026-12-22T00:00", tmp=tmp_path) as found:
        yield found


def test_several_matters_are_one_letter_with_a_link_for_each(several):
    tokens = FORM.findall(several.kept.letter.text)
    assert len(set(tokens)) == 3
    assert several.opens == [topic.duty.id for topic in several.kept.topics]
    assert set(several.opens) == set(several.duties)
    assert set(FORM.findall(several.kept.letter.html)) == set(tokens)


def test_the_most_urgent_matter_speaks_in_the_subject_and_the_others_are_counted(several):
    days = [topic.duty.due_on for topic in several.kept.topics]
    assert days == sorted(days)
    first = several.kept.topics[0].duty
    assert f"{first.due_on.month}/{first.due_on.day}(" in several.kept.letter.subject
    assert several.kept.letter.subject.endswith(f" ほか2件 [ITK-{first.id:06d}]")
    assert [line for line in several.kept.letter.text.split("\n") if line.startswith("【1/3】")]


def test_the_references_of_all_matters_are_there(several):
    assert set(several.kept.letter.references) == {f"<o{duty}@{DOMAIN}>" for duty in several.duties}
    assert several.kept.letter.headers["X-Itaku-Ref"].count("ITK-") == 3


def test_each_promise_is_quoted_once_in_a_letter(several):
    assert several.kept.letter.text.replace("\n> ", "").count("発送に携わる会社には") == 1


def test_what_holds_for_all_matters_is_said_once(several):
    assert several.kept.letter.text.count("アカウントの登録は不要です") == 1


def test_a_letter_that_is_written_again_is_the_same_letter(several):
    assert several.again == several.kept.letter
    assert several.links == 3


def test_tried_again_on_another_day_it_keeps_its_name_its_date_and_its_links(several):
    first, later = several.kept.letter, several.later
    assert (later.message_id, later.written_at) == (first.message_id, first.written_at)
    assert later.references == first.references
    assert FORM.findall(later.text) == FORM.findall(first.text)
    assert later.text != first.text, "texts count the real days"


def test_everything_about_one_request_threads_together(japanese):
    threads = defaultdict(set)
    for kept in japanese:
        if len(kept.topics) == 1 and kept.topics[0].duty:
            threads[kept.topics[0].duty.id].add((kept.side, kept.letter.references))
    assert all({root for _, root in sides} == {(f"<o{duty}@{DOMAIN}>",)} for duty, sides in threads.items())
    assert any({side for side, _ in sides} == {"vendor", "company"} for sides in threads.values())


def test_a_case_is_a_thread_of_its_own(gallery):
    kept = gallery["ja", "vendor+case"]
    assert kept.letter.references == (f"<c{kept.topics[0].case.id}@{DOMAIN}>",)
    assert kept.letter.headers["X-Itaku-Severity"] == "high"


def test_whoever_is_told_of_a_failing_check_learns_how_we_look_and_how_to_object(gallery):
    for (_, name), kept in gallery.items():
        about = f"{LETTERS.base_url}/about-monitoring" in kept.letter.text
        assert about == (
            kept.side == "vendor"
            and any(say.notice.kind == "rung" for say in kept.topics if say.case and say.case.watch_id)
        ), name


def test_headers_say_why_in_words_for_filters(gallery):
    headers = gallery["ja", "company+overdue"].letter.headers
    assert headers["X-Itaku-Reason"] == "overdue"
    assert headers["List-Id"] == f"<duty.impress.{DOMAIN}>"


async def test_a_colleague_s_link_prepares_and_does_not_submit(place):
    at, duty = instant("2026-12-22T10:00"), await place.duty()
    someone = await tables.Person.create(email="colleague@acme.example", seen_at=at)
    kept, _ = await place.kept(
        notice("hand-over", "vendor", duty=duty, made_at=at, data={"contact": someone.id}), at=at
    )
    link = await links.open_(LETTERS.keyring, FORM.search(kept.letter.text)[1], at)
    assert (link.grade, link.contact_id) == ("draft", someone.id)


async def test_a_sign_in_link_opens_nothing_else(place):
    at = instant("2026-12-22T23:50")
    kept, _ = await place.kept(
        notice("sign-in", "person", made_at=at, data={"sign_in": "cd" * 12}), at=at, roles=["person"]
    )
    token = re.search(r"/sign-in/(itk_[\w-]+)", kept.letter.text)[1]
    assert links.parse(LETTERS.keyring, token, links.SIGN_IN) == "cd" * 12
    assert links.parse(LETTERS.keyring, token) is None
    assert "00:05" in kept.letter.subject


async def test_a_request_that_is_answered_meanwhile_is_sent_without_a_link(place):
    at, duty = instant("2026-12-22T10:00"), await place.duty()
    duty.state = "submitted"
    await duty.save()
    kept, _ = await place.kept(notice("due-moved", "vendor", duty=duty, made_at=at), at=at)
    assert not FORM.search(kept.letter.text + kept.letter.html)


async def test_a_receipt_leaves_at_any_hour_with_reference_instant_and_fingerprint(tmp_path):
    toml = registry(engagement(attestation=last_accepted("2025-12-31")))
    submit = event("2026-12-31T23:59:30", "submit", "dm")
    async with office(toml, "2026-11-20T00:00", "2027-01-01T00:00", submit, tmp=tmp_path) as place:
        kept = place.of("receipt")[0]
        assert "2026年12月31日(木) 23:59に" in kept.letter.text
        assert "ITK-000001" in kept.letter.text
        submission = await tables.Submission.get(obligation_id=1)
        await tables.Submission.filter(id=submission.id).update(sha256="0f" * 32)
        row = notice("receipt", "vendor", duty=await place.duty(), made_at=kept.at, data={"submission": submission.id})
        again, _ = await place.kept(row, at=kept.at + timedelta(days=3))
        assert f"\n  {'0f' * 32}\n" in again.letter.text
        assert "2026年12月31日(木) 23:59に" in again.letter.text, (
            "the instant of the submission, whenever the mail leaves"
        )


async def test_a_company_that_has_left_speaks_through_the_privacy_office(tmp_path):
    toml = registry(engagement(company="left", attestation=last_accepted("2025-12-31")))
    async with office(toml, "2026-11-20T00:00", "2027-01-10T00:00", tmp=tmp_path) as place:
        asked, told = place.of("opening")[0].letter, place.of("overdue", side="company")[0].letter
        assert asked.sender_name == "インプレスグループ 委託先管理"
        assert "株式会社むかしメディアに代わって" in asked.text.replace("\n", "")
        assert asked.reply_to == told.reply_to == "privacy-office@group.example"
        assert told.to == ("privacy-office@group.example",)
        assert "インプレスグループ 個人情報保護事務局 御中" in told.text


def test_replies_reach_the_responsible_company_s_first_manager(japanese):
    assert {kept.letter.reply_to for kept in japanese if kept.side == "vendor"} == {"managers@impress.example"}
    assert {kept.letter.sender_name for kept in japanese} == {"株式会社インプレス 委託先管理"}


async def test_a_reminder_names_the_day_on_which_the_first_mail_left(tmp_path):
    toml = registry(
        engagement(starts_on="2026-06-01", ends_on="2026-10-30")
    )  # a Friday: it opens on Saturday, at 00:00
    async with office(toml, "2026-10-20T00:00", "2026-11-20T00:00", tmp=tmp_path) as place:
        kept = next(kept for kept in place.of("reminder") if kept.topics[0].duty.kind == "deletion")
        assert "11/2(月)にお願いした件" in kept.letter.text


async def test_purposes_stand_in_where_the_group_has_published_no_promise(tmp_path):
    toml = registry(engagement(attestation=last_accepted("2025-12-31"))).replace(
        'purposes = ["p03"]', 'purposes = ["p09"]'
    )
    async with office(toml, "2026-11-20T00:00", "2026-12-10T00:00", tmp=tmp_path) as place:
        assert "> 個人が特定されない統計の作成および公表" in place.of("opening")[0].letter.text


async def test_the_first_round_over_an_endpoint_is_one_letter(tmp_path):
    fail = {"url": URL, "verdict": "fail", "severity": "high"}
    script = [
        event(f"2026-12-01T10:0{n}", "observe", None, check=check, **fail)
        for n, check in enumerate(["tls", "headers", "availability"] * 2)
    ]
    async with office(registry(engagement()), "2026-11-20T00:00", "2026-12-02T00:00", *script, tmp=tmp_path) as place:
        letters = [kept for kept in place.of("case") if len(kept.topics) == 3]
        assert {kept.side for kept in letters} == {"vendor", "company"}


def _kinds(path):
    """Kinds and sides of the notices that a module makes, where they are spelt out."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        name = getattr(getattr(node, "func", None), "id", None)
        if name in {"about_duty", "about_case", "to_person"} and len(node.args) > 2:
            kind, side = node.args[1], node.args[2]
            if isinstance(kind, ast.Constant):
                shown = "person" if name == "to_person" else side.id.lower() if isinstance(side, ast.Name) else ""
                yield name, kind.value, shown


def test_every_notice_that_is_made_has_its_text():
    stages = {
        ("about_case", "rung"): ["case"],
        ("about_case", "resolved"): ["case-resolved"],
        ("about_duty", "rung"): ["overdue"],
    }
    made = {found for path in MONITOR.rglob("*.py") for found in _kinds(path)}
    assert len(made) > 8
    for name, kind, side in made:
        for stage in stages.get((name, kind), [kind]):
            sides = [side] if side in {"vendor", "company", "person"} else ["vendor", "company"]
            assert all((TEMPLATES / "mail" / where / f"{stage}.jinja").exists() for where in sides), (name, kind, side)


def test_text_and_html_are_made_of_the_same_pieces():
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), extensions=["jinja2.ext.i18n"], autoescape=True
    )
    environment.globals["language"] = "en"
    pieces = {name: environment.get_template(f"mail/parts.{name}").module for name in ("txt", "html")}
    public = {
        form: {
            name: module.__dict__[name].arguments
            for name in vars(module)
            if isinstance(vars(module)[name], jinja2.runtime.Macro)
        }
        for form, module in pieces.items()
    }
    assert public["txt"] == public["html"]
    assert public["txt"]
