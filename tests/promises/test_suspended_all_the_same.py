"""Nothing is provided to whoever is suspended, nor below: a plan is refused, and what has happened is a case."""

from __future__ import annotations

import pytest

from tests.promises.chain import SUBS
from tests.promises.passing import ABROAD, provides
from tests.stage import engagement, event, last_accepted, play, registry

CONFIRMED = last_accepted("2026-09-01")
STOP = event("2026-09-10T10:00", "move", to="suspended", reason="a leak")
GO = event("2026-09-16T09:00", "activate")
RULE = "handed_over_while_suspended"
THIRD = {"class": "third_party", "class_reason": "It decides itself"}


def cases(told):
    return [(line["at"][8:10], line["engagement"], line["party"]) for line in told.of("case_opened", rule=RULE)]


def reasons(told):
    return [(line["at"][8:10], line["reason"]) for line in told.of("refused")]


def run(at, ref, work="sub", more=""):
    return event(at, "handed_over", work, on=at[:10], ref=ref) + f"\nrecords = 12{more}"


CHAIN = registry(
    engagement(attestation=CONFIRMED),
    engagement("sub", party="sub-co", under="dm", attestation=CONFIRMED),
    parties=SUBS,
)


async def test_nothing_is_handed_below_a_suspended_work_until_that_one_is_back(tmp_path):
    went = run("2026-09-14T10:00", "R-3", more="\nanyway = true")
    runs = [
        run("2026-09-09T10:00", "R-1"),
        STOP,
        run("2026-09-11T10:00", "R-2"),
        went,
        GO,
        run("2026-09-16T10:00", "R-4"),
    ]
    told = await play(CHAIN, "2026-09-01", "2026-09-18", *runs, tmp=tmp_path)
    assert reasons(told) == [("11", "suspended")]
    assert cases(told) == [("14", "sub", "sub-co")]
    assert [line["ref"] for line in told.of("state", engagement="sub")] == ["R-1", "R-3", "R-4"]


async def test_data_that_went_to_a_party_below_while_the_work_was_suspended_is_a_case(tmp_path):
    told = [event(f"2026-09-{day}T10:00", "data_handed", party="sub-co", on=f"2026-09-{on}") for day, on in ((11, "09"), (14, 12), (17, 16))]  # fmt: skip
    found = await play(CHAIN, "2026-09-01", "2026-09-18", STOP, told[0], told[1], GO, told[2], tmp=tmp_path)
    assert cases(found) == [("14", "dm", "sub-co")]
    assert not found.of("refused")
    assert [line["rule"] for line in found.of("case_opened")] == [RULE]  # an old ledger has it: nobody was unreported


async def test_nobody_is_let_in_by_silence_two_levels_below_a_suspended_work(tmp_path):
    asked = event("2026-09-07T10:00", "sub_entrust", "sub", party="new-co", authorisation="general")
    told = await play(CHAIN, "2026-09-01", "2026-10-20", asked, STOP, tmp=tmp_path)
    assert told.of("overdue", obligation="sub-entrustment-decision")
    assert not told.of("accepted", obligation="sub-entrustment-decision")


def given(at, ref, *, anyway="", **who):
    more = f'\nanyway = true\nreason = "{anyway}"' if anyway else ""
    return provides(at, ref, made_on=at[:10], **(who or {"engagement": "dm"})) + more


WORK = registry(engagement(attestation=CONFIRMED, **THIRD), parties=ABROAD)


@pytest.mark.parametrize("who", [{"engagement": "dm"}, {"company": "impress", "to": "acme"}], ids=["work", "party"])
async def test_what_is_provided_to_a_suspended_work_is_refused_and_a_case_once_it_has_gone(tmp_path, who):
    events = [
        given("2026-09-09T10:00", "P-1", **who),
        STOP,
        given("2026-09-11T10:00", "P-2", **who),
        given("2026-09-11T11:00", "P-2", anyway=" ", **who),
        given("2026-09-14T10:00", "P-2", anyway="Sent before the notice arrived", **who),
        provides("2026-09-15T10:00", "P-3", way="receipt", **who),
        GO,
        given("2026-09-16T10:00", "P-4", **who),
    ]
    told = await play(WORK, "2026-09-01", "2026-09-18", *events, tmp=tmp_path)
    assert reasons(told) == [("11", "suspended"), ("11", "reason-missing")]
    assert [(line["at"][8:10], line["party"]) for line in told.of("case_opened", rule=RULE)] == [("14", "acme")]
    assert [line["ref"] for line in told.of("accepted")] == ["P-1", "P-2", "P-3", "P-4"]


async def test_whoever_has_another_work_that_goes_on_may_be_given_data_for_that(tmp_path):
    other = engagement("other", attestation=CONFIRMED, **THIRD)
    house = registry(engagement(attestation=CONFIRMED, **THIRD), other, parties=ABROAD)
    told = await play(
        house, "2026-09-01", "2026-09-12", STOP, given("2026-09-11T10:00", "P-1", company="impress", to="acme"),
        tmp=tmp_path,
    )  # fmt: skip
    assert not told.of("refused")
    assert not told.of("case_opened")
