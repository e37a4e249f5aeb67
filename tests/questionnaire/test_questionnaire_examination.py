from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from questionnaire_strategies import TODAY, answered

from monitor.questionnaire import Answer, EvidenceFile, Text, examine, findings, from_data, submission

TEXT = {"ja": "文", "en": "words"}
FILE = EvidenceFile(id="1", name="写し.pdf", sha256="a" * 64, size=10)
FINDING = {"name": TEXT, "severity": "high", "advice": TEXT, "days": 30}
CHOICES = [{"id": "a", "text": TEXT}, {"id": "b", "text": TEXT, "explain": True}, {"id": "none", "text": TEXT}]


def asked(*questions, **more):
    """A questionnaire of one section with these questions."""
    return from_data(
        {
            "id": "x",
            "version": 1,
            "minutes": 1,
            "licence": "CC0-1.0",
            "source": "invented",
            "title": TEXT,
            "intro": TEXT,
            "sections": [{"id": "s", "title": TEXT, "questions": [{"text": TEXT} | q for q in questions]} | more],
        }
    )


def examined(question, answer, today=TODAY):
    return examine(asked({"id": "q"} | question), {"q": answer} if answer else {}, today).questions["q"]


def codes(question, answer):
    return [problem.code for problem in examined(question, answer).problems]


@given(answered())
@settings(max_examples=80, deadline=None)
def test_examining_never_fails_whatever_the_answers_hold(world):
    questionnaire, answers = world
    examination = examine(questionnaire, answers, TODAY)
    assert list(examination.questions) == [question.id for question in questionnaire.questions]
    assert examination.complete == (not examination.blocking)


@given(answered())
@settings(max_examples=60, deadline=None)
def test_a_hidden_question_never_blocks_and_never_raises_a_finding(world):
    questionnaire, answers = world
    examination = examine(questionnaire, answers, TODAY)
    hidden = {question for question, each in examination.questions.items() if each.state == "hidden"}
    assert hidden.isdisjoint(examination.blocking)
    assert hidden.isdisjoint(question.id for question, _ in findings(questionnaire, answers))
    assert hidden.isdisjoint(submission(questionnaire, answers))


@given(answered())
@settings(max_examples=60, deadline=None)
def test_every_problem_says_what_to_do_in_both_languages(world):
    questionnaire, answers = world
    for each in examine(questionnaire, answers, TODAY).questions.values():
        for problem in (*each.problems, *each.warnings):
            assert isinstance(problem.message, Text)
            assert problem.message.in_("ja") != problem.message.in_("en")


def test_unanswered_not_applicable_zero_and_hidden_are_four_different_things():
    questionnaire = asked(
        {"id": "decides", "type": "yes_no"},
        {"id": "blank", "type": "number"},
        {"id": "na", "type": "number", "na_allowed": True},
        {"id": "zero", "type": "number"},
        {"id": "hidden", "type": "number", "when": {"question": "decides", "in": ["yes"]}},
    )
    answers = {
        "decides": Answer(value="no"),
        "na": Answer(not_applicable=True, reason="紙だけです"),
        "zero": Answer(value=0),
        "hidden": Answer(value=3),
    }
    examination = examine(questionnaire, answers, TODAY)
    states = [each.state for each in examination.questions.values()]
    assert states == ["answered", "unanswered", "not_applicable", "answered", "hidden"]
    assert examination.blocking == ("blank",)
    assert list(submission(questionnaire, answers)) == ["decides", "na", "zero"]


def test_a_hidden_required_question_does_not_block():
    questionnaire = asked(
        {"id": "a", "type": "yes_no"}, {"id": "b", "type": "text", "when": {"question": "a", "in": ["yes"]}}
    )
    assert examine(questionnaire, {"a": Answer(value="no")}, TODAY).complete
    assert examine(questionnaire, {"a": Answer(value="yes")}, TODAY).blocking == ("b",)


def test_a_hidden_question_decides_nothing_even_if_it_was_answered_before():
    questionnaire = asked(
        {"id": "a", "type": "yes_no"},
        {"id": "b", "type": "yes_no", "when": {"question": "a", "in": ["yes"]}},
        {"id": "c", "type": "text", "when": {"question": "b", "in": ["yes"]}},
    )
    answers = {"a": Answer(value="no"), "b": Answer(value="yes")}
    assert examine(questionnaire, answers, TODAY).questions["c"].state == "hidden"


def test_conditions_combine_with_all_any_and_not():
    both = {"all": [{"question": "a", "in": ["yes"]}, {"not": {"question": "b", "in": ["yes"]}}]}
    either = {"any": [{"question": "a", "in": ["no"]}, {"question": "b", "in": ["yes"]}]}
    questionnaire = asked(
        {"id": "a", "type": "yes_no"},
        {"id": "b", "type": "yes_no"},
        {"id": "both", "type": "file", "when": both},
        {"id": "either", "type": "file", "when": either},
    )
    answers = {"a": Answer(value="yes"), "b": Answer(value="no")}
    states = examine(questionnaire, answers, TODAY).questions
    assert (states["both"].state, states["either"].state) == ("unanswered", "hidden")


def test_not_applicable_always_needs_a_reason():
    question = {"type": "yes_no", "na_allowed": True}
    assert codes(question, Answer(not_applicable=True)) == ["reason-needed"]
    assert codes(question, Answer(not_applicable=True, reason="\u3000\n")) == ["reason-needed"]
    assert codes(question, Answer(not_applicable=True, reason="対象の業務がありません")) == []


def test_not_applicable_is_refused_where_it_makes_no_sense():
    assert codes({"type": "yes_no"}, Answer(not_applicable=True, reason="理由")) == ["na-not-allowed"]


def test_an_answer_beside_not_applicable_is_a_contradiction():
    question = {"type": "number", "na_allowed": True}
    assert codes(question, Answer(value=0, not_applicable=True, reason="理由")) == ["na-and-value"]


def test_a_file_is_an_answer():
    assert examined({"type": "file"}, Answer(files=(FILE,))).state == "answered"
    assert codes({"type": "file"}, Answer(comment="後で送ります")) == ["unanswered"]


def test_a_file_beside_an_open_yes_or_no_does_not_answer_it():
    assert examined({"type": "yes_no"}, Answer(files=(FILE,))).state == "unanswered"


def test_an_empty_file_is_refused_kindly():
    empty = FILE.model_copy(update={"size": 0})
    problem = examined({"type": "file"}, Answer(files=(empty,))).problems[0]
    assert problem.code == "file-empty"
    assert "写し.pdf" in problem.message.ja


def test_wanted_evidence_that_is_missing_is_a_warning():
    question = {"type": "yes_no", "evidence": {"what": {"ja": "受講記録", "en": "training record"}}}
    each = examined(question, Answer(value="yes"))
    assert (each.state, [warning.code for warning in each.warnings]) == ("answered", ["evidence-wanted"])
    assert "受講記録" in each.warnings[0].message.ja
    assert "training record" in each.warnings[0].message.en
    assert not examined(question, Answer(value="yes", files=(FILE,))).warnings


def test_required_evidence_that_is_missing_blocks():
    question = {"type": "yes_no", "evidence": {"what": TEXT, "required": True}}
    assert codes(question, Answer(value="yes")) == ["evidence-needed"]
    assert codes(question, Answer(value="yes", files=(FILE,))) == []


def test_nobody_is_asked_for_evidence_of_what_they_do_not_do():
    question = {"type": "yes_no", "evidence": {"what": TEXT, "required": True}}
    assert examined(question, Answer(value="no")).state == "answered"
    picked = {"type": "choices", "choices": CHOICES, "evidence": {"what": TEXT, "required": True, "on": ["a"]}}
    assert examined(picked, Answer(value=("none",))).state == "answered"
    assert codes(picked, Answer(value=("a",))) == ["evidence-needed"]


def test_a_weak_answer_is_explained_before_it_is_submitted():
    question = {"type": "yes_no", "finding": FINDING}
    assert codes(question, Answer(value="no")) == ["comment-needed"]
    assert codes(question, Answer(value="no", comment="来月整備します")) == []
    assert codes(question | {"comment": False}, Answer(value="no")) == []
    assert codes(question, Answer(value="yes")) == []


def test_other_says_nothing_without_a_comment():
    question = {"type": "choice", "choices": CHOICES}
    assert codes(question, Answer(value="b")) == ["explanation-needed"]
    assert codes(question, Answer(value="b", comment="独自の認証")) == []


def test_none_of_these_excludes_the_others():
    choices = [*CHOICES[:2], CHOICES[2] | {"exclusive": True}]
    question = {"type": "choices", "choices": choices}
    assert codes(question, Answer(value=("a", "none"))) == ["one-only"]
    assert codes(question, Answer(value=("none",))) == []


@pytest.mark.parametrize(
    ("question", "answer", "code"),
    [
        ({"type": "yes_no"}, Answer(value="maybe"), "not-a-choice"),
        ({"type": "yes_no"}, Answer(value=1), "not-a-choice"),
        ({"type": "choice", "choices": CHOICES}, Answer(value="z"), "not-a-choice"),
        ({"type": "choices", "choices": CHOICES}, Answer(value=("a", "z")), "not-a-choice"),
        ({"type": "choices", "choices": CHOICES}, Answer(value="a"), "not-a-choice"),
        ({"type": "statement"}, Answer(value="yes"), "not-a-choice"),
        ({"type": "number"}, Answer(value="約1000"), "not-a-number"),
        ({"type": "number", "minimum": 1}, Answer(value=0), "too-small"),
        ({"type": "number", "maximum": 1}, Answer(value=2), "too-large"),
        ({"type": "date"}, Answer(value="2026-02-30"), "not-a-date"),
        ({"type": "date"}, Answer(value="2026-W01-1"), "not-a-date"),
        ({"type": "date"}, Answer(value="20261231"), "not-a-date"),
        ({"type": "date", "latest": "today"}, Answer(value="2026-11-25"), "too-late"),
        ({"type": "date"}, Answer(value="9999-12-31"), "too-late"),
        ({"type": "date"}, Answer(value="0001-01-15"), "too-early"),
        ({"type": "date", "earliest": "today"}, Answer(value="2026-11-23"), "too-early"),
        ({"type": "date", "earliest": date(2026, 1, 1)}, Answer(value="2025-12-31"), "too-early"),
        ({"type": "text"}, Answer(value=5), "not-a-text"),
        ({"type": "text", "max_length": 3}, Answer(value="あいうえ"), "too-long"),
        ({"type": "long_text"}, Answer(value="あ" * 4001), "too-long"),
        ({"type": "text"}, Answer(value="a\x00b"), "control-characters"),
        ({"type": "yes_no"}, Answer(value="yes", comment="\x1b[31m"), "control-characters"),
        ({"type": "yes_no"}, Answer(value="yes", comment="あ" * 2001), "too-long"),
        ({"type": "text"}, Answer(value="番号は1234-5678-9018です"), "my-number"),
        ({"type": "yes_no"}, Answer(value="yes", comment="１２３４５６７８９０１８"), "my-number"),
    ],
)
def test_what_will_not_do_is_named(question, answer, code):
    assert codes(question, answer) == [code]


def test_today_itself_is_neither_too_early_nor_too_late():
    today = Answer(value=TODAY.isoformat())
    assert examined({"type": "date", "earliest": "today", "latest": "today"}, today).state == "answered"


def test_an_unanswered_question_tells_what_it_wants_in_the_manner_of_its_type():
    assert "はい" in examined({"type": "yes_no"}, None).problems[0].message.ja
    assert "該当なし" in examined({"type": "yes_no", "na_allowed": True}, None).problems[0].message.ja
    assert "0" in examined({"type": "number"}, None).problems[0].message.en
    assert examined({"type": "file"}, None).problems[0].field == "files"


def test_an_optional_question_may_stay_empty_but_not_wrong():
    assert codes({"type": "number", "required": False}, None) == []
    assert codes({"type": "number", "required": False}, Answer(value="many")) == ["not-a-number"]


def test_a_section_is_untouched_then_incomplete_then_complete():
    questionnaire = asked({"id": "a", "type": "yes_no"}, {"id": "b", "type": "yes_no"})
    steps = [{}, {"a": Answer(value="yes")}, {"a": Answer(value="yes"), "b": Answer(value="no")}]
    states = [examine(questionnaire, answers, TODAY).sections["s"] for answers in steps]
    assert states == ["untouched", "incomplete", "complete"]


def test_a_section_in_which_only_a_comment_was_left_has_been_looked_at():
    questionnaire = asked({"id": "a", "type": "yes_no"})
    assert examine(questionnaire, {"a": Answer(comment="確認中")}, TODAY).sections["s"] == "incomplete"


def test_a_section_whose_questions_are_all_hidden_needs_nothing():
    questionnaire = from_data(
        asked({"id": "a", "type": "yes_no"}).model_dump(exclude_none=True)
        | {
            "sections": [
                {"id": "s", "title": TEXT, "questions": [{"id": "a", "type": "yes_no", "text": TEXT}]},
                {
                    "id": "t",
                    "title": TEXT,
                    "questions": [{"id": "b", "type": "text", "text": TEXT, "when": {"question": "a", "in": ["yes"]}}],
                },
            ]
        }
    )
    assert examine(questionnaire, {"a": Answer(value="no")}, TODAY).sections["t"] == "complete"


def test_weak_answers_raise_the_findings_that_the_questionnaire_foresees():
    choices = [CHOICES[0], CHOICES[1] | {"finding": FINDING | {"severity": "critical"}}]
    questionnaire = asked(
        {"id": "a", "type": "yes_no", "finding": FINDING},
        {"id": "b", "type": "choice", "choices": choices},
        {"id": "c", "type": "yes_no", "finding": FINDING, "na_allowed": True},
    )
    answers = {
        "a": Answer(value="no"),
        "b": Answer(value="b"),
        "c": Answer(value="no", not_applicable=True, reason="理由"),
    }
    raised = [(question.id, finding.severity) for question, finding in findings(questionnaire, answers)]
    assert raised == [("a", "high"), ("b", "critical")]
