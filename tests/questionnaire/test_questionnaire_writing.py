from __future__ import annotations

import pytest
from hypothesis import given, settings
from questionnaire_strategies import questionnaires

from monitor.assets import QUESTIONNAIRES
from monitor.questionnaire import load, load_all
from monitor.questionnaire.writing import to_toml

SHIPPED = load_all(QUESTIONNAIRES)


@given(questionnaires)
@settings(max_examples=80, deadline=None)
def test_a_questionnaire_written_as_toml_is_read_back_exactly(questionnaire):
    assert load(to_toml(questionnaire)) == questionnaire


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_what_is_shipped_is_written_and_read_back_exactly(name):
    written = to_toml(SHIPPED[name])
    assert load(written) == SHIPPED[name]
    assert to_toml(load(written)) == written
