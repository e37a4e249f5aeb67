"""The contract, 5a: a party that declines is pressed no more, and its refusal climbs within the company at once."""

from __future__ import annotations

from stage import engagement, event, last_accepted, registry

WORK = engagement("dm", attestation=last_accepted("2025-10-01"))  # T is 1 October 2026, the opening on 1 September


def declines(at, **more):
    return event(at, "decline", reason="The work has grown too small for this.", **more)


async def test_a_refusal_reaches_level_one_at_once_and_climbs_as_from_the_day_after_the_due_date(world):
    told = await world(registry(WORK), "2026-08-25", "2026-11-30", declines("2026-09-07T10:00"))
    state = told.of("state")[0]
    assert (state["at"][:16], state["state"], state["obligation"]) == ("2026-09-07T10:00", "declined", "attestation")
    assert (state["engagement"], state["company"], state["party"], state["due_on"]) == (
        *("dm", "impress", "acme", "2026-10-01"),
    )
    assert told.rungs("managers")[:3] == [
        ("T+1", "2026-09-07T10:00"), ("T+7", "2026-09-14T09:00"), ("T+14", "2026-09-24T09:00"),  # 19 to 23 are closed
    ]  # fmt: skip
    assert told.days("pi_manager")[0] == ("T+7", "09-14")
    assert told.days("privacy_office")[0] == ("T+14", "09-24")
    assert told.days("executive") == [("T+30", "10-06"), ("T+60", "11-05")]
    assert "reason" not in state


async def test_a_party_that_has_declined_is_reminded_no_more_and_is_never_overdue(world):
    told = await world(registry(WORK), "2026-08-25", "2026-12-31", declines("2026-09-07T10:00"))
    assert told.days("vendor") == [("T-30", "09-01")]
    assert not told.of("overdue")
    assert told.of("opened", obligation="attestation")[0]["at"].startswith("2026-09-01")
    assert len(told.of("opened")) == 1


async def test_what_is_declined_in_the_night_or_on_a_closed_day_is_told_at_the_next_sending_time(world):
    told = await world(registry(WORK), "2026-08-25", "2026-10-10", declines("2026-09-19T22:00"))
    assert told.rungs("managers")[:2] == [("T+1", "2026-09-24T09:00"), ("T+7", "2026-09-25T09:00")]
    assert [one["audience"] for one in told.of("mail", notice="rung", rung="T+7")] == [["managers", "pi_manager"]]


async def test_declining_what_is_overdue_does_not_make_the_company_forget_whom_it_has_told(world):
    told = await world(registry(WORK), "2026-08-25", "2026-10-31", declines("2026-10-09T10:00"))
    after = [line for line in told.of("mail", notice="rung") if line["at"] >= "2026-10-09T10:00"]
    assert (after[0]["rung"], after[0]["at"][:16]) == ("T+1", "2026-10-09T10:00")
    assert after[0]["audience"] == ["managers", "pi_manager"]


async def test_taking_a_refusal_in_hand_pauses_its_levels(world):
    told = await world(
        registry(WORK), "2026-08-25", "2026-10-31", declines("2026-09-07T10:00"),
        event("2026-09-08T10:00", "acknowledge", until="2026-10-05T18:00"),
    )  # fmt: skip
    assert told.days("managers") == [("T+1", "09-07"), ("T+30", "10-06"), ("T+30", "10-07"), ("T+30", "10-08")]


async def test_a_refusal_without_a_reason_or_of_nothing_that_is_asked_is_refused(world):
    told = await world(
        registry(WORK), "2026-08-25", "2026-09-30",
        event("2026-08-26T10:00", "decline", reason="too early"), event("2026-09-07T10:00", "decline"),
        declines("2026-09-07T11:00", price_consulted_on="2026-09-08"), declines("2026-09-07T12:00", offered="A call."),
        declines("2026-09-07T13:00"),
    )  # fmt: skip
    assert [line["reason"] for line in told.of("refused")] == ["not-open", "reason-missing", "price-ahead", "not-open"]
    assert len(told.of("state")) == 1


async def test_what_is_declined_ends_with_the_work_or_rests_while_it_is_waived(world):
    ends = event("2026-09-20T10:00", "end", on="2026-09-30")
    told = await world(registry(WORK), "2026-08-25", "2026-10-31", declines("2026-09-07T10:00"), ends)
    assert told.of("cancelled", obligation="attestation")[0]["at"].startswith("2026-10-01")
    waived = event("2026-09-08T10:00", "waive", by="m@impress.example", reason="ISO", until="2026-10-20T00:00")
    told = await world(registry(WORK), "2026-08-25", "2026-10-31", declines("2026-09-07T10:00"), waived)
    assert [line["at"][:10] for line in told.of("opened", obligation="attestation")] == ["2026-09-01", "2026-10-20"]
    assert told.days("managers") == [("T+1", "09-07")]
