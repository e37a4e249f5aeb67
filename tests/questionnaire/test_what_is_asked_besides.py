"""What a party is asked besides its usual form: data of children, and that data is neither used for oneself nor merged."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from monitor.assets import QUESTIONNAIRES
from monitor.calendar import Calendar
from monitor.obligations.attestation import Attestation, nominal
from monitor.obligations.contract import Facts
from monitor.questionnaire import Answer, extended, findings, freeze, load_all, thaw
from monitor.registry.format import Engagement

SHELF = load_all(QUESTIONNAIRES)
PARTY = SimpleNamespace(certified=lambda *_: False)


def facts(**said):
    every = {name: said.pop(name) for name in ("children_every", "child_age") if name in said}
    entry = Engagement.model_validate(
        {"key": "dm", "company": "impress", "party": "acme", "kind": "trustee", "purposes": ["p03"]}
        | {"starts_on": date(2026, 4, 1)}
        | said
    )
    return Facts("dm", entry, PARTY, None, date(2026, 9, 1), Calendar(), **every)


def asked(**said):
    return Attestation().questions(facts(**said), SHELF)


def test_data_of_children_adds_its_questions_to_whatever_form_there_is_with_the_age_of_the_day():
    for kind, usual in (("trustee", "appi-gl10"), ("joint_user", "appi-joint-user")):
        form = asked(kind=kind, child_data=True, child_age=16)
        plain = SHELF[usual]
        assert (form.id, form.version) == (plain.id, plain.version)
        assert form.sections[: len(plain.sections)] == plain.sections
        assert form.sections[-1].id == "children"
        assert form.minutes == plain.minutes + SHELF["children"].minutes
        text = freeze(form).text
        assert "16歳未満" in text
        assert "below 16" in text
        assert "{age}" not in text
        assert thaw(text) == form


def test_without_them_nothing_is_added_and_nothing_is_asked_twice():
    assert asked() == SHELF["appi-gl10"]
    twice = extended(asked(child_data=True), [SHELF["children"]])
    assert [question.id for question in twice.questions] == [
        question.id for question in asked(child_data=True).questions
    ]


def test_whoever_makes_statistics_says_how_and_both_may_be_asked_besides():
    form = asked(child_data=True, statistics=True)
    assert [section.id for section in form.sections[-2:]] == ["children", "statistics"]
    assert asked(statistics=True).sections[-1].id == "statistics"
    given = {"statistics.small-groups": Answer(value="no"), "statistics.rule": Answer(value="no")}
    found = {question.id: finding.severity for question, finding in findings(form, given)}
    assert (found["statistics.small-groups"], found["statistics.rule"]) == ("high", "medium")


def test_profiling_of_children_raises_a_critical_finding_and_guardians_are_asked_about_by_who_collects():
    form = asked(child_data=True)
    given = {"children.advertising": Answer(value="no"), "children.collecting": Answer(value="no")}
    found = {question.id: finding.severity for question, finding in findings(form, given)}
    assert found["children.advertising"] == "critical"
    assert "children.guardian" not in found
    given |= {"children.collecting": Answer(value="yes"), "children.guardian": Answer(value="no")}
    assert "children.guardian" in {question.id for question, _ in findings(form, given)}


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ({"child_data": True}, date(2026, 10, 1)),  # tier S: half a year
        ({"child_data": True, "children_every": 3}, date(2026, 7, 1)),
        ({"child_data": True, "children_every": 12}, date(2026, 10, 1)),
        ({"children_every": 3}, date(2027, 4, 1)),
        ({"child_data": True, "children_every": 3, "attestation": {"due": "10-01"}}, date(2026, 7, 1)),
    ],
)
def test_data_of_children_is_attested_as_often_as_the_registry_says(said, due):
    assert nominal(facts(**said)) == due


@pytest.mark.parametrize("form", ["appi-gl10", "light"])
def test_every_trustee_says_that_it_uses_data_for_the_work_alone_and_merges_nothing(form):
    given = {"use.own": Answer(value="no"), "use.separate": Answer(value="no")}
    found = {question.id: finding.severity for question, finding in findings(SHELF[form], given)}
    assert (found["use.own"], found["use.separate"]) == ("critical", "high")
