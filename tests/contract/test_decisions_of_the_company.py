"""What a company owes itself, as a simulation prints it: the decision on a changed page, and its ladder."""

from __future__ import annotations

import pytest
from stage import COMPANY, SISTER, engagement, event, last_accepted, registry

URL = "https://www.acme.example/privacy"
PARTY = f"""
[[party]]
key = "acme"
name = "Acme Printing"
contacts = ["privacy@acme.example"]
  [[party.endpoint]]
  url = "{URL}"
  checks = ["policy-page"]
"""
QUIET = last_accepted("2026-08-20")
ONE = registry(engagement(attestation=QUIET), parties=PARTY)
BOTH = registry(engagement(attestation=QUIET), engagement("theirs", "sister", attestation=QUIET), parties=PARTY)
BEGIN, MONDAY = "2026-09-01", "2026-09-07T10:00"


def changed(at=MONDAY, on="2026-09-07", url=URL):
    return event(at, "policy_changed", None, url=url, on=on)


def done(at, company="impress"):
    return event(at, "done", None, obligation="change-review", company=company, on=at[:10])


def own(told, role, company="impress"):
    return [
        (line["rung"], line["at"][5:10])
        for line in told.of("mail", obligation="change-review", company=company)
        if role in line["audience"]
    ]


async def test_a_changed_policy_is_a_deadline_of_each_company_in_ten_business_days(world):
    told = await world(BOTH, BEGIN, "2026-09-08", changed())
    assert [(line["company"], line["due_on"], line["party"]) for line in told.of("deadline")] == [
        ("impress", "2026-09-24", "acme"),
        ("sister", "2026-09-24", "acme"),
    ]
    assert {line["obligation"] for line in told.of("deadline")} == {"change-review"}
    assert {line["at"][:16] for line in told.of("deadline")} == {MONDAY}


async def test_managers_hear_at_once_and_on_the_day_before_and_then_one_level_more_at_a_time(world):
    told = await world(ONE, BEGIN, "2026-11-30", changed())
    managers = [("T-17", "09-07"), ("T-1", "09-18"), ("T+1", "09-25"), ("T+7", "10-01"), ("T+14", "10-08")]
    assert own(told, "managers") == managers
    assert own(told, "pi_manager") == managers[2:]
    assert own(told, "privacy_office") == managers[3:]
    assert own(told, "executive") == managers[4:]
    assert [line["at"][:10] for line in told.of("overdue", obligation="change-review")] == ["2026-09-25"]


async def test_the_party_gets_no_letter_about_a_decision_of_the_company(world):
    told = await world(ONE, BEGIN, "2026-11-30", changed())
    assert own(told, "vendor") == []


async def test_done_is_accepted_and_ends_ladder_and_case(world):
    told = await world(
        BOTH, BEGIN, "2026-10-30", changed(), done("2026-09-10T10:00"), done("2026-09-11T10:00", "sister")
    )
    accepted = told.of("accepted", obligation="change-review")
    assert [(line["company"], line["at"][:10]) for line in accepted] == [
        ("impress", "2026-09-10"),
        ("sister", "2026-09-11"),
    ]
    assert own(told, "managers") == [("T-17", "09-07")]
    assert {line["at"][:10] for line in told.of("case_closed")} == {"2026-09-11"}


async def test_without_an_engagement_in_force_the_privacy_office_decides(world):
    told = await world(registry(parties=PARTY), BEGIN, "2026-09-30", changed())
    (line,) = told.of("deadline")
    assert "company" not in line
    assert own(told, "privacy_office", None) == [("T-17", "09-07"), ("T-1", "09-18"), ("T+1", "09-25")]
    assert not own(told, "managers", None)


async def test_an_address_that_nobody_looks_at_is_decided_on_as_well(world):
    parties = PARTY.replace('["policy-page"]', '["availability"]')
    toml = registry(engagement(attestation=QUIET), companies=COMPANY + SISTER, parties=parties)
    told = await world(toml, BEGIN, "2026-09-30", changed(), done("2026-09-10T10:00"))
    assert [line["due_on"] for line in told.of("deadline")] == ["2026-09-24"]
    assert [line["at"][:10] for line in told.of("accepted")] == ["2026-09-10"]
    assert told.of("case_opened") == []


@pytest.mark.parametrize(
    ("deed", "reason"),
    [(changed(url="https://nowhere.example/"), "no-such-watch"), (done(MONDAY), "nothing-owed")],
)
async def test_what_cannot_be_is_refused(world, deed, reason):
    told = await world(ONE, BEGIN, "2026-09-08", deed)
    assert [line["reason"] for line in told.of("refused")] == [reason]


async def test_a_change_while_the_service_is_down_is_refused(world):
    down = event("2026-09-07T08:00", "down", None, until="2026-09-07T20:00")
    told = await world(ONE, BEGIN, "2026-09-08", down, changed())
    assert [line["reason"] for line in told.of("refused")] == ["down"]


async def test_a_night_later_the_deadline_stands_and_the_letter_waits_for_the_morning(world):
    told = await world(ONE, BEGIN, "2026-09-08T12:00", changed("2026-09-07T23:00"))
    assert [line["at"][:16] for line in told.of("deadline")] == ["2026-09-07T23:00"]
    assert own(told, "managers") == [("T-17", "09-08")]


async def test_levels_that_were_missed_are_told_one_a_day(world):
    down = event("2026-09-23T08:00", "down", None, until="2026-10-12T08:00")
    told = await world(ONE, BEGIN, "2026-10-31", changed(), down)
    assert own(told, "pi_manager")[0] == ("T+14", "10-13")
    assert own(told, "privacy_office")[0] == ("T+14", "10-14")
    assert own(told, "executive")[0] == ("T+14", "10-15")
