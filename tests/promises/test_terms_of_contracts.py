"""The term of a contract acts: who lets it run out is told before, decides, and does not go on without one."""

from __future__ import annotations

from datetime import date

import pytest
from stage import WHOLE, event, last_accepted, play, registry
from stage import engagement as work

from monitor.registry.format.supervision import Contract

MANAGER = "managers@impress.example"


def under(terms, **fields):
    more = WHOLE.replace("clauses =", f"{terms}\n  clauses =")
    return registry(work("dm", whole=False, more=more, attestation=last_accepted("2026-08-01"), **{"class": "trustee"} | fields))  # fmt: skip


def decide(at, outcome, obligation="contract-renewal", **more):
    return event(at, "done", obligation=obligation, outcome=outcome, by=MANAGER, **more)


async def test_the_company_hears_of_a_term_90_60_30_and_7_days_before_it_ends(tmp_path):
    told = await play(under("expires_on = 2027-03-31"), "2026-12-01", "2027-04-02", tmp=tmp_path)
    (duty,) = told.of("deadline")
    assert (duty["obligation"], duty["due_on"], duty["at"][:10]) == ("contract-renewal", "2027-03-31", "2026-12-28")
    days = [at[:10] for _, at in told.rungs("managers", obligation="contract-renewal")]
    assert days == ["2026-12-28", "2027-01-29", "2027-03-01", "2027-03-24", "2027-03-30", "2027-04-01"]
    assert not told.rungs("vendor", obligation="contract-renewal")


async def test_a_term_that_runs_out_while_the_work_goes_on_is_a_case_until_it_is_renewed(tmp_path):
    late = decide("2027-04-12T10:00", "renew")
    told = await play(under("expires_on = 2027-03-31"), "2026-12-01", "2028-01-05", late, tmp=tmp_path)
    assert [one["at"][:10] for one in told.of("overdue", obligation="contract-renewal")] == ["2027-04-01"]
    (opened,) = told.of("case_opened", rule="contract_expired")
    assert (opened["at"][:10], opened["engagement"]) == ("2027-04-01", "dm")
    assert [one["at"][:10] for one in told.of("case_closed")] == ["2027-04-12"]
    assert [one["due_on"] for one in told.of("deadline", obligation="contract-renewal")] == ["2027-03-31", "2028-03-31"]
    assert not told.of("deadline", obligation="lacking")


async def test_a_contract_that_is_to_end_ends_the_work_and_the_data_is_asked_back(tmp_path):
    end = decide("2027-03-10T10:00", "end")
    told = await play(under("expires_on = 2027-03-31"), "2026-12-01", "2027-05-10", end, tmp=tmp_path)
    assert [one["at"][:10] for one in told.of("accepted", obligation="contract-renewal")] == ["2027-03-10"]
    assert [(one["at"][:10], one["due_on"]) for one in told.of("opened", obligation="deletion")] == [
        ("2027-04-01", "2027-04-30")
    ]
    assert not told.of("case_opened", rule="contract_expired")


async def test_where_it_renews_itself_the_last_day_for_notice_counts_and_silence_is_nobodys_default(tmp_path):
    itself = "expires_on = 2027-03-31\n  auto_renew = true\n  notice_days = 60"
    told = await play(under(itself), "2026-10-01", "2028-02-10", tmp=tmp_path)
    duties = told.of("deadline", obligation="contract-renewal")
    assert [(one["at"][:10], one["due_on"]) for one in duties] == [
        ("2026-10-30", "2027-01-30"), ("2027-11-02", "2028-01-31")
    ]  # fmt: skip
    lapsed = told.of("accepted", obligation="contract-renewal")
    assert [(one["at"][:10], one["reason"]) for one in lapsed] == [
        ("2027-01-31", "renewed-by-itself"), ("2028-02-01", "renewed-by-itself")
    ]  # fmt: skip
    assert not told.of("overdue", obligation="contract-renewal")
    assert not told.of("case_opened", rule="contract_expired")


async def test_notice_given_in_time_lets_even_what_renews_itself_end(tmp_path):
    itself = "expires_on = 2027-03-31\n  auto_renew = true\n  notice_days = 60"
    told = await play(under(itself), "2026-10-01", "2027-05-10", decide("2027-01-20T10:00", "end"), tmp=tmp_path)
    assert [one["at"][:10] for one in told.of("opened", obligation="deletion")] == ["2027-04-01"]
    assert len(told.of("deadline", obligation="contract-renewal")) == 1


async def test_a_new_date_that_is_entered_settles_the_decision(tmp_path):
    clauses = [1, 2, 3, 4, 5, 6, 7, 8]
    entered = f"contract = {{ signed_on = 2020-09-15, expires_on = 2030-03-31, clauses = {clauses} }}"
    change = event("2027-02-01T10:00", "set", by=MANAGER) + "\n" + entered
    told = await play(under("expires_on = 2027-03-31"), "2026-12-01", "2027-05-10", change, tmp=tmp_path)
    assert [one["at"][:10] for one in told.of("accepted", obligation="contract-renewal")] == ["2027-02-01"]
    assert not told.of("overdue", obligation="contract-renewal")


async def test_a_work_that_is_over_with_its_contract_asks_for_no_decision(tmp_path):
    toml = under("expires_on = 2027-03-31", ends_on="2027-03-31")
    told = await play(toml, "2026-12-01", "2027-04-10", tmp=tmp_path)
    assert not told.of("deadline", obligation="contract-renewal")
    assert not told.of("case_opened", rule="contract_expired")


async def test_what_had_run_out_in_an_old_ledger_is_on_the_list_of_what_is_missing(tmp_path):
    told = await play(under("expires_on = 2026-03-31"), "2026-12-01", "2027-04-10", tmp=tmp_path)
    assert [one["obligation"] for one in told.of("deadline")][:1] == ["lacking"]
    assert not told.of("case_opened", rule="contract_expired")


async def test_nothing_new_is_entrusted_under_a_contract_that_has_run_out(tmp_path):
    toml = under("expires_on = 2026-11-30", state="candidate").replace("2020-09-01", "2026-09-01")
    told = await play(toml, "2026-12-01", "2026-12-03", event("2026-12-02T10:00", "activate"), tmp=tmp_path)
    assert [one["reason"] for one in told.of("refused")] == ["contract-expired"]


async def test_a_contract_is_read_again_on_its_day_and_a_year_later(tmp_path):
    read = decide("2027-02-15T10:00", "done", "contract-review")
    told = await play(under("review_on = 2027-03-01"), "2026-12-01", "2028-02-10", read, tmp=tmp_path)
    assert [one["due_on"] for one in told.of("deadline", obligation="contract-review")] == ["2027-03-01", "2028-02-15"]


@pytest.mark.parametrize(("today", "end"), [("2027-01-30", "2027-03-31"), ("2027-01-31", "2028-03-31")])
def test_the_term_that_can_still_be_decided_on(today, end):
    contract = Contract(expires_on=date(2027, 3, 31), auto_renew=True, notice_days=60)
    assert contract.term_end(date.fromisoformat(today)) == date.fromisoformat(end)


@pytest.mark.parametrize("terms", [{"signed_on": "2027-01-01", "expires_on": "2026-12-31"}, {"auto_renew": True}])
def test_terms_that_make_no_sense_are_no_contract(terms):
    with pytest.raises(ValueError, match="contract-"):
        Contract.model_validate(terms)
