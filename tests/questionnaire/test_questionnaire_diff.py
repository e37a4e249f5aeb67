from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from questionnaire_strategies import any_answer

from monitor.questionnaire import Answer, EvidenceFile, diff

SCAN = EvidenceFile(id="1", name="去年.pdf", sha256="a" * 64, size=10)
SAME_SCAN = EvidenceFile(id="2", name="今年.pdf", sha256="a" * 64, size=10)
OTHER_SCAN = EvidenceFile(id="3", name="今年.pdf", sha256="b" * 64, size=10)


def change(before, now):
    return diff({"q": before} if before else {}, {"q": now} if now else {}).get("q")


def test_an_answer_is_the_same_changed_new_or_gone():
    assert change(Answer(value="yes"), Answer(value="yes")) == "same"
    assert change(Answer(value="yes"), Answer(value="no")) == "changed"
    assert change(None, Answer(value=0)) == "new"
    assert change(Answer(value="yes"), None) == "gone"
    assert change(Answer(value="yes"), Answer()) == "gone"
    assert change(None, Answer()) is None


def test_files_are_compared_by_content_and_not_by_name():
    assert change(Answer(files=(SCAN,)), Answer(files=(SAME_SCAN,))) == "same"
    assert change(Answer(files=(SCAN,)), Answer(files=(OTHER_SCAN,))) == "changed"


def test_the_order_of_ticks_changes_nothing():
    assert change(Answer(value=("a", "b")), Answer(value=("b", "a"))) == "same"


def test_another_reason_or_comment_is_a_change():
    before = Answer(not_applicable=True, reason="紙だけです")
    assert change(before, Answer(not_applicable=True, reason="業務がありません")) == "changed"
    assert change(Answer(value="yes"), Answer(value="yes", comment="更新しました")) == "changed"


@given(st.dictionaries(st.sampled_from("abc"), any_answer))
def test_nothing_differs_from_itself(answers):
    assert set(diff(answers, answers).values()) <= {"same"}
