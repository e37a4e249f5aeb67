"""Whoever does not handle data for the company is not supervised as if it did, for as long as that decision holds."""

from __future__ import annotations

from datetime import date

import pytest
from stage import engagement, event, last_accepted, play, registry

from monitor.registry.format import Engagement

MANAGER = "managers@impress.example"
OTHERS = {
    "third_party": {"class_reason": "For itself"},
    "out_of_scope": {"class_reason": "No data"},
    "cloud_no_handling": {"class_reason": "No access", "class_clause": "Section 7", "class_review_on": "2027-03-01"},
}


def classed(name, **fields):
    more = {"class": name} | OTHERS.get(name, {}) | fields
    return registry(engagement("dm", attestation=last_accepted("2026-01-20"), **more))


@pytest.mark.parametrize("name", OTHERS)
async def test_whoever_is_not_entrusted_is_asked_for_no_attestation(tmp_path, name):
    told = await play(classed(name), "2026-12-01", "2027-02-25", tmp=tmp_path)
    assert not told.of("opened")
    assert not told.rungs("vendor")


@pytest.mark.parametrize(("name", "asked"), [("third_party", 0), ("out_of_scope", 0), ("cloud_no_handling", 1)])
async def test_at_the_end_only_what_is_ours_is_asked_back(tmp_path, name, asked):
    close = event("2027-02-10T10:00", "close")
    told = await play(classed(name, ends_on="2027-01-31"), "2026-12-01", "2027-02-15", close, tmp=tmp_path)
    assert len(told.of("opened", obligation="deletion")) == asked
    assert bool(told.of("refused")) is bool(asked)
    assert [one["state"] for one in told.of("state")] == ([] if asked else ["closed"])


async def test_a_decision_that_nobody_looked_at_again_holds_no_longer(tmp_path):
    told = await play(classed("cloud_no_handling"), "2026-12-01", "2027-03-10", tmp=tmp_path)
    assert [(one["at"][:10], one["due_on"]) for one in told.of("opened", obligation="attestation")] == [
        ("2027-03-02", "2027-04-01")
    ]
    again = event("2027-02-26T10:00", "done", obligation="class-review", by=MANAGER)
    told = await play(classed("cloud_no_handling"), "2026-12-01", "2027-03-10", again, tmp=tmp_path)
    assert not told.of("opened", obligation="attestation")


async def test_what_turns_out_to_be_a_trustee_is_asked_from_then_on(tmp_path):
    change = event("2027-02-01T10:00", "set", by=MANAGER) + '\nclass = "trustee"'
    told = await play(classed("third_party"), "2026-12-01", "2027-03-10", change, tmp=tmp_path)
    assert [one["due_on"] for one in told.of("opened", obligation="attestation")] == ["2027-03-03"]


async def test_what_was_asked_of_one_who_is_none_is_withdrawn_with_a_word(tmp_path):
    change = event("2027-01-12T10:00", "set", by=MANAGER, class_reason="For itself") + '\nclass = "third_party"'
    told = await play(classed("trustee"), "2026-12-01", "2027-02-10", change, tmp=tmp_path)
    assert [one["reason"] for one in told.of("cancelled", obligation="attestation")] == ["not-supervised"]
    assert [one["at"][:10] for one in told.of("mail", notice="cancelled")] == ["2027-01-12"]


@pytest.mark.parametrize("lacks", ["class_reason", "class_clause", "class_review_on"])
def test_a_class_that_is_not_decided_relieves_nobody(lacks):
    said = {"key": "a", "company": "b", "party": "c", "kind": "trustee", "starts_on": "2026-01-01"}
    whole = said | {"class": "cloud_no_handling"} | OTHERS["cloud_no_handling"]
    assert not Engagement.model_validate(whole).supervised_on(date(2027, 3, 1))
    assert Engagement.model_validate(whole).supervised_on(date(2027, 3, 2))
    assert Engagement.model_validate({k: v for k, v in whole.items() if k != lacks}).supervised_on(date(2027, 3, 1))
