"""What an endpoint may ask of an answer beyond its being there: what it says, how it says it, how long it takes."""

from __future__ import annotations

import gzip
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.answers import Phases
from checks.availability import Availability
from checks.contract import Severity, Verdict
from checks.options import BadOptions, configured
from checks.patterns import compiled, fits
from checks.replied import MOST, reply
from tests.checks.looked_at import AT, URL, FakeProbe, rules, served

HTML = ("Content-Type", "text/html; charset=utf-8")
JSON = ("Content-Type", "application/json")


def judged(exchange, **options):
    return configured(Availability(), options).judge(exchange, AT)


def verdict(body, *headers, truncated=False, **options):
    look = judged(served(*(headers or (HTML,)), body=body, truncated=truncated), **options)
    return look.reason or (*rules(look), str(look.verdict))[0]


@pytest.mark.parametrize(
    ("option", "wanted", "body", "concluded"),
    [
        ("text", "正常", "サービスは正常です", "pass"),
        ("text", "正常", "サービスは停止中です", "availability.text-missing"),
        ("text", "Q&A", "<p>Q&amp;A</p>", "pass"),
        ("text", "Q&amp;A", "<p>Q&amp;A</p>", "pass"),
        ("text", "OK", "ok", "availability.text-missing"),
        ("text", "OK", "", "availability.text-missing"),
        ("absent", "Fatal error", "fine", "pass"),
        ("absent", "Fatal error", "PHP Fatal error: x", "availability.text-present"),
        ("absent", "<b>", "&lt;b&gt;", "availability.text-present"),
        ("pattern", r"稼働(中|しています)", "現在稼働しています", "pass"),
        ("pattern", r"v[0-9]+\.[0-9]+", "version 2", "availability.pattern-missing"),
        ("json", '$.status == "ok"', '{"status": "ok"}', "pass"),
        ("json", '$.status == "ok"', '{"status": "down"}', "availability.json-unmet"),
        ("json", "$.status", "<html>", "availability.json-unmet"),
        ("json", "$.status", "[" * 5000, "availability.json-unmet"),
    ],
)
def test_a_condition_on_the_body_is_held_against_what_it_says(option, wanted, body, concluded):
    assert verdict(body.encode(), **{option: wanted}) == concluded


def test_every_condition_that_is_not_met_is_told_and_matters_much():
    look = judged(served(HTML, body=b"error"), text="ok", absent="error", pattern="^ok", json="$.ok", status=[200])
    assert rules(look) == {
        "availability.text-missing",
        "availability.text-present",
        "availability.pattern-missing",
        "availability.json-unmet",
    }
    assert {finding.severity for finding in look.findings} == {Severity.HIGH}


def test_what_the_body_says_is_told_to_nobody():
    look = judged(served(HTML, body=b"a secret"), text="welcome", pattern="^x", json="$.a")
    assert "secret" not in repr(look)
    assert "welcome" in repr(look)


@pytest.mark.parametrize(
    ("options", "beginning", "concluded"),
    [
        ({"text": "here"}, b"it is here", "pass"),
        ({"text": "there"}, b"it is here", "unread-body"),
        ({"absent": "error"}, b"it is here", "unread-body"),
        ({"absent": "error"}, b"an error", "availability.text-present"),
        ({"pattern": "h.re"}, b"it is here", "pass"),
        ({"pattern": "th.re"}, b"it is here", "unread-body"),
        ({"json": "$.a == 1"}, b'{"a": 1, "b"', "unread-body"),
        ({"text": "here", "absent": "error"}, b"here", "unread-body"),
        ({"text": "there", "absent": "error"}, b"an error", "availability.text-present"),
        ({"slower_than_ms": 10_000}, b"it is here", "pass"),
    ],
)
def test_of_a_body_that_was_cut_only_what_was_seen_is_judged(options, beginning, concluded):
    assert verdict(beginning, truncated=True, **options) == concluded


@pytest.mark.parametrize("charset", ["shift_jis", "euc-jp", "iso-2022-jp", "utf-8", "utf-16"])
def test_a_body_is_read_in_the_charset_that_it_names(charset):
    body = "個人情報の削除は完了しました".encode(charset)
    assert verdict(body, ("Content-Type", f"text/html; charset={charset}"), text="削除は完了") == "pass"


@pytest.mark.parametrize("charset", ["Shift_JIS", "EUC-JP"])
def test_a_charset_that_stands_in_the_page_alone_is_found(charset):
    body = f'<meta charset="{charset}"><title>削除完了</title>'.encode(charset)
    assert verdict(body, ("Content-Type", "text/html"), text="削除完了") == "pass"


def test_json_is_read_in_its_charset_and_with_a_mark_before_it():
    assert verdict('\ufeff{"a": "済"}'.encode(), JSON, json='$.a == "済"') == "pass"
    assert (
        verdict('{"a": "済"}'.encode("cp932"), ("Content-Type", "text/json; charset=x-sjis"), json='$.a == "済"')
        == "pass"
    )


@pytest.mark.parametrize(
    ("coding", "packed"),
    [("gzip", gzip.compress(b"it is here")), ("deflate", zlib.compress(b"it is here")), ("identity", b"it is here")],
)
def test_a_body_that_was_packed_unasked_is_opened(coding, packed):
    assert verdict(packed, ("Content-Encoding", coding), text="here") == "pass"
    assert verdict(packed, ("Content-Encoding", coding), absent="there") == "pass"


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("br", b"\x0b\x02\x80it is here\x03"),
        ("gzip", b"no gzip at all"),
        ("gzip", gzip.compress(b"it is here" * 50, mtime=0)[:30]),
        ("gzip, br", b"x"),
    ],
)
def test_a_body_that_cannot_be_opened_is_not_held_against_anybody(coding, packed):
    assert verdict(packed, ("Content-Encoding", coding), text="nowhere") == "unread-body"
    assert verdict(packed, ("Content-Encoding", coding), absent="nowhere") == "unread-body"


def test_a_bomb_is_opened_as_far_as_we_have_room():
    exchange = served(("Content-Encoding", "gzip"), body=gzip.compress(b"a" * (MOST * 40)))
    read = reply(exchange.final)
    assert (len(read.text), read.whole) == (MOST, False)


@pytest.mark.parametrize(
    ("status", "good", "concluded"),
    [
        (200, [200, 302], "pass"),
        (201, [200, 302], "availability.unexpected-status"),
        (404, [200], "availability.gone"),
        (404, [404], "pass"),
        (500, [200], "availability.server-error"),
        (503, [503], "pass"),
        (401, [200], "availability.client-error"),
        (403, [403], "pass"),
        (403, [200], "refused-monitor"),
        (429, [200], "refused-monitor"),
    ],
)
def test_the_statuses_that_are_good_can_be_named(status, good, concluded):
    look = judged(served(status=status), status=good)
    assert (look.reason or (*rules(look), str(look.verdict))[0]) == concluded


def test_a_riddle_with_a_status_that_is_good_is_a_riddle_all_the_same():
    look = judged(served(("x-amzn-waf-action", "challenge"), status=202), status=[202], text="welcome")
    assert (look.verdict, look.reason) == (Verdict.UNKNOWN, "refused-monitor")


def test_an_error_page_is_an_error_and_its_words_are_not_read():
    assert rules(judged(served(status=500, body=b"x"), text="ok")) == {"availability.server-error"}


@pytest.mark.parametrize(("limit", "slow"), [(14, True), (15, False), (16, False), (0, False)])
def test_a_slow_answer_is_a_low_finding(limit, slow):
    look = judged(served(HTML, phases=Phases(1, 2, 3, 4, 5)), slower_than_ms=limit)
    assert rules(look) == ({"availability.slow"} if slow else set())
    assert look.severity is (Severity.LOW if slow else None)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"pattern": "("}, "pattern"),
        ({"pattern": r"(a)\1"}, "pattern"),
        ({"pattern": "(?=a)"}, "pattern"),
        ({"pattern": "a" * 501}, "pattern"),
        ({"pattern": "((a{100}){100}){100}"}, "pattern"),
        ({"json": "$.a == ok"}, "json"),
        ({"status": [99]}, "status"),
        ({"status": "200"}, "status"),
        ({"text": 5}, "text"),
        ({"slower_than_ms": "soon"}, "slower_than_ms"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_by_name(options, named, capfd):
    with pytest.raises(BadOptions) as refused:
        configured(Availability(), options)
    assert named in str(refused.value)
    assert capfd.readouterr() == ("", "")


async def test_a_body_is_fetched_at_length_only_where_something_is_asked_of_it():
    asked = []

    class Probe(FakeProbe):
        async def fetch(self, url, *, headers=None, again=False):
            asked.append(again)
            return await super().fetch(url, headers=headers, again=again)

    for check in (Availability(), Availability(slower_than_ms=5), Availability(text="x"), Availability(json="$")):
        await check.observe(URL, Probe(served()))
    assert asked == [False, False, True, True]


@pytest.mark.parametrize("hostile", ["(a+)+$", "(a|a)*$", "(.*.*.*.*)*=", "(a?){40}a{40}"])
def test_no_pattern_takes_long_over_a_page_that_was_written_against_it(hostile):
    assert fits(hostile, "a" * 65_536 + "b") in {True, False}
    compiled.cache_clear()


@given(st.text(st.sampled_from("ab()[]{}*+?.|\\^$:=!<P0,9") | st.characters(), max_size=40), st.text(max_size=60))
def test_whatever_is_written_is_a_pattern_or_a_value_error(pattern, text):
    try:
        compiled(pattern)
    except ValueError:
        return
    assert fits(pattern, text) in {True, False}


types = st.sampled_from(["", "text/html", "text/html; charset=shift_jis", "application/json; charset=nonsense", "x;="])
codings = st.sampled_from(["", "gzip", "deflate", "br", "GZIP , gzip"])


@given(st.binary(max_size=200), types, codings, st.booleans())
def test_no_body_breaks_the_judgement_nor_is_held_against_anybody_unseen(body, kind, coding, truncated):
    exchange = served(("Content-Type", kind), ("Content-Encoding", coding), body=body, truncated=truncated)
    look = judged(exchange, text="\N{SNOWMAN}\N{COMET}", json="$.a == 1")
    assert json.dumps(dict(look.observed))
    assert not truncated or look.verdict is Verdict.UNKNOWN
