from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from questionnaire_strategies import TODAY, answered

from monitor.questionnaire import Answer, Gate, Standing, examine, findings, from_data, gate_of, score
from monitor.questionnaire.condition import comparisons
from monitor.questionnaire.score import FULL, points_of, scored

TEXT = {"ja": "文", "en": "words"}
CRITICAL, LOW = ({"name": TEXT, "severity": severity, "advice": TEXT, "days": 30} for severity in ("critical", "low"))


def form(*questions):
    whole = [{"id": f"q{n}", "text": TEXT} | question for n, question in enumerate(questions)]
    section = {"id": "s", "title": TEXT, "questions": whole}
    head = {"id": "f", "version": 1, "title": TEXT, "intro": TEXT, "licence": "CC0", "source": "own", "minutes": 5}
    return from_data({**head, "sections": [section]})


def yes_no(weight=1, **more):
    return {"type": "yes_no", "weight": weight, **more}


def choice(*points, type_="choice", **more):
    """One choice for each number of points, or for each finding; None leaves both out."""
    choices = [
        {"id": f"c{n}", "text": TEXT}
        | ({"points": each} if isinstance(each, int) else {} if each is None else {"finding": each})
        for n, each in enumerate(points)
    ]
    return {"type": type_, "choices": choices, **more}


def said(*values):
    return {f"q{n}": Answer(value=value) for n, value in enumerate(values) if value is not None}


@given(answered())
@settings(max_examples=150, deadline=None)
def test_whatever_was_answered_the_sum_adds_up_and_stays_within_its_bounds(world):
    questionnaire, answers = world
    result = score(questionnaire, answers)
    assert [line.question for line in result.lines] == list(questionnaire.questions)
    assert result.numerator == sum((line.points or 0) * line.question.weight for line in result.lines)
    assert result.denominator == sum(FULL * line.question.weight for line in result.lines if line.points is not None)
    assert 0 <= result.numerator <= result.denominator
    assert result.percent is None if result.denominator == 0 else 0 <= result.percent <= 100
    assert (result.percent == 100) == (0 < result.numerator == result.denominator)
    for section in result.sections:
        assert 0 <= section.numerator <= section.denominator
    assert sum(section.numerator for section in result.sections) == result.numerator


@given(answered())
@settings(max_examples=100, deadline=None)
def test_the_sum_knows_what_is_hidden_and_every_finding_as_the_form_does(world):
    questionnaire, answers = world
    result = score(questionnaire, answers)
    states = examine(questionnaire, answers, TODAY).questions
    for line in result.lines:
        assert (line.standing is Standing.HIDDEN) == (states[line.question.id].state == "hidden")
        if line.standing is Standing.HIDDEN:
            assert (line.points, line.possible, line.findings) == (None, 0, ())
    assert result.findings == findings(questionnaire, answers)


@given(answered(), st.data())
@settings(max_examples=150, deadline=None)
def test_an_answer_made_weaker_never_raises_the_score_of_its_section_or_of_the_whole(world, data):
    questionnaire, answers = world
    deciding = {asked for question in questionnaire.questions for asked in _looks_back(question)}
    free = [question for question in questionnaire.questions if scored(question) and question.id not in deciding]
    assume(free)
    question = data.draw(st.sampled_from(free))
    worths = sorted((points, value) for value, points in points_of(question))
    weak, strong = sorted(data.draw(st.tuples(st.sampled_from(worths), st.sampled_from(worths))))

    def with_(value):
        return score(questionnaire, {**answers, question.id: Answer(value=value)})

    def shaped(value):
        return (value,) if question.type == "choices" else value

    worse, better, silent = with_(shaped(weak[1])), with_(shaped(strong[1])), with_(None)
    assert worse.denominator == better.denominator == silent.denominator
    assert silent.numerator <= worse.numerator <= better.numerator
    if question.type == "choices":
        assert with_((strong[1], weak[1])).numerator == worse.numerator


def _looks_back(question):
    return {asked.question for asked in comparisons(question.when)} if question.when else set()


@given(answered())
@settings(max_examples=100, deadline=None)
def test_what_is_not_applicable_changes_no_other_line_and_neither_sum(world):
    questionnaire, answers = world
    result = score(questionnaire, answers)
    for line in result.lines:
        if line.standing is Standing.NOT_APPLICABLE:
            assert line.question.na_allowed
            assert (line.points, line.product, line.possible) == (None, 0, 0)


def test_weights_and_points_make_the_number_and_it_is_rounded_down():
    questionnaire = form(yes_no(5), yes_no(3), choice(100, 70, 0, weight=4))
    result = score(questionnaire, said("yes", "no", "c1"))
    assert [line.product for line in result.lines] == [500, 0, 280]
    assert (result.numerator, result.denominator, result.percent) == (780, 1200, 65)
    almost = form(yes_no(10), choice(100, 99))
    assert score(almost, said("yes", "c1")).percent == 99


def test_unanswered_is_worst_not_applicable_is_out_zero_is_an_answer_and_hidden_is_nothing():
    questionnaire = form(
        yes_no(),
        yes_no(na_allowed=True),
        choice(100, 0),
        yes_no(10, when={"question": "q0", "in": ["no"]}),
        {"type": "number"},
        yes_no(required=False),
    )
    answers = {
        "q0": Answer(value="yes"),
        "q1": Answer(not_applicable=True, reason="紙だけ"),
        "q2": Answer(value="c1"),
        "q4": Answer(value=0),
    }
    result = score(questionnaire, answers)
    assert [line.standing for line in result.lines] == [
        "answered",
        "not_applicable",
        "answered",
        "hidden",
        "unscored",
        "unanswered",
    ]
    assert [line.points for line in result.lines] == [100, None, 0, None, None, 0]
    assert (result.numerator, result.denominator, result.percent) == (100, 300, 33)


def test_nothing_to_score_has_no_number():
    assert score(form({"type": "text"}, yes_no(0), choice(None, None)), {}).percent is None


@pytest.mark.parametrize(("good", "points"), [("yes", (100, 0)), ("no", (0, 100))])
def test_the_question_says_which_of_yes_and_no_is_good_and_the_other_raises_its_finding(good, points):
    questionnaire = form(yes_no(good=good, finding=CRITICAL))
    results = [score(questionnaire, said(value)) for value in ("yes", "no")]
    assert tuple(result.lines[0].points for result in results) == points
    assert [result.gate for result in results] == [Gate.CLEAR if worth else Gate.NOT_ACCEPTABLE for worth in points]


def test_a_choice_without_points_is_worth_nothing_where_it_is_a_finding_and_all_elsewhere():
    assert dict(points_of(form(choice(None, LOW, 40)).questions[0])) == {"c0": 100, "c1": 0, "c2": 40}


def test_not_applicable_where_it_was_not_offered_and_an_answer_never_offered_count_as_unanswered():
    questionnaire = form(yes_no(), choice(100, 50))
    answers = {"q0": Answer(not_applicable=True, reason="-"), "q1": Answer(value="c9")}
    assert [line.standing for line in score(questionnaire, answers).lines] == ["unanswered", "unanswered"]


def test_what_we_have_seen_ourselves_stands_for_an_answer_only_where_none_was_given():
    questionnaire = form(yes_no(required=False), yes_no(required=False))
    result = score(questionnaire, said(None, "no"), seen={"q0": "yes", "q1": "yes"})
    assert [(line.standing, line.points) for line in result.lines] == [("seen", 100), ("answered", 0)]
    assert score(questionnaire, {}, seen={"q0": "perhaps"}).lines[0].standing is Standing.UNANSWERED


def test_no_number_outweighs_an_open_critical_finding():
    questionnaire = form(*(yes_no(10) for _ in range(19)), yes_no(0, finding=CRITICAL))
    result = score(questionnaire, said(*["yes"] * 19, "no"))
    assert (result.percent, result.gate) == (100, Gate.NOT_ACCEPTABLE)
    assert gate_of(["low", "high", "medium"]) is Gate.WITH_CONDITIONS
    assert gate_of(["low", "medium"]) is gate_of([]) is Gate.CLEAR
