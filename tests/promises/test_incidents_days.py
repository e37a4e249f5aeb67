"""A party tells of an incident: which days follow from it, by which law, and for whom."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stage import GROUP, engagement, event, play, registry

from monitor.calendar import Calendar
from monitor.hearing.incidents import TRIGGERS, Known, final_on, nth_day, reportable
from monitor.registry.format.clocks import Incidents

LIMITS = Incidents()
ALL = "[1, 2, 3, 4, 5, 6, 7, 8, 9]"


def incident(received, aware, *, of="dm", people=1200, categories="[]", known=ALL, at=None, **more):
    said = event(at or received, "incident", of)
    fields = {"aware_on": aware, "received_at": f"{received}:00+09:00", "people": people, "categories": categories}
    lines = [f"{name} = {value}" for name, value in (fields | {"items_known": known} | more).items()]
    return "\n".join([said, *lines])


@pytest.fixture
def told(tmp_path):
    async def run(*events, until="2026-12-31", toml=None, begin="2026-09-01"):
        return await play(toml or registry(engagement()), begin, until, *events, tmp=tmp_path)

    return run


def dues(lines):
    return {line["obligation"]: line["due_on"] for line in lines.of("deadline")}


async def test_the_party_has_until_day_five_and_the_reports_count_from_receipt(world):
    lines = await world(registry(engagement()), "2026-09-01", "2026-09-19", incident("2026-09-18T16:00", "2026-09-17"))
    assert dues(lines) == {
        "incident-notice": "2026-09-21",  # a holiday: no roll
        "preliminary-report": "2026-09-22",  # likewise
        "final-report": "2026-10-19",  # the 30th day is a Saturday
    }
    [handed_in] = lines.of("submitted")
    assert (handed_in["obligation"], handed_in["engagement"], handed_in.get("reason")) == (
        "incident-notice",
        "dm",
        None,
    )
    assert {line["company"] for line in lines.of("deadline")} == {"impress"}


async def test_a_wrongful_act_gives_sixty_days_which_move_over_the_turn_of_the_year(told):
    lines = await told(
        incident("2026-11-02T10:00", "2026-11-02", people=1, categories='["wrongful"]'), until="2026-11-03"
    )
    assert dues(lines)["final-report"] == "2027-01-04"  # day 60 is 31 December


async def test_a_wrongful_act_that_is_learned_later_gives_the_sixty_days_from_the_same_receipt(told):
    first = incident("2026-11-30T10:00", "2026-11-29", people=5, categories='["special-care"]')
    more = incident("2026-12-03T10:00", "2026-11-29", people=5, categories='["special-care", "wrongful"]')
    lines = await told(first, more, until="2027-01-30")
    assert [(line["at"][:10], line["due_on"]) for line in lines.of("deadline", obligation="final-report")] == [
        ("2026-11-30", "2027-01-04"),
        ("2026-12-03", "2027-01-28"),
    ]
    assert [line["due_on"] for line in lines.of("cancelled", obligation="final-report")] == ["2027-01-04"]
    assert [line["at"][:10] for line in lines.of("overdue", obligation="final-report")] == ["2027-01-29"]


@pytest.mark.parametrize(
    ("flag", "people", "owed"),
    [("card", 1, True), ("bank_account", 1, True), ("my_number", 100, False), ("my_number", 101, True)],
)
async def test_what_the_work_handles_decides_as_well_whether_it_is_reported(told, flag, people, owed):
    works = registry(engagement(**{flag: True}))
    lines = await told(incident("2026-09-18T16:00", "2026-09-17", people=people), until="2026-09-19", toml=works)
    assert ("preliminary-report" in dues(lines)) is owed


async def test_days_that_the_group_alone_has_closed_move_no_report(told):
    closed = GROUP + "extra_closed = [2026-10-19]\n"
    lines = await told(incident("2026-09-18T16:00", "2026-09-17"), toml=registry(engagement(), group=closed))
    assert dues(lines)["final-report"] == "2026-10-19"


async def test_items_that_are_not_known_yet_are_named(told):
    lines = await told(incident("2026-09-18T16:00", "2026-09-17", known="[1, 2]"), until="2026-09-19")
    assert lines.of("submitted")[0]["reason"] == "3, 4, 5, 6, 7, 8, 9"
    none = await told(incident("2026-09-18T16:00", "2026-09-17", known="[]"), until="2026-09-19")
    assert none.of("submitted")[0]["reason"] == "1, 2, 3, 4, 5, 6, 7, 8, 9"


async def test_what_need_not_be_reported_is_refused_for_each_of_the_two_reports(told):
    lines = await told(incident("2026-09-18T16:00", "2026-09-17", people=1000), until="2026-09-19")
    assert [*dues(lines)] == ["incident-notice"]
    refused = {(line["obligation"], line["reason"]) for line in lines.of("refused")}
    assert refused == {("preliminary-report", "not-reportable"), ("final-report", "not-reportable")}


@pytest.mark.parametrize("category", sorted(TRIGGERS))
async def test_one_person_is_enough_where_the_kind_of_data_or_of_act_says_so(told, category):
    lines = await told(
        incident("2026-09-18T16:00", "2026-09-17", people=1, categories=f'["{category}"]'), until="2026-09-19"
    )
    assert {"preliminary-report", "final-report"} < {*dues(lines)}


async def test_a_notice_that_came_late_was_overdue(told):
    lines = await told(incident("2026-09-24T10:00", "2026-09-17"), until="2026-09-25")
    assert [(line["obligation"], line["due_on"]) for line in lines.of("overdue")] == [("incident-notice", "2026-09-21")]
    assert dues(lines)["preliminary-report"] == "2026-09-28"


async def test_one_in_time_that_is_entered_later_was_not(told):
    lines = await told(incident("2026-09-21T23:00", "2026-09-17", at="2026-09-24T10:00"), until="2026-09-25")
    assert lines.of("overdue") == []
    assert dues(lines)["preliminary-report"] == "2026-09-25"


async def test_it_is_told_at_once_on_a_holiday_at_night(told):
    lines = await told(incident("2026-09-20T23:30", "2026-09-20"), until="2026-09-21")
    mails = {line["obligation"]: line["at"][:16] for line in lines.of("mail") if "managers" in line["audience"]}
    assert mails == {"preliminary-report": "2026-09-20T23:30", "final-report": "2026-09-20T23:30"}
    assert [line["at"][:16] for line in lines.notices("review")] == ["2026-09-20T23:30"]


async def test_what_is_told_twice_is_one_incident_and_may_have_to_be_reported_after_all(told):
    first = incident("2026-09-18T16:00", "2026-09-17", people=10, known="[1]")
    more = incident("2026-09-19T16:00", "2026-09-17", people=1500)
    lines = await told(first, more, until="2026-09-20")
    assert [line.get("reason") for line in lines.of("submitted")] == ["2, 3, 4, 5, 6, 7, 8, 9", None]
    assert dues(lines) == {
        "incident-notice": "2026-09-21",
        "preliminary-report": "2026-09-22",  # of the first receipt
        "final-report": "2026-10-19",
    }


async def test_two_incidents_of_two_engagements_have_clocks_of_their_own(told):
    toml = registry(engagement(), engagement("web", company="sister"))
    one, other = incident("2026-09-18T16:00", "2026-09-17"), incident("2026-09-25T16:00", "2026-09-25", of="web")
    lines = await told(one, other, toml=toml, until="2026-09-26")
    assert [(line["company"], line["due_on"]) for line in lines.of("deadline", obligation="preliminary-report")] == [
        ("impress", "2026-09-22"),
        ("sister", "2026-09-29"),
    ]


async def test_reports_that_are_made_end_there_and_one_that_is_not_is_overdue_on_the_day_after(told):
    done = event("2026-09-21T10:00", "done", "dm", obligation="preliminary-report")
    toml = registry(engagement(attestation="last_accepted_on = 2026-09-01"))
    lines = await told(incident("2026-09-18T16:00", "2026-09-17"), done, toml=toml, until="2026-10-21")
    made = [(line["obligation"], line["at"][:10]) for line in lines.of("accepted")]
    late = [(line["obligation"], line["at"][:16]) for line in lines.of("overdue")]
    assert made == [("preliminary-report", "2026-09-21")]
    assert late == [("final-report", "2026-10-20T00:00")]


async def test_a_holder_of_the_privacy_mark_reports_the_small_ones_too(told):
    toml = registry(engagement()).replace('key = "impress"\n', 'key = "impress"\nprivacy_mark = true\n', 1)
    lines = await told(incident("2026-09-18T16:00", "2026-09-17", people=3), toml=toml, until="2026-09-19")
    assert dues(lines) == {"incident-notice": "2026-09-21", "mark-report": "2026-10-19"}


async def test_numbers_are_those_of_the_group(told):
    group = GROUP + "[group.incidents]\nnotice_days = 3\npreliminary_days = 4\nfinal_days = 20\npeople_over = 9\n"
    toml = registry(engagement(), group=group)
    lines = await told(incident("2026-09-18T16:00", "2026-09-17", people=10), toml=toml, until="2026-09-19")
    assert dues(lines) == {
        "incident-notice": "2026-09-19",
        "preliminary-report": "2026-09-21",
        "final-report": "2026-10-07",
    }


async def test_nobody_notices_after_having_told_and_no_engagement_is_made_up(told):
    lines = await told(
        incident("2026-09-18T16:00", "2026-09-19"),
        incident("2026-09-18T16:00", "2026-09-17", of="none"),
        until="2026-09-19",
    )
    assert [line["reason"] for line in lines.of("refused")] == ["aware-after-notice", "no-such-engagement"]
    assert lines.of("deadline") == []


async def test_after_the_engagement_an_incident_is_still_one(told):
    toml = registry(engagement(ends_on="2026-08-31"))
    lines = await told(incident("2026-09-18T16:00", "2026-09-17"), toml=toml, until="2026-09-19")
    assert {"incident-notice", "preliminary-report", "final-report"} <= {*dues(lines)}


async def test_of_a_company_that_has_left_the_privacy_office_hears_it(told):
    toml = registry(engagement()).replace('key = "impress"\n', 'key = "impress"\nmember_until = 2026-08-31\n', 1)
    lines = await told(incident("2026-09-18T16:00", "2026-09-17"), toml=toml, until="2026-09-19")
    told_to = {
        role for line in lines.notices("rung") if line["obligation"] == "final-report" for role in line["audience"]
    }
    assert told_to == {"privacy_office"}


@given(
    st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    st.sets(st.sampled_from([*TRIGGERS, "my-number"])),
    st.integers(0, 5000),
)
def test_the_final_report_moves_forward_only_and_off_closed_days_only(received_on, categories, people):
    known, calendar = Known(people, frozenset(categories)), Calendar(extra_closed=frozenset({received_on}))
    due, plain = (
        final_on(received_on, known, LIMITS, calendar),
        nth_day(received_on, 60 if "wrongful" in categories else 30),
    )
    assert not calendar.statutory_closed(due)
    assert all(calendar.statutory_closed(plain + timedelta(days=n)) for n in range((due - plain).days))
    assert (due - plain).days >= 0
    over = 100 if "my-number" in categories else 1000
    assert reportable(known, LIMITS) == (bool(categories & TRIGGERS) or people > over)
    assert not reportable(Known(people, frozenset(categories), protected=True), LIMITS)
