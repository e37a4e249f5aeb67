"""json-endpoint: a party's own statement for machines, held to the conditions of the registry."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.answers import Trouble
from checks.contract import Verdict
from checks.json_endpoint import JsonEndpoint
from checks.options import BadOptions, configured
from tests.checks.looked_at import AT, URL, FakeProbe, failed, rules, served

TODAY = AT.date()
STATED = {"deletion": {"status": "completed"}, "attested_on": "2026-05-01", "records": 0}


def held(*conditions, told=STATED, **changes):
    check = configured(JsonEndpoint(), {"conditions": list(conditions)})
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    return check.judge(served(body=body, **changes), AT)


def test_a_statement_that_meets_every_condition_passes():
    look = held('$.deletion.status == "completed"', "$.attested_on >= today - 365d", "$.records == 0")
    assert look.verdict is Verdict.PASS
    assert look.observed["conditions"] == [
        ['$.deletion.status == "completed"', True],
        ["$.attested_on >= today - 365d", True],
        ["$.records == 0", True],
    ]


def test_each_condition_that_does_not_hold_is_a_finding_of_its_own():
    look = held('$.deletion.status == "started"', "$.records > 0", "$.records == 0")
    assert {finding.key for finding in look.findings} == {'$.deletion.status == "started"', "$.records > 0"}
    assert rules(look) == {"json-endpoint.condition"}
    assert any("'completed'" in finding.detail for finding in look.findings)


@pytest.mark.parametrize("told", ["pending", "9999", None, 20260501, ["2026-05-01"], "2026-13-01"])
def test_what_is_no_day_is_neither_recent_nor_old(told):
    assert rules(held("$.attested_on >= today - 365d", told={"attested_on": told})) == {"json-endpoint.condition"}
    assert rules(held("$.attested_on <= today", told={"attested_on": told})) == {"json-endpoint.condition"}


def test_a_statement_without_the_day_is_not_recent():
    look = held("$.attested_on >= today - 365d", told={})
    assert "nothing there" in look.findings[0].detail


@given(days=st.integers(-900, 900), limit=st.integers(0, 900))
def test_a_day_is_as_far_from_today_as_it_is(days, limit):
    told = {"on": (TODAY + timedelta(days=days)).isoformat()}
    assert (held(f"$.on >= today - {limit}d", told=told).verdict is Verdict.PASS) is (days >= -limit)
    assert (held(f"$.on<today+{limit}d", told=told).verdict is Verdict.PASS) is (days < limit)


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ("2026-05-01T09:00:00+09:00", "2026-05-01"),
        ("2026-05-01T08:59:59+09:00", "2026-04-30"),
        ("2026-05-01", "2026-05-01"),
    ],
)
def test_a_time_with_an_offset_counts_in_utc(told, day):
    away = (TODAY - date.fromisoformat(day)).days
    assert held(f"$.on == today - {away}d", told={"on": told}).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "conditions",
    [
        ["$.a == nothing"],
        ["$.a >= today - many"],
        ["$.a ~ 1"],
        [""],
        ["$.a"] * 21,
    ],
)
def test_a_condition_that_nobody_can_read_is_refused_by_its_name(conditions):
    with pytest.raises(BadOptions) as refused:
        configured(JsonEndpoint(), {"conditions": conditions})
    assert "conditions" in str(refused.value)


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"[" * 60_000])
def test_what_is_no_json_is_found(body):
    assert rules(held(told=body)) == {"json-endpoint.unreadable"}


def test_an_answer_that_is_too_long_is_called_so():
    look = held(told=b'{"a": "', truncated=True)
    assert "longer" in look.findings[0].detail


@pytest.mark.parametrize("status", [404, 410])
def test_a_statement_that_was_withdrawn_is_found(status):
    assert rules(held(status=status)) == {"json-endpoint.missing"}


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_a_server_that_will_not_say_has_stated_nothing(status):
    assert held(status=status).verdict is Verdict.UNKNOWN


def test_silence_is_no_finding():
    assert JsonEndpoint(("$.a",)).judge(failed(Trouble.LOCAL_FAULT), AT).fault


async def test_it_asks_for_json():
    probe = FakeProbe(served(body=b"{}"))
    await JsonEndpoint().observe(URL, probe)
    assert probe.asked == [("fetch", URL, {"Accept": "application/json"})]


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["on", "state", "x"]), inner),
    max_leaves=12,
)


@given(documents)
def test_nothing_that_a_party_states_breaks_the_judge(told):
    look = held("$.on >= today - 10d", '$.state == "done"', "$.x", "$.*.on < today", told=told)
    assert len(look.findings) <= 4
    assert json.loads(json.dumps(dict(look.observed)))


@pytest.mark.parametrize("deep", ["[" * 100 + "]" * 100, '{"a":' * 100 + "1" + "}" * 100], ids=["list", "object"])
def test_what_a_value_holds_is_not_written_out(deep):
    look = held('$.state == "done"', told=f'{{"state": {deep}}}'.encode())
    assert look.findings[0].detail.endswith(("says a list.", "says an object."))
