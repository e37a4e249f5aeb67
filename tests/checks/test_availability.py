"""Down is what the party can change."""

from __future__ import annotations

import pytest

from checks.answers import Trouble
from checks.availability import DOWN, Availability
from checks.contract import Severity, Verdict
from tests.checks.looked_at import AT, failed, rules, served, shown

CHECK = Availability()


def judged(exchange):
    return CHECK.judge(exchange, AT)


@pytest.mark.parametrize("status", [200, 201, 204, 301, 304, 399, 401])
def test_an_answer_is_up(status):
    assert judged(served(status=status)).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("status", "rule"),
    [
        (400, "client-error"),
        (404, "gone"),
        (405, "client-error"),
        (410, "gone"),
        (500, "server-error"),
        (502, "server-error"),
        (503, "server-error"),
        (101, "malformed"),
        (0, "malformed"),
        (999, "server-error"),
    ],
)
def test_an_answer_that_says_no_is_down_and_matters_much(status, rule):
    look = judged(served(status=status))
    assert rules(look) == {f"availability.{rule}"}
    assert look.severity is Severity.HIGH
    assert str(status) in look.findings[0].detail


@pytest.mark.parametrize(("trouble", "rule"), DOWN.items())
def test_no_answer_is_down(trouble, rule):
    assert rules(judged(failed(trouble))) == {rule}


def test_every_trouble_is_either_down_or_not_judged():
    for trouble in Trouble:
        look = judged(failed(trouble))
        assert (trouble in DOWN) is (look.verdict is Verdict.FAIL)


@pytest.mark.parametrize("trouble", [Trouble.CERTIFICATE, Trouble.TLS_FAILED])
def test_a_certificate_that_does_not_hold_is_the_tls_checks_case_alone(trouble, authority):
    look = judged(failed(trouble, tls=shown(authority.issue("vendor.example"), code=10)))
    assert (look.verdict, look.reason) == (Verdict.UNKNOWN, trouble.value)


@pytest.mark.parametrize(
    "exchange",
    [
        served(("CF-Mitigated", "challenge"), status=503),
        served(("x-amzn-waf-action", "captcha"), status=405),
        served(("x-amzn-waf-action", "challenge"), status=202),
        served(status=503, body=b"<script src=/cdn-cgi/challenge-platform/h/b/orchestrate/x></script>"),
        served(status=403),
        served(status=429),
        served(status=451),
    ],
)
def test_a_riddle_is_a_refusal_and_not_an_outage(exchange):
    look = judged(exchange)
    assert (look.verdict, look.reason, look.fault) == (Verdict.UNKNOWN, "refused-monitor", False)


def test_a_healthy_page_with_a_challenge_script_on_it_is_up():
    body = b"<script src=/cdn-cgi/challenge-platform/scripts/jsd/main.js></script>"
    assert judged(served(body=body)).verdict is Verdict.PASS


def test_the_phases_and_the_way_are_kept():
    seen = judged(served(status=500)).observed
    assert seen["ms"] == {"dns": 1, "connect": 2, "tls": 3, "first_byte": 4, "body": 5}
    assert (seen["status"], seen["peer"]) == (500, "192.0.2.7")


def test_no_body_is_kept():
    assert "secret" not in repr(judged(served(status=500, body=b"secret")))


@pytest.mark.parametrize(
    ("url", "suits"), [("https://a.example/", True), ("http://a.example/", True), ("ftp://a/", False)]
)
def test_it_suits_what_can_be_fetched(url, suits):
    assert CHECK.suits(url) is suits
