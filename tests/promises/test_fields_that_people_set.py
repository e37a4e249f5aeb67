"""A person corrects an engagement: its tier and its dates follow at once, and what only the privacy office may do is refused."""

from __future__ import annotations

import pytest
from stage import engagement, event, last_accepted, play, registry

OFFICE = "privacy-office@group.example"
MANAGER = "managers@impress.example"


def work(**fields):
    return registry(engagement("dm", attestation=last_accepted("2026-06-01"), **fields))


def put(at, line, by=MANAGER):
    return f"{event(at, 'set', by=by)}\n{line}"


async def test_data_of_children_brings_tier_s_and_an_earlier_date_rolled_back(tmp_path):
    told = await play(work(), "2026-09-01", "2026-10-31", put("2026-09-10T10:00", "child_data = true"), tmp=tmp_path)
    (amended,) = told.of("amended")
    assert (amended["tier"], amended["engagement"]) == ("S", "dm")
    (moved,) = told.of("due_moved")  # 10 October is a Saturday
    assert (moved["due_on"], moved["at"][:16]) == ("2026-10-09", "2026-09-10T10:00")
    assert told.days("vendor") == [("T-30", "09-10"), ("T-14", "09-25"), ("T-7", "10-02"), ("T-3", "10-06"), ("T-1", "10-08"), ("T+1", "10-13"), ("T+7", "10-16"), ("T+14", "10-23")]  # fmt: skip


async def test_a_date_that_lies_before_stays(tmp_path):
    told = await play(
        work(tier="S"), "2026-10-20", "2026-12-05", put("2026-11-10T10:00", "child_data = true"), tmp=tmp_path
    )
    assert told.of("due_moved") == []
    assert {line["due_on"] for line in told.of("opened")} == {"2026-12-01"}


async def test_a_date_that_the_party_has_been_told_moves_earlier_too_and_it_hears_of_it(tmp_path):
    asked = registry(engagement("dm", attestation=last_accepted("2025-06-03")))  # T-30 lies in a week of holidays
    told = await play(asked, "2026-04-20", "2026-06-10", put("2026-05-01T15:00", "child_data = true"), tmp=tmp_path)
    assert [(line["at"][:10], line["due_on"]) for line in told.of("opened")] == [("2026-05-01", "2026-06-03")]
    assert [line["due_on"] for line in told.of("due_moved")] == ["2026-05-29"]  # 31 May is a Sunday
    (mail,) = told.notices("due-moved")
    assert (mail["at"][:16], mail["audience"], mail["due_on"]) == ("2026-05-01T15:00", ["vendor"], "2026-05-29")
    assert [at for rung, at in told.days("vendor") if rung == "T+1"] == ["06-01"]


async def test_what_came_back_keeps_the_time_that_it_was_given(tmp_path):
    script = [
        put("2026-09-10T10:00", "child_data = true"),
        event("2026-10-08T10:00", "submit"),
        event("2026-10-09T10:00", "return", reason="Who handles it?"),
        put("2026-10-09T11:00", 'title = "Posting"'),
    ]
    told = await play(work(), "2026-09-01", "2026-10-25", *script, tmp=tmp_path)
    assert [line["due_on"] for line in told.of("due_moved")] == ["2026-10-09", "2026-10-16"]


async def test_after_an_answer_the_stricter_rhythm_goes_on(tmp_path):
    script = [
        put("2026-09-10T10:00", "child_data = true"),
        event("2026-10-01T10:00", "submit"),
        event("2026-10-02T10:00", "accept"),
    ]
    told = await play(work(), "2026-09-01", "2027-04-30", *script, tmp=tmp_path)
    assert [line["due_on"] for line in told.of("opened")] == ["2026-10-09", "2027-04-02"]


@pytest.mark.parametrize(("had", "line"), [({"tier": "A"}, 'tier = "B"'), ({"child_data": True}, "child_data = false"), ({"card": True}, "card = false")])  # fmt: skip
async def test_a_tier_is_lowered_by_the_privacy_office_alone(tmp_path, had, line):
    told = await play(work(**had), "2026-09-01", "2026-09-20", put("2026-09-10T10:00", line), put("2026-09-11T10:00", line, OFFICE), tmp=tmp_path)  # fmt: skip
    assert [(one["reason"], one["engagement"], one["at"][:10]) for one in told.of("refused")] == [
        ("tier-lowering", "dm", "2026-09-10")
    ]
    assert [one["at"][:10] for one in told.of("amended")] == ["2026-09-11"]


WRONG = {
    "a tier that there is not": ('tier = "Z"', "tier-invalid"),
    "a key that there is not": ("childdata = true", "childdata-invalid"),
    "another company": ('company = "sister"', "company-fixed"),
    "an end before the beginning": ("ends_on = 2019-01-01", "dates-invalid"),
    "a purpose that nobody published": ('purposes = ["p99"]', "purposes-unpublished"),
    "a step that there is not": ('state = "candidate"', "state-active"),
}


@pytest.mark.parametrize(("line", "reason"), WRONG.values(), ids=WRONG.keys())
async def test_what_cannot_be_is_refused_by_name(tmp_path, line, reason):
    told = await play(work(), "2026-09-01", "2026-09-20", put("2026-09-10T10:00", line), tmp=tmp_path)
    assert [one["reason"] for one in told.of("refused")] == [reason]


async def test_cards_and_bank_accounts_bring_tier_s_by_their_rhythm(tmp_path):
    told = await play(work(), "2026-09-01", "2026-12-31", put("2026-09-10T10:00", "bank_account = true"), tmp=tmp_path)
    assert [line["tier"] for line in told.of("amended")] == ["S"]
    assert [line["due_on"] for line in told.of("opened")] == ["2026-12-01"]


async def test_both_databases_hasten_alike(world):
    told = await world(work(), "2026-09-01", "2026-10-20", put("2026-09-10T10:00", "child_data = true"))
    assert [line["due_on"] for line in told.of("due_moved")] == ["2026-10-09"]
