"""Before anything is entrusted: what has to stand, what is refused with all that is missing, what is waived for a while."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stage import engagement as work
from stage import event, last_accepted, play, registry

from monitor.registry.format import Engagement
from monitor.registry.selection import Known, before_entrusting, lacking, reasons, unwaived

engagement = partial(work, whole=False)
OFFICE = "privacy-office@group.example"
MANAGER = "managers@impress.example"
SELECTED = "  [engagement.selection]\n  accepted_on = 2026-03-02\n"
SIGNED = "  [engagement.contract]\n  signed_on = 2026-03-10\n  clauses = [1, 2, 3, 4, 5, 6, 7, 8]\n"
WHOLE = SELECTED + SIGNED
OLD = engagement("dm", attestation=last_accepted("2026-03-20"))


def candidate(more=WHOLE, classed="trustee", **fields):
    return registry(engagement("dm", state="candidate", starts_on="2026-04-01", more=more, **({"class": classed} if classed else {}), **fields))  # fmt: skip


async def activated(toml, tmp, on="2026-04-01T10:00", *, more=()):
    told = await play(toml, "2026-03-15", "2026-04-02", *more, event(on, "activate"), tmp=tmp)
    (line,) = [line for line in told if line["what"] in {"state", "refused"} and line["at"][:10] == on[:10]]
    return line


async def test_what_is_whole_becomes_active_and_is_asked_from_then_on(tmp_path):
    told = await play(candidate(), "2026-03-15", "2027-04-02", event("2026-04-01T10:00", "activate"), tmp=tmp_path)
    (line,) = told.of("state")
    assert (line["state"], line["engagement"], line["company"], line["party"]) == ("active", "dm", "impress", "acme")
    assert [line["due_on"] for line in told.of("opened")] == ["2027-04-01"]


MISSING = {
    "no review": ({"more": SIGNED}, "selection-missing"),
    "a review of more than a year ago": ({"more": WHOLE.replace("2026-03-02", "2025-03-31")}, "selection-stale"),
    "one clause": ({"more": WHOLE.replace("5, ", "")}, "clauses-missing 5"),
    "two clauses": ({"more": WHOLE.replace("2, 3, ", "")}, "clauses-missing 2 3"),
    "no contract": ({"more": SELECTED}, "contract-unsigned, clauses-missing 1 2 3 4 5 6 7 8"),
    "a clause of another law": ({"more": WHOLE + '  gdpr = true\n  gdpr_clauses = ["a", "b", "c", "d", "e", "f", "h"]\n'}, "gdpr-clauses-missing g"),
    "no class": ({"classed": None}, "class-undecided"),
    "a cloud without its clause": ({"classed": "cloud_no_handling", "class_reason": "No access"}, "class-undecided"),
    "another class than the kind": ({"classed": "joint_user", "class_reason": "They use it too"}, "class-mismatch"),
    "no consent to individual numbers": ({"my_number": True}, "first-entruster-consent-missing"),
    "nothing at all": ({"more": "", "classed": None}, "selection-missing, contract-unsigned, clauses-missing 1 2 3 4 5 6 7 8, class-undecided"),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "reason"), MISSING.values(), ids=MISSING.keys())
async def test_what_is_missing_is_refused_with_all_of_it(tmp_path, fields, reason):
    line = await activated(candidate(**fields), tmp_path)
    assert (line["what"], line["reason"], line["engagement"]) == ("refused", reason, "dm")


async def test_a_review_of_just_a_year_ago_still_speaks(tmp_path):
    line = await activated(candidate(WHOLE.replace("2026-03-02", "2025-04-01")), tmp_path)
    assert line["what"] == "state"


async def test_a_purpose_that_is_not_published_keeps_it_waiting(tmp_path):
    line = await activated(candidate().replace('purposes = ["p03"]', 'purposes = ["p03", "p99"]'), tmp_path)
    assert line["reason"] == "purpose-unpublished p99"
    assert (await activated(candidate().replace('purposes = ["p03"]', "purposes = []"), tmp_path))["what"] == "refused"


async def test_with_consent_individual_numbers_may_be_entrusted(tmp_path):
    consent = "  [engagement.sub_entrustment]\n  first_entruster_consent_on = 2026-03-05\n"
    assert (await activated(candidate(WHOLE + consent, my_number=True), tmp_path))["what"] == "state"


async def test_a_waiver_of_a_clause_lets_it_begin_and_no_waiver_helps_against_a_law(tmp_path):
    lacks = candidate(WHOLE.replace("5, ", ""))
    leave = event(
        "2026-03-20T10:00",
        "waive",
        obligation="clause-5",
        by=OFFICE,
        reason="In the next revision",
        until="2026-07-01T00:00",
    )
    assert (await activated(lacks, tmp_path, more=[leave]))["what"] == "state"
    forbidden = event(
        "2026-03-20T10:00", "waive", obligation="consent", by=OFFICE, reason="Late", until="2026-07-01T00:00"
    )
    assert (await activated(candidate(my_number=True), tmp_path, more=[forbidden]))["what"] == "refused"


@pytest.mark.parametrize("left_out", ["by", "reason", "until"])
async def test_a_waiver_without_approver_reason_or_end_is_refused(tmp_path, left_out):
    fields = {"by": OFFICE, "reason": "In the next revision", "until": "2026-07-01T00:00"} | {left_out: None}
    leave = event("2026-03-20T10:00", "waive", obligation="clause-5", **fields)
    told = await play(candidate(WHOLE.replace("5, ", "")), "2026-03-15", "2026-03-21", leave, tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == [f"{left_out}-missing"]


async def test_a_waiver_that_ends_reopens_what_it_let_be_that_day_due_30_days_later(tmp_path):
    lacks = registry(engagement("dm", starts_on="2026-03-01", attestation=last_accepted("2026-03-02"), more=WHOLE.replace("5, ", ""), **{"class": "trustee"}))  # fmt: skip
    leave = event(
        "2026-03-20T10:00",
        "waive",
        obligation="clause-5",
        by=OFFICE,
        reason="In the next revision",
        until="2026-09-01T00:00",
    )
    told = await play(lacks, "2026-03-15", "2026-12-01", leave, tmp=tmp_path)
    (line,) = told.of("deadline")
    said = {
        "obligation": "lacking",
        "engagement": "dm",
        "ref": "clause-5",
        "due_on": "2026-10-01",
        "company": "impress",
    }
    assert said.items() <= line.items()
    assert line["at"] == "2026-09-01T00:00:00+09:00"
    assert told.days("managers")[:2] == [("T-30", "09-01"), ("T-1", "09-30")]


async def test_what_an_old_ledger_lacks_is_one_list_for_90_days_and_then_owed(tmp_path):
    told = await play(registry(OLD, OLD.replace('"dm"', '"post"')), "2026-04-01", "2026-08-31", tmp=tmp_path)
    (line,) = told.of("deadline")
    assert line["at"] == "2026-06-30T09:00:00+09:00"
    assert (line["obligation"], line["company"], line["due_on"], "engagement" in line) == (
        "lacking",
        "impress",
        "2026-07-30",
        False,
    )
    assert [at for rung, at in told.days("managers")][:3] == ["06-30", "07-29", "07-31"]


async def test_a_list_that_is_mended_is_settled_by_itself(tmp_path):
    mend = [
        event("2026-07-02T10:00", "set", by=MANAGER, **{"class": "trustee"}),
        'at = 2026-07-03T10:00:00+09:00\ndo = "set"\nengagement = "dm"\ncontract = { signed_on = 2020-09-01, clauses = [1, 2, 3, 4, 5, 6, 7, 8] }',
        'at = 2026-07-06T10:00:00+09:00\ndo = "set"\nengagement = "dm"\nselection = { accepted_on = 2020-08-01 }',
    ]
    told = await play(registry(OLD), "2026-04-01", "2026-08-31", *mend, tmp=tmp_path)
    (line,) = told.of("accepted")
    assert (line["obligation"], line["at"][:10]) == ("lacking", "2026-07-06")
    assert told.of("overdue") == []


async def test_a_list_is_not_done_by_saying_so(tmp_path):
    told = await play(registry(OLD), "2026-04-01", "2026-07-31", event("2026-07-10T10:00", "done", None, obligation="lacking", company="impress"), tmp=tmp_path)  # fmt: skip
    assert [line["reason"] for line in told.of("refused")] == ["still-lacking"]


async def test_once_a_year_somebody_confirms_that_the_data_is_needed(tmp_path):
    whole = registry(engagement("dm", starts_on="2026-04-01", more=WHOLE, **{"class": "trustee"}))
    done = event("2027-03-20T10:00", "done", obligation="necessity-review", on="2027-03-19", by=MANAGER)
    told = await play(whole, "2026-04-01", "2028-03-31", done, tmp=tmp_path)
    assert [(line["at"][:16], line["due_on"]) for line in told.of("deadline", obligation="necessity-review")] == [
        ("2027-03-02T09:00", "2027-04-01"),
        ("2028-02-18T09:00", "2028-03-21"),
    ]
    assert len(told.of("accepted", obligation="necessity-review")) == 1


async def test_what_is_owed_for_a_work_ends_with_it_and_is_not_asked_of_what_ends_soon(tmp_path):
    whole = engagement("dm", starts_on="2026-04-01", more=WHOLE, **{"class": "trustee"})
    ends = 'at = 2027-03-10T10:00:00+09:00\ndo = "end"\nengagement = "dm"\non = 2027-03-31'
    told = await play(registry(whole), "2026-04-01", "2027-05-31", ends, tmp=tmp_path)
    assert [line["at"][:10] for line in told.of("deadline", obligation="necessity-review")] == ["2027-03-02"]
    (line,) = told.of("cancelled", obligation="necessity-review")
    assert line["at"][:10] == "2027-03-10"
    soon = engagement("dm", starts_on="2026-04-01", ends_on="2027-09-30", more=WHOLE, **{"class": "trustee"})
    told = await play(registry(soon), "2026-04-01", "2027-05-31", tmp=tmp_path)
    assert told.of("deadline", obligation="necessity-review") == []


async def test_what_is_still_owed_keeps_an_engagement_open(tmp_path):
    ended = registry(
        engagement("dm", ends_on="2026-03-31", more=WHOLE, **{"class": "trustee"}),
        engagement("sub", ends_on="2026-03-31", under="dm"),
    )
    script = [
        event("2026-03-20T10:00", "close"),
        event("2026-04-02T10:00", "close"),
        event("2026-04-03T10:00", "submit", obligation="deletion"),
        event("2026-04-06T10:00", "close"),
        event("2026-04-07T10:00", "accept", obligation="deletion"),
        event("2026-04-08T10:00", "close"),
        event("2026-04-09T10:00", "submit", "sub", obligation="deletion"),
        event("2026-04-10T10:00", "accept", "sub", obligation="deletion"),
        event("2026-04-13T10:00", "close"),
        event("2026-04-14T10:00", "close"),
    ]
    told = await play(ended, "2026-03-15", "2026-04-20", *script, tmp=tmp_path)
    reasons = [line["reason"] for line in told.of("refused", engagement="dm")]
    assert reasons == ["attestation, deletion, sub", "deletion, sub", "deletion, sub", "sub"]
    assert [line["state"] for line in told.of("state", engagement="dm")][-1] == "closed"


async def test_an_impossible_step_is_refused_with_the_ways_that_there_are(tmp_path):
    told = await play(registry(OLD), "2026-04-01", "2026-04-05", event("2026-04-01T10:00", "activate"), event("2026-04-01T11:00", "move", to="candidate"), event("2026-04-02T10:00", "move", to="suspended"), event("2026-04-02T11:00", "move", to="suspended", reason="Server broken into"), event("2026-04-03T11:00", "activate"), event("2026-04-03T12:00", "activate", "nobody"), tmp=tmp_path)  # fmt: skip
    assert [line["reason"] for line in told.of("refused")] == [
        "state-already-active",
        "state-active",
        "reason-missing",
        "no-such-engagement",
    ]
    assert [line["state"] for line in told.of("state")] == ["suspended", "active"]


async def test_a_party_is_asked_before_it_is_entrusted_and_its_accepted_answer_counts(tmp_path):
    script = [
        event("2026-04-01T10:00", "ask"),
        event("2026-04-08T10:00", "submit", obligation="selection"),
        event("2026-04-09T10:00", "accept", obligation="selection"),
        event("2026-04-10T10:00", "activate"),
    ]
    told = await play(candidate(SIGNED), "2026-03-15", "2026-04-12", *script, tmp=tmp_path)
    assert [line["state"] for line in told.of("state")] == ["under_review", "active"]
    (line,) = told.of("deadline", obligation="selection")
    assert (line["due_on"], line["at"][:16]) == ("2026-05-01", "2026-04-01T10:00")
    assert told.of("refused") == []


LACKS = st.sampled_from(["selection", "contract", "clauses", "clause-5", "clause-6", "class"])


@given(st.sets(LACKS), st.sets(st.integers(1, 8)))
def test_what_is_not_waived_is_what_is_missing_less_what_a_waiver_covers(waived, clauses):
    today = date(2026, 4, 1)
    waiver = [{"what": one, "by": "x", "reason": "y", "until": today} for one in waived]
    entry = Engagement.model_validate(
        {"key": "dm", "company": "c", "party": "p", "kind": "trustee", "starts_on": today, "purposes": ["p03"], "waiver": waiver, "contract": {"clauses": sorted(clauses)}}
    )  # fmt: skip
    missing = before_entrusting(entry, Known(None, frozenset({"p03"}), today))
    left = {one.what for one in unwaived(missing, entry, today)}
    assert ("selection" in left) == ("selection" not in waived)
    for number in range(1, 9):
        covered = waived & {"contract", "clauses", f"clause-{number}"}
        assert (f"clause-{number}" in left) == (number not in clauses and not covered)
    assert {one.what for one in unwaived(missing, entry, date(2026, 4, 2))} == {one.what for one in missing}
    assert (reasons(missing) == "") == (not missing)
    assert {one.what for one in lacking(entry, Known(None, frozenset({"p03"}), today))} == {one.what for one in missing}


async def test_what_was_reviewed_by_the_form_is_confirmed_a_year_later_too(tmp_path):
    script = [
        event("2026-04-01T10:00", "ask"),
        event("2026-04-08T10:00", "submit", obligation="selection"),
        event("2026-04-09T10:00", "accept", obligation="selection"),
        event("2026-04-10T10:00", "activate"),
    ]
    told = await play(candidate(SIGNED), "2026-04-01", "2027-03-31", *script, tmp=tmp_path)
    assert [line["due_on"] for line in told.of("deadline", obligation="necessity-review")] == ["2027-04-01"]


OVER = engagement(attestation=last_accepted("2026-03-01"), ends_on="2026-03-31")


@pytest.mark.parametrize(
    ("work", "to", "reason"),
    [
        (OVER, "suspended", "engagement-over"),
        (OVER, "ending", "engagement-over"),
        (OVER.replace("starts_on", 'state = "suspended"\nstarts_on', 1), "active", "engagement-over"),
        (OVER.replace("starts_on", 'state = "deletion_pending"\nstarts_on', 1), "active", "engagement-over"),
        (OVER.replace("2026-03-31", "2026-04-30"), "deletion_pending", "not-ended"),
        (OLD, "deletion_pending", "not-ended"),
        (OLD, "ending", "end-missing"),
        (OLD, "closed", "deletion"),
        (OLD, "approved", "state-active"),
        (OLD, "rejected", "state-active"),
    ],
)
async def test_a_step_against_the_days_of_the_work_is_refused_with_what_to_do(tmp_path, work, to, reason):
    step = event("2026-04-03T10:00", "move", to=to, reason="Server broken into")
    told = await play(registry(work), "2026-04-01", "2026-04-05", step, tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == [reason]
    assert not told.of("state")


async def test_work_whose_deletion_is_open_goes_its_way_and_goes_on_where_its_end_moves(tmp_path):
    move = [event(f"2026-04-0{day}T10:00", "move", to=to) for day, to in ((3, "deletion_pending"), (6, "active"))]
    later = event("2026-04-05T10:00", "end", on="2027-03-31")
    told = await play(registry(OVER), "2026-04-01", "2026-04-08", *move, later, tmp=tmp_path)
    assert [line["state"] for line in told.of("state")] == ["deletion_pending", "active"]
    assert not told.of("refused")


async def test_a_check_abroad_suspends_no_work_that_is_over(tmp_path):
    toml = registry(OVER).replace("ends_on", 'places = ["US"]\nends_on', 1)
    looked = event("2026-04-03T10:00", "transfer_checked", on="2026-04-03", result="cannot_continue")
    told = await play(toml, "2026-04-01", "2026-04-05", looked, tmp=tmp_path)
    assert not told.of("refused")
    assert not told.of("state")
