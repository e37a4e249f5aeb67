"""Rules 15 and 16: what a failing check opens, who hears of it, and how far up."""

from __future__ import annotations

import pytest
from stage import COMPANY, PARTY, SISTER, engagement, event, last_accepted, registry

URL = "https://www.acme.example/"
QUIET = last_accepted("2026-08-01")


def see(at: str, verdict: str, check: str = "availability", severity: str | None = None) -> str:
    return event(at, "observe", None, url=URL, check=check, verdict=verdict, severity=severity)


def twice(day: str, verdict: str, check: str = "availability", severity: str | None = None) -> list[str]:
    return [see(f"{day}:00", verdict, check, severity), see(f"{day}:05", verdict, check, severity)]


@pytest.fixture
def toml():
    return registry(engagement(attestation=QUIET))


def rungs(told, role):
    return [(line["rung"], line["at"][5:16]) for line in told.notices("rung") if role in line["audience"]]


async def test_one_failed_look_is_not_a_case(world, toml):
    told = await world(
        toml,
        "2026-09-01",
        "2026-09-20",
        see("2026-09-07T10:00", "fail"),
        see("2026-09-07T10:05", "pass"),
        see("2026-09-07T10:10", "fail"),
    )
    assert told.of("case_opened") == []


async def test_failing_twice_in_a_row_opens_a_case_and_unknown_is_neither(world, toml):
    told = await world(
        toml,
        "2026-09-01",
        "2026-09-20",
        see("2026-09-07T10:00", "fail"),
        see("2026-09-07T10:05", "unknown"),
        see("2026-09-07T10:10", "fail"),
    )
    opened = told.of("case_opened")[0]
    assert (opened["at"][:16], opened["url"], opened["check"], opened["company"], opened["party"]) == (
        "2026-09-07T10:10", URL, "availability", "impress", "acme")  # fmt: skip


async def test_the_ladder_of_a_case_counts_business_days_from_its_opening(world, toml):
    told = await world(toml, "2026-09-01", "2026-10-10", *twice("2026-09-17T10", "fail"))
    assert rungs(told, "vendor") == [("C+0", "09-17T10:05")]
    company = [
        (line["rung"], line["at"][5:16], line["audience"])
        for line in told.notices("rung")
        if "managers" in line["audience"]
    ]
    assert company == [
        ("C+0", "09-17T10:05", ["managers"]), ("C+3", "09-25T09:00", ["managers", "pi_manager"]),
        ("C+10", "10-06T09:00", ["managers", "pi_manager", "privacy_office"]),
    ]  # fmt: skip


async def test_a_case_that_opens_at_night_is_told_at_the_next_sending_time(world, toml):
    told = await world(toml, "2026-09-01", "2026-09-30", *twice("2026-09-18T20", "fail"))
    assert rungs(told, "managers")[:2] == [("C+0", "09-24T09:00"), ("C+3", "09-28T09:00")]


async def test_passing_twice_closes_it_and_whoever_was_told_is_told(world, toml):
    told = await world(
        toml, "2026-09-01", "2026-10-10", *twice("2026-09-07T10", "fail"), *twice("2026-09-07T14", "pass")
    )
    assert told.of("case_closed")[0]["at"][:16] == "2026-09-07T14:05"
    assert {tuple(line["audience"]) for line in told.notices("resolved")} == {("vendor",), ("managers",)}
    assert rungs(told, "managers") == [("C+0", "09-07T10:05")]


async def test_recovery_is_told_to_nobody_who_was_not_told(world, toml):
    told = await world(
        toml, "2026-09-01", "2026-10-10", *twice("2026-09-06T10", "fail"), *twice("2026-09-06T14", "pass")
    )
    assert len(told.of("case_closed")) == 1
    assert told.of("mail") == []


async def test_a_critical_one_goes_to_party_managers_and_privacy_office_at_any_hour_of_any_day(world, toml):
    told = await world(toml, "2026-09-01", "2026-09-12", *twice("2026-09-06T03", "fail", "tls", "critical"))
    first = {tuple(line["audience"]): line["at"][5:16] for line in told.notices("rung") if line["rung"] == "C+0"}
    assert first == {("vendor",): "09-06T03:05", ("managers", "privacy_office"): "09-06T03:05"}
    assert ("C+3", "09-09T09:00") in rungs(told, "pi_manager")


async def test_a_case_that_rises_to_critical_is_told_again_so(world, toml):
    told = await world(
        toml,
        "2026-09-01",
        "2026-09-12",
        *twice("2026-09-07T10", "fail", "tls", "high"),
        see("2026-09-07T22:00", "fail", "tls", "critical"),
    )
    assert rungs(told, "managers")[:2] == [("C+0", "09-07T10:05"), ("C+0", "09-07T22:00")]


async def test_one_that_rises_to_critical_late_is_one_mail_and_climbs_on_the_next_business_day(world, toml):
    told = await world(
        toml,
        "2026-09-01",
        "2026-10-12",
        *twice("2026-09-07T10", "fail", "tls", "medium"),
        see("2026-09-15T10:00", "fail", "tls", "critical"),
    )
    assert rungs(told, "managers") == [
        ("C+0", "09-07T10:05"), ("C+0", "09-15T10:00"), ("C+3", "09-16T09:00"), ("C+10", "09-24T09:00"),
    ]  # fmt: skip


async def test_medium_is_told_once(world, toml):
    told = await world(toml, "2026-09-01", "2026-10-10", *twice("2026-09-07T10", "fail", "headers", "medium"))
    assert rungs(told, "managers") == [("C+0", "09-07T10:05")]


async def test_low_is_shown_and_told_to_nobody(world, toml):
    told = await world(toml, "2026-09-01", "2026-10-10", *twice("2026-09-07T10", "fail", "headers", "low"))
    assert len(told.of("case_opened")) == 1
    assert told.of("mail") == []


async def test_a_party_that_must_not_be_told_is_not(world):
    party = PARTY + "  tell_vendor = false\n"
    told = await world(
        registry(engagement(attestation=QUIET), parties=party),
        "2026-09-01",
        "2026-09-20",
        *twice("2026-09-07T10", "fail"),
    )
    assert rungs(told, "vendor") == []
    assert rungs(told, "managers")[0] == ("C+0", "09-07T10:05")


async def test_each_company_with_an_engagement_in_force_has_its_case(world):
    toml = registry(
        engagement("a", attestation=QUIET), engagement("b", company="sister", attestation=QUIET), engagement("b2", company="sister", attestation=QUIET),
        engagement("c", company="third", ends_on="2026-09-01", attestation=QUIET), companies=COMPANY + SISTER + COMPANY.replace("impress", "third"),
    )  # fmt: skip
    told = await world(toml, "2026-08-20", "2026-09-10", *twice("2026-09-07T10", "fail"))
    assert sorted(line["company"] for line in told.of("case_opened")) == ["impress", "sister"]


async def test_where_no_engagement_is_in_force_the_privacy_office_hears_it(world):
    told = await world(
        registry(engagement(state="closed", attestation=QUIET)),
        "2026-09-01",
        "2026-09-08",
        *twice("2026-09-07T10", "fail"),
    )
    assert "company" not in told.of("case_opened")[0]
    assert [line["audience"] for line in told.notices("rung") if "vendor" not in line["audience"]] == [
        ["privacy_office"]
    ]


async def test_the_first_round_over_a_new_endpoint_is_one_mail_for_each_company(world, toml):
    told = await world(
        toml, "2026-09-01", "2026-09-08",
        see("2026-09-07T10:00", "fail", "tls"), see("2026-09-07T10:01", "fail", "headers"), see("2026-09-07T10:02", "pass"),
        see("2026-09-07T10:10", "fail", "tls"), see("2026-09-07T10:11", "fail", "headers"), see("2026-09-07T10:12", "pass"),
    )  # fmt: skip
    assert len(told.of("case_opened")) == 2
    assert len({line["mail"] for line in told.notices("rung") if "managers" in line["audience"]}) == 1


async def test_rungs_of_a_case_missed_while_the_daemon_was_down_bring_in_one_level_a_day(world, toml):
    told = await world(
        toml,
        "2026-09-01",
        "2026-10-10",
        *twice("2026-09-07T10", "fail"),
        event("2026-09-08T00:00", "down", None, until="2026-09-25T10:00"),
    )
    company = [
        (line["rung"], line["at"][5:16], len(line["audience"]))
        for line in told.notices("rung")
        if "managers" in line["audience"]
    ]
    assert company == [("C+0", "09-07T10:05", 1), ("C+10", "09-25T10:00", 2), ("C+10", "09-28T09:00", 3)]


async def test_a_case_whose_first_mail_was_missed_is_told_by_the_highest_rung_that_was(world, toml):
    told = await world(
        toml,
        "2026-09-01",
        "2026-09-16",
        *twice("2026-09-03T19", "fail"),
        event("2026-09-03T20:00", "down", None, until="2026-09-10T12:00"),
    )
    assert rungs(told, "managers") == [("C+3", "09-10T12:00"), ("C+3", "09-11T09:00")]
    assert rungs(told, "pi_manager") == [("C+3", "09-11T09:00")]
    assert rungs(told, "vendor") == [("C+0", "09-10T12:00")]


async def test_an_observation_of_something_that_is_not_watched_is_refused(world, toml):
    told = await world(
        toml,
        "2026-09-01",
        "2026-09-08",
        event("2026-09-07T10:00", "observe", None, url="https://other.example/", check="tls", verdict="fail"),
    )
    assert [line["reason"] for line in told.of("refused")] == ["no-such-watch"]
