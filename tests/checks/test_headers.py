"""What an answer tells browsers, judged by the questions of the MDN HTTP Observatory."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks import csp
from checks.answers import Exchange, Hop, Trouble
from checks.contract import Severity, Verdict
from checks.headers import HALF_A_YEAR, STRANGER, Headers, Served, hsts_age
from tests.checks.looked_at import AT, GOOD_HEADERS, URL, FakeProbe, failed, rules, served

CHECK = Headers()
HSTS, CSP, NOSNIFF, REFERRER = GOOD_HEADERS
HTTP = "http://vendor.example/"


def judged(*headers, to_stranger=None, **changes):
    return CHECK.judge(Served(served(*headers, **changes), to_stranger), AT)


def without(*names):
    return tuple(field for field in GOOD_HEADERS if field[0].lower() not in names)


def test_an_answer_that_says_it_all_passes():
    assert judged(*GOOD_HEADERS).verdict is Verdict.PASS


def test_an_answer_that_says_nothing_lacks_four_things():
    look = judged()
    assert rules(look) == {
        "headers.hsts-missing",
        "headers.csp-missing",
        "headers.nosniff-missing",
        "headers.framing",
    }
    assert look.severity is Severity.MEDIUM


@pytest.mark.parametrize(
    ("field", "age"),
    [
        ("max-age=31536000", 31536000),
        ('MAX-AGE="31536000"; includeSubDomains; preload', 31536000),
        (" max-age = 5 ;", 5),
        ("max-age=0", 0),
        ("includeSubDomains", 0),
        ("max-age=-1", 0),
        ("max-age=1; max-age=2", 0),
        ("max-age=abc", 0),
        ("", 0),
    ],
)
def test_hsts_is_read_as_the_standard_says(field, age):
    assert hsts_age(field) == age


@pytest.mark.parametrize(
    ("field", "rule"),
    [
        (f"max-age={HALF_A_YEAR}", None),
        (f"max-age={HALF_A_YEAR - 1}", "headers.hsts-short"),
        ("max-age=0", "headers.hsts-missing"),
        ("nonsense", "headers.hsts-missing"),
    ],
)
def test_hsts_is_missing_short_or_there(field, rule):
    look = judged(*without("strict-transport-security"), ("strict-transport-security", field))
    assert rules(look) == ({rule} if rule else set())


def test_only_the_first_hsts_field_counts():
    look = judged(("Strict-Transport-Security", "max-age=1"), *GOOD_HEADERS)
    assert rules(look) == {"headers.hsts-short"}


def test_plain_http_is_told_and_its_hsts_is_not_asked_for():
    look = judged(*without("strict-transport-security"), url="http://vendor.example/")
    assert rules(look) == {"headers.no-https-redirect"}


SAFE = [
    "default-src 'self'",
    "default-src 'none'; script-src 'self' https://cdn.example",
    "script-src 'nonce-abc' 'unsafe-inline' 'strict-dynamic' https:; object-src 'none'",
    "script-src 'sha256-abc='; object-src 'none'",
    "default-src 'self'; style-src 'unsafe-inline' *; img-src *",
    "DEFAULT-SRC 'SELF'",
    "default-src 'self'; report-uri /a; report-uri /b",
    "script-src 'nonce-abc' 'strict-dynamic' 'self' http://a.example *; object-src 'none'",
    "default-src 'self'; img-src http://pictures.example",
]
UNSAFE = [
    "default-src *",
    "script-src 'self'",
    "object-src 'none'",
    "default-src 'self' 'unsafe-inline'",
    "default-src 'self'; script-src 'unsafe-eval' 'self'",
    "default-src 'self'; script-src data:",
    "default-src 'self'; script-src https:",
    "default-src 'self'; object-src *",
    "script-src 'nonce-abc' https:; object-src 'none'",
    "upgrade-insecure-requests",
    "script-src 'self' 'strict-dynamic'; object-src 'none'",
    "script-src 'self' http://a.example; object-src 'none'",
    "default-src 'self'; script-src https://*.*",
    "default-src 'self'; style-src 'unsafe-eval'",
]


def only_policy(*fields):
    named = [("Content-Security-Policy", field) for field in fields]
    return judged(HSTS, NOSNIFF, ("X-Frame-Options", "DENY"), *named)


@pytest.mark.parametrize("policy", SAFE)
def test_a_policy_that_holds_passes(policy):
    assert rules(only_policy(policy)) == set()


@pytest.mark.parametrize("policy", UNSAFE)
def test_a_policy_with_a_way_around_is_told(policy):
    look = only_policy(policy)
    assert rules(look) == {"headers.csp-unsafe"}
    assert any(word in look.findings[0].detail for word in ("script-src", "object-src", "style-src", "http:"))


@pytest.mark.parametrize("unsafe", UNSAFE)
def test_a_second_policy_that_holds_closes_the_way(unsafe):
    assert rules(only_policy(unsafe, "default-src 'self'")) == set()
    assert rules(only_policy(f"{unsafe}, default-src 'self'")) == set()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("default-src *", "script-src 'self'"),
        ("default-src https:", "default-src *"),
        ("script-src 'self'; object-src *", "script-src 'self'"),
        ("default-src 'self' http://a.example", "default-src 'self' http://b.example"),
    ],
)
def test_a_way_that_two_policies_open_in_different_words_is_open(one, other):
    assert rules(only_policy(one, other)) == rules(only_policy(other, one)) == {"headers.csp-unsafe"}


def test_ways_that_only_one_of_two_policies_opens_are_closed():
    assert rules(only_policy("default-src data:; object-src 'none'", "default-src https:; object-src 'none'")) == set()


def test_a_directive_that_stands_twice_is_told_whatever_another_policy_says():
    assert rules(only_policy("default-src 'self'; default-src *", "default-src 'self'")) == {"headers.csp-unsafe"}


def test_plain_http_sources_are_no_way_into_a_page_that_came_over_it():
    policy = "default-src 'self' http://a.example; frame-ancestors 'none'"
    look = judged(NOSNIFF, ("Content-Security-Policy", policy), url="http://vendor.example/")
    assert rules(look) == {"headers.no-https-redirect"}


def test_a_policy_that_only_reports_is_no_policy():
    look = judged(*without("content-security-policy"), ("Content-Security-Policy-Report-Only", CSP[1]))
    assert "headers.csp-missing" in rules(look)
    assert "content-security-policy-report-only" in look.observed["headers"]


def test_a_policy_in_the_page_counts_except_for_framing():
    body = b"""<html><head><META content="default-src &#39;self&#39;; frame-ancestors 'none'"
        http-equiv='Content-Security-Policy'></head>"""
    assert rules(judged(*without("content-security-policy"), body=body)) == {"headers.framing"}


@pytest.mark.parametrize(
    "body",
    [
        b"<!-- <meta http-equiv=content-security-policy content=\"default-src 'self'\"> -->",
        b"</head><meta http-equiv=content-security-policy content=\"default-src 'self'\">",
        b"<p>content-security-policy</p>",
    ],
)
def test_a_policy_in_a_comment_or_outside_the_head_does_not_count(body):
    assert csp.in_page(body) == []


@given(st.lists(st.sampled_from([b"<meta ", b"<!--", b"-->", b"content-security-policy", b"='", b'"', b">", b"a=b "])))
def test_no_page_breaks_the_reading_of_its_policy(pieces):
    assert isinstance(csp.in_page(b"".join(pieces)), list)


def test_a_page_made_to_be_slow_is_read_quickly():
    for piece in (b"<meta content-security-policy ", b"<!--", b"<meta a='", b"content-security-policy=", b"a=b "):
        csp.in_page(b"<meta content-security-policy" + piece * (65536 // len(piece)))


@pytest.mark.parametrize(
    ("fields", "fine"),
    [
        (["DENY"], True),
        (["sameorigin"], True),
        (["SAMEORIGIN", "SAMEORIGIN"], True),
        (["ALLOW-FROM https://a.example"], True),
        (["DENY", "SAMEORIGIN"], False),
        (["ALLOWALL"], False),
        ([], False),
    ],
)
def test_framing_is_limited_by_either_header(fields, fine):
    named = [("X-Frame-Options", field) for field in fields]
    look = judged(HSTS, NOSNIFF, ("Content-Security-Policy", "default-src 'self'"), *named)
    assert (rules(look) == set()) is fine


@pytest.mark.parametrize(
    ("field", "leaks"),
    [
        ("no-referrer", False),
        ("strict-origin-when-cross-origin", False),
        ("unsafe-url", True),
        ("no-referrer-when-downgrade", True),
        ("origin", True),
        ("unsafe-url, strict-origin", False),
        ("strict-origin, unsafe-url", True),
        ("no-referrer, something-new", False),
        ("nonsense", True),
        ("", False),
    ],
)
def test_the_last_referrer_policy_that_browsers_know_counts(field, leaks):
    look = judged(*without("referrer-policy"), ("Referrer-Policy", field))
    assert (rules(look) == {"headers.referrer-policy"}) is leaks


def test_leaving_the_referrer_to_the_browser_is_a_note_and_no_finding():
    look = judged(*without("referrer-policy"))
    assert look.verdict is Verdict.PASS
    assert any("referrer" in note for note in look.observed["notes"])


@pytest.mark.parametrize(
    ("cookie", "lacks", "severity"),
    [
        ("theme=dark; Secure", None, None),
        ("theme=dark", "Secure", Severity.LOW),
        ("PHPSESSID=x; secure; httponly", None, None),
        ("PHPSESSID=x; Secure", "HttpOnly", Severity.MEDIUM),
        ("connect.sid=x; HttpOnly", "Secure", Severity.MEDIUM),
        ("csrftoken=x; Secure; SameSite=Lax", None, None),
        ("csrftoken=x; Secure", "SameSite", Severity.LOW),
        ("theme=dark; Secure; SameSite=Sometimes", "SameSite", Severity.LOW),
        ("theme=; Max-Age=0", None, None),
        ("theme=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", None, None),
        ("heroku-session-affinity=x", None, None),
        ("auth_token=x; Secure", None, None),
        ("resident=1; Secure", None, None),
    ],
)
def test_cookies_lack_what_their_kind_needs(cookie, lacks, severity):
    look = judged(*GOOD_HEADERS, ("Set-Cookie", cookie))
    assert look.severity is severity
    assert all(lacks in finding.detail for finding in look.findings)


def test_each_cookie_is_a_finding_of_its_own_and_no_value_is_told():
    look = judged(*GOOD_HEADERS, ("Set-Cookie", "a=secret"), ("Set-Cookie", "b=secret"))
    assert [finding.key for finding in look.findings] == ["a", "b"]
    assert "secret" not in repr(look)


def test_a_flood_of_cookies_is_a_handful_of_findings():
    look = judged(*GOOD_HEADERS, *(("Set-Cookie", f"c{number}=x") for number in range(500)))
    assert len(look.findings) == 20


@pytest.mark.parametrize(
    ("origin", "credentials", "open_to_all"),
    [
        (STRANGER, "true", True),
        ("null", "true", True),
        (STRANGER, "", False),
        ("*", "true", False),
        ("https://partner.example", "true", False),
    ],
)
def test_cors_is_open_when_a_stranger_is_let_in_with_the_visitors_cookies(origin, credentials, open_to_all):
    fields = (("Access-Control-Allow-Origin", origin), ("Access-Control-Allow-Credentials", credentials))
    look = judged(*GOOD_HEADERS, to_stranger=served(*fields))
    assert (rules(look) == {"headers.cors-open"}) is open_to_all


async def test_the_stranger_is_played_only_where_a_page_was_served():
    up, down = FakeProbe(served(*GOOD_HEADERS)), FakeProbe(served(status=500))
    await CHECK.observe(URL, up)
    await CHECK.observe(URL, down)
    assert [asked[1:] for asked in up.asked] == [(URL, None), (URL, {"Origin": STRANGER}), (HTTP, None)]
    assert len(down.asked) == 1


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://vendor.example/a?b=c", "http://vendor.example/a"),
        ("https://vendor.example:443/", HTTP),
        ("https://[2001:db8::7]/", "http://[2001:db8::7]/"),
        ("https://vendor.example:8443/", None),
        (HTTP, None),
    ],
)
async def test_the_way_without_encryption_is_walked_where_the_address_is_one_that_people_type(url, asked):
    probe = FakeProbe(served(*GOOD_HEADERS, url=url))
    await CHECK.observe(url, probe)
    assert [there for _, there, headers in probe.asked if headers is None and there != url] == (
        [asked] if asked else []
    )


def way(*urls, status=200, trouble=None):
    """A visit that led over these addresses."""
    *before, last = urls
    hops = [Hop(url, 301) for url in before] + [Hop(last, 0 if trouble else status, trouble=trouble)]
    return Exchange(urls[0], tuple(hops))


@pytest.mark.parametrize(
    ("walked", "rule"),
    [
        (way(HTTP, URL), None),
        (way(HTTP, URL, "https://www.vendor.example/"), None),
        (way(HTTP), "headers.no-https-redirect"),
        (way(HTTP, status=404), "headers.no-https-redirect"),
        (way(HTTP, "http://www.vendor.example/"), "headers.no-https-redirect"),
        (way(HTTP, "http://www.vendor.example/", URL), "headers.redirect-detour"),
        (way(HTTP, "https://www.vendor.example/"), "headers.redirect-detour"),
        (way(HTTP, "https://www.vendor.example/", trouble=Trouble.TIMEOUT), "headers.redirect-detour"),
        (way(HTTP, URL, trouble=Trouble.CERTIFICATE), None),
        (way(HTTP, trouble=Trouble.REFUSED), None),
        (way(HTTP, trouble=Trouble.CONNECT_TIMEOUT), None),
        (way(HTTP, trouble=Trouble.GUARD_ADDRESS), None),
        (way(HTTP, status=403), None),
        (None, None),
    ],
)
def test_whoever_comes_without_encryption_is_led_to_the_same_host_with_it_at_once(walked, rule):
    look = CHECK.judge(Served(served(*GOOD_HEADERS), None, walked), AT)
    assert rules(look) == ({rule} if rule else set())


def test_an_error_without_encryption_is_not_called_a_page():
    told = [
        CHECK.judge(Served(served(*GOOD_HEADERS), None, way(HTTP, status=code)), AT).findings for code in (200, 404)
    ]
    assert [finding.detail for (finding,) in told] == [
        f"{HTTP} is served; it does not lead to https.",
        f"{HTTP} answers with status 404; it does not lead to https.",
    ]


def test_cookies_of_the_redirects_are_looked_at_too():
    first = Hop("https://vendor.example/start", 302, (("Set-Cookie", "sessionid=x"),))
    look = CHECK.judge(Served(Exchange(first.url, (first, served(*GOOD_HEADERS).final))), AT)
    assert [finding.key for finding in look.findings] == ["sessionid"]


def test_a_name_that_merely_looks_like_a_session_is_a_note():
    look = judged(*GOOD_HEADERS, ("Set-Cookie", "connect.sid=x; Secure"))
    assert look.verdict is Verdict.PASS
    assert "scripts can read connect.sid" in look.observed["notes"]


@pytest.mark.parametrize("status", [404, 500, 401, 101, 0])
def test_an_error_page_is_not_judged(status):
    look = judged(status=status)
    assert (look.verdict, look.reason) == (Verdict.UNKNOWN, "no-answer")


def test_a_site_that_is_down_is_not_judged():
    look = CHECK.judge(Served(failed(Trouble.REFUSED)), AT)
    assert (look.verdict, look.reason) == (Verdict.UNKNOWN, "no-answer")


names = st.sampled_from([name for name, _ in GOOD_HEADERS] + ["Set-Cookie", "X-Frame-Options", "X-Other"])
values = st.text(st.sampled_from("abc ='\";,*:-0123456789") | st.characters(max_codepoint=255), max_size=80)


@given(st.lists(st.tuples(names, values), max_size=12), st.binary(max_size=100))
def test_no_headers_break_the_judgement(fields, body):
    look = judged(*fields, body=body)
    assert look == judged(*fields, body=body)
    assert look.verdict in {Verdict.PASS, Verdict.FAIL}


@given(st.lists(st.sampled_from(["'self'", "*", "https:", "data:", "'unsafe-inline'", "'nonce-x'", "a.example"])))
def test_adding_a_policy_never_opens_a_way(sources):
    policy = csp.policies_of([f"default-src {' '.join(sources)}"])
    assert set(csp.ways_in([*policy, *csp.policies_of(["default-src 'self'"])])) <= set(csp.ways_in(policy))


def test_a_policy_of_thirty_thousand_directives_is_searched_for_repetitions_in_no_time():
    many = ";".join(f"a{number}" for number in range(30_000))
    assert csp.repeated([f"{many};a7;report-uri /a;report-uri /b"]) == ["a7"]


def test_a_number_that_no_character_has_is_no_error_of_ours():
    body = f"<meta http-equiv=content-security-policy content='&#{'9' * 5000};'><img src='//&#{'9' * 5000};'>"
    assert Headers().judge(Served(served(body=body.encode())), AT).verdict in Verdict


@pytest.mark.parametrize("field", ["," * 60_000, "a=b," * 15_000, "a;" * 9000], ids=["empty", "many", "long"])
def test_policies_without_end_are_judged_in_no_time(field):
    fields = tuple(("Content-Security-Policy", field) for _ in range(3))
    look = Headers().judge(Served(served(*fields)), AT)
    assert "headers.csp-missing" in rules(look) or "headers.csp-unsafe" in rules(look)
