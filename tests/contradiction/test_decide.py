"""Deciding what contradicts what is pure: over any answers and findings, the difference leads to what there is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attested import AT, TABLE
from hypothesis import given
from hypothesis import strategies as st

from checks import CHECKS
from monitor import plugins
from monitor.contradiction import Claims, Confidence, Observed, confidence
from monitor.contradiction.decide import Disproof, Key, Said, decide
from monitor.questionnaire import Answer, EvidenceFile

CLAIMS = {claim.question: claim for claim in TABLE.claim}
RULES = sorted(TABLE.rules)
instants = st.integers(-5, 5).map(lambda hours: AT + timedelta(hours=hours))
said = st.builds(
    lambda number, claim, at: Said(number, claim.question, claim, at),
    st.integers(1, 3),
    st.sampled_from(TABLE.claim),
    instants,
)
found = st.builds(
    Disproof,
    st.integers(1, 4),
    st.sampled_from([*RULES, "tls.expired"]),
    st.sampled_from(["https://a.example/", "https://a.example/legal/Subprocessors"]),
    instants,
)


@given(
    st.lists(said, max_size=6),
    st.lists(found, max_size=6),
    st.sets(st.builds(Key, st.integers(1, 3), st.sampled_from(sorted(CLAIMS)), st.integers(1, 4))),
)
def test_what_was_decided_is_decided_for_good(claims, seen, known):
    change = decide(claims, seen, known)
    opened = {Key(one.submission, one.question, other.finding) for one, other in change.opened}
    assert not opened & known
    assert set(change.closed) <= known
    after = (known | opened) - set(change.closed)
    again = decide(claims, seen, after)
    assert (again.opened, again.closed) == ((), ())


@given(st.lists(said, max_size=6), st.lists(found, max_size=6))
def test_only_a_rule_of_the_claim_disproves_it(claims, seen):
    for one, other in decide(claims, seen, ()).opened:
        assert other.rule in one.claim.disproved_by
        assert other in seen


def test_a_list_that_changed_before_the_answer_is_covered_by_it():
    claim = CLAIMS["sub.used"]
    answered = Said(1, "sub.used", claim, AT)
    place = "https://vendor.example/legal/sub-processors"
    before, after = (Disproof(1, "policy-page.changed", place, AT + timedelta(hours=h)) for h in (-1, 1))
    assert not before.contradicts(answered)
    assert after.contradicts(answered)


def test_a_privacy_policy_that_changed_says_nothing_of_subcontractors():
    answered = Said(1, "sub.used", CLAIMS["sub.used"], AT)
    later = AT + timedelta(days=1)
    assert not Disproof(1, "policy-page.changed", "https://vendor.example/privacy", later).contradicts(answered)


@pytest.mark.parametrize("question", ["place.1.state", "place.12.state"])
def test_every_place_that_was_certified_as_erased_is_a_claim(question):
    made = list(TABLE.made({question: Answer(value="deleted")}))
    assert [(name, claim.disproved_by) for name, claim in made] == [(question, ("erased.served-again",))]
    assert not list(TABLE.made({question: Answer(value="remaining")}))


def test_what_is_not_applicable_claims_nothing():
    assert not list(TABLE.made({"web.tls": Answer(value="yes", not_applicable=True, reason="No site.")}))


def test_every_rule_and_look_of_the_table_is_there():
    known = {rule for check in CHECKS.values() for rule in check.rules}
    assert known >= TABLE.rules
    assert {claim.proof.check for claim in TABLE.claim if claim.proof} <= CHECKS.keys()


def test_every_question_of_the_table_is_asked_and_takes_these_answers():
    asked = {question.id: question for form in plugins.shelf().values() for question in form.questions}
    for claim in TABLE.claim:
        question = asked[claim.question.replace("*.", "")]
        assert set(claim.answers) <= set(question.values), claim.question


def test_a_fact_that_nobody_can_read_does_not_load():
    with pytest.raises(ValueError, match="comparison"):
        Claims.model_validate(
            {
                "version": 1,
                "claim": [
                    {
                        "question": "a",
                        "answers": ["yes"],
                        "disproved_by": ["tls.none"],
                        "proof": {"check": "tls", "facts": ["$.a ~ 1"]},
                    }
                ],
            }
        )


FILE = EvidenceFile(id="f", name="a.pdf", sha256="0" * 64, size=1)
SEEN = [Observed(CLAIMS["web.tls"], AT)]


@pytest.mark.parametrize(
    ("answer", "contradicted", "label"),
    [
        (Answer(value="yes"), (), Confidence.OBSERVED),
        (Answer(value="yes", files=(FILE,)), (), Confidence.OBSERVED),
        (Answer(value="no"), (), Confidence.SELF_ATTESTED),
        (Answer(value="no", files=(FILE,)), (), Confidence.HANDED_IN),
        (Answer(value="yes", files=(FILE,)), ("web.tls",), Confidence.CONTRADICTED),
    ],
)
def test_an_answer_is_worth_what_it_rests_on_and_doubt_goes_first(answer, contradicted, label):
    assert confidence("web.tls", answer, contradicted, SEEN)[0] is label
