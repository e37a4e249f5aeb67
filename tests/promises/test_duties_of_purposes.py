"""What purposes want looked after: handlers, cards, instructions, free text."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest

from monitor.promises.carding import valid_until
from monitor.questionnaire.defaults import BY_DUTY
from monitor.registry.format import DutyOfPurpose, Engagement, Party, Purpose
from monitor.registry.format.purpose import USUAL
from monitor.registry.selection import Known, lacking
from tests.stage import COMPANY, GROUP, PARTY, PURPOSE, engagement, event, last_accepted, play

CONFIRMED = last_accepted("2026-09-01")
TODAY = date(2026, 9, 7)


def house(*works, duties="", party=PARTY):
    purpose = PURPOSE + f"duties = [{duties}]\n"
    return "\n".join([GROUP, COMPANY, purpose, party, *works])


def certified(until, kind="PCI"):
    return PARTY + f'  [[party.certificate]]\n  kind = "{kind}"\n  number = "A-1"\n  expires_on = {until}\n'


def pci(told):
    cases = [one for one in told if one.get("rule") == "pci_certificate_missing" and one["what"] != "mail"]
    return [(one["what"], one["at"][:10]) for one in cases]


async def test_the_list_of_handlers_is_renewed_every_year(tmp_path):
    listed = engagement(attestation=CONFIRMED, more="  [engagement.handlers]\n  listed_on = 2025-10-15\n")
    done = event("2026-10-01T10:00", "done", obligation="handler-list", on="2026-09-30")
    told = await play(house(listed, duties='"handler-list"'), "2026-09-01", "2027-09-10", done, tmp=tmp_path)
    assert [(one["due_on"], one["at"][:10]) for one in told.of("deadline", obligation="handler-list")] == [
        ("2026-10-15", "2026-09-15"), ("2027-09-30", "2027-08-31"),
    ]  # fmt: skip


async def test_a_first_list_is_owed_soon_after_the_beginning(tmp_path):
    work = engagement(attestation=CONFIRMED)
    told = await play(house(work, duties='"handler-list"'), "2026-09-01", "2026-10-05", tmp=tmp_path)
    assert [one["due_on"] for one in told.of("deadline", obligation="handler-list")] == ["2026-10-01"]
    told = await play(house(work), "2026-09-01", "2026-10-05", tmp=tmp_path)
    assert not told.of("deadline", obligation="handler-list")


async def test_cards_without_a_valid_certificate_are_a_case_from_the_day_after_it_ran_out(tmp_path):
    work = engagement(attestation=CONFIRMED, card=True)
    told = await play(
        house(work, duties='"pci"', party=certified("2026-09-10")), "2026-09-01", "2026-09-15", tmp=tmp_path
    )
    assert pci(told) == [("case_opened", "2026-09-11")]
    told = await play(house(work, duties='"pci"'), "2026-09-01", "2026-09-15", tmp=tmp_path)
    assert pci(told) == [("case_opened", "2026-09-01")]


@pytest.mark.parametrize(("card", "duties"), [(False, '"pci"'), (True, "")])
async def test_who_handles_no_cards_for_such_a_purpose_needs_none(tmp_path, card, duties):
    work = engagement(attestation=CONFIRMED, card=card)
    assert pci(await play(house(work, duties=duties), "2026-09-01", "2026-09-15", tmp=tmp_path)) == []


async def test_a_work_that_is_closed_needs_no_certificate_any_more(tmp_path):
    work = engagement(attestation=CONFIRMED, card=True, ends_on="2026-09-05")
    told = await play(house(work, duties='"pci"'), "2026-09-01", "2026-09-15", tmp=tmp_path)
    assert pci(told) == [("case_opened", "2026-09-01"), ("case_closed", "2026-09-06")]


@pytest.mark.parametrize(("kind", "until", "held"), [("PCI", "2026-09-07", True), ("PCIDSS", "2027-01-01", True),
                                                     ("PCI", "2026-09-06", False), ("PMARK", "2027-01-01", False)])  # fmt: skip
def test_a_certificate_is_valid_up_to_its_last_day(kind, until, held):
    said = {"kind": kind, "number": "1", "expires_on": until}
    party = Party(key="a", name="A", contacts=("a@b.example",), certificate=(said,))
    assert bool(valid_until(party, TODAY)) is held


def lacks(brings, **fields):
    said = {"key": "dm", "company": "c", "party": "p", "kind": "trustee", "starts_on": "2020-01-01"} | fields
    entry = Engagement.model_validate(said)
    return [
        one.token
        for one in lacking(entry, Known(None, frozenset(), TODAY, brings=frozenset(brings)))
        if one.what in {"special-care", "instruction", "child-data"}
    ]


def test_free_text_needs_a_decision_on_special_care_data():
    assert lacks({"special-care"}) == ["special-care-undecided"]
    assert lacks({"special-care"}, special_care=True) == []
    assert lacks({"special-care"}, special_care_decided_on="2026-09-07") == []
    assert lacks({"special-care"}, special_care_decided_on="2026-09-08") == ["special-care-undecided"]
    assert lacks(set()) == []


def test_a_survey_needs_a_decision_whether_children_may_answer():
    assert lacks({"child-data"}) == ["child-data-undecided"]
    assert lacks({"child-data"}, kind="joint_user") == ["child-data-undecided"]
    assert lacks({"child-data"}, child_data=True) == []
    assert lacks({"child-data"}, child_data_decided_on="2026-09-07") == []
    assert lacks({"child-data"}, child_data_decided_on="2026-09-08") == ["child-data-undecided"]
    assert lacks(set()) == []


async def test_the_decision_on_children_is_on_the_list_until_somebody_makes_it(tmp_path):
    work = engagement(attestation=CONFIRMED)
    open_one = await play(house(work, duties='"child-data"'), "2026-09-01", "2027-03-01", tmp=tmp_path)
    assert len(open_one.of("deadline", obligation="lacking")) == 1
    decided = event("2026-09-07T10:00", "set", by="managers@impress.example", child_data_decided_on=TODAY)
    told = await play(house(work, duties='"child-data"'), "2026-09-01", "2027-03-01", decided, tmp=tmp_path)
    assert not told.of("deadline", obligation="lacking")
    unburdened = await play(house(work), "2026-09-01", "2027-03-01", tmp=tmp_path)
    assert not unburdened.of("deadline", obligation="lacking")


def test_the_usual_duties_hold_for_a_key_alone_and_can_be_given_up():
    said = {"key": "p07", "text": "Surveys"}
    assert Purpose.model_validate(said).brings == ("purpose-achieved", "child-data")
    assert Purpose.model_validate(said | {"duties": []}).brings == ()
    assert Purpose.model_validate(said | {"key": "surveys"}).brings == ()
    brought = {duty for duties in USUAL.values() for duty in duties}
    assert {*BY_DUTY} <= brought == {*get_args(DutyOfPurpose)}


def test_analysis_needs_an_instruction_that_forbids_own_use_and_training():
    told = {"recorded_on": "2026-09-01"}
    assert lacks({"instruction-record"}) == ["instruction-missing"]
    assert lacks({"instruction-record"}, instruction=told) == ["own-use-not-excluded", "training-not-excluded"]
    assert lacks({"instruction-record"}, instruction=told | {"excludes": ["own-use", "training"]}) == []
    assert lacks({"instruction-record"}, kind="joint_user") == []


async def test_an_instruction_that_is_entered_settles_the_list(tmp_path):
    """Two instructions of a register: what one forbids stays forbidden when the next is silent."""
    said = [
        event("2026-09-07T10:00", "instructed", ref="I-1", on="2026-09-01") + '\nexcludes = ["own-use", "training"]',
        event("2026-09-07T11:00", "instructed", ref="I-2", on="2026-09-02"),
        event("2026-09-07T11:30", "instructed", ref="I-2", on="2026-09-03"),
        event("2026-09-07T12:00", "instructed", ref="I-3", on="2026-09-08"),
    ]
    work = engagement(attestation=CONFIRMED)
    told = await play(house(work, duties='"instruction-record"'), "2026-09-01", "2027-03-01", *said, tmp=tmp_path)
    assert [one["ref"] for one in told.of("state")] == ["I-1", "I-2"]
    assert [one["reason"] for one in told.of("refused")] == ["ref-taken", "on-future"]
    assert not told.of("deadline", obligation="lacking")
    silent = await play(house(work, duties='"instruction-record"'), "2026-09-01", "2027-03-01", tmp=tmp_path)
    assert len(silent.of("deadline", obligation="lacking")) == 1
