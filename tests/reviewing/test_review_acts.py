"""Marks, acceptance by two, and what goes back, on both databases."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest
from attested import AT, HOUR, answer, begin, duty_of, live, told
from stage import engagement

from monitor import tables
from monitor.obligations import acts, drafts
from monitor.obligations.marks import ACCEPTED, RETURNED, returned
from monitor.questionnaire import Answer
from monitor.refusal import Refused
from monitor.reviewing import Decided, Policy, Said, Seen, accept, mark, return_, take_back
from monitor.reviewing.acts import changes_of
from monitor.reviewing.export import lines

ONE = Policy(second_person=frozenset())
TWO = Policy(second_person=frozenset({"B"}))
YES = {"policy": "yes", "web_hsts": "yes", "web_tls": "yes"}


@pytest.fixture
async def party(store, tmp_path):
    await begin(tmp_path, engagement("dm", attestation="last_accepted_on = 2025-09-20", tier="B"))
    await answer(AT, **YES)


async def who(name: str, mailbox: str = "") -> str:
    return await acts.person(f"{mailbox or name.lower()}@impress.example", AT, name)


async def marks(**said: Said) -> None:
    duty = await duty_of()
    found = await mark(duty.id, {name.replace("_", "."): one for name, one in said.items()}, AT, await who("Ada"))
    assert not found.conflicts
    assert not found.wrong


async def refused(doing) -> str:
    with pytest.raises(Refused) as no:
        await doing
    return no.value.reason


async def test_marks_are_kept_under_a_name_and_the_ledger_has_their_questions_but_not_their_words(party):
    await marks(policy=Said(ACCEPTED, note="as agreed by telephone"), web_tls=Said(RETURNED, "Which ports?"))
    kept = {row.question: row for row in await tables.Mark.all().prefetch_related("reviewer")}
    assert {name: (row.verdict, row.comment, row.reviewer.name) for name, row in kept.items()} == {
        "policy": (ACCEPTED, "", "Ada"),
        "web.tls": (RETURNED, "Which ports?", "Ada"),
    }
    (line,) = await told("answer.marked")
    assert (line["accepted"], line["returned"]) == (["policy"], ["web.tls"])
    (noted,) = await told("answer.noted")
    assert noted["questions"] == ["policy"]
    exported = json.dumps([row.data for row in await tables.LedgerLine.all()])
    assert "ports" not in exported
    assert "telephone" not in exported
    await marks(policy=replace(Said(ACCEPTED), version=1))
    assert len(await told("answer.marked")) == 1


async def test_two_reviewers_never_overwrite_each_other_unseen(party):
    await marks(policy=Said(ACCEPTED))
    duty = await duty_of()
    late = {"policy": Said(RETURNED, "Not signed.", version=0), "web.hsts": Said(ACCEPTED)}
    found = await mark(duty.id, late, AT, await who("Ben"))
    assert found.saved == ("web.hsts",)
    assert found.conflicts["policy"].verdict == ACCEPTED
    assert (await tables.Mark.get(question="policy")).verdict == ACCEPTED
    seen = {"policy": replace(late["policy"], version=1)}
    assert (await mark(duty.id, seen, AT, await who("Ben"))).saved == ("policy",)


async def test_whoever_decides_has_seen_the_marks_and_accepts_nothing_that_goes_back(party):
    duty, ada = await duty_of(), await who("Ada")
    before = Seen(marks=0)
    await marks(policy=Said(RETURNED, "Not signed."))
    assert await refused(accept(duty.id, AT, ada, ONE, before)) == "by-marks-changed"
    assert await refused(return_(duty.id, AT, ada, "Please see.", before)) == "by-marks-changed"
    last = await tables.Submission.get(obligation_id=duty.id)
    assert (
        await refused(accept(duty.id, AT, ada, ONE, Seen(last.id, await changes_of(last.id)))) == "by-marked-returned"
    )
    await marks(policy=Said(version=1))
    assert await accept(duty.id, AT, ada, ONE) is Decided.ACCEPTED
    assert (await duty_of()).state == "accepted"


async def test_of_a_tier_that_needs_two_the_first_proposes_and_a_different_one_confirms(party):
    duty = await duty_of()
    assert await accept(duty.id, AT, await who("Ada"), TWO) is Decided.PROPOSED
    assert (await duty_of()).state == "submitted"
    for name, mailbox in (("Ada", ""), ("Somebody else", "ada"), ("ＡＤＡ", "ada-at-home")):
        assert await refused(accept(duty.id, AT, await who(name, mailbox), TWO)) == "by-same-person"
    assert (await duty_of()).state == "submitted"
    assert await accept(duty.id, AT + HOUR, await who("Ben"), TWO) is Decided.ACCEPTED
    assert (await duty_of()).state == "accepted"
    (proposed,), (accepted,) = await told("obligation.proposed"), await told("obligation.accepted")
    assert accepted["proposed_by"] == await who("Ada")
    assert proposed["submission"] == accepted["submission"]
    assert accepted["of"] > 0


async def test_a_proposal_is_told_to_the_others_and_never_to_who_made_it(party):
    await live(AT + HOUR)
    duty = await duty_of()
    await accept(duty.id, AT + HOUR, await acts.person("reviewers@impress.example", AT, "Ada"), TWO)
    await live(AT + 2 * HOUR)
    (notice,) = await tables.Notice.filter(kind="second-person").prefetch_related("items__mail")
    readers = {address for item in notice.items for address in item.mail.to}
    assert readers
    assert "reviewers@impress.example" not in readers


async def test_anybody_alone_returns_what_was_proposed_and_a_proposal_can_be_taken_back(party):
    duty, ada = await duty_of(), await who("Ada")
    await accept(duty.id, AT, ada, TWO)
    await take_back(duty.id, AT, ada)
    assert await refused(take_back(duty.id, AT, ada)) == "by-not-proposed"
    await accept(duty.id, AT, ada, TWO)
    await return_(duty.id, AT, ada, "Countries are missing.")
    assert (await duty_of()).state == "returned"
    assert not await tables.Notice.filter(kind="second-person", state="waiting").exists()
    await answer(AT + HOUR, **YES)
    assert await accept(duty.id, AT + HOUR, await who("Ben"), TWO) is Decided.PROPOSED


async def test_a_grave_finding_is_accepted_only_with_a_word_on_what_is_done(party):
    duty, ada = await duty_of(), await who("Ada")
    await return_(duty.id, AT, ada, "Please look again.")
    await answer(AT, **(YES | {"policy": "no"}))
    strict = replace(ONE, treat_from="low")
    assert await refused(accept(duty.id, AT, ada, strict)) == "by-untreated"
    await marks(policy=Said(treatment="The office writes one until March."))
    assert await accept(duty.id, AT, ada, strict) is Decided.ACCEPTED


async def test_only_what_came_back_can_be_changed_and_what_stands_stays_as_it_was(party):
    duty, ada = await duty_of(), await who("Ada")
    for name, value in YES.items():
        await tables.Answer.create(
            obligation_id=duty.id, question=name.replace("_", "."), value={"value": value}, changed_at=AT
        )
    await marks(web_tls=Said(RETURNED, "Which ports?"))
    await return_(duty.id, AT, ada, "")
    duty = await duty_of()
    assert (duty.state, duty.reason) == ("returned", "")
    back = await returned(duty, AT)
    assert back.points == {"web.tls": "Which ports?"}
    assert back.settled == {"policy", "web.hsts"}
    said = {name: (Answer(value="no", comment="changed"), 1) for name in ("policy", "web.tls")}
    said["office.new"] = (Answer(value="yes"), 0)
    saved = await drafts.save(duty.id, said, AT, "vendor")
    assert set(saved.saved) == {"web.tls", "office.new"}
    now = (await drafts.read(duty.id)).answers
    assert (now["policy"].value, now["web.tls"].value) == ("yes", "no")
    assert (await told("obligation.returned"))[-1]["questions"] == ["web.tls"]


async def test_a_return_without_a_mark_needs_a_reason_and_reopens_all(party):
    duty, ada = await duty_of(), await who("Ada")
    assert await refused(return_(duty.id, AT, ada, " ")) == "reason-missing"
    await return_(duty.id, AT, ada, "Please see.")
    assert not (await returned(await duty_of(), AT)).settled


async def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(party):
    duty = await duty_of()
    both = (accept(duty.id, AT, await who("Ada"), ONE), return_(duty.id, AT, await who("Ben"), "Countries?"))
    found = await asyncio.gather(*both, return_exceptions=True)
    (lost,) = [one for one in found if isinstance(one, Exception)]
    assert isinstance(lost, Refused)
    assert lost.reason == "not-submitted"
    assert len(await told("obligation.accepted") + await told("obligation.returned")) == 1


async def test_an_export_keeps_apart_what_looks_alike_and_holds_no_note_and_no_name(party):
    duty = await duty_of()
    await tables.Submission.filter(obligation_id=duty.id).update(
        answers=json.dumps(
            {
                "policy": {"value": "yes"},
                "handlers.count": {"value": 0},
                "web.tls": {"not_applicable": True, "reason": "No site."},
            }
        )
    )
    await marks(policy=Said(ACCEPTED, note="by telephone"), web_tls=Said(RETURNED, "Which site?"))
    found = {line["question"]: line async for line in lines("impress", "acme")}
    kept = {name: (found[name]["state"], found[name]["value"]) for name in ("policy", "handlers.count", "rules")}
    assert kept == {"policy": ("answered", "yes"), "handlers.count": ("answered", 0), "rules": ("unanswered", None)}
    assert {"hidden", "unanswered", "answered"} <= {line["state"] for line in found.values()}
    assert (found["rules"]["points"], found["rules"]["counted"]) == (0, "unanswered")
    assert all(line["points"] is None for line in found.values() if line["state"] == "hidden")
    assert (found["web.tls"]["mark"], found["web.tls"]["comment"]) == (RETURNED, "Which site?")
    told_all = json.dumps(list(found.values()))
    assert "telephone" not in told_all
    assert "Ada" not in told_all
    assert [line async for line in lines("sister")] == []
