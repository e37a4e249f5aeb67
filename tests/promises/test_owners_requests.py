"""A request of an owner reaches all who hold the data, after the owner is verified, and is over when all have answered."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stage import GROUP, event, play, registry
from stage import engagement as one

from monitor.mistakes import Invalid
from monitor.promises.owners.comparing import alike
from monitor.promises.owners.references import sound
from monitor.promises.owners.requesting import PARTS, Asked
from monitor.refusal import Refused
from monitor.registry.read import read
from monitor.tables import OwnerRequest

SERVICE = """
[[service]]
key = "shop"
company = "impress"
engagements = ["dm"]
"""


def engagement(key="dm", company="impress", party="acme", **more):
    return one(key, company, party, attestation="last_accepted_on = 2026-10-01", **more)


def request(
    at="2026-11-24T10:00", ref="R-2026-001", *, verified="2026-11-27", purposes='["p03"]', arrived="2026-11-24", **more
):
    said = {"ref": ref, "request": "erase", "company": "impress"} | more
    lines = [event(at, "owner_request", None, **said), f"arrived_on = {arrived}", f"purposes = {purposes}"]
    return "\n".join([*lines, *([f"verified_on = {verified}"] if verified else [])])


def leg(at, engagement="dm", result="done", ref="R-2026-001", **more):
    return event(at, "leg", engagement, ref=ref, result=result, **more)


@pytest.fixture
def told(tmp_path):
    async def run(*events, until="2026-12-20", toml=None, begin="2026-11-20"):
        return await play(toml or registry(engagement()), begin, until, *events, tmp=tmp_path)

    return run


def dues(lines, obligation="owner-request-leg"):
    return {line["engagement"]: line["due_on"] for line in lines.of("deadline", obligation=obligation)}


async def test_nothing_leaves_before_verification_and_then_all_who_hold_the_purpose_have_seven_days(world):
    toml = registry(
        engagement(),
        engagement("sub", under="dm"),
        engagement("joint", kind="joint_user").replace('kind = "trustee"\n', ""),
        engagement("other-purpose").replace('purposes = ["p03"]', 'purposes = ["p04"]'),
        engagement("elsewhere", company="sister"),
        engagement("ended", ends_on="2026-11-19", more="  [engagement.deletion]\n  accepted_on = 2026-11-20\n"),
    ).replace("[[party]]", '[[purpose]]\nkey = "p04"\ntext = "Other"\n[[party]]', 1)
    lines = await world(toml, "2026-11-20", "2026-11-28", request())
    assert dues(lines) == {"dm": "2026-12-04", "joint": "2026-12-04", "sub": "2026-12-04"}
    assert {line["at"][:10] for line in lines.of("deadline", obligation="owner-request-leg")} == {"2026-11-27"}
    [own] = lines.of("deadline", obligation="owner-request")
    assert (own["at"][:10], own["due_on"], own["company"], own["ref"]) == (
        "2026-11-24",
        "2026-12-08",
        "impress",
        "R-2026-001",
    )
    vendor = [line["at"] for line in lines.of("mail") if "vendor" in line["audience"]]
    assert min(vendor) >= "2026-11-27"


async def test_an_unverified_request_reaches_nobody_outside(told):
    lines = await told(request(verified=None), until="2026-12-10")
    assert lines.of("deadline", obligation="owner-request-leg") == []
    assert [line for line in lines.of("mail") if "vendor" in line["audience"]] == []
    assert [line["at"][:10] for line in lines.of("overdue")] == ["2026-12-09"]


async def test_who_verifies_later_enters_it_once_more(told):
    lines = await told(request(verified=None), request("2026-11-30T17:30", verified="2026-11-30"), until="2026-12-01")
    assert len(lines.of("deadline", obligation="owner-request")) == 1
    assert dues(lines) == {"dm": "2026-12-07"}
    assert lines.of("deadline", obligation="owner-request-leg")[0]["at"][:16] == "2026-11-30T17:30"


async def test_no_leg_is_due_after_the_answer(told):
    lines = await told(request("2026-12-05T10:00", verified="2026-12-05"), until="2026-12-06")
    assert dues(lines) == {"dm": "2026-12-08"}


async def test_days_of_a_request_roll_off_no_closed_day(told):
    lines = await told(request("2026-12-19T10:00", arrived="2026-12-19", verified="2026-12-26"), until="2026-12-29")
    assert [line["due_on"] for line in lines.of("deadline", obligation="owner-request")] == ["2027-01-02"]
    assert dues(lines) == {"dm": "2027-01-02"}


async def test_it_is_over_with_the_last_leg_and_not_before(told):
    toml = registry(engagement(), engagement("web"))
    early = event("2026-11-28T10:00", "done", None, obligation="owner-request", ref="R-2026-001")
    first, last = leg("2026-11-27T15:00"), leg("2026-11-30T10:00", "web", "holds_none")
    lines = await told(request(), first, early, last, leg("2026-12-01T10:00"), toml=toml)
    assert [(line["engagement"], line["ref"]) for line in lines.of("submitted")] == [
        ("dm", "R-2026-001"),
        ("web", "R-2026-001"),
    ]
    assert [line["reason"] for line in lines.of("refused")] == ["web", "not-open"]
    [over] = lines.of("accepted")
    assert (over["obligation"], over["at"][:16]) == ("owner-request", "2026-11-30T10:00")
    assert lines.of("overdue", obligation="owner-request") == []


async def test_once_all_have_answered_the_company_is_reminded_until_the_owner_is_answered(told):
    last = leg("2026-11-30T22:00")
    silent = await told(request(), last)
    [own] = silent.of("deadline", obligation="owner-answer")
    assert (own["at"][:16], own["due_on"], own["ref"]) == ("2026-11-30T22:00", "2026-12-08", "R-2026-001")
    assert silent.rungs("managers", obligation="owner-answer")[:3] == [
        ("T-8", "2026-11-30T22:00"),  # at any hour
        ("T-1", "2026-12-07T09:00"),
        ("T+1", "2026-12-09T09:00"),
    ]
    answered = event("2026-12-02T10:00", "done", None, obligation="owner-answer", ref="R-2026-001", on="2026-12-01")
    lines = await told(request(), last, answered)
    assert [line["at"][:10] for line in lines.of("accepted", obligation="owner-answer")] == ["2026-12-02"]
    assert lines.of("overdue") == []


@pytest.mark.parametrize("result", ["refused", "law_requires_keeping"])
async def test_what_is_not_carried_out_needs_a_reason(told, result):
    lines = await told(
        request(), leg("2026-11-30T10:00", result=result), leg("2026-12-01T10:00", result=result, reason="Tax law")
    )
    assert [line["reason"] for line in lines.of("refused")] == ["reason-missing"]
    assert [line["at"][:10] for line in lines.of("accepted")] == ["2026-12-01"]


async def test_a_silent_leg_is_overdue_and_its_company_hears_of_it(told):
    lines = await told(request(), until="2026-12-06")
    assert [(line["obligation"], line["at"][:16]) for line in lines.of("overdue")] == [
        ("owner-request-leg", "2026-12-05T00:00")  # a Saturday: a law's clock knows none
    ]
    assert ("T+1", "2026-12-05T09:00") in lines.rungs("managers", obligation="owner-request-leg")


async def test_a_service_says_which_company_and_which_work_it_is(told):
    toml = registry(engagement(), engagement("web"), engagement("sub", under="dm")) + SERVICE
    lines = await told(request(company=None, service="shop"), toml=toml, until="2026-11-28")
    assert dues(lines) == {"dm": "2026-12-04", "sub": "2026-12-04"}
    assert lines.of("deadline", obligation="owner-request")[0]["company"] == "impress"


async def test_declined_by_the_company_it_is_withdrawn_from_those_who_were_asked(told):
    no = event("2026-11-30T10:00", "done", None, obligation="owner-request", ref="R-2026-001", outcome="declined")
    lines = await told(request(), no, no.replace("10:00", "11:00") + '\nreason = "Not the owner"', until="2026-12-15")
    assert [line["reason"] for line in lines.of("refused")] == ["reason-missing"]
    assert [line["obligation"] for line in lines.of("cancelled")] == ["owner-request-leg"]
    assert lines.of("overdue") == []


async def test_what_is_entered_wrongly_is_refused_by_name(told):
    lines = await told(
        request(ref="Hanako Example"),
        request(ref="hanako@owner.example"),
        request(ref="R-1", company="nobody"),
        request(ref="R-2", company=None),
        request(ref="R-3", purposes='["p99"]'),
        request(ref="R-4", verified="2026-11-20"),
        request(ref="R-5", request="wish"),
        request(ref="R-6", company=None, service="none"),
        until="2026-11-25",
    )
    assert [line["reason"] for line in lines.of("refused")] == [
        "ref-names-somebody",
        "ref-names-somebody",
        "no-such-company",
        "company-missing",
        "no-such-purpose",
        "verified-before-arrival",
        "no-such-request",
        "no-such-service",
    ]
    assert lines.of("deadline") == []


async def test_numbers_of_days_are_those_of_the_group(told):
    group = GROUP + "[group.owner_requests]\nanswer_days = 10\nleg_days = 3\n"
    lines = await told(request(), toml=registry(engagement(), group=group), until="2026-11-28")
    assert dues(lines) == {"dm": "2026-11-30"}
    assert [line["due_on"] for line in lines.of("deadline", obligation="owner-request")] == ["2026-12-04"]


@given(st.text(max_size=30))
def test_a_reference_is_never_a_name_an_address_or_a_my_number(text):
    try:
        ref = sound(text)
    except Refused:
        return
    assert "@" not in ref
    assert " " not in ref
    assert ref.isascii()
    assert any(sign.isdigit() for sign in ref)


@pytest.mark.parametrize("ref", ["123456789018", "1234-5678-9018", "R/1234 5678 9018"])
def test_a_my_number_is_refused_as_one(ref):
    with pytest.raises(Refused) as no:
        sound(ref)
    assert no.value.reason == "my-number"


def test_a_service_that_names_what_is_not_there_is_a_mistake_with_its_place(tmp_path):
    file = tmp_path / "registry.toml"
    wrong = SERVICE.replace('"dm"', '"dn"').replace('"impress"', '"impres"')
    file.write_text(registry(engagement()) + wrong, encoding="utf-8")
    with pytest.raises(Invalid) as no:
        read([file])
    assert [one.place for one in no.value.mistakes] == ['service "shop": company', 'service "shop": engagements']


@pytest.mark.parametrize(
    "other",
    [{"request": "disclose"}, {"arrived": "2026-11-23"}, {"purposes": '["p03", "p04"]'}, {"verified": "2026-11-26"}],
)
async def test_what_is_entered_again_otherwise_is_refused(told, other):
    more = '[[purpose]]\nkey = "p04"\ntext = "Other"\n[[party]]'
    lines = await told(
        request("2026-11-27T10:00"), request("2026-11-28T10:00", **other),
        toml=registry(engagement()).replace("[[party]]", more, 1),
    )  # fmt: skip
    (refused,) = lines.of("refused")
    assert refused["reason"] == "ref-taken"
    assert len(lines.of("deadline", obligation="owner-request-leg")) == 1


async def test_what_is_left_out_the_second_time_says_nothing_else(told):
    lines = await told(request(verified=None), request("2026-11-27T10:00", purposes="[]"))
    assert not lines.of("refused")
    assert dues(lines) == {"dm": "2026-12-04"}


def test_a_refusal_names_what_is_on_record_otherwise():
    known = OwnerRequest(request="erase", arrived_on=date(2026, 11, 24), purposes=["p03"], service="", verified_on=None)
    asked = Asked("R-1", "erase", date(2026, 11, 23), "impress", purposes=["p04"], verified_on=date(2026, 11, 27))
    with pytest.raises(Refused) as refusal:
        alike(known, asked, PARTS)
    assert "otherwise: the day of arrival, the purposes." in refusal.value.message.in_("en")
    assert "到着日、利用目的" in refusal.value.message.in_("ja")


def shared(*members):
    use = '[[joint_use]]\nkey = "customers"\nitems = ["name"]\nscope = "The group"\npurposes = ["p03"]\n'
    return registry(engagement(), f'{use}responsible = "impress"\nmembers = {list(members)}\n'.replace("'", '"'))


def deals(at, outcome="done", company="sister", **more):
    return event(at, "done", None, obligation="joint-request", ref="R-2026-001", company=company, outcome=outcome, by="managers@sister.example", **more)  # fmt: skip


async def test_a_company_that_uses_the_data_jointly_deals_with_it_as_a_duty_of_its_own(told):
    lines = await told(
        request(verified=None), request("2026-11-27T10:00"),
        leg("2026-11-28T10:00"), deals("2026-12-01T10:00", "refused"), deals("2026-12-02T10:00"),
        toml=shared("impress", "sister"),
    )  # fmt: skip
    (duty,) = lines.of("deadline", obligation="joint-request")
    assert (duty["company"], duty["due_on"], duty["at"][:10]) == ("sister", "2026-12-04", "2026-11-27")
    assert [line["reason"] for line in lines.of("refused")] == ["reason-missing"]
    assert [line["at"][:10] for line in lines.of("accepted", obligation="owner-request")] == ["2026-12-02"]


async def test_nobody_answers_the_owner_while_a_joint_user_is_silent(told):
    answers = event("2026-11-29T10:00", "done", None, obligation="owner-request", ref="R-2026-001", by="managers@impress.example")  # fmt: skip
    lines = await told(request("2026-11-27T10:00"), leg("2026-11-28T10:00"), answers, toml=shared("impress", "sister"))
    assert [line["reason"] for line in lines.of("refused")] == ["sister"]
    assert [line["due_on"] for line in lines.of("overdue", obligation="joint-request")] == ["2026-12-04"]


async def test_withdrawn_by_the_owner_it_is_no_duty_of_the_joint_user_any_more(told):
    ends = event("2026-11-29T10:00", "done", None, obligation="owner-request", ref="R-2026-001", outcome="withdrawn", reason="By letter", by="managers@impress.example")  # fmt: skip
    lines = await told(request("2026-11-27T10:00"), ends, toml=shared("impress", "sister"))
    assert [line["reason"] for line in lines.of("cancelled", obligation="joint-request")] == ["request-withdrawn"]
    hears = [(line["company"], line["at"][:16]) for line in lines.notices("cancelled") if "engagement" not in line]
    assert hears == [("sister", "2026-11-30T09:00")]  # the withdrawal came on a Sunday


async def test_who_does_not_use_the_data_jointly_is_asked_nothing(told):
    lines = await told(request("2026-11-27T10:00"), toml=shared("impress"))
    assert not lines.of("deadline", obligation="joint-request")
