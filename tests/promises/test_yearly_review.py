"""The yearly review by the management: when it is owed and by whom, and what its figures say."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stage import COMPANY, GROUP, SISTER, engagement, event, play, registry

from monitor.promises.improving.yearly import Year, reference

KIND = "management-review"
WORK = engagement(attestation="last_accepted_on = 2026-03-01")


@pytest.fixture
def told(tmp_path):
    async def run(begin, until, *events, improvement="", companies=COMPANY + SISTER):
        group = f"{GROUP}[group.improvement]\n{improvement}\n" if improvement else GROUP
        return await play(registry(WORK, group=group, companies=companies), begin, until, *events, tmp=tmp_path)

    return run


def owed(lines):
    return {
        line.get("company"): (line["at"][:10], line["due_on"], line["ref"])
        for line in lines.of("deadline", obligation=KIND)
    }


async def test_each_company_and_the_group_owe_it_sixty_days_after_the_year_that_the_books_hold_whole(told):
    lines = await told("2026-03-30", "2027-04-10")
    assert owed(lines) == {
        None: ("2027-04-01", "2027-05-31", "summary/2026"),  # day 60 is Sunday
        "impress": ("2027-04-01", "2027-05-31", "summary/impress/2026"),
        "sister": ("2027-04-01", "2027-05-31", "summary/sister/2026"),
    }
    heard = {role for line in lines.notices("rung") if line["obligation"] == KIND for role in line["audience"]}
    assert heard == {"managers", "privacy_office"}


async def test_a_year_that_the_books_hold_in_part_is_not_reviewed_unless_the_registry_says_so(told):
    assert owed(await told("2027-03-01", "2027-04-10")) == {}
    lines = await told("2027-03-01", "2027-04-10", improvement="reviews_from = 2026\nreview_days = 30")
    assert owed(lines)["impress"] == ("2027-04-01", "2027-04-30", "summary/impress/2026")
    assert owed(await told("2027-03-01", "2027-04-10", improvement="reviews_from = 2027")) == {}


async def test_a_fiscal_year_may_begin_with_any_month(told):
    lines = await told("2026-12-01", "2027-01-10", improvement="fiscal_year_begins = 1\nreviews_from = 2026")
    assert owed(lines)["sister"][::2] == ("2027-01-01", "summary/sister/2026")


async def test_a_company_that_has_left_owes_none(told):
    left = SISTER.replace('name = "Sister"\n', 'name = "Sister"\nmember_until = 2027-03-30\n')
    lines = await told("2027-03-01", "2027-04-10", improvement="reviews_from = 2026", companies=COMPANY + left)
    assert set(owed(lines)) == {None, "impress"}


async def test_it_is_signed_off_with_a_decision_and_not_without(told):
    said = {"obligation": KIND, "company": "impress"}
    lines = await told(
        "2027-03-01",
        "2027-04-10",
        event("2027-04-02T10:00", "done", None, **said),
        event("2027-04-02T11:00", "done", None, reason="Look at printers twice a year.", **said),
        improvement="reviews_from = 2026",
    )
    assert [line["reason"] for line in lines.of("refused")] == ["reason-missing"]
    assert [line["at"][:16] for line in lines.of("accepted", obligation=KIND)] == ["2027-04-02T11:00"]


@given(st.dates(date(2001, 1, 1), date(2999, 12, 31)), st.integers(1, 12))
def test_every_day_belongs_to_one_fiscal_year_and_none_lies_between_two(day, month):
    year = Year.of(day, month)
    assert year.first <= day <= year.last
    assert year.before.last < year.first
    assert (year.first - year.before.last).days == 1


def test_the_reference_leads_to_its_page():
    assert reference("impress", 2026) == "summary/impress/2026"
    assert reference(None, 2026) == "summary/2026"
