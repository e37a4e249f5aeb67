"""The regulator's four examples of failed supervision, found in the books."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from monitor.hearing.chain.tree import Node, countries
from monitor.promises.sub_entrustment import Standing, detect
from monitor.registry.format import Engagement

TODAY = date(2026, 9, 1)


def entry(**more: object) -> Engagement:
    said = {"key": "dm", "company": "impress", "party": "acme", "kind": "trustee", "starts_on": date(2020, 10, 1)}
    return Engagement.model_validate(said | more)


SOUND = Standing(
    entry(contract={"clauses": (1, 2, 3, 4)}, instruction={"recorded_on": date(2026, 4, 1)}),
    confirmed_on=date(2026, 3, 1),
    further=True,
    reported_on=date(2025, 9, 1),
)


def test_what_is_confirmed_instructed_agreed_and_reported_within_a_year_is_sound() -> None:
    assert detect(SOUND, TODAY) == []


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"confirmed_on": None}, ["no_status_since_contract"]),
        ({"confirmed_on": date(2025, 8, 31)}, ["no_status_since_contract"]),
        ({"reported_on": None}, ["subentrust_report_missing"]),
        ({"reported_on": date(2025, 8, 31)}, ["subentrust_report_missing"]),
        ({"further": False, "reported_on": None}, []),
    ],
)
def test_each_failure_shows_on_its_day(changed: dict[str, object], found: list[str]) -> None:
    assert detect(replace(SOUND, **changed), TODAY) == found


def test_terms_and_instructions_that_are_missing_show() -> None:
    bare = replace(SOUND, entry=entry())
    assert detect(bare, TODAY) == ["no_instruction_record", "subentrust_terms_missing"]


def test_a_selection_counts_as_status_until_a_year_has_passed() -> None:
    chosen = entry(starts_on=date(2026, 1, 1), selection={"accepted_on": date(2025, 12, 1)})
    assert "no_status_since_contract" not in detect(Standing(chosen), TODAY)


def test_the_countries_are_those_of_the_whole_chain_and_what_is_not_known_is_said() -> None:
    lowest = Node("Third", "", (), 2)
    top = Node("First", "a", ("JP",), 0, below=[Node("Second", "b", ("IE", "JP"), 1, below=[lowest])])
    assert countries([top]) == {"?": ["Third"], "IE": ["Second"], "JP": ["First", "Second"]}
