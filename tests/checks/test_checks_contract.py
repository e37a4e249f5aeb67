"""What every check promises, whatever it looks at."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks import CHECKS
from checks.answers import Exchange, Hop, Trouble
from checks.contract import Finding, Look, Scope, Severity, Verdict
from checks.detail import Detail, plain
from checks.looking import Telling
from checks.rulebook import REASONS
from tests.checks.looked_at import AT, GOOD_HEADERS, GOOD_RECORDS, URL, FakeProbe, failed, served, shown

SOURCES = {kind: Path(sys.modules[type(check).__module__].__file__) for kind, check in CHECKS.items()}
each_check = pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS.keys())


@each_check
def test_a_check_says_all_that_its_contract_asks_for(check):
    assert CHECKS[check.kind] is check
    assert check.every >= timedelta(minutes=1)
    assert check.ruleset >= 1
    assert isinstance(check.scope, Scope)
    assert isinstance(check.named_only, bool)


@each_check
def test_every_rule_is_explained_in_both_languages(check):
    for name, rule in check.rules.items():
        assert name == rule.name
        assert name.startswith(f"{check.kind}.")
        for words in (rule.title, rule.explanation, rule.remedy):
            assert re.search(r"[ぁ-んァ-ヶ一-龠]", words.ja)
            assert words.en.isascii()
            assert (words.said("ja"), words.said("en"), words.said("fr")) == (words.ja, words.en, words.en)
        assert rule.reference


@each_check
def test_every_rule_is_used_and_every_rule_used_is_explained(check):
    used = set(re.findall(rf'"({re.escape(check.kind)}\.[a-z-]+)"', SOURCES[check.kind].read_text()))
    assert used == set(check.rules)


def test_every_reason_not_to_judge_has_words():
    given = {trouble.value for trouble in Trouble if trouble.unseen}
    given |= {"refused-monitor", "certificate-refused", "tls-failed", "no-answer", "unread-body"}
    given |= {"sign-in-wanted", "leads-elsewhere"}
    assert given == set(REASONS)


@each_check
@pytest.mark.parametrize("trouble", Trouble)
async def test_what_we_did_not_see_is_never_held_against_the_party(check, trouble):
    seen = await check.observe(URL, FakeProbe(failed(trouble)))
    look = check.judge(seen, AT)
    if trouble.unseen:
        assert (look.verdict, look.reason, look.findings) == (Verdict.UNKNOWN, trouble.value, ())
        assert look.fault is trouble.ours
    if look.verdict is Verdict.UNKNOWN:
        assert look.reason in REASONS


@each_check
@pytest.mark.parametrize("status", [403, 406, 429])
async def test_being_turned_away_is_not_a_failure(check, status):
    look = check.judge(await check.observe(URL, FakeProbe(served(status=status))), AT)
    assert look.verdict is Verdict.UNKNOWN
    assert look.reason in {"refused-monitor", "no-answer"}


fields = st.tuples(st.text(st.characters(max_codepoint=255), min_size=1, max_size=20), st.text(max_size=60))
hops = st.builds(
    Hop,
    st.sampled_from([URL, "http://vendor.example/"]),
    st.sampled_from([0, 200, 204, 301, 401, 403, 404, 500, 503]),
    st.lists(fields, max_size=5).map(tuple),
    st.binary(max_size=60),
    trouble=st.sampled_from([None, *Trouble]),
    detail=st.text(max_size=20).map(lambda why: Detail("{why}", why=why)),
)


@each_check
@given(way=st.lists(hops, min_size=1, max_size=3).map(tuple))
async def test_judging_never_raises_and_says_the_same_twice(check, way):
    seen = await check.observe(URL, FakeProbe(Exchange(URL, way)))
    look = check.judge(seen, AT)
    assert look == check.judge(seen, AT)
    assert (look.verdict is Verdict.FAIL) is bool(look.findings)
    assert (look.verdict is Verdict.UNKNOWN) is bool(look.reason)
    assert json.loads(json.dumps(dict(look.observed))) == dict(look.observed)
    assert all(finding.rule in check.rules for finding in look.findings)
    assert not isinstance(check, Telling) or check.gist(look.observed).isprintable()


@each_check
async def test_a_good_answer_passes_and_says_what_was_seen(check, good_world):
    look = check.judge(await check.observe(URL, good_world), AT)
    assert (look.verdict, look.findings, look.reason) == (Verdict.PASS, (), "")
    assert look.observed
    assert look.took_ms >= 0


@pytest.fixture
def good_world(authority, check):
    """A party about which no check finds anything."""
    days = timedelta(days=100)
    secured = shown(authority.issue("vendor.example", begins=AT - days, ends=AT + days))
    security = "Contact: mailto:security@vendor.example\nExpires: 2027-03-01T00:00:00Z\n"
    place = f"{URL}.well-known/security.txt"
    pages = {place: served(("Content-Type", "text/plain"), url=place, body=security.encode())}
    pages[f"{URL}api/v2/summary.json"] = served(body=b'{"incidents": []}')
    if check.kind == "policy-page":
        pages[URL] = served(body=b"What you entrust us with is used for the purpose that was agreed on. " * 3)
    if check.kind == "json-endpoint":
        pages[URL] = served(body=b"{}")
    return FakeProbe(served(*GOOD_HEADERS, tls=secured), pages=pages, records=GOOD_RECORDS)


def test_findings_are_the_same_thing_when_rule_and_key_are():
    first = Finding("tls.expires-soon", Severity.MEDIUM, "in 30 days", "abc")
    assert first == Finding("tls.expires-soon", Severity.CRITICAL, "in 3 days", "abc")
    assert first != Finding("tls.expires-soon", Severity.MEDIUM, "in 30 days", "abd")


def test_the_worst_finding_comes_first():
    low, high = Finding("a", Severity.LOW, ""), Finding("b", Severity.HIGH, "")
    assert Look.of([low, high], {}, 1.0).findings == (high, low)
    assert Look.of([low, high], {}, 1.0).severity is Severity.HIGH


@given(st.text(max_size=400))
def test_what_a_stranger_says_becomes_one_printable_line(text):
    line = plain(text)
    assert line.isprintable()
    assert len(line) <= 300
    assert plain(line) == line


@pytest.mark.parametrize("module", ["checks", "monitor.__main__", "monitor.cli.check"])
def test_importing_the_words_does_not_load_the_network(module):
    heavy = ("aiohttp", "cryptography", "aiodns", "rich", "tortoise")
    code = f"import {module}, sys; print([name for name in {heavy} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
