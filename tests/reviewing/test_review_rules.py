"""What a review may do, as values."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from questionnaire_strategies import TODAY, answered

from monitor.obligations.marks import ACCEPTED, RETURNED, settled
from monitor.obligations.pairs import same_person
from monitor.questionnaire import Answer, Change, EvidenceFile, Gate, Standing, examine, score, submission
from monitor.reviewing import Policy, Said, files_again, grave, standing
from monitor.reviewing.decide import VERDICTS, wrong
from monitor.web.console.weighing import GATES, STANDINGS

drawn = st.one_of(st.just(""), st.text(max_size=5))


@given(verdict=st.sampled_from((*VERDICTS, "paid")), comment=drawn)
def test_what_goes_back_says_why_and_what_does_not_says_nothing_to_the_party(verdict, comment):
    fault = wrong(Said(verdict, comment))
    fine = verdict in VERDICTS and bool(comment.strip()) == (verdict == RETURNED)
    assert (fault is None) == fine


@pytest.mark.parametrize("field", ["comment", "treatment", "note"])
def test_nothing_that_a_reviewer_writes_holds_an_individual_number(field):
    verdict = RETURNED if field == "comment" else ACCEPTED
    fault = wrong(Said(verdict, **{field: "see 1234-5678-9018"}))
    assert fault is not None
    assert fault.field == field
    assert wrong(Said(verdict, **{field: "see 1234-5678-9012"})) is None


@pytest.mark.parametrize(
    ("own", "before", "change", "stands"),
    [
        ("", ACCEPTED, Change.SAME, ACCEPTED),
        ("", ACCEPTED, Change.CHANGED, ""),
        ("", RETURNED, Change.SAME, ""),
        (RETURNED, ACCEPTED, Change.SAME, RETURNED),
        (ACCEPTED, "", Change.NEW, ACCEPTED),
        ("", "", Change.SAME, ""),
    ],
)
def test_an_acceptance_outlives_a_round_only_where_nothing_was_changed(own, before, change, stands):
    assert standing(own, before, change) == stands


@given(st.data())
def test_only_what_came_back_reopens_and_nobody_is_kept_from_handing_in_by_what_they_cannot_change(data):
    asked, answers = data.draw(answered())
    before = submission(asked, answers)
    names = [question.id for question in asked.questions]
    points = dict.fromkeys(data.draw(st.lists(st.sampled_from(names), unique=True)), "Which?")
    stand = settled(asked, before, points, TODAY)
    examined = examine(asked, before, TODAY).questions
    assert not stand & points.keys()
    assert stand <= before.keys()
    assert all(not examined[name].problems for name in stand)
    if points:
        assert {name for name in before if name not in points and not examined[name].problems} == stand
    else:
        assert not stand


def file(name: str, sha256: str) -> EvidenceFile:
    return EvidenceFile(id=name, name=name, sha256=sha256 * 64, size=1)


def test_a_file_of_last_time_is_known_under_another_name_and_question():
    before = {"a": Answer(files=(file("old.pdf", "1"), file("two.pdf", "2")))}
    now = {"b": Answer(files=(file("renamed.pdf", "1"),)), "c": Answer(files=(file("old.pdf", "3"),))}
    assert files_again(before, now) == {"b": {"1" * 64}}


@given(answered())
def test_what_is_grave_grows_with_the_severity_that_the_policy_names(world):
    found = score(*world).findings
    by = [grave(found, Policy(treat_from=least)) for least in ("critical", "high", "medium", "low")]
    for stricter, wider in itertools.pairwise(by):
        assert stricter.keys() <= wider.keys()
    assert sum(map(len, by[-1].values())) == len(found)
    assert all(one.severity == "critical" for some in by[0].values() for one in some)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("a@x.example", "A"), ("A@X.example", "B"), True),
        (("a@x.example", "髙﨑 さつき"), ("b@x.example", "髙﨑　さつき"), True),
        (("a@x.example", "A. Reviewer"), ("b@x.example", "a.reviewer"), True),
        (("a@x.example", ""), ("b@x.example", ""), False),
        (("a@x.example", "A"), ("b@x.example", "B"), False),
    ],
)
def test_a_second_person_has_another_mailbox_and_another_name(one, other, same):
    assert same_person(one, other) is same_person(other, one) is same


def test_a_mark_that_says_what_stands_already_changes_nothing():
    mark = SimpleNamespace(verdict=ACCEPTED, comment="", looked=True, treatment="")
    assert Said(ACCEPTED, looked=True, note="seen").stands(mark)
    assert not Said(ACCEPTED).stands(mark)
    assert Said(note="only a note").stands(None)
    assert not Said(looked=True).stands(None)


def test_a_score_is_called_by_the_companys_own_figures():
    policy = Policy(good=90, fair=50)
    assert [policy.rated(percent) for percent in (None, 0, 49, 50, 89, 90, 100)] == [
        "", "weak", "weak", "fair", "fair", "good", "good",
    ]  # fmt: skip


def test_every_gate_and_every_standing_has_its_words():
    assert set(GATES) == set(Gate)
    assert set(STANDINGS) == set(Standing)
