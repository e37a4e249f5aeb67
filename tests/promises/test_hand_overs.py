"""What goes to a party run by run: a log with counts, and a day by which each run is returned or erased."""

from __future__ import annotations

import pytest

from monitor.registry.format import Purpose, duties_of
from tests.stage import engagement, event, last_accepted, play, registry

CONFIRMED = last_accepted("2026-09-01")


def runs(*more, **fields):
    return registry(engagement(attestation=CONFIRMED, **fields), *more)


def handed(at="2026-09-07T10:00", ref="R-1", records=1200, **fields):
    said = {"ref": ref, "direction": fields.pop("direction", None)}
    return event(at, "handed_over", on=fields.pop("on", at[:10]), **said, **fields) + f"\nrecords = {records}"


async def test_each_run_is_to_be_gone_thirty_days_after_it_was_handed_over(tmp_path):
    told = await play(runs(), "2026-09-01", "2026-10-20", handed(), handed("2026-09-25T10:00", "R-2"), tmp=tmp_path)
    found = [(line["ref"], line["due_on"]) for line in told.of("deadline", obligation="run-deletion")]
    assert found == [("R-1", "2026-10-07"), ("R-2", "2026-10-26")], told  # 25 October is a Sunday
    [late] = told.of("overdue", obligation="run-deletion")
    assert late["at"][:16] == "2026-10-08T00:00"


async def test_the_days_of_the_work_hold_before_those_of_the_group(tmp_path):
    work = engagement(attestation=CONFIRMED, more="  [engagement.runs]\n  delete_within = 7\n")
    told = await play(registry(work), "2026-09-01", "2026-09-16", handed(), tmp=tmp_path)
    assert [line["due_on"] for line in told.of("deadline", obligation="run-deletion")] == ["2026-09-14"]


async def test_a_purpose_that_asks_for_no_log_asks_nothing_of_a_run(tmp_path):
    text = runs().replace('text = "Delivering products"', 'text = "Delivering products"\nduties = []')
    told = await play(text, "2026-09-01", "2026-09-16", handed(), tmp=tmp_path)
    assert not told.of("deadline", obligation="run-deletion")
    assert [line["ref"] for line in told.of("state")] == ["R-1"]


async def test_a_run_that_is_told_twice_is_asked_for_once_and_another_of_its_name_is_refused(tmp_path):
    again = [handed(), handed("2026-09-07T11:00"), handed("2026-09-07T12:00", records=3)]
    told = await play(runs(), "2026-09-01", "2026-09-08", *again, tmp=tmp_path)
    assert len(told.of("deadline", obligation="run-deletion")) == 1
    assert [line["reason"] for line in told.of("refused")] == ["ref-taken"]


async def test_a_party_that_confirms_a_run_is_asked_no_more_and_others_go_on(tmp_path):
    confirmed = event("2026-09-20T10:00", "done", obligation="run-deletion", ref="R-1")
    told = await play(
        runs(), "2026-09-01", "2026-10-20", handed(), handed("2026-09-08T10:00", "R-2"), confirmed, tmp=tmp_path
    )
    assert [line["ref"] for line in told.of("overdue", obligation="run-deletion")] == ["R-2"]
    assert [line["state"] for line in told.of("state", ref="R-1")] == ["out", "confirmed"]


async def test_records_that_do_not_come_back_are_a_case_until_they_do(tmp_path):
    back = [
        handed("2026-09-10T10:00", records=1000, direction="in"),
        handed("2026-09-11T10:00", records=200, direction="in"),
    ]
    told = await play(runs(), "2026-09-01", "2026-09-12", handed(), *back, tmp=tmp_path)
    about = [line for line in told if line.get("rule") == "hand_over_count_differs" and line["what"] != "mail"]
    cases = [(line["what"], line["at"][5:10]) for line in about]
    assert cases == [("case_opened", "09-10"), ("case_closed", "09-11")], told


REFUSED = {
    "a day to come": (handed(on="2026-09-08"), "on-future"),
    "nothing": (handed(records=0), "records-missing"),
    "a reference that is a name": (handed(ref="山田 様"), "ref-unreadable"),
    "a return of what never went": (handed(direction="in"), "no-such-run"),
    "a day before the work": (handed(on="2020-09-30"), "not-in-force"),
    "a work that is not there": (handed(engagement="zzz"), "no-such-engagement"),
}


@pytest.mark.parametrize(("said", "token"), REFUSED.values(), ids=REFUSED)
async def test_what_cannot_be_in_the_log_is_refused(tmp_path, said, token):
    told = await play(runs(), "2026-09-01", "2026-09-08", said, tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == [token]


async def test_no_data_goes_to_a_candidate(tmp_path):
    told = await play(runs(state="candidate"), "2026-09-01", "2026-09-08", handed(), tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == ["not-in-force"]


def test_a_purpose_brings_what_its_key_usually_does_unless_it_says_so_itself():
    known = {
        "p03": Purpose(key="p03", text="Delivering"),
        "p02": Purpose(key="p02", text="Orders", duties=()),
        "x": Purpose(key="x", text="Cards", duties=("pci",)),
    }
    assert duties_of(["p03", "p02", "x", "unknown"], known) == {"handover-log", "pci"}


STOP = event("2026-09-10T16:00", "move", to="suspended", reason="a leak")
GO = event("2026-09-16T09:00", "activate")


async def test_a_suspended_work_gets_no_data_and_what_has_gone_all_the_same_is_a_case(tmp_path):
    went = handed("2026-09-14T10:00", "R-3", on="2026-09-11") + "\nanyway = true"
    events = [
        STOP,
        handed("2026-09-11T10:00", on="2026-09-10"),
        handed("2026-09-11T10:01", on="2026-09-09"),
        handed("2026-09-11T10:02", "R-2", on="2026-09-11"),
        went,
        GO,
        handed("2026-09-17T10:00", "R-4", on="2026-09-15"),
        handed("2026-09-17T10:01", "R-5", on="2026-09-16"),
    ]
    told = await play(runs(), "2026-09-01", "2026-09-18", *events, tmp=tmp_path)
    assert [(line["at"][8:16], line["reason"]) for line in told.of("refused")] == [
        ("11T10:00", "suspended"),
        ("11T10:02", "suspended"),
        ("17T10:00", "suspended"),
    ]
    assert [line["ref"] for line in told.of("state", state="out")] == ["R-1", "R-3", "R-5"]
    assert [line["at"][:10] for line in told.of("case_opened", rule="handed_over_while_suspended")] == ["2026-09-14"]
    assert [line["ref"] for line in told.of("deadline", obligation="run-deletion")] == ["R-1", "R-3", "R-5"]


async def test_a_run_entered_before_the_suspension_may_be_told_again(tmp_path):
    events = [handed("2026-09-10T10:00"), STOP, handed("2026-09-11T10:00", on="2026-09-10")]
    told = await play(runs(), "2026-09-01", "2026-09-12", *events, tmp=tmp_path)
    assert not told.of("refused")


async def test_a_work_that_a_file_says_is_suspended_gets_no_data_either(world):
    before = handed("2026-09-08T10:00", "R-2", on="2026-08-31")
    told = await world(runs(state="suspended"), "2026-09-01", "2026-09-09", handed(), before)
    assert [line["reason"] for line in told.of("refused")] == ["suspended"]
    assert [line["ref"] for line in told.of("state", state="out")] == ["R-2"]
