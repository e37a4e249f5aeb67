"""What may not come about: individual numbers in a text, consent that reaches further than it was given, days that were
before the matter, work for nobody.
"""

from __future__ import annotations

from datetime import date

import pytest

from tests.promises.joint import group, said
from tests.stage import PARTY, engagement, last_accepted, play, registry

NUMBER = "see 1234-5678-9018"
SUB = PARTY + "".join(
    f'[[party]]\nkey = "{key}"\nname = "{key}"\ncontacts = ["x@{key}.example"]\n' for key in ("sub", "subsub")
)
CHECKED = last_accepted("2026-08-01")
DM = "dm"


def at_ten(day: str, do: str, **fields):
    return said(f"2026-{day}T10:00", do, **fields)


@pytest.mark.parametrize(
    "events",
    [
        [at_ten("09-02", "waive", by="managers@impress.example", reason=NUMBER, until="2026-12-01T00:00")],
        [at_ten("09-02", "decline", reason=NUMBER)],
        [at_ten("09-02", "decline", reason="no", offered=NUMBER)],
        [at_ten("09-02", "submit"), at_ten("09-03", "return", reason=NUMBER)],
        [at_ten("09-02", "move", to="suspended", reason=NUMBER)],
        [at_ten("09-02", "set", title=NUMBER, by="privacy-office@group.example")],
        [at_ten("09-02", "set", items=[NUMBER], by="privacy-office@group.example")],
        [at_ten("09-02", "instructed", ref="123456789018")],
    ],
    ids=["waive", "decline", "offer", "return", "suspend", "title", "items", "reference"],
)
async def test_whatever_people_write_with_an_individual_number_is_refused_and_the_act_not_done(events, tmp_path):
    events = [f'{event}\nengagement = "{DM}"' for event in events]
    toml = registry(engagement(DM, attestation=last_accepted("2025-10-01")))
    told = await play(toml, "2026-09-01", "2026-09-05", *events, tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == ["my-number"]
    assert not [line for line in told if line["what"] in {"waived", "returned", "state", "amended"}]


async def test_what_holds_no_number_of_a_person_goes_through(tmp_path):
    waive = at_ten("09-02", "waive", by="managers@impress.example", reason="Nr. 123456789012", until="2026-12-01T00:00")
    toml = registry(engagement(DM, attestation=last_accepted("2025-10-01")))
    told = await play(toml, "2026-09-01", "2026-09-05", f'{waive}\nengagement = "{DM}"', tmp=tmp_path)
    assert told.of("waived")
    assert not told.of("refused")


def _asks(day: str, above: str, party: str, **fields):
    return f'{at_ten(day, "sub_entrust", party=party, **fields)}\nengagement = "{above}"'


def _approves(day: str, number: int, **fields):
    ref = f"sub-entrustment/{number}"
    return at_ten(day, "done", obligation="sub-entrustment-decision", ref=ref, outcome="approve", **fields)


async def test_the_consent_to_one_party_below_is_none_to_the_next_one(tmp_path):
    toml = registry(engagement(DM, attestation=CHECKED, my_number=True), parties=SUB)
    chain = [
        _asks("09-14", DM, "sub", consent_on=date(2026, 9, 14)),
        _approves("09-15", 1),
        _asks("09-16", f"{DM}/sub", "subsub"),
        _approves("09-17", 2),
    ]
    told = await play(toml, "2026-09-01", "2026-09-18", *chain, tmp=tmp_path)
    assert [(line["engagement"], line["state"]) for line in told.of("state")] == [(DM, "active")]
    assert [line["reason"] for line in told.of("refused")] == ["first-entruster-consent-missing"]
    chain[2] = _asks("09-16", f"{DM}/sub", "subsub", consent_on=date(2026, 9, 16))
    told = await play(toml, "2026-09-01", "2026-09-18", *chain, tmp=tmp_path)
    assert [line["engagement"] for line in told.of("state")] == [DM, f"{DM}/sub"]


async def test_a_party_let_in_by_the_consent_to_the_work_lacks_none(tmp_path):
    given = "  [engagement.sub_entrustment]\n  first_entruster_consent_on = 2026-08-01\n"
    toml = registry(engagement(DM, attestation=CHECKED, my_number=True, more=given), parties=SUB)
    completes = f'{at_ten("09-16", "set", by="privacy-office@group.example")}\nengagement = "{DM}/sub"\n'
    completes += 'class = "trustee"\nselection = { accepted_on = 2026-09-01 }\n'
    completes += "contract = { signed_on = 2026-09-01, clauses = [1, 2, 3, 4, 5, 6, 7, 8] }"
    told = await play(
        toml, "2026-09-01", "2027-02-01", _asks("09-14", DM, "sub"), _approves("09-15", 1), completes, tmp=tmp_path
    )
    assert not told.of("refused")
    assert not told.of("deadline", obligation="lacking")


async def test_nothing_is_approved_before_it_was_asked_for(tmp_path):
    events = [
        _asks("09-14", DM, "sub", requested_on=date(2026, 9, 14)),
        _approves("09-15", 1, on=date(2026, 9, 2)),
        f'{at_ten("09-16", "data_handed", party="sub", on=date(2026, 9, 3))}\nengagement = "{DM}"',
    ]
    toml = registry(engagement(DM, attestation=CHECKED), parties=SUB)
    told = await play(toml, "2026-09-01", "2026-09-18", *events, tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == ["on-before-request"]
    assert [line["rule"] for line in told.of("case_opened")] == ["unauthorised_subentrust"]


@pytest.mark.parametrize(
    ("left", "ends_on", "reason"),
    [("2026-08-31", None, "company-left"), (None, "2026-08-31", "engagement-over"), ("2026-09-02", "2026-09-02", None)],
)
async def test_nothing_is_activated_that_is_over_or_whose_company_has_left(left, ends_on, reason, tmp_path):
    fields = {"ends_on": ends_on} if ends_on else {}
    work = engagement("new", state="candidate", starts_on="2026-01-01", more="", **fields)
    toml = registry(work.replace("2020-09-01", "2026-06-01"))
    toml = toml.replace('name = "Impress"', f'name = "Impress"\nmember_until = {left}') if left else toml
    event = f'{at_ten("09-02", "activate")}\nengagement = "new"'
    told = await play(toml, "2026-09-01", "2026-09-02T12:00", event, tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == ([reason] if reason else [])
    assert len(told.of("state", state="active")) == (0 if reason else 1)


async def test_who_has_left_the_group_is_not_made_responsible_for_joint_use(tmp_path):
    toml = group().replace('name = "Newco"', 'name = "Newco"\nmember_until = 2026-08-31')
    hands = at_ten("09-18", "responsible_changes", joint_use="customers", on=date(2026, 10, 5), company="newco")
    told = await play(toml, "2026-09-01", "2026-09-19", hands, tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == ["company-not-member"]
    assert not told.of("deadline")


def _request(day: str, **fields):
    usual = {"ref": "R-1", "company": "impress", "request": "disclose", "arrived_on": date(2026, 9, 14)}
    return at_ten(day, "owner_request", **(usual | {"purposes": ["p03"]} | fields))


async def test_a_reference_stands_for_one_matter_and_what_has_not_arrived_is_not_entered(tmp_path):
    events = [
        _request("09-14", arrived_on=date(2026, 9, 15)),
        _request("09-14"),
        _request("09-15", request="erase"),
        _request("09-15", verified_on=date(2026, 9, 15)),
    ]
    told = await play(registry(engagement(DM, attestation=CHECKED)), "2026-09-01", "2026-09-16", *events, tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == ["arrived-ahead", "ref-taken"]
    assert [line["obligation"] for line in told.of("deadline")] == ["owner-request", "owner-request-leg"]


async def test_a_holder_is_not_late_before_it_was_asked(tmp_path):
    events = [_request("09-14"), _request("09-30", verified_on=date(2026, 9, 29))]
    told = await play(registry(engagement(DM, attestation=CHECKED)), "2026-09-01", "2026-10-02", *events, tmp=tmp_path)
    (leg,) = told.of("deadline", obligation="owner-request-leg")
    (late,) = told.of("overdue", obligation="owner-request-leg")
    assert (leg["due_on"], late["at"][:10]) == ("2026-09-30", "2026-10-01")


async def test_who_lets_the_selection_be_is_still_asked_whether_the_data_is_needed(tmp_path):
    more = "  [engagement.contract]\n  signed_on = 2020-09-15\n  clauses = [1, 2, 3, 4, 5, 6, 7, 8]\n"
    more += '  [[engagement.waiver]]\n  what = "selection"\n  by = "office"\n  reason = "r"\n  until = 2029-01-01\n'
    work = engagement(DM, attestation=CHECKED, whole=False, more=more, **{"class": "trustee"})
    told = await play(registry(work), "2026-09-20", "2027-10-01", tmp=tmp_path)
    assert [line["due_on"] for line in told.of("deadline", obligation="necessity-review")] == ["2027-09-21"]
