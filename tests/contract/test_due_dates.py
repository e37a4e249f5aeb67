"""Rules 1-6 of the calendar: when something is due, and when it is not."""

from __future__ import annotations

import pytest
from stage import COMPANY, GROUP, PARTY, engagement, event, last_accepted, registry

from monitor.mistakes import Invalid


@pytest.mark.parametrize(
    ("accepted", "every", "due"),
    [
        ("2026-08-31", "6 months", "2027-03-01"),
        ("2024-02-29", "12 months", "2025-02-28"),
        ("2025-10-01", "12 months", "2026-10-01"),
    ],
)
async def test_months_clamp_to_the_months_end_and_the_day_rolls_forward(world, accepted, every, due):
    begin = f"{accepted[:8]}{accepted[8:]}"
    told = await world(
        registry(engagement(attestation=f'{last_accepted(accepted)}\nevery = "{every}"')),
        begin,
        str(int(due[:4])) + due[4:],
    )
    assert [line["due_on"] for line in told.of("opened")] == [due]


async def test_a_rhythm_of_more_than_twelve_months_is_refused(world):
    with pytest.raises(Invalid) as refused:
        await world(registry(engagement(attestation='every = "13 months"')), "2026-01-01", "2026-12-01")
    assert [mistake.place for mistake in refused.value.mistakes] == ['engagement "dm": attestation.every']


async def test_the_first_attestation_is_due_one_cadence_after_the_beginning(world):
    told = await world(registry(engagement(starts_on="2025-12-01")), "2026-01-01", "2026-12-01")
    assert [line["due_on"] for line in told.of("opened")] == ["2026-12-01"]


@pytest.mark.parametrize(
    ("tier", "due"), [("S", "2026-10-01"), ("A", "2027-04-01"), ("B", "2027-04-01"), ("C", "2027-04-01")]
)
async def test_the_tier_sets_the_cadence(world, tier, due):
    toml = registry(engagement(tier=tier, attestation=last_accepted("2026-04-01")))
    told = await world(toml, "2026-04-02", "2027-04-02")
    assert told.of("opened")[0]["due_on"] == due


@pytest.mark.parametrize("flag", ["child_data", "card"])
async def test_data_of_children_and_cards_force_the_highest_tier(world, flag):
    toml = registry(engagement(tier="C", attestation=last_accepted("2026-04-01"), **{flag: True}))
    assert (await world(toml, "2026-04-02", "2026-10-02")).of("opened")[0]["due_on"] == "2026-10-01"


async def test_after_an_acceptance_the_next_is_counted_from_its_day(world):
    toml = registry(engagement(attestation=last_accepted("2025-10-01")))
    told = await world(
        toml, "2026-08-01", "2027-09-20", event("2026-09-10T10:00", "submit"), event("2026-09-14T10:00", "accept")
    )
    assert [line["due_on"] for line in told.of("opened")] == ["2026-10-01", "2027-09-14"]


async def test_a_campaign_has_its_day_each_year(world):
    toml = registry(engagement(attestation='due = "06-30"\nlast_accepted_on = 2025-10-01'))
    told = await world(
        toml, "2026-01-05", "2027-07-01", event("2026-06-20T10:00", "submit"), event("2026-06-22T10:00", "accept")
    )
    assert [line["due_on"] for line in told.of("opened")] == ["2026-06-30", "2027-06-22"]


async def test_a_due_date_beyond_the_end_moves_to_thirty_days_before_it(world):
    toml = registry(engagement(ends_on="2027-03-31", attestation=last_accepted("2026-04-01")))
    told = await world(toml, "2026-04-02", "2027-04-10")
    assert told.of("opened", obligation="attestation")[0]["due_on"] == "2027-03-01"


async def test_nothing_is_owed_where_the_end_comes_within_six_months(world):
    toml = registry(engagement(ends_on="2026-10-01", attestation=last_accepted("2026-04-01")))
    told = await world(toml, "2026-04-02", "2026-10-20")
    assert told.of("opened", obligation="attestation") == []


async def test_what_is_open_at_the_end_of_the_last_day_is_cancelled_and_the_party_told(world):
    toml = registry(engagement(ends_on="2027-03-31", attestation=last_accepted("2026-04-01")))
    told = await world(toml, "2026-04-02", "2027-04-10")
    assert [line["at"] for line in told.of("cancelled")] == ["2027-04-01T00:00:00+09:00"]
    assert [line["at"] for line in told.notices("cancelled")] == ["2027-04-01T09:00:00+09:00"]


async def test_what_is_overdue_at_the_end_is_cancelled_too_and_nobody_is_reminded_after_it(world):
    toml = registry(engagement(ends_on="2026-08-05", attestation=last_accepted("2025-07-01")))
    told = await world(toml, "2026-05-01", "2026-09-30")
    assert [line["at"][:16] for line in told.of("cancelled", obligation="attestation")] == ["2026-08-06T00:00"]
    last = [line["at"][:16] for line in told.of("mail", notice="rung", obligation="attestation")][-1]
    assert last < "2026-08-06"


async def test_what_is_submitted_at_the_end_is_still_reviewed(world):
    toml = registry(engagement(ends_on="2027-03-31", attestation=last_accepted("2026-04-01")))
    told = await world(
        toml, "2026-04-02", "2027-04-20", event("2027-03-31T17:00", "submit"), event("2027-04-08T10:00", "accept")
    )
    assert told.of("cancelled") == []
    assert [line["at"] for line in told.of("accepted")] == ["2027-04-08T10:00:00+09:00"]


async def test_what_is_submitted_at_the_end_and_then_waived_is_over(world):
    toml = registry(engagement(ends_on="2027-03-31", attestation=last_accepted("2026-04-01")))
    told = await world(
        toml, "2026-04-02", "2027-09-10", event("2027-03-30T10:00", "submit"),
        event("2027-04-05T10:00", "waive", by="m@impress.example", reason="merger", until="2027-04-08T00:00"),
    )  # fmt: skip
    assert [line["at"][:16] for line in told.of("cancelled", obligation="attestation")] == ["2027-04-05T10:00"]
    assert [line for line in told.of("mail", notice="rung", obligation="attestation") if line["at"] > "2027-04"] == []


async def test_deletion_opens_the_day_after_the_end_and_is_asked_when_mails_leave(world):
    told = await world(
        registry(engagement(ends_on="2026-08-31", attestation=last_accepted("2026-06-01"))), "2026-07-01", "2026-10-02"
    )
    opened = told.of("opened", obligation="deletion")[0]
    assert (opened["at"], opened["due_on"]) == ("2026-09-01T00:00:00+09:00", "2026-09-30")
    assert told.rungs("vendor", obligation="deletion")[0] == ("T-30", "2026-09-01T09:00")


async def test_deletion_after_an_end_before_holidays_is_asked_on_the_first_open_day(world):
    toml = registry(engagement(ends_on="2026-09-18", attestation=last_accepted("2026-06-01")))
    told = await world(toml, "2026-07-01", "2026-10-10")
    assert told.of("opened", obligation="deletion")[0]["at"] == "2026-09-19T00:00:00+09:00"
    assert told.rungs("vendor", obligation="deletion")[:2] == [
        ("T-30", "2026-09-24T09:00"),
        ("T-14", "2026-10-05T09:00"),
    ]


@pytest.mark.parametrize("roll", ["preceding", "none"])
async def test_a_deletion_is_never_overdue_before_it_was_asked_for(world, roll):
    """One day after a Friday's end is a closed Saturday, and the first mail leaves on Monday."""
    toml = registry(
        engagement(ends_on="2026-08-28", deletion_days=1, roll=roll, attestation=last_accepted("2026-08-01"))
    )
    told = await world(toml, "2026-08-20", "2026-09-10")
    assert told.days("vendor", obligation="deletion")[:2] == [("T-30", "08-31"), ("T+1", "09-01")]
    assert [(line["at"][:16], line["due_on"]) for line in told.of("overdue")] == [("2026-09-01T00:00", "2026-08-31")]


async def test_an_end_that_moves_later_cancels_the_deletion_and_tells_the_party(world):
    toml = registry(engagement(ends_on="2026-08-31", attestation=last_accepted("2026-06-01")))
    told = await world(toml, "2026-07-01", "2026-12-01", event("2026-09-10T10:00", "end", on="2026-10-31"))
    assert [(line["at"][:16], line["obligation"]) for line in told.of("cancelled")] == [
        ("2026-09-10T10:00", "deletion")
    ]
    assert [line["at"][:16] for line in told.notices("cancelled")] == ["2026-09-10T10:00"]
    assert [line["due_on"] for line in told.of("opened", obligation="deletion")] == ["2026-09-30", "2026-11-30"]


@pytest.mark.parametrize(
    ("roll", "due"), [("following", "2026-05-07"), ("preceding", "2026-05-01"), ("none", "2026-05-06")]
)
async def test_a_due_date_on_a_closed_day_rolls_as_the_engagement_says(world, roll, due):
    toml = registry(engagement(roll=roll, attestation=last_accepted("2025-05-06")))
    assert (await world(toml, "2026-03-01", "2026-05-10")).of("opened")[0]["due_on"] == due


async def test_it_is_overdue_from_midnight_of_the_day_after(world):
    toml = registry(engagement(attestation=last_accepted("2025-10-01")))
    told = await world(toml, "2026-08-01", "2026-10-03")
    assert [line["at"] for line in told.of("overdue")] == ["2026-10-02T00:00:00+09:00"]


async def test_an_answer_in_the_last_second_of_the_day_is_in_time(world):
    toml = registry(engagement(attestation=last_accepted("2025-10-01")))
    told = await world(toml, "2026-08-01", "2026-10-30", event("2026-10-01T23:59:59", "submit"))
    assert told.of("overdue") == []


async def test_a_newly_closed_day_moves_the_due_date_and_tells_the_party(world):
    toml = registry(engagement(attestation=last_accepted("2025-10-01")))
    told = await world(toml, "2026-08-01", "2026-10-06", event("2026-09-10T10:00", "close_day", None, day="2026-10-01"))
    assert [line["due_on"] for line in told.of("due_moved")] == ["2026-10-02"]
    assert [line["at"][:16] for line in told.notices("due-moved")] == ["2026-09-10T10:00"]
    assert told.of("overdue")[0]["at"] == "2026-10-03T00:00:00+09:00"


async def test_a_date_that_was_told_never_moves_earlier(world):
    toml = registry(engagement(roll="preceding", attestation=last_accepted("2025-10-01")))
    told = await world(toml, "2026-08-01", "2026-10-06", event("2026-09-10T10:00", "close_day", None, day="2026-10-01"))
    assert told.of("due_moved") == []


async def test_a_closed_day_announced_before_anything_was_told_moves_the_rungs_too(world):
    toml = registry(engagement(attestation=last_accepted("2025-09-30")))
    told = await world(toml, "2026-08-01", "2026-10-02", event("2026-08-10T10:00", "close_day", None, day="2026-08-31"))
    assert told.days("vendor")[0] == ("T-30", "08-28")


async def test_an_old_ledger_first_seen_after_its_due_date_gets_thirty_days(world):
    toml = registry(engagement(attestation=last_accepted("2024-03-01")))
    told = await world(toml, "2026-09-01", "2026-10-03")
    opened = told.of("opened")[0]
    assert (opened["at"][:16], opened["due_on"], opened["unconfirmed_since"]) == (
        "2026-09-01T09:00",
        "2026-10-01",
        "2025-03-03",
    )


@pytest.mark.parametrize(("accepted", "due"), [("2025-09-14", "2026-10-01"), ("2025-09-15", "2026-09-15")])
async def test_fewer_than_fourteen_days_left_when_first_seen_means_thirty_days(world, accepted, due):
    told = await world(registry(engagement(attestation=last_accepted(accepted))), "2026-09-01", "2026-10-03")
    assert told.of("opened")[0]["due_on"] == due


async def test_at_most_so_many_of_an_old_ledger_open_on_one_business_day(world):
    many = [engagement(f"dm{n:02}", attestation=last_accepted("2024-03-01")) for n in range(60)]
    sisters = [engagement(f"s{n:02}", company="sister", attestation=last_accepted("2024-03-01")) for n in range(3)]
    told = await world(registry(*many, *sisters), "2026-09-04", "2026-09-10")
    days = [line["at"][:10] for line in told.of("opened", company="impress")]
    assert [days.count(day) for day in ("2026-09-04", "2026-09-07", "2026-09-08")] == [25, 25, 10]
    assert {line["at"][:10] for line in told.of("opened", company="sister")} == {"2026-09-04"}


async def test_a_first_mail_that_leaves_late_leaves_fourteen_days(world):
    toml = registry(engagement(attestation=last_accepted("2025-10-01")))
    told = await world(
        toml, "2026-08-01", "2026-11-01", event("2026-08-20T10:00", "down", None, until="2026-09-25T12:00")
    )
    first = told.rungs("vendor")[0]
    assert first == ("T-30", "2026-09-25T12:00")
    assert told.notices("rung")[0]["due_on"] == "2026-10-09"
    assert told.notices("due-moved") == []
    assert told.of("overdue")[0]["at"] == "2026-10-10T00:00:00+09:00"


async def test_a_first_mail_that_leaves_late_but_early_enough_moves_nothing(world):
    toml = registry(engagement(attestation=last_accepted("2025-10-01")))
    told = await world(
        toml, "2026-08-01", "2026-10-05", event("2026-08-20T10:00", "down", None, until="2026-09-10T12:00")
    )
    assert told.notices("rung")[0]["due_on"] == "2026-10-01"


async def test_a_last_day_on_which_the_form_was_away_is_replaced_by_the_next_on_which_it_was_not(world):
    toml = registry(engagement(attestation=last_accepted("2025-10-01")))
    told = await world(
        toml, "2026-08-01", "2026-10-10", event("2026-10-01T10:00", "down", None, until="2026-10-01T12:00")
    )
    assert [line["due_on"] for line in told.of("due_moved")] == ["2026-10-02"]
    assert told.of("overdue")[0]["at"] == "2026-10-03T00:00:00+09:00"


async def test_an_hour_away_on_the_last_day_moves_nothing(world):
    toml = registry(engagement(attestation=last_accepted("2025-10-01")))
    told = await world(
        toml, "2026-08-01", "2026-10-10", event("2026-10-01T10:00", "down", None, until="2026-10-01T11:00")
    )
    assert told.of("due_moved") == []


async def test_nothing_is_owed_by_a_candidate_or_a_closed_engagement(world):
    toml = registry(
        engagement("a", state="candidate", attestation=last_accepted("2024-10-01")),
        engagement("b", state="closed", ends_on="2026-08-31", attestation=last_accepted("2024-10-01")),
    )
    assert (await world(toml, "2026-08-01", "2026-12-01")).of("opened") == []


async def test_a_deletion_confirmed_in_the_old_ledger_is_not_asked_for(world):
    toml = registry(
        engagement(
            ends_on="2026-08-31",
            attestation=last_accepted("2026-06-01"),
            more="  [engagement.deletion]\n  accepted_on = 2026-09-05",
        )
    )
    assert (await world(toml, "2026-09-01", "2026-12-01")).of("opened") == []


async def test_the_end_of_an_engagement_asks_every_node_of_its_tree(world):
    sub = PARTY.replace('"acme"', '"sub"').replace("acme.example", "sub.example")
    toml = registry(
        engagement("dm", ends_on="2026-08-31", attestation=last_accepted("2026-06-01")),
        engagement("dm/sub", party="sub", under="dm", attestation=last_accepted("2026-06-01")),
        parties=PARTY + sub,
    )
    told = await world(toml, "2026-07-01", "2026-10-02")
    assert {line["engagement"] for line in told.of("opened", obligation="deletion")} == {"dm", "dm/sub"}
    assert {tuple(line["to"]) for line in told.of("mail", obligation="deletion", rung="T-30")} == {
        ("privacy@acme.example",),
        ("privacy@sub.example",),
    }


async def test_a_party_serving_three_companies_has_three_tasks_and_each_company_hears_its_own(world):
    toml = registry(
        engagement("a", attestation=last_accepted("2025-10-01")), engagement("b", company="sister", attestation=last_accepted("2025-10-01")),
        engagement("c", company="third", attestation=last_accepted("2025-10-01")),
        companies=COMPANY + COMPANY.replace("impress", "sister") + COMPANY.replace("impress", "third"),
    )  # fmt: skip
    told = await world(toml, "2026-08-01", "2026-10-06")
    mails = [line for line in told.of("mail", rung="T+1") if "managers" in line["audience"]]
    assert {(line["engagement"], line["to"][0]) for line in mails} == {
        ("a", "managers@impress.example"), ("b", "managers@sister.example"), ("c", "managers@third.example")
    }  # fmt: skip


async def test_other_countries_have_other_closed_days(world):
    toml = registry(engagement(attestation=last_accepted("2025-05-06")), group=GROUP.replace('"JP"', '"US"'))
    assert (await world(toml, "2026-03-01", "2026-05-10")).of("opened")[0]["due_on"] == "2026-05-06"
