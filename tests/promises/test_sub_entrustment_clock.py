"""Who may work below, and by when somebody has to have decided on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.promises.chain import SUBS, asks, done, event, running
from tests.stage import engagement, last_accepted, play, registry

if TYPE_CHECKING:
    from pathlib import Path

DECISION = "sub-entrustment-decision"
GENERAL = {"authorisation": "general"}


async def test_prior_approval_has_ten_business_days_and_silence_is_overdue_on_both_databases(world: Any) -> None:
    told = await world(running(), "2026-09-01", "2026-10-20", asks("2026-09-14T10:00", authorisation="prior"))
    [deadline] = told.of("deadline", obligation=DECISION)
    assert (deadline["due_on"], deadline["party"], deadline["engagement"], deadline["company"]) == (
        "2026-10-01", "sub-co", "dm", "impress",
    )  # fmt: skip
    assert [line["at"][:16] for line in told.of("overdue", obligation=DECISION)] == ["2026-10-02T00:00"]
    assert not told.of("accepted")
    assert not told.of("state")


async def test_in_general_silence_is_consent_on_the_day_after_thirty_days_on_both_databases(world: Any) -> None:
    told = await world(running(), "2026-09-01", "2026-10-20", asks(**GENERAL))
    assert [line["due_on"] for line in told.of("deadline", obligation=DECISION)] == ["2026-10-01"]
    [accepted] = told.of("accepted", obligation=DECISION)
    assert (accepted["at"][:16], accepted["reason"]) == ("2026-10-02T00:00", "silence")
    assert [(line["state"], line["party"]) for line in told.of("state")] == [("active", "sub-co")]
    assert not told.of("overdue")


async def test_the_time_to_object_ends_on_a_business_day(tmp_path: Path) -> None:
    asked = asks("2026-08-21T10:00", **GENERAL)  # thirty days on is a Sunday, before three more closed days
    told = await play(running(), "2026-08-20", "2026-09-30", asked, tmp=tmp_path)
    assert [line["due_on"] for line in told.of("deadline")] == ["2026-09-24"]
    assert [line["at"][:10] for line in told.of("accepted")] == ["2026-09-25"]


async def test_days_come_from_the_contract_where_it_says_others(tmp_path: Path) -> None:
    terms = '  [engagement.sub_entrustment]\n  authorisation = "general"\n  object_days = 14\n  decide_days = 3'
    told = await play(running(terms), "2026-09-01", "2026-09-20", asks(), tmp=tmp_path)
    assert [line["due_on"] for line in told.of("deadline")] == ["2026-09-15"]
    strict = await play(running(terms), "2026-09-01", "2026-09-20", asks(authorisation="prior"), tmp=tmp_path)
    assert [line["due_on"] for line in strict.of("deadline")] == ["2026-09-04"]


@pytest.mark.parametrize(("outcome", "state"), [("refuse", "refused"), ("object", "objected")])
async def test_whoever_is_refused_stays_out(outcome: str, state: str, tmp_path: Path) -> None:
    said = done("2026-09-10T10:00", DECISION, outcome=outcome, reason="They keep no logs.")
    told = await play(running(), "2026-09-01", "2026-10-20", asks(**GENERAL), said, tmp=tmp_path)
    assert [line["at"][:10] for line in told.of("accepted")] == ["2026-09-10"]
    assert [line["state"] for line in told.of("state")] == [state]


async def test_a_refusal_needs_its_reason(tmp_path: Path) -> None:
    said = done("2026-09-10T10:00", DECISION, outcome="refuse")
    told = await play(running(), "2026-09-01", "2026-09-11", asks(), said, tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == ["reason-missing"]


async def test_the_second_of_two_who_decide_is_told_that_it_is_decided(tmp_path: Path) -> None:
    both = [done(f"2026-09-10T1{n}:00", DECISION) for n in range(2)]
    told = await play(running(), "2026-09-01", "2026-09-11", asks(), *both, tmp=tmp_path)
    assert len(told.of("accepted")) == 1
    assert [line["reason"] for line in told.of("refused")] == ["nothing-owed"]


async def test_what_is_asked_twice_is_one_request_and_what_is_approved_is_not_asked_again(tmp_path: Path) -> None:
    again = [asks("2026-09-02T10:00"), done("2026-09-03T10:00", DECISION), asks("2026-09-04T10:00")]
    told = await play(running(), "2026-09-01", "2026-09-11", asks(), *again, tmp=tmp_path)
    assert [line["due_on"] for line in told.of("deadline")] == ["2026-09-15"]
    assert [line["reason"] for line in told.of("refused")] == ["already-approved"]


async def test_numbers_of_persons_go_no_further_without_the_first_entrusters_consent(tmp_path: Path) -> None:
    my_number = running(my_number=True)
    approve = done("2026-09-10T10:00", DECISION, outcome="approve")
    told = await play(my_number, "2026-09-01", "2026-10-20", asks(**GENERAL), approve, tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == ["first-entruster-consent-missing"]
    assert [line["at"][:16] for line in told.of("overdue")] == ["2026-10-02T00:00"]  # silence is no consent here
    assert not told.of("accepted")
    given = "  [engagement.sub_entrustment]\n  first_entruster_consent_on = 2026-09-05"
    let = await play(running(given, my_number=True), "2026-09-01", "2026-09-20", asks(), approve, tmp=tmp_path)
    assert [line["state"] for line in let.of("state")] == ["active"]


async def test_what_was_let_in_owes_its_own_confirmation_when_the_work_above_ends(tmp_path: Path) -> None:
    ends = event("2026-09-05T10:00", "end", on="2026-09-30")
    approve = done("2026-09-03T10:00", DECISION)
    told = await play(running(), "2026-09-01", "2026-10-05", asks(), approve, ends, tmp=tmp_path)
    assert {
        (line["engagement"], line["party"], line["due_on"]) for line in told.of("opened", obligation="deletion")
    } == {
        ("dm", "acme", "2026-10-30"),
        ("dm/sub-co", "sub-co", "2026-10-30"),
    }


async def test_who_is_refused_owes_nothing_at_the_end(tmp_path: Path) -> None:
    ends = event("2026-09-05T10:00", "end", on="2026-09-30")
    refuse = done("2026-09-03T10:00", DECISION, outcome="refuse", reason="No.")
    told = await play(running(), "2026-09-01", "2026-10-05", asks(), refuse, ends, tmp=tmp_path)
    assert [line["party"] for line in told.of("opened", obligation="deletion")] == ["acme"]


async def test_a_request_of_work_that_is_over_needs_no_decision(tmp_path: Path) -> None:
    ends = event("2026-09-05T10:00", "end", on="2026-09-07")
    late = asks("2026-09-09T10:00", party="other-co")
    told = await play(running(), "2026-09-01", "2026-09-30", asks(**GENERAL), ends, late, tmp=tmp_path)
    assert [line["reason"] for line in told.of("cancelled", obligation=DECISION)] == ["engagement-over"]
    assert [line["reason"] for line in told.of("refused")] == ["engagement-over"]


async def test_silence_counts_when_the_service_was_away_on_that_day(tmp_path: Path) -> None:
    away = 'at = 2026-10-01T12:00:00+09:00\ndo = "down"\nuntil = 2026-10-05T12:00:00+09:00'
    told = await play(running(), "2026-09-01", "2026-10-20", asks(**GENERAL), away, tmp=tmp_path)
    assert [(line["at"][:16], line["reason"]) for line in told.of("accepted")] == [("2026-10-05T12:00", "silence")]


async def test_a_company_that_has_left_leaves_the_decision_to_the_privacy_office(tmp_path: Path) -> None:
    left = running().replace('name = "Impress"\n', 'name = "Impress"\nmember_until = 2026-09-10\n')
    told = await play(left, "2026-09-01", "2026-09-20", asks(), tmp=tmp_path)
    assert [line["audience"] for line in told.of("mail", obligation=DECISION)] == [
        ["managers"], ["privacy_office"], ["privacy_office"],
    ]  # fmt: skip


async def test_nobody_is_asked_about_work_that_is_not_there(tmp_path: Path) -> None:
    told = await play(registry(), "2026-09-01", "2026-09-02", asks(), tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == ["no-such-engagement"]


async def test_a_number_of_a_person_is_not_kept_with_a_request(tmp_path: Path) -> None:
    told = await play(running(), "2026-09-01", "2026-09-02", asks(work="1234 5678 9018"), tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == ["my-number"]
    assert not told.of("deadline")


async def test_whoever_is_reached_through_the_party_above_is_asked_there(tmp_path: Path) -> None:
    ends = {"ends_on": "2026-08-31", "attestation": last_accepted("2026-03-01")}
    through = '  [engagement.sub_entrustment]\n  reach = "via_parent"'
    tree = [
        engagement(**ends),
        engagement("dm/sub", party="sub-co", under="dm", more=through, **ends),
        engagement("dm/other", party="sub-co", under="dm", **ends),
    ]
    told = await play(registry(*tree, parties=SUBS), "2026-09-01", "2026-09-02", tmp=tmp_path)
    assert {line["engagement"]: line["to"] for line in told.of("mail", obligation="deletion")} == {
        "dm": ["privacy@acme.example"],
        "dm/sub": ["privacy@acme.example"],
        "dm/other": ["privacy@sub.example"],
    }
