"""個人番号: nobody's number comes in by the side door: as a name, a place, a word in an entry of the registry."""

from __future__ import annotations

from datetime import date

import pytest

from monitor import clock
from monitor.obligations import acts, paper, showing
from monitor.refusal import Refused
from monitor.registry.format import Company
from monitor.registry.restating import restated

NUMBER = "M. Manager 1234 5678 9018"
DAY = date(2026, 9, 1)
HELD = {"key": "impress", "name": "Impress", "managers": ["m@impress.example"]}


async def test_who_acts_is_known_by_a_name_and_not_by_a_number():
    for name, title in ((NUMBER, ""), ("M. Manager", NUMBER)):
        with pytest.raises(Refused) as no:
            await acts.person("m@impress.example", clock.now(), name, title)
        assert no.value.reason == "my-number"


def test_what_was_shown_on_a_screen_is_told_without_a_number():
    with pytest.raises(Refused) as no:
        showing.plausible(NUMBER, DAY, NUMBER, NUMBER, DAY)
    assert [one.reason for one in no.value.every] == ["by-my-number", "place-my-number", "what-my-number"]


def test_who_signed_a_sheet_and_where_is_told_without_a_number():
    with pytest.raises(Refused) as no:
        paper.plausible(paper.Came(paper.ON_SITE, DAY, "S. Signer", NUMBER, NUMBER), DAY)
    assert [one.reason for one in no.value.every] == ["signer-my-number", "place-my-number"]


def test_no_act_writes_a_number_into_the_registry():
    with pytest.raises(Refused) as no:
        restated(Company, HELD, {"representative": NUMBER})
    assert no.value.reason == "my-number"
    assert restated(Company, HELD, {"representative": "R. Representative"}).representative == "R. Representative"
