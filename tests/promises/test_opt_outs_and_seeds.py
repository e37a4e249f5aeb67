"""Who refuses mail gets none: all who send it acknowledge in two business days, and a seeded address proves it."""

from __future__ import annotations

import pytest
from stage import engagement as one
from stage import event, play, registry

from monitor.promises.earlier_refusals import of, up_to
from monitor.tables import Obligation, OptOut


def engagement(key="dm", company="impress", **more):
    return one(key, company, attestation="last_accepted_on = 2026-08-31", **{"sends_mail": True} | more)


def opt_out(at, company="impress", **more):
    return event(at, "opt_out", None, company=company, **more)


def seed(at, engagement="dm"):
    return event(at, "seed_mail", engagement)


def acknowledged(at, engagement="dm", **more):
    return event(at, "done", engagement, obligation="opt-out-ack", **more)


@pytest.fixture
def told(tmp_path):
    async def run(*events, until="2026-09-30", toml=None):
        return await play(toml or registry(engagement()), "2026-09-15", until, *events, tmp=tmp_path)

    return run


async def test_every_sending_trustee_of_that_company_has_two_business_days(world):
    toml = registry(
        engagement(),
        engagement("post", sends_mail=False),
        engagement("sister", company="sister"),
        engagement("over", ends_on="2026-09-16", deletion_days=300),
        engagement("later", starts_on="2026-10-01"),
        engagement("web"),
    )
    lines = await world(toml, "2026-09-15", "2026-09-18T12:00", opt_out("2026-09-18T11:00"))
    asked = lines.of("deadline")
    assert {line["engagement"]: line["due_on"] for line in asked} == {"dm": "2026-09-25", "web": "2026-09-25"}
    assert {(line["obligation"], line["company"]) for line in asked} == {("opt-out-ack", "impress")}
    assert {line["at"][:16] for line in lines.of("mail", obligation="opt-out-ack")} == {"2026-09-18T11:00"}


async def test_it_is_asked_for_at_once_also_on_a_holiday(told):
    lines = await told(opt_out("2026-09-20T22:00"), until="2026-09-21")
    assert [(line["at"][:16], line["due_on"]) for line in lines.of("deadline")] == [("2026-09-20T22:00", "2026-09-25")]
    assert lines.rungs("vendor") == [("T-30", "2026-09-20T22:00")]


async def test_a_seeded_address_that_is_mailed_after_the_time_is_a_case(told):
    lines = await told(
        opt_out("2026-09-16T11:00"), seed("2026-09-18T23:00"), seed("2026-09-24T00:00"), until="2026-09-24"
    )
    [case] = lines.of("case_opened")
    assert (case["rule"], case["engagement"], case["company"], case["at"][:16]) == (
        *("opt_out_ignored", "dm", "impress"),
        "2026-09-24T00:00",
    )
    assert [line["at"][:16] for line in lines.of("overdue")] == ["2026-09-19T00:00"]


async def test_what_was_acknowledged_and_is_mailed_all_the_same_is_one_at_once(told):
    lines = await told(
        opt_out("2026-09-16T11:00"), acknowledged("2026-09-17T10:00"), seed("2026-09-17T11:00"), until="2026-09-20"
    )
    assert [line["obligation"] for line in lines.of("accepted")] == ["opt-out-ack"]
    assert [line["rule"] for line in lines.of("case_opened")] == ["opt_out_ignored"]
    assert lines.of("overdue") == []


async def test_mailed_twice_it_is_one_case_and_another_trustee_has_its_own(told):
    toml = registry(engagement(), engagement("web"))
    seeds = [seed("2026-09-24T10:00"), seed("2026-09-24T11:00"), seed("2026-09-24T12:00", "web")]
    lines = await told(opt_out("2026-09-16T11:00"), *seeds, toml=toml, until="2026-09-25")
    assert [line["engagement"] for line in lines.of("case_opened")] == ["dm", "web"]


async def test_without_a_refusal_a_seed_proves_nothing(told):
    lines = await told(seed("2026-09-16T10:00"), seed("2026-09-16T10:00", "none"), until="2026-09-17")
    assert [line["reason"] for line in lines.of("refused")] == ["no-opt-out", "no-such-engagement"]


async def test_the_same_reference_asks_once_and_two_refusals_ask_twice(told):
    same = [opt_out("2026-09-16T11:00", ref="S-1"), opt_out("2026-09-16T12:00", ref="S-1")]
    lines = await told(*same, opt_out("2026-09-16T13:00"), until="2026-09-17")
    assert [line["ref"] for line in lines.of("deadline")] == ["S-1", "opt-out/2"]


async def test_an_unknown_company_and_somebody_in_the_reference_are_refused(told):
    lines = await told(
        opt_out("2026-09-16T11:00", "nobody"), opt_out("2026-09-16T11:00", ref="a@owner.example"), until="2026-09-17"
    )
    assert [line["reason"] for line in lines.of("refused")] == ["no-such-company", "ref-names-somebody"]


async def test_while_the_service_is_down_nothing_is_taken_in_and_afterwards_rungs_are_caught_up(told):
    down = event("2026-09-17T00:00", "down", None, until="2026-09-19T12:00")
    lines = await told(opt_out("2026-09-16T11:00"), down, opt_out("2026-09-17T11:00"), until="2026-09-19T12:00")
    assert [line["reason"] for line in lines.of("refused")] == ["down"]
    assert [(line["at"][:16], line["due_on"]) for line in lines.of("overdue")] == [("2026-09-19T12:00", "2026-09-18")]


async def test_who_comes_to_send_mail_later_acknowledges_all_earlier_refusals_at_once(told):
    sends = event("2026-09-24T10:00", "set", by="managers@impress.example") + "\nsends_mail = true"
    lines = await told(
        opt_out("2026-09-16T10:00"), opt_out("2026-09-17T10:00"), sends, seed("2026-09-25T10:00"),
        opt_out("2026-09-28T10:00"), toml=registry(engagement(sends_mail=False)), until="2026-10-10",
    )  # fmt: skip
    asked = lines.of("deadline", engagement="dm", obligation="opt-out-ack")
    assert [(line["at"][:10], line["due_on"]) for line in asked] == [
        ("2026-09-24", "2026-09-28"), ("2026-09-28", "2026-09-30")
    ]  # fmt: skip
    assert [line["at"][:10] for line in lines.of("case_opened", rule="opt_out_ignored")] == ["2026-09-25"]


async def test_a_work_that_begins_later_hears_of_what_was_refused_before(told):
    lines = await told(
        opt_out("2026-09-16T10:00"), toml=registry(engagement(), engagement("later", starts_on="2026-10-01")),
        until="2026-10-10",
    )  # fmt: skip
    asked = lines.of("deadline", obligation="opt-out-ack")
    assert [(line["engagement"], line["due_on"]) for line in asked] == [("dm", "2026-09-18"), ("later", "2026-10-05")]


def test_a_list_of_all_reaches_up_to_its_last():
    assert up_to({"R-1", "opt-outs/3", "opt-outs/12", "opt-outs/x"}) == 12
    assert up_to({"R-1"}) == 0


def test_a_list_of_all_is_of_its_own_companys_refusals_up_to_its_last():
    ack = Obligation(subject="opt-outs/12", company_id="impress")
    ids = [(3, "impress"), (12, "impress"), (13, "impress"), (3, "sister")]
    assert [of(ack, OptOut(id=number, ref="R-1", company_id=company)) for number, company in ids] == [
        True, True, False, False
    ]  # fmt: skip
    assert of(Obligation(subject="R-1", company_id="impress"), OptOut(id=40, ref="R-1", company_id="impress"))
