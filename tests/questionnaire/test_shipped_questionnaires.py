from __future__ import annotations

import itertools
import re

import pytest
from questionnaire_strategies import KINDS, TODAY

from monitor.assets import QUESTIONNAIRES
from monitor.letters.items import ITEMS, QUESTIONS
from monitor.questionnaire import (
    Answer,
    Choice,
    Evidence,
    Finding,
    Gate,
    Place,
    Question,
    Questionnaire,
    Section,
    Text,
    attestation_questionnaire,
    examine,
    findings,
    freeze,
    load_all,
    score,
    shown,
    thaw,
)
from monitor.questionnaire.judgement import findings_of
from monitor.questionnaire.score import points_of, scored
from monitor.questionnaire.text import Part

SHIPPED = load_all(QUESTIONNAIRES)
EVERY = pytest.mark.parametrize("name", sorted(SHIPPED))
GL10 = [
    "10-1",
    "10-2",
    *(f"10-3-{n}" for n in range(1, 6)),
    "10-4",
    *(f"10-5-{n}" for n in range(1, 5)),
    *(f"10-6-{n}" for n in range(1, 5)),
    "10-7",
]


def texts_of(part):
    """Every text in both languages, wherever it stands."""
    if isinstance(part, Text):
        yield part
    elif isinstance(part, Part):
        for field in type(part).model_fields:
            yield from texts_of(getattr(part, field))
    elif isinstance(part, tuple):
        yield from itertools.chain.from_iterable(texts_of(each) for each in part)


def test_all_forms_that_are_shipped_are_there():
    assert set(SHIPPED) == {
        "appi-gl10",
        "appi-joint-user",
        "children",
        "correction-leg",
        "deletion",
        "deletion-joint-user",
        "exposure",
        "identity",
        "incident-notice",
        "light",
        "mvsp",
        "notices",
        "opt-out-ack",
        "orders",
        "owner-request-leg",
        "run-deletion",
        "selection",
        "statistics",
        "sub-entrustment",
    }


@EVERY
def test_the_japanese_is_japanese_and_the_english_is_english(name):
    for text in texts_of(SHIPPED[name]):
        assert re.search(r"[ぁ-んァ-ヶ一-龯]", text.ja), text.ja
        assert not re.search(r"[a-z]{2,} [a-z]{2,}", text.ja), text.ja
        assert not re.search(r"[ぁ-んァ-ヶ一-龯、。「」]", text.en), text.en


@EVERY
def test_japanese_sentences_are_set_as_japanese(name):
    for text in texts_of(SHIPPED[name]):
        assert not re.search(r"[ぁ-ん一-龯][,.!?]|[,.!?][ぁ-ん一-龯]", text.ja), text.ja
        assert not re.search(r"(。。|、、|  |でで|をを|にに|がが)", text.ja), text.ja


@EVERY
def test_every_question_is_a_sentence_of_its_own(name):
    for question in SHIPPED[name].questions:
        assert question.text.ja.endswith("。"), question.id
        assert question.text.en[-1] in "?.", question.id
        assert len(question.text.ja) <= 80, question.id


@EVERY
def test_every_question_but_a_statement_gives_help(name):
    assert [q.id for q in SHIPPED[name].questions if q.help is None and q.type != "statement"] == []


@EVERY
def test_every_question_names_its_legal_reference(name):
    assert [question.id for question in SHIPPED[name].questions if question.reference is None] == []


@EVERY
def test_ids_are_unique_and_licence_and_source_are_named(name):
    ids = [question.id for question in SHIPPED[name].questions]
    assert len(ids) == len(set(ids))
    assert SHIPPED[name].licence == ("CC0-1.0" if name == "mvsp" else "Apache-2.0")
    assert SHIPPED[name].source


@EVERY
def test_every_shipped_form_can_be_sent_and_read_back(name):
    places = [Place(name=f"場所{n}", kind=kind) for n, kind in enumerate(KINDS)]
    frozen = freeze(SHIPPED[name], places)
    assert freeze(thaw(frozen.text)) == frozen


@EVERY
def test_what_has_weight_can_be_scored_and_has_to_be_answered(name):
    for question in SHIPPED[name].questions:
        if name in {"deletion", "deletion-joint-user"}:
            continue  # a certificate is accepted or not, and has no score
        assert (question.weight > 0) <= (scored(question) and question.required), question.id


@EVERY
def test_every_answer_worth_less_than_half_tells_its_finding_and_the_best_tells_none(name):
    for question in filter(scored, SHIPPED[name].questions):
        worths = dict(points_of(question))
        weak = {value for value, points in worths.items() if points < 50}
        raised = {value for value in worths if findings_of(question, Answer(value=value))}
        assert weak <= raised, question.id
        assert 100 in worths.values(), question.id
        assert not {value for value in raised if worths[value] == 100}, question.id


def test_the_best_answers_make_100_and_silence_makes_0():
    for name in ("appi-gl10", "appi-joint-user", "light", "mvsp", "selection", "sub-entrustment"):
        form = SHIPPED[name]
        best = {
            question.id: Answer(value=max(points_of(question), key=lambda each: each[1])[0])
            for question in form.questions
            if question.type in {"yes_no", "choice"} and question.weight
        }
        assert score(form, best | {"certificate.held": Answer(value=("none",))}).percent == 100, name
        assert score(form, {}).percent == 0, name


def test_mvsp_has_its_25_controls_in_their_four_parts():
    form = SHIPPED["mvsp"]
    assert [len(section.questions) for section in form.sections] == [8, 8, 5, 4]
    for part, section in enumerate(form.sections, start=1):
        for n, question in enumerate(section.questions, start=1):
            assert (question.id, question.item) == (f"mvsp.{part}-{n}", f"{part}.{n}")
            assert question.finding
    assert form.licence == "CC0-1.0"


def test_the_incident_notice_asks_the_nine_items_and_lets_those_not_known_yet_be_left():
    form = SHIPPED["incident-notice"]
    items = [question for question in form.questions if question.item]
    assert [question.item for question in items] == [str(n) for n in range(1, 10)]
    assert not any(question.required for question in items)
    assert "空欄" in form.sections[1].intro.ja
    assert "leave empty" in form.sections[1].intro.en
    known = {
        "incident.noticed-on": Answer(value="2026-11-23"),
        "incident.categories": Answer(value=("unknown",)),
        "incident.contact": Answer(value="IT／03-0000-0000"),
    }
    assert examine(form, known, TODAY).complete
    assert score(form, known).percent is None


def test_letters_about_a_notice_of_an_incident_have_words_for_each_question_in_the_order_of_the_form():
    form = SHIPPED["incident-notice"]
    assert list(QUESTIONS) == [question.id for question in form.questions]
    items = {question.id: ITEMS[int(question.item)] for question in form.questions if question.item}
    assert {name: QUESTIONS[name] for name in items} == items


def test_the_selection_form_asks_the_seven_heads_and_the_eight_matters_of_the_contract():
    level, contract = SHIPPED["selection"].sections[2:]
    assert [question.item for question in level.questions] == [f"10-{n}" for n in range(1, 8)]
    assert [question.item for question in contract.questions] == [str(n) for n in range(1, 9)]


def test_my_number_without_permission_stops_a_sub_entrustment_whatever_else_is_answered():
    form = SHIPPED["sub-entrustment"]
    good = {question.id: Answer(value="yes") for question in form.questions if question.type == "yes_no"}
    assert score(form, good).gate is Gate.CLEAR
    assert score(form, good | {"sub-entrustment.my-number": Answer(value="not-permitted")}).gate is Gate.NOT_ACCEPTABLE


def test_the_guideline_form_attests_the_seventeen_items_once_each_in_order():
    marked = [question.item for question in SHIPPED["appi-gl10"].questions if question.item]
    assert sorted(marked) == sorted(GL10)
    assert len(marked) == 17


def test_each_of_the_seventeen_items_has_a_finding_for_the_weak_answer():
    for question in SHIPPED["appi-gl10"].questions:
        weak = question.finding or any(choice.finding for choice in question.choices)
        assert weak or not question.item, question.id


def test_the_guideline_form_is_short_enough_to_be_answered():
    questionnaire = SHIPPED["appi-gl10"]
    assert 28 <= sum(question.required for question in questionnaire.questions) <= 32
    assert len(questionnaire.questions) <= 35
    assert 6 <= len(questionnaire.sections) <= 8
    assert questionnaire.minutes <= 20
    assert len(SHIPPED["light"].questions) <= 13
    assert len(SHIPPED["appi-joint-user"].questions) == 12


def test_whoever_recognises_customers_answers_part_10_6_whatever_form_it_has():
    questions = {question.item: question for question in SHIPPED["identity"].questions if question.item}
    assert sorted(questions) == ["10-6-1", "10-6-2", "10-6-3", "10-6-4"]
    assert not any(question.na_allowed or question.when for question in questions.values())


def test_a_small_printing_company_gets_through_the_guideline_form():
    questionnaire = SHIPPED["appi-gl10"]
    answers = {question.id: Answer(value="yes") for question in questionnaire.questions if question.type == "yes_no"}
    answers |= {
        "handlers.count": Answer(value=4),
        "systems.authentication": Answer(value="password"),
        "sub.used": Answer(value="none"),
        "countries.where": Answer(value="japan"),
        "incident.contact": Answer(value="総務部／03-0000-0000／privacy@printer.example"),
        "incident.past": Answer(value="none"),
        "certificate.held": Answer(value=("none",)),
    }
    examination = examine(questionnaire, answers, TODAY)
    assert examination.complete
    hidden = {question for question, each in examination.questions.items() if each.state == "hidden"}
    assert hidden == {"sub.list", "sub.supervised", "countries.list", "countries.regime", "certificate.until"}
    assert findings(questionnaire, answers) == ()


def _asked_of_the_short_form(*held):
    questionnaire = SHIPPED["light"]
    return shown(questionnaire, {"certificate.held": Answer(value=held)})


@pytest.mark.parametrize("held", [("none",), ("other",)])
def test_a_certificate_that_nobody_knows_spares_no_question(held):
    assert {"premises.theft", "systems.intrusion"} <= _asked_of_the_short_form(*held)


@pytest.mark.parametrize("held", [("pmark",), ("iso27001", "other")])
def test_a_known_certificate_stands_for_the_measures_but_not_for_use_and_erasure(held):
    asked = _asked_of_the_short_form(*held)
    assert not {"premises.theft", "systems.intrusion"} & asked
    assert {"certificate.until", "use.own", "use.retention"} <= asked


def test_nothing_is_said_to_be_entrusted_to_a_joint_user():
    for text in texts_of(SHIPPED["deletion-joint-user"]):
        assert not re.search("お預け|お任せ|再委託|entrusted", text.ja + text.en), text
    asked_of_both = {question.id: question for question in SHIPPED["deletion"].questions}
    for question in SHIPPED["deletion-joint-user"].questions:
        if question.id.startswith("place."):
            assert question.values == asked_of_both[question.id].values, question.id


@pytest.mark.parametrize("name", ["deletion", "deletion-joint-user"])
def test_a_certificate_promises_nothing_of_what_the_product_does_later(name):
    for text in texts_of(SHIPPED[name]):
        assert not re.search("ご連絡を差し上げます|We will (ask|get in touch)", text.ja + text.en), text


@pytest.mark.parametrize(
    "pair",
    [
        ("appi-gl10", "light"),
        ("appi-gl10", "appi-joint-user"),
        ("light", "deletion"),
        ("appi-gl10", "selection"),
        ("appi-gl10", "identity"),
        ("light", "identity"),
    ],
)
def test_what_two_forms_ask_under_one_id_is_answered_in_the_same_way(pair):
    forms = [SHIPPED[name] for name in pair]
    first, second = ({question.id: question for question in form.questions} for form in forms)
    for identity in first.keys() & second.keys():
        assert first[identity].text == second[identity].text, identity
        assert (first[identity].type, first[identity].values) == (second[identity].type, second[identity].values)


@pytest.mark.parametrize(
    ("kind", "tier", "certified", "expected"),
    [
        ("trustee", "S", False, "appi-gl10"),
        ("trustee", "A", False, "appi-gl10"),
        ("trustee", "B", False, "appi-gl10"),
        ("trustee", "C", False, "light"),
        ("trustee", "S", True, "light"),
        ("joint_user", "S", False, "appi-joint-user"),
        ("joint_user", "C", False, "appi-joint-user"),
        ("joint_user", "B", True, "light"),
    ],
)
def test_kind_and_tier_choose_the_form_and_a_valid_certificate_takes_the_short_one(kind, tier, certified, expected):
    assert attestation_questionnaire(kind, tier, certified=certified) == expected
    assert expected in SHIPPED


@pytest.mark.parametrize("part", [Questionnaire, Section, Question, Choice, Finding, Evidence])
def test_the_readme_explains_every_key_of_the_format(part):
    readme = (QUESTIONNAIRES / "README.md").read_text(encoding="utf-8")
    assert [key for key in part.model_fields if f"`{key}`" not in readme and f"`{key} =" not in readme] == []


def test_the_readme_lists_every_form():
    readme = (QUESTIONNAIRES / "README.md").read_text(encoding="utf-8")
    assert [name for name in SHIPPED if f"| `{name}` |" not in readme] == []
