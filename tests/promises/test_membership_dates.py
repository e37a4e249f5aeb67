"""Companies that leave and join: what ends with which day, who hears of it, and what a new one may not use."""

from __future__ import annotations

from datetime import date

import pytest

from tests.promises.joint import USE, group, said, work
from tests.stage import play

BEGIN = "2026-09-01"
LEAVES = said("2026-09-01T10:00", "company_leaves", company="sister", last_day=date(2026, 9, 30))


def deletions(told, what="deadline"):
    return [
        (line["company"], line["due_on"], line.get("engagement") or line.get("ref") or "")
        for line in told.of(what, obligation="deletion")
    ]


async def test_with_a_company_joint_use_ends_and_what_it_holds_is_owed_thirty_days_after_its_last(tmp_path):
    told = await play(group(work("s/acme", kind="joint_user")), BEGIN, "2026-10-02", LEAVES, tmp=tmp_path)
    assert deletions(told) == [("sister", "2026-10-30", "s/acme"), ("sister", "2026-10-30", "customers")]
    assert {line["at"] for line in told.of("deadline")} == {"2026-09-01T10:00:00+09:00"}
    assert deletions(told, "opened") == [("sister", "2026-10-30", "s/acme")]
    assert told.days("vendor", obligation="deletion") == [("T-30", "10-01")]


@pytest.mark.parametrize(
    ("last_day", "due"),
    [
        (date(2026, 9, 1), "2026-10-01"),
        (date(2026, 9, 18), "2026-10-19"),  # 18 October is a Sunday
        (date(2026, 11, 30), "2027-01-04"),  # 30 December, and the offices are closed until 3 January
        (date(2027, 1, 29), "2027-03-01"),  # 28 February is a Sunday
        (date(2026, 8, 31), "2026-09-30"),  # a day that is over when it is told
    ],
)
async def test_a_closed_day_moves_what_is_owed_to_the_next_open_one(last_day, due, tmp_path):
    leaves = said("2026-09-01T10:00", "company_leaves", company="sister", last_day=last_day)
    told = await play(group(), BEGIN, "2026-09-02", leaves, tmp=tmp_path)
    assert deletions(told) == [("sister", due, "customers")]


async def test_nobody_of_a_company_that_left_gets_mail_from_the_day_after(tmp_path):
    told = await play(group(work("s/dm"), work("s/acme", kind="joint_user")), BEGIN, "2027-01-31", LEAVES, tmp=tmp_path)
    last = max(line["at"] for line in told.of("mail") if any("@sister.example" in to for to in line["to"]))
    assert last < "2026-10-01"
    asked = {line["audience"][0] for line in told.of("mail", company="sister") if line["at"] > "2026-10-01"}
    assert asked == {"vendor", "privacy_office"}


async def test_its_works_are_for_the_privacy_office_to_give_to_somebody_before_the_day(tmp_path):
    toml = group(work("s/dm"), work("s/over", ends_on="2026-09-30"))
    told = await play(toml, BEGIN, "2026-10-02", LEAVES, tmp=tmp_path)
    (owed,) = told.of("deadline", obligation="successor-decision")
    assert (owed["due_on"], owed["ref"], "company" in owed) == ("2026-09-30", "company/sister", False)
    assert told.rungs("privacy_office", obligation="successor-decision")[0] == ("T-29", "2026-09-01T10:00")
    done = said("2026-09-02T10:00", "done", obligation="successor-decision", ref="company/sister")
    told = await play(toml, BEGIN, "2026-09-03", LEAVES, done, tmp=tmp_path)
    assert told.of("refused")[0]["reason"] == "works-left"  # a word that all is settled settles nothing


async def test_who_has_nothing_that_the_registry_knows_of_still_says_so(tmp_path):
    leaves = said("2026-09-01T10:00", "company_leaves", company="newco", last_day=date(2026, 9, 30))
    ends = said("2026-09-08T10:00", "done", obligation="deletion", company="newco", outcome="holds-none", reason="n/a")
    told = await play(group(), BEGIN, "2026-12-01", leaves, ends, tmp=tmp_path)
    assert deletions(told) == [("newco", "2026-10-30", "")]
    assert deletions(told, "accepted") == [("newco", "2026-10-30", "")]
    assert not told.of("overdue")


async def test_told_twice_it_is_owed_once_and_told_otherwise_it_moves(tmp_path):
    again = LEAVES.replace("T10:00", "T11:00")
    later = LEAVES.replace("09-01T10:00", "09-15T10:00").replace("2026-09-30", "2026-10-31")
    told = await play(group(work("s/acme", kind="joint_user")), BEGIN, "2026-11-02", LEAVES, again, later, tmp=tmp_path)
    assert deletions(told) == [
        ("sister", "2026-10-30", "s/acme"),
        ("sister", "2026-10-30", "customers"),
        ("sister", "2026-11-30", "s/acme"),
        ("sister", "2026-11-30", "customers"),
    ]
    assert deletions(told, "cancelled") == [("sister", "2026-10-30", "customers")]
    assert deletions(told, "opened") == [("sister", "2026-11-30", "s/acme")]


async def test_work_that_is_over_or_has_not_begun_is_left_as_it_is(tmp_path):
    works = [
        work("s/closed", kind="joint_user", state="closed"),
        work("s/future", kind="joint_user", starts_on="2027-01-01"),
        work("s/earlier", kind="joint_user", ends_on="2026-09-15"),
    ]
    told = await play(group(*works), BEGIN, "2027-02-01", LEAVES, tmp=tmp_path)
    assert deletions(told) == [("sister", "2026-10-30", "customers")]
    assert deletions(told, "opened") == [("sister", "2026-10-15", "s/earlier")]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"company": "nobody"}, "company-unknown"), ({"last_day": date(1999, 12, 31)}, "day-before-membership")],
)
async def test_what_cannot_be_is_refused_with_its_reason(fields, reason, tmp_path):
    toml = group().replace('name = "Sister"', 'name = "Sister"\nmember_from = 2000-01-01')
    wrong = said(
        "2026-09-01T10:00", "company_leaves", **({"company": "sister", "last_day": date(2026, 9, 30)} | fields)
    )
    told = await play(toml, BEGIN, "2026-09-02", wrong, tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == [reason]
    assert not told.of("deadline")


async def test_what_is_told_while_the_service_is_down_is_refused_and_changes_nothing(tmp_path):
    down = said("2026-09-01T09:00", "down", until="2026-09-01T12:00")
    told = await play(group(), BEGIN, "2026-11-01", down, LEAVES, tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == ["down"]
    assert not told.of("deadline")


def joins(at="2026-09-01T10:00", **fields):
    return said(at, "company_joins", **({"company": "newco", "on": date(2026, 10, 1)} | fields))


async def test_data_of_earlier_notices_is_refused_to_a_company_that_joins(tmp_path):
    second = USE.replace('"customers"', '"readers"')
    told = await play(group(use=USE + second), BEGIN, "2026-11-01", joins(), tmp=tmp_path)
    assert [(line["company"], line["ref"], line["reason"]) for line in told.of("refused")] == [
        ("newco", "customers", "earlier-notice"),
        ("newco", "readers", "earlier-notice"),
    ]
    assert not told.of("accepted")
    assert not told.of("deadline")


@pytest.mark.parametrize("basis", ["consent", "succession", "rename"])
async def test_with_a_basis_of_the_law_it_is_let_in(basis, tmp_path):
    told = await play(group(), BEGIN, "2026-11-01", joins(basis=basis), tmp=tmp_path)
    assert [(line["ref"], line["reason"]) for line in told.of("accepted")] == [("customers", basis)]
    assert not told.of("refused")


async def test_who_was_refused_may_come_back_with_consent_and_a_member_is_asked_nothing(tmp_path):
    events = [joins(), joins("2026-09-02T10:00", basis="consent"), joins("2026-09-03T10:00", company="sister")]
    told = await play(group(), BEGIN, "2026-11-01", *events, tmp=tmp_path)
    assert [(line["what"], line["company"]) for line in told if line["what"] in {"refused", "accepted"}] == [
        ("refused", "newco"),
        ("accepted", "newco"),
    ]


async def test_a_company_that_joined_without_a_basis_leaves_like_any_other(tmp_path):
    leaves = said("2026-11-02T10:00", "company_leaves", company="newco", last_day=date(2026, 12, 31))
    told = await play(group(), BEGIN, "2027-01-05", joins(), leaves, tmp=tmp_path)
    assert deletions(told) == [("newco", "2027-02-01", "customers")]
