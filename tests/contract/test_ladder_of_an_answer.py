"""Rules 7-14: who is told, when, and how far up."""

from __future__ import annotations

import pytest
from stage import COMPANY, GROUP, SISTER, engagement, event, last_accepted, registry

from monitor.ladder import Ladder
from monitor.obligations.reconcile import Policy

DUE_0930 = last_accepted("2025-09-30")
DUE_1001 = last_accepted("2025-10-01")


async def test_the_whole_ladder_of_an_unanswered_request(world):
    told = await world(registry(engagement(attestation=DUE_0930)), "2026-08-01", "2026-12-05")
    assert told.days("vendor") == [
        ("T-30", "08-31"), ("T-14", "09-16"), ("T-7", "09-18"), ("T-3", "09-25"), ("T-1", "09-29"),
        ("T+1", "10-01"), ("T+7", "10-07"), ("T+14", "10-14"), ("T+30", "10-30"), ("T+60", "11-30"),
    ]  # fmt: skip
    company = [
        (line["rung"], tuple(line["audience"])) for line in told.notices("rung") if "managers" in line["audience"]
    ]
    assert company == [
        ("T+1", ("managers",)), ("T+7", ("managers", "pi_manager")), ("T+14", ("managers", "pi_manager", "privacy_office")),
        ("T+30", ("managers", "pi_manager", "privacy_office", "executive")),
        ("T+60", ("managers", "pi_manager", "privacy_office", "executive")),
    ]  # fmt: skip
    assert {at[11:] for _, at in told.rungs("vendor")} == {"09:00"}


async def test_rungs_that_fall_on_the_same_day_are_one_mail_the_highest(world):
    told = await world(registry(engagement(attestation=last_accepted("2025-05-06"))), "2026-04-01", "2026-05-08")
    assert told.days("vendor") == [("T-30", "04-07"), ("T-14", "04-23"), ("T-7", "04-30"), ("T-1", "05-01")]


@pytest.mark.parametrize(
    ("more", "begin", "until", "expected"),
    [
        ({"ends_on": "2026-12-28", "deletion_days": 20}, "2026-12-20", "2027-01-19",
         [("T-30", "01-04"), ("T-7", "01-08"), ("T-1", "01-15")]),
        ({"ends_on": "2026-12-25", "deletion_days": 7}, "2026-12-20", "2027-01-05", [("T-30", "12-28")]),
        ({"ends_on": "2026-07-31"}, "2026-08-20", "2026-09-03",
         [("T-30", "08-20"), ("T-7", "08-27"), ("T-3", "08-31"), ("T-1", "09-02")]),
    ],
)  # fmt: skip
async def test_the_opening_stands_for_every_rung_of_its_day(world, more, begin, until, expected):
    toml = registry(engagement(attestation=last_accepted("2026-06-30"), **more))
    assert (await world(toml, begin, until)).days("vendor", obligation="deletion") == expected


async def test_a_newly_closed_day_moves_what_something_happened_for_as_well(world):
    handed = event("2026-09-10T10:00", "handed_over", on="2026-09-10", records=10, ref="run-1")
    more = "  [engagement.runs]\n  delete_within = 20\n"
    closed = event("2026-09-14T10:00", "close_day", None, day="2026-09-30")
    toml = registry(engagement(attestation=last_accepted("2026-08-01"), more=more))
    told = await world(toml, "2026-09-01", "2026-10-01", handed, closed)
    assert [(line["obligation"], line["due_on"], line["reason"]) for line in told.of("due_moved")] == [
        ("run-deletion", "2026-10-01", "recomputed")
    ]
    assert not told.of("overdue")


async def test_whoever_declined_may_answer_after_all(world):
    declined = event("2026-09-07T10:00", "decline", reason="We have no time for this")
    answered = event("2026-09-14T10:00", "submit")
    told = await world(registry(engagement(attestation=DUE_0930)), "2026-08-01", "2026-12-05", declined, answered)
    assert not told.of("refused")
    assert [line["at"][:10] for line in told.of("submitted")] == ["2026-09-14"]
    assert not [line for line in told.notices("rung") if line["at"] > "2026-09-14T10"]


async def test_a_short_time_has_the_short_ladder(world):
    toml = registry(engagement(ends_on="2026-08-31", deletion_days=14, attestation=last_accepted("2026-06-01")))
    told = await world(toml, "2026-08-01", "2026-10-20")
    assert told.days("vendor", obligation="deletion") == [
        ("T-30", "09-01"), ("T-1", "09-11"), ("T+1", "09-15"), ("T+3", "09-17"), ("T+7", "09-24"), ("T+30", "10-14"),
    ]  # fmt: skip
    assert [len(line["audience"]) for line in told.notices("rung") if "managers" in line["audience"]] == [1, 2, 3, 4]


async def test_rungs_missed_while_the_daemon_was_down_are_one_mail_at_the_next_open_moment(world):
    toml = registry(engagement(attestation=DUE_0930))
    told = await world(
        toml, "2026-08-01", "2026-09-30", event("2026-09-16T00:00", "down", None, until="2026-09-19T12:00")
    )
    assert told.rungs("vendor")[1:] == [
        ("T-7", "2026-09-24T09:00"),
        ("T-3", "2026-09-25T09:00"),
        ("T-1", "2026-09-29T09:00"),
    ]


async def test_no_mail_brings_in_more_than_one_new_level(world):
    toml = registry(engagement(attestation=DUE_1001))
    told = await world(
        toml, "2026-08-01", "2026-11-03", event("2026-10-02T00:00", "down", None, until="2026-10-16T10:00")
    )
    company = [
        (line["at"][5:16], line["rung"], len(line["audience"]))
        for line in told.notices("rung")
        if "managers" in line["audience"]
    ]
    assert company == [
        ("10-16T10:00", "T+14", 1),
        ("10-19T09:00", "T+14", 2),
        ("10-20T09:00", "T+14", 3),
        ("11-02T09:00", "T+30", 4),
    ]
    assert told.days("vendor")[-2:] == [("T+14", "10-16"), ("T+30", "11-02")]


async def test_two_rungs_on_one_day_bring_in_one_level_a_day(world):
    toml = registry(engagement(ends_on="2026-08-28", deletion_days=14, attestation=last_accepted("2026-06-01")))
    told = await world(toml, "2026-08-01", "2026-09-19")
    company = [
        (line["at"][5:10], line["rung"], len(line["audience"]))
        for line in told.notices("rung")
        if "managers" in line["audience"]
    ]
    assert company == [("09-14", "T+3", 1), ("09-15", "T+3", 2), ("09-18", "T+7", 3)]


async def test_a_submitted_answer_stops_the_ladder_and_everybody_is_told(world):
    toml = registry(engagement(attestation=DUE_0930))
    told = await world(toml, "2026-08-01", "2026-11-01", event("2026-09-14T22:30", "submit"))
    assert told.days("vendor") == [("T-30", "08-31")]
    assert [line["at"][:16] for line in told.notices("receipt")] == ["2026-09-14T22:30"]
    review = told.notices("review")[0]
    assert (review["at"][:16], review["audience"], review["to"]) == (
        "2026-09-15T09:00",
        ["reviewer"],
        ["reviewers@impress.example"],
    )


async def test_silent_reviewers_are_reminded_each_five_business_days_from_the_second_on_with_the_pi_manager(world):
    toml = registry(engagement(attestation=DUE_0930))
    told = await world(toml, "2026-08-01", "2026-10-10", event("2026-09-14T10:00", "submit"))
    reminders = [(line["at"][5:16], line["audience"]) for line in told.notices("review-reminder")]
    assert reminders == [
        ("09-24T09:00", ["reviewer"]),
        ("10-01T09:00", ["reviewer", "pi_manager"]),
        ("10-08T09:00", ["reviewer", "pi_manager"]),
    ]


async def test_reminders_of_the_reviewers_missed_while_the_daemon_was_down_are_one_the_last(world):
    told = await world(
        registry(engagement(attestation=DUE_0930)), "2026-08-01", "2026-10-16", event("2026-09-14T10:00", "submit"),
        event("2026-09-15T00:00", "down", None, until="2026-10-03T22:00"),
    )  # fmt: skip
    reminders = [(line["at"][5:16], line["audience"]) for line in told.notices("review-reminder")]
    assert reminders == [
        ("10-05T09:00", ["reviewer", "pi_manager"]),
        ("10-08T09:00", ["reviewer", "pi_manager"]),
    ]


async def test_reviewers_are_by_default_the_managers(world):
    toml = registry(engagement(company="sister", attestation=DUE_0930))
    told = await world(toml, "2026-08-01", "2026-09-15", event("2026-09-14T10:00", "submit"))
    review = told.notices("review")[0]
    assert (review["audience"], review["to"]) == (["reviewer"], ["managers@sister.example"])


async def test_an_acceptance_is_told_to_the_party(world):
    toml = registry(engagement(attestation=DUE_0930))
    told = await world(
        toml, "2026-08-01", "2026-09-20", event("2026-09-14T10:00", "submit"), event("2026-09-15T10:00", "accept")
    )
    assert [(line["at"][:16], line["audience"]) for line in told.notices("accepted")] == [
        ("2026-09-15T10:00", ["vendor"])
    ]


async def test_a_returned_answer_leaves_seven_days_and_goes_on_with_the_rungs_ahead(world):
    toml = registry(engagement(attestation=DUE_0930))
    told = await world(
        toml, "2026-08-01", "2026-10-12", event("2026-09-24T10:00", "submit"), event("2026-09-28T11:00", "return", reason="scan unreadable")
    )  # fmt: skip
    assert [line["due_on"] for line in told.of("due_moved")] == ["2026-10-05"]
    assert [(line["at"][:16], line["due_on"]) for line in told.notices("returned")] == [
        ("2026-09-28T11:00", "2026-10-05")
    ]
    assert told.days("vendor")[-2:] == [("T-1", "10-02"), ("T+1", "10-06")]
    assert told.notices("due-moved") == []


async def test_a_returned_answer_with_time_left_keeps_its_date(world):
    toml = registry(engagement(attestation=DUE_0930))
    told = await world(
        toml,
        "2026-08-01",
        "2026-10-02",
        event("2026-09-10T10:00", "submit"),
        event("2026-09-17T11:00", "return", reason="x"),
    )
    assert told.of("due_moved") == []
    assert told.days("vendor") == [
        ("T-30", "08-31"),
        ("T-7", "09-18"),
        ("T-3", "09-25"),
        ("T-1", "09-29"),
        ("T+1", "10-01"),
    ]


async def test_a_return_long_after_the_date_starts_the_ladder_anew(world):
    toml = registry(engagement(attestation=DUE_0930))
    told = await world(
        toml,
        "2026-08-01",
        "2026-11-20",
        event("2026-10-15T10:00", "submit"),
        event("2026-10-20T11:00", "return", reason="x"),
    )
    after = [entry for entry in told.days("vendor") if entry[1] > "10-20"]
    assert after == [("T-3", "10-23"), ("T-1", "10-26"), ("T+1", "10-28"), ("T+7", "11-04"), ("T+14", "11-10")]
    levels = [
        (line["rung"], len(line["audience"]))
        for line in told.notices("rung")
        if "managers" in line["audience"] and line["at"] > "2026-10-20"
    ]
    assert levels == [("T+1", 1), ("T+7", 2), ("T+14", 3)]


async def test_a_due_date_moved_a_little_keeps_what_was_sent(world):
    toml = registry(engagement(attestation=DUE_1001))
    told = await world(toml, "2026-08-01", "2026-10-06", event("2026-09-30T12:00", "close_day", None, day="2026-10-01"))
    assert told.days("vendor") == [
        ("T-30", "09-01"), ("T-14", "09-17"), ("T-7", "09-24"), ("T-3", "09-28"), ("T-1", "09-30"), ("T+1", "10-05"),
    ]  # fmt: skip
    assert [line["at"][:16] for line in told.notices("due-moved")] == ["2026-09-30T12:00"]


async def test_an_acknowledgement_pauses_the_company_and_never_the_party(world):
    toml = registry(engagement(attestation=DUE_0930))
    told = await world(
        toml, "2026-08-01", "2026-11-05",
        event("2026-10-02T10:00", "acknowledge", by="managers@impress.example", until="2026-10-20T12:00"),
    )  # fmt: skip
    assert told.days("vendor")[-4:] == [("T+1", "10-01"), ("T+7", "10-07"), ("T+14", "10-14"), ("T+30", "10-30")]
    company = [
        (line["at"][5:16], line["rung"], len(line["audience"]))
        for line in told.notices("rung")
        if "managers" in line["audience"]
    ]
    assert company == [
        ("10-01T09:00", "T+1", 1),
        ("10-20T12:00", "T+14", 2),
        ("10-21T09:00", "T+14", 3),
        ("10-30T09:00", "T+30", 4),
    ]


async def test_an_acknowledgement_for_more_than_thirty_days_is_refused(world):
    toml = registry(engagement(attestation=DUE_0930))
    told = await world(
        toml,
        "2026-08-01",
        "2026-10-05",
        event("2026-10-02T10:00", "acknowledge", by="m@impress.example", until="2026-11-02T10:00"),
    )
    assert [line["reason"] for line in told.of("refused")] == ["until-too-far"]


async def test_what_one_company_has_for_one_person_at_one_time_is_one_mail(world):
    toml = registry(*(engagement(key, attestation=DUE_0930) for key in ("a", "b", "c")))
    told = await world(toml, "2026-08-01", "2026-10-02")
    mails = told.of("mail", rung="T+1")
    assert len({line["mail"] for line in mails if "vendor" in line["audience"]}) == 1
    assert len({line["mail"] for line in mails if "managers" in line["audience"]}) == 1
    assert len(mails) == 6


async def test_a_person_on_two_levels_gets_one_mail_and_others_only_what_is_theirs(world):
    toml = registry(engagement("a", attestation=DUE_0930), engagement("b", attestation=last_accepted("2025-10-06")))
    told = await world(toml, "2026-08-01", "2026-10-08")
    morning = [
        line
        for line in told.notices("rung")
        if line["at"].startswith("2026-10-07") and "vendor" not in line["audience"]
    ]
    by_mail = {
        line["mail"]: [(other["engagement"], other["to"]) for other in morning if other["mail"] == line["mail"]]
        for line in morning
    }
    assert sorted(by_mail.values()) == [
        [("a", ["managers@impress.example"]), ("b", ["managers@impress.example"])],
        [("a", ["pi@impress.example"])],
    ]


async def test_the_party_and_the_company_get_two_mails(world):
    told = await world(registry(engagement(attestation=DUE_0930)), "2026-08-01", "2026-10-02")
    assert len({line["mail"] for line in told.of("mail", rung="T+1")}) == 2


async def test_an_empty_role_passes_to_the_next_one_up(world):
    company = COMPANY.replace('pi_manager = ["pi@impress.example"]\n', "")
    told = await world(registry(engagement(attestation=DUE_0930), companies=company), "2026-08-01", "2026-10-20")
    company_mails = [line["audience"] for line in told.notices("rung") if "managers" in line["audience"]]
    assert company_mails == [["managers"], ["managers", "privacy_office"], ["managers", "privacy_office"]]


async def test_a_company_that_has_left_is_replaced_by_the_privacy_office(world):
    left = COMPANY + "member_until = 2026-10-05\n"
    told = await world(registry(engagement(attestation=DUE_0930), companies=left), "2026-08-01", "2026-10-20")
    company = [(line["rung"], line["audience"]) for line in told.notices("rung") if "vendor" not in line["audience"]]
    assert company == [("T+1", ["managers"]), ("T+7", ["privacy_office"]), ("T+14", ["privacy_office"])]


async def test_somebody_who_is_away_is_replaced_by_the_deputy(world):
    person = """
  [[company.person]]
  email = "managers@impress.example"
  deputy = "deputy@impress.example"
  away = [2026-10-01, 2026-10-05]
"""
    told = await world(
        registry(engagement(attestation=DUE_0930), companies=COMPANY + person), "2026-08-01", "2026-10-08"
    )
    assert [line["to"][0] for line in told.notices("rung") if "managers" in line["audience"]] == [
        "deputy@impress.example", "managers@impress.example"]  # fmt: skip


async def test_mails_never_leave_outside_the_hours_of_a_business_day(world):
    group = GROUP + 'send_at = "10:30"\nsend_until = "11:00"\n'
    told = await world(
        registry(engagement(attestation=DUE_0930), group=group), "2026-08-01", "2026-10-20",
        event("2026-09-14T11:00", "submit"), event("2026-09-19T10:40", "return", reason="x"),
    )  # fmt: skip
    assert [line["at"][:16] for line in told.notices("review")] == ["2026-09-15T10:30"]
    assert [line["at"][:16] for line in told.notices("returned")] == ["2026-09-24T10:30"]
    assert {at[11:] for _, at in told.rungs("vendor")} == {"10:30"}


@pytest.mark.parametrize("missing", ["by", "reason", "until"])
async def test_a_waiver_needs_approver_reason_and_end(world, missing):
    said = {"by": "m@impress.example", "reason": "merger", "until": "2026-12-01T00:00"}
    said.pop(missing)
    told = await world(
        registry(engagement(attestation=DUE_0930)),
        "2026-08-01",
        "2026-10-05",
        event("2026-09-10T10:00", "waive", **said),
    )
    assert [line["reason"] for line in told.of("refused")] == [f"{missing}-missing"]


async def test_a_waiver_that_ends_reopens_that_day_due_thirty_days_later(world):
    told = await world(
        registry(engagement(attestation=DUE_0930)), "2026-08-01", "2027-01-10",
        event("2026-09-10T10:00", "waive", by="m@impress.example", reason="merger", until="2026-11-02T00:00"),
    )  # fmt: skip
    assert next(entry for entry in told.days("vendor") if entry[1] > "09-10") == ("T-30", "11-02")
    assert [(line["at"][:10], line["due_on"]) for line in told.of("opened")] == [
        ("2026-08-31", "2026-09-30"),
        ("2026-11-02", "2026-12-02"),
    ]


async def test_a_waiver_that_ends_before_a_date_that_was_told_asks_again_for_that_date(world):
    told = await world(
        registry(engagement(ends_on="2026-08-31", deletion_days=60, attestation=last_accepted("2026-06-01"))),
        "2026-08-01", "2026-11-10", event("2026-09-02T10:00", "waive", obligation="deletion", until="2026-09-08T00:00",
                                          by="m@impress.example", reason="merger"),
    )  # fmt: skip
    assert told.days("vendor", obligation="deletion", due_on="2026-10-30") == [
        ("T-30", "09-01"), ("T-30", "09-08"), ("T-14", "10-16"), ("T-7", "10-23"), ("T-3", "10-27"), ("T-1", "10-29"),
        ("T+1", "11-02"), ("T+7", "11-06"),
    ]  # fmt: skip
    assert [line["due_on"] for line in told.of("overdue")] == ["2026-10-30"]


async def test_ladders_are_configuration(world):
    policy = Policy(long=Ladder(before=(10,), after=(2, 4), repeat=0), short=Ladder(before=(), after=(5,), repeat=0))
    toml = registry(engagement(attestation=DUE_0930))
    told = await world(toml, "2026-08-01", "2026-12-01", policy=policy)
    assert told.days("vendor") == [("T-30", "08-31"), ("T-10", "09-18"), ("T+2", "10-02"), ("T+4", "10-05")]
    assert told.days("pi_manager") == [("T+4", "10-05")]


async def test_acts_that_are_not_possible_are_refused_with_a_reason(world):
    told = await world(
        registry(engagement(attestation=DUE_0930)), "2026-08-01", "2026-10-05", event("2026-08-05T10:00", "submit"),
        event("2026-09-10T10:00", "accept"), event("2026-09-11T10:00", "submit"), event("2026-09-11T11:00", "submit"),
        event("2026-09-12T10:00", "return"), event("2026-09-12T10:00", "accept", "nobody"),
    )  # fmt: skip
    assert [line["reason"] for line in told.of("refused")] == [
        "not-open",
        "not-submitted",
        "not-open",
        "reason-missing",
        "nothing-owed",
    ]


async def test_the_opening_mail_has_one_name_however_many_days_are_left(world):
    toml = registry(engagement(attestation=last_accepted("2025-09-17")))
    told = await world(toml, "2026-09-02T15:00", "2026-09-18")
    assert told.rungs("vendor")[0] == ("T-30", "2026-09-02T15:00")
    assert told.days("vendor") == [
        ("T-30", "09-02"),
        ("T-14", "09-03"),
        ("T-7", "09-10"),
        ("T-3", "09-14"),
        ("T-1", "09-16"),
    ]


async def test_two_companies_never_share_a_letter_even_for_one_party(world):
    toml = registry(
        engagement("a", attestation=DUE_0930),
        engagement("b", company="sister", attestation=DUE_0930),
        companies=COMPANY + SISTER,
    )
    told = await world(toml, "2026-08-01", "2026-09-01")
    assert len({line["mail"] for line in told.notices("rung")}) == 2
