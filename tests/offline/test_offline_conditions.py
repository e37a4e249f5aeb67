"""What sheet, paper and start page say of questions that are only asked sometimes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from monitor.offline.conditions import ever_asked, only_if
from monitor.plugins import shelf
from monitor.questionnaire import Place, freeze, shown, thaw
from tests.questionnaire.questionnaire_strategies import answered


@given(answered())
@settings(max_examples=60, deadline=None)
def test_what_any_answers_open_is_never_left_out(world):
    questionnaire, answers = world
    assert shown(questionnaire, answers) <= ever_asked(questionnaire)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_of_a_place_of_paper_nothing_is_asked_that_hangs_on_machines_and_no_choice_is_named_by_its_id(language):
    asked = thaw(freeze(shelf()["deletion"], [Place(name="書庫", kind="paper")]).text)
    ever = ever_asked(asked)
    left = {question.id for question in asked.questions} - ever
    assert left == {f"place.1.{name}" for name in ("beyond-use", "purge-by", "serial", "tool")}
    told = [only_if(question, asked, language) for question in asked.questions if question.id in ever]
    assert any(told)
    assert not [text for text in told if "_" in text or "“”" in text or "「」" in text]
