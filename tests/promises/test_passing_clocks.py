"""Disclosures, checks of what is abroad, complaints: by when somebody has to look, and what follows."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.calendar import DAY
from monitor.promises.complaints import repeated, stricter
from monitor.promises.disclosures import lacking
from monitor.registry.format.passing import Complaints
from tests.promises.passing import abroad, complains, discloses, event, house
from tests.stage import engagement, play

if TYPE_CHECKING:
    from pathlib import Path

REVIEW, CHECK, MEASURES = "disclosure-review", "transfer-check", "transfer-measures"
ACK, TIER = "complaint-ack", "tier-review"
REGULAR = "2026-04-01"


def done(at: str, obligation: str, **fields: Any) -> str:
    return event(at, "done", obligation=obligation, **fields)


def checks(at: str, result: str = "ok", **fields: Any) -> str:
    return event(at, "transfer_checked", **({"engagement": "us", "on": at[:10], "result": result} | fields))


async def test_a_disclosure_is_reviewed_within_two_business_days_on_both_databases(world: Any) -> None:
    told = await world(house(), "2026-09-18", "2026-09-29", discloses("2026-09-18T10:00"))
    [deadline] = told.of("deadline", obligation=REVIEW)
    assert (deadline["at"][:16], deadline["due_on"], deadline["engagement"], deadline["party"], deadline["company"]) == (
        "2026-09-18T10:00", "2026-09-25", "dm", "acme", "impress",  # Saturday to Wednesday are closed
    )  # fmt: skip
    assert [line["at"][:16] for line in told.of("overdue", obligation=REVIEW)] == ["2026-09-26T00:00"]
    assert not told.of("case_opened")


async def test_what_is_not_known_of_a_disclosure_or_was_not_reported_is_a_case(tmp_path: Path) -> None:
    events = [
        discloses("2026-09-01T10:00", statute=None),
        discloses("2026-09-01T11:00", "emergency"),
        discloses("2026-09-01T12:00", "emergency", why=None),
        discloses("2026-09-01T13:00", reported_on=None),
        discloses("2026-09-01T14:00", engagement="nothing"),
        discloses("2026-09-01T15:00", what="1234 5678 9018"),
    ]
    told = await play(house(), "2026-09-01", "2026-09-02", *events, tmp=tmp_path)
    assert [(line["rule"], line["ref"], line["engagement"]) for line in told.of("case_opened")] == [
        ("disclosure_incomplete", "disclosure/1", "dm"),
        ("disclosure_incomplete", "disclosure/3", "dm"),
        ("disclosure_unreported", "disclosure/4", "dm"),
    ]
    assert [line["reason"] for line in told.of("refused")] == ["no-such-engagement", "my-number"]
    assert len(told.of("deadline", obligation=REVIEW)) == 4


async def test_a_duty_that_opens_on_a_closed_day_before_its_last_but_one_is_one_mail_and_not_two(
    tmp_path: Path,
) -> None:
    sunday = discloses("2026-12-20T10:00")  # due on Tuesday: on Monday its opening and T-1 leave at the same time
    told = await play(house(), "2026-12-18", "2026-12-22T23:00:00+09:00", sunday, tmp=tmp_path)
    assert [(line["at"][:16], line["rung"]) for line in told.of("mail", obligation=REVIEW)] == [
        ("2026-12-21T09:00", "T-1")
    ]


async def test_what_was_reported_cannot_lie_ahead(tmp_path: Path) -> None:
    ahead = discloses("2026-09-01T10:00", reported_on="2026-09-02")
    told = await play(house(), "2026-09-01", "2026-09-02", ahead, tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == ["on-future"]
    assert not told.of("deadline", obligation=REVIEW)


async def test_a_review_that_finds_no_justification_says_why_and_opens_a_case(tmp_path: Path) -> None:
    bare = done("2026-09-02T10:00", REVIEW, company="impress", outcome="not-justified")
    said = done("2026-09-02T11:00", REVIEW, company="impress", outcome="not-justified", reason="No danger was near.")
    told = await play(house(), "2026-09-01", "2026-09-03", discloses("2026-09-01T10:00"), bare, said, tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == ["reason-missing"]
    assert len(told.of("accepted", obligation=REVIEW)) == 1
    assert [line["rule"] for line in told.of("case_opened")] == ["disclosure_unjustified"]


@given(st.sets(st.sampled_from(["by", "why", "what", "to", "authority", "statute"])))
def test_an_emergency_needs_no_statute_and_the_law_does(known: set[str]) -> None:
    said = dict.fromkeys(known, "something")
    assert set(lacking("law", said)) == {"by", "why", "what", "to", "authority", "statute"} - known
    assert set(lacking("emergency", said)) == {"by", "why", "what", "to"} - known


async def test_what_is_abroad_is_looked_at_again_a_year_after_the_last_time_on_both_databases(world: Any) -> None:
    works = [abroad("equivalent", "2025-10-10"), abroad("consent", key="us/consent")]
    told = await world(house(*works), "2026-09-01", "2026-10-20")
    [deadline] = told.of("deadline", obligation=CHECK)  # the 10th of October is a Saturday, the 12th a holiday
    assert (deadline["at"][:16], deadline["due_on"], deadline["engagement"]) == ("2026-09-11T09:00", "2026-10-13", "us")
    assert [line["at"][:16] for line in told.of("overdue", obligation=CHECK)] == ["2026-10-14T00:00"]


async def test_a_check_moves_the_next_one_a_year_on_and_clamps_to_the_end_of_the_month(tmp_path: Path) -> None:
    toml = house(abroad("equivalent", "2028-02-29", roll="none"))
    told = await play(toml, "2029-01-15", "2029-02-06", checks("2029-02-05T10:00"), tmp=tmp_path)
    assert [line["due_on"] for line in told.of("deadline", obligation=CHECK)] == ["2029-02-28", "2030-02-05"]
    assert [line["at"][:16] for line in told.of("accepted", obligation=CHECK)] == ["2029-02-05T10:00"]
    again = checks("2029-02-05T10:00", on="2028-02-29")  # told late, of a day that is known already
    told = await play(toml, "2029-02-05", "2030-02-01", again, checks("2029-02-06T10:00"), tmp=tmp_path)
    assert [line["due_on"] for line in told.of("deadline", obligation=CHECK)][-1] == "2030-02-06"


async def test_a_day_that_was_said_and_is_not_the_one_any_more_is_called_off(tmp_path: Path) -> None:
    events = [
        checks("2026-09-02T10:00"),
        checks("2026-09-09T10:00"),
        checks("2026-09-10T10:00", on="2026-09-03"),  # told late, of an earlier day: the later one stands
        event("2026-09-15T10:00", "end", engagement="us", on="2027-06-30"),
    ]
    told = await play(house(abroad("equivalent", "2026-05-01")), "2026-09-01", "2026-09-20", *events, tmp=tmp_path)
    said = [(line["what"], line["at"][8:10], line["due_on"]) for line in told if line.get("obligation") == CHECK]
    assert said == [
        ("deadline", "02", "2027-09-02"),
        ("cancelled", "09", "2027-09-02"),
        ("deadline", "09", "2027-09-09"),
        ("accepted", "10", "2027-09-09"),
        ("cancelled", "15", "2027-09-09"),
    ], said


async def test_the_duty_to_look_may_be_ended_on_its_own_page(tmp_path: Path) -> None:
    ok = done("2026-09-20T10:00", CHECK, engagement="us")
    told = await play(house(abroad("equivalent", "2025-10-10")), "2026-09-01", "2026-10-20", ok, tmp=tmp_path)
    assert len(told.of("accepted", obligation=CHECK)) == 1
    assert not told.of("overdue", obligation=CHECK)


async def test_trouble_asks_for_measures_and_what_cannot_continue_is_suspended(tmp_path: Path) -> None:
    toml = house(abroad("equivalent", "2026-05-01"))
    trouble, stop = checks("2026-09-01T10:00", "trouble"), checks("2026-09-02T10:00", "cannot_continue")
    told = await play(
        toml, "2026-09-01", "2026-09-20", trouble, stop, checks("2026-09-03T10:00", "cannot_continue"), tmp=tmp_path
    )
    assert [(line["due_on"], line["engagement"]) for line in told.of("deadline", obligation=MEASURES)] == [
        ("2026-09-15", "us")
    ]
    assert [line["due_on"] for line in told.of("deadline", obligation=CHECK)] == ["2027-09-01"], "trouble goes on"
    assert [(line["at"][:10], line["state"]) for line in told.of("state")] == [
        ("2026-09-02", "suspended"),
        ("2026-09-03", "suspended"),  # said again: it stays so
    ]
    [dropped] = told.of("cancelled", obligation=CHECK)
    assert (dropped["at"][:10], dropped["due_on"]) == ("2026-09-02", "2027-09-01")
    assert [line["at"][:16] for line in told.of("overdue", obligation=MEASURES)] == ["2026-09-16T00:00"]


async def test_where_measures_cannot_be_taken_the_provision_stops(tmp_path: Path) -> None:
    given_up = done("2026-09-04T10:00", MEASURES, engagement="us", outcome="cannot-continue", reason="A new law.")
    toml = house(abroad("equivalent", "2026-05-01"))
    told = await play(toml, "2026-09-01", "2026-09-06", checks("2026-09-01T10:00", "trouble"), given_up, tmp=tmp_path)
    assert [(line["at"][:10], line["state"]) for line in told.of("state")] == [("2026-09-04", "suspended")]


async def test_a_check_that_cannot_be_is_refused(tmp_path: Path) -> None:
    closed = engagement("over", party="us-co", state="closed")
    events = [
        checks("2026-09-01T10:00", engagement="dm"),
        checks("2026-09-01T10:00", on="2026-09-02"),
        checks("2026-09-01T10:00", engagement="over"),
        checks("2026-09-01T10:00", engagement="nothing"),
    ]
    told = await play(house(abroad(), closed), "2026-09-01", "2026-09-02", *events, tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == [
        "no-transfer", "on-future", "state-closed", "no-such-engagement",
    ]  # fmt: skip


async def test_no_check_is_owed_for_work_that_ends_before_it(tmp_path: Path) -> None:
    ends = house(abroad("equivalent", "2025-10-10", ends_on="2026-10-09"))
    told = await play(ends, "2026-09-01", "2026-10-12", tmp=tmp_path)
    assert not told.of("deadline", obligation=CHECK)


async def test_a_complaint_is_acknowledged_on_the_next_business_day_on_both_databases(world: Any) -> None:
    told = await world(house(), "2026-09-18", "2026-09-26", complains("2026-09-18T23:00"))
    [deadline] = told.of("deadline", obligation=ACK)
    assert (deadline["due_on"], deadline["party"], deadline["company"]) == ("2026-09-24", "acme", "impress")
    assert [line["at"][:16] for line in told.of("overdue", obligation=ACK)] == ["2026-09-25T00:00"]


async def test_the_third_complaint_in_ninety_days_opens_a_case_and_a_review_of_the_tier(tmp_path: Path) -> None:
    others = [complains("2026-09-01T11:00", party="us-co"), complains("2026-09-01T11:00", company="sister")]
    two = [complains("2026-08-31T10:00"), complains("2026-09-01T10:00")]
    for first, opened in (("2026-06-02", []), ("2026-06-03", [("complaints_repeat", "2026-09-01", "impress")])):
        events = [complains(f"{first}T10:00"), *two, *others]
        told = await play(
            house(), "2026-06-01", "2026-09-03", *events, complains("2026-09-02T10:00", ref="C-9"), tmp=tmp_path
        )
        cases = [(line["rule"], line["at"][:10], line["company"]) for line in told.of("case_opened")]
        assert cases == (opened or [("complaints_repeat", "2026-09-02", "impress")])
    assert [(line["due_on"], line["party"]) for line in told.of("deadline", obligation=TIER)] == [
        ("2026-09-15", "acme")
    ]


DATES = st.dates(date(1900, 1, 1), date(2200, 12, 31))  #: what may be written or typed


@given(st.lists(DATES, max_size=6), DATES)
def test_complaints_count_within_the_time_and_none_that_is_to_come(days: list[date], today: date) -> None:
    near = [day for day in days if 0 <= (today - day).days <= 90]
    assert repeated(days, today, Complaints()) == (len(near) >= 3)
    assert repeated([today, today - 90 * DAY, today], today, Complaints())
    assert not repeated([today, today, today - 91 * DAY], today, Complaints())


def test_tiers_go_up_to_the_highest_and_no_further() -> None:
    assert [stricter(tier) for tier in ("C", "B", "A", "S")] == ["B", "A", "S", "S"]


async def test_a_review_of_the_tier_raises_all_works_with_that_party_or_says_why_not(tmp_path: Path) -> None:
    events = [complains(f"2026-09-0{day}T10:00") for day in (1, 2, 3)]
    bare = done("2026-09-04T10:00", TIER, company="impress", outcome="keep")
    up = done("2026-09-04T11:00", TIER, company="impress", outcome="raise")
    told = await play(house(), "2026-09-01", "2026-10-05", *events, bare, up, tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == ["reason-missing"]
    assert len(told.of("accepted", obligation=TIER)) == 1
    assert [(line["at"][:10], line["tier"]) for line in told.of("amended")] == [("2026-09-04", "A")]


async def test_what_nobody_knows_is_no_complaint_and_a_reference_is_taken_once(tmp_path: Path) -> None:
    events = [
        complains("2026-09-01T10:00", party="nobody"),
        complains("2026-09-01T10:00", company="nobody"),
        complains("2026-09-01T10:00", ref="C-1"),
        complains("2026-09-01T10:00", ref="C-1"),
    ]
    told = await play(house(), "2026-09-01", "2026-09-02", *events, tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == ["no-such-party", "no-such-company", "ref-taken"]
    assert [line["ref"] for line in told.of("deadline", obligation=ACK)] == ["C-1"]


async def test_after_a_company_has_left_the_privacy_office_hears_of_complaints(tmp_path: Path) -> None:
    left = house().replace('name = "Impress"\n', 'name = "Impress"\nmember_until = 2026-08-31\n')
    told = await play(left, "2026-09-01", "2026-09-03", complains("2026-09-01T10:00"), tmp=tmp_path)
    assert {tuple(line["audience"]) for line in told.of("mail", obligation=ACK)} == {("privacy_office",)}
