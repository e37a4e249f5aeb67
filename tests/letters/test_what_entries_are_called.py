"""References as people read them in headings and subjects: what we numbered ourselves is said in words."""

from __future__ import annotations

import pytest

from monitor.conduct import TEXTS_DISAGREE
from monitor.promises.policies import Gap
from monitor.references import called


@pytest.mark.parametrize(
    ("ref", "ja", "en"),
    [
        ("sub-entrustment/7", "再委託 第7号", "Sub-entrustment no. 7"),
        ("incident/12", "事故 第12号", "Incident no. 12"),
        ("R-2026-001", "R-2026-001", "R-2026-001"),
        ("incident/berlin", "incident/berlin", "incident/berlin"),
        ("", "", ""),
    ],
)
def test_a_reference_of_ours_is_said_in_words_and_one_of_the_companys_stays(ref, ja, en):
    assert (called(ref, "ja"), called(ref, "en")) == (ja, en)


def test_texts_that_disagree_are_named_without_the_rule():
    ref = Gap("contacts-differ", ("handling", "privacy-page"), None).ref
    assert called(ref, "en", TEXTS_DISAGREE) == "handling / privacy-page"
