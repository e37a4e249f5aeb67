"""What a party is asked besides its usual form: data of children, and that data is neither used for oneself nor merged."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from monitor.assets import QUESTIONNAIRES
from monitor.calendar import Calendar
from monitor.obligations.attestation import Attestation, nominal
from monitor.obligations.contract import Facts
from monitor.questionnaire import Answer, extended, findings, freeze, load_all, shown, thaw
from monitor.registry.format import Engagement

SHELF = load_all(QUESTIONNAIRES)
PARTY = SimpleNamespace(certified=lambda *_: False)


def facts(**said):
    every = {name: said.pop(name) for name in ("children_every", "child_age", "brings") if name in said}
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


@pytest.mark.parametrize("usual", ["appi-gl10", "light", "appi-joint-user", "mvsp"])
def test_whoever_recognises_customers_is_asked_part_10_6_once_and_can_leave_none_of_it(usual):
    form = extended(SHELF[usual], [SHELF["identity"]])
    asked_of = [question.id for question in form.questions]
    assert len(asked_of) == len(set(asked_of))
    by_id = {question.id: question for question in form.questions}
    assert all(by_id[question.id] == question for question in SHELF["identity"].questions)
    held = {"certificate.held": Answer(value=("iso27001",))}
    assert {question.id for question in SHELF["identity"].questions} <= shown(form, held)
    assert form.minutes == SHELF[usual].minutes + SHELF["identity"].minutes
    assert thaw(freeze(form).text) == form


@pytest.mark.parametrize(
    ("brings", "sections"),
    [
        ({"identity"}, ["identity"]),
        ({"recordings", "handler-list"}, ["orders"]),
        ({"notice-list"}, ["notices"]),
        ({"statistics"}, ["statistics"]),
        ({"statistics", "identity"}, ["identity", "statistics"]),
        ({"handover-log", "pci"}, []),
    ],
)
def test_what_a_purpose_brings_is_asked_besides_whatever_form_there_is(brings, sections):
    usual = {section.id for section in SHELF["light"].sections}
    form = Attestation().questions(facts(tier="C", brings=frozenset(brings)), SHELF)
    assert [section.id for section in form.sections if section.id not in usual] == sections
    both = Attestation().questions(facts(tier="C", statistics=True, brings=frozenset({"statistics"})), SHELF)
    assert [section.id for section in both.sections if section.id not in usual] == ["statistics"]


def test_an_identifier_that_is_used_for_something_else_is_critical_and_a_password_alone_is_told_of():
    given = {
        "identity.reuse": Answer(value="no"),
        "identity.second-factor": Answer(value="none"),
        "systems.authentication": Answer(value="password"),
    }
    found = {question.id: finding.severity for question, finding in findings(SHELF["identity"], given)}
    assert (found["identity.reuse"], found["identity.second-factor"], found["systems.authentication"]) == (
        "critical", "medium", "medium",
    )  # fmt: skip


def test_recordings_are_asked_about_where_there_are_some():
    assert "orders.recording-erased" not in shown(SHELF["orders"], {"orders.recorded": Answer(value="no")})
    given = {"orders.recorded": Answer(value="yes"), "orders.recording-erased": Answer(value="no")}
    assert {q.id: finding.severity for q, finding in findings(SHELF["orders"], given)}[
        "orders.recording-erased"
    ] == "high"


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
