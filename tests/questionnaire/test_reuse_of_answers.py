"""An earlier answer is given again whole or not at all; what does not fit any more is said and never bent."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.calendar import add_months
from monitor.questionnaire import Answer, Choice, Evidence, EvidenceFile, Question, QuestionType, Text
from monitor.questionnaire.judgement import judge
from monitor.questionnaire.reuse import Asked, Obstacle, reuse

TODAY = date(2026, 11, 22)
SHA = "ab" * 32


def words(text="x"):
    return Text(ja=text, en=text)


def choices(*names):
    return tuple(Choice(id=name, text=words(name)) for name in names)


def question(kind, **more):
    if kind in {QuestionType.CHOICE, QuestionType.CHOICES} and "choices" not in more:
        more["choices"] = choices("a", "b")
    return Question(id="q.1", type=kind, text=more.pop("text", words()), **more)


def again(now, answer, then=None, place=("", ""), handed_in=TODAY):
    return reuse(Asked(now, place[0]), Asked(then or now, place[1]), answer, TODAY, {SHA: handed_in})


KINDS = st.sampled_from([kind for kind in QuestionType if kind is not QuestionType.STATEMENT])
VALUES = st.one_of(
    st.none(), st.text(max_size=20), st.integers(-5, 10**6), st.sampled_from(["yes", "no", "a", "b", "2026-01-31"]),
    st.lists(st.sampled_from(["a", "b", "c"]), unique=True).map(tuple),
)  # fmt: skip
FILES = st.lists(st.just(EvidenceFile(id="f", name="規程〜髙﨑.pdf", sha256=SHA, size=1)), max_size=1).map(tuple)
ANSWERS = st.builds(
    Answer, value=VALUES, not_applicable=st.booleans(), reason=st.text(max_size=9), comment=st.text(max_size=9),
    files=FILES,
)  # fmt: skip


@given(now=KINDS, then=KINDS, answer=ANSWERS, na=st.booleans(), age=st.integers(0, 900))
def test_what_is_offered_would_be_taken_today_as_it_stands(now, then, answer, na, age):
    asked = question(now, na_allowed=na, evidence=Evidence(what=words(), valid_months=12))
    found = again(asked, answer, question(then), handed_in=TODAY - timedelta(days=age))
    if found is None or found.obstacle:
        assert found is None or found.obstacle is not Obstacle.NOT_VALID or found.problem
        return
    assert now is then
    assert not [problem for problem in judge(asked, found.answer, TODAY) if problem.field != "files"]
    assert found.answer.value == answer.value
    assert {*found.answer.files, *found.too_old} == {*answer.files}
    assert all(add_months(TODAY - timedelta(days=age), 12) >= TODAY for _ in found.answer.files)


@given(answer=ANSWERS)
def test_a_declaration_is_made_anew_each_time(answer):
    assert again(question(QuestionType.STATEMENT), answer) is None


@pytest.mark.parametrize(("age", "too_old"), [(date(2025, 11, 22), False), (date(2025, 11, 21), True)])
def test_a_file_is_good_up_to_and_with_the_last_day_of_its_validity(age, too_old):
    file = EvidenceFile(id="f", name="a.pdf", sha256=SHA, size=1)
    asked = question(QuestionType.YES_NO, evidence=Evidence(what=words(), valid_months=12))
    found = again(asked, Answer(value="yes", files=(file,)), handed_in=age)
    assert found.obstacle is None
    assert bool(found.too_old) == too_old
    assert bool(found.answer.files) != too_old
    whole = question(QuestionType.FILE, evidence=Evidence(what=words(), valid_months=12))
    assert (again(whole, Answer(files=(file,)), handed_in=age).obstacle is Obstacle.TOO_OLD) == too_old


@pytest.mark.parametrize(
    ("now", "then", "answer", "obstacle"),
    [
        (question(QuestionType.CHOICE), question(QuestionType.YES_NO), Answer(value="yes"), Obstacle.ASKED_OTHERWISE),
        (question(QuestionType.CHOICE), None, Answer(value="gone"), Obstacle.CHOICE_GONE),
        (question(QuestionType.CHOICES), None, Answer(value=("a", "gone")), Obstacle.CHOICE_GONE),
        (question(QuestionType.DATE, earliest="today"), None, Answer(value="2026-11-21"), Obstacle.NOT_VALID),
        (question(QuestionType.NUMBER, maximum=9), None, Answer(value=10), Obstacle.NOT_VALID),
        (question(QuestionType.YES_NO), None, Answer(not_applicable=True, reason="x"), Obstacle.NOT_VALID),
        (question(QuestionType.DATE, earliest="today"), None, Answer(value="2026-11-22"), None),
    ],
)
def test_what_does_not_fit_any_more_names_its_obstacle(now, then, answer, obstacle):
    assert again(now, answer, then).obstacle is obstacle


def test_an_answer_about_one_place_is_none_about_another():
    asked, answer = question(QuestionType.YES_NO), Answer(value="yes")
    assert again(asked, answer, place=("backup", "paper")).obstacle is Obstacle.OTHER_PLACE
    assert again(asked, answer, place=("paper", "paper")).obstacle is None


def test_a_question_that_reads_otherwise_says_so():
    asked = question(QuestionType.YES_NO, text=words("new"))
    assert again(asked, Answer(value="yes"), question(QuestionType.YES_NO, text=words("old"))).reworded
