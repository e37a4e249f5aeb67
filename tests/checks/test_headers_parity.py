"""The same answer, test by test, as the MDN HTTP Observatory gives on the same response.

The table holds what that peer's published scoring says of each response, pass or fail; ours is looked up under the
rules that stand for its test. Where we differ on purpose, the row stands in a table of its own with the reason.
"""

from __future__ import annotations

import pytest

from checks.answers import Exchange, Hop
from checks.headers import STRANGER, Headers, Served
from tests.checks.looked_at import AT, GOOD_HEADERS, URL, rules, served

RULES_OF = {
    "hsts": {"hsts-missing", "hsts-short"},
    "csp": {"csp-missing", "csp-unsafe"},
    "nosniff": {"nosniff-missing"},
    "framing": {"framing"},
    "referrer": {"referrer-policy"},
    "cors": {"cors-open"},
    "cookies": {"cookie-flags"},
    "redirection": {"no-https-redirect", "redirect-detour"},
    "sri": {"sri-missing"},
    "corp": {"corp-invalid"},
}
FIELD_OF = {
    "hsts": "Strict-Transport-Security",
    "csp": "Content-Security-Policy",
    "nosniff": "X-Content-Type-Options",
    "framing": "X-Frame-Options",
    "referrer": "Referrer-Policy",
    "cookies": "Set-Cookie",
    "corp": "Cross-Origin-Resource-Policy",
}
HTML = ("Content-Type", "text/html; charset=utf-8")
HTTP = "http://vendor.example/"


def passes(test, *fields, body=b"", to_stranger=None, unencrypted=None, kept=GOOD_HEADERS):
    """Whether our look finds nothing under that test, on a response that is good in all others."""
    named = {name.lower() for name, _ in fields}
    headers = (*(field for field in kept if field[0].lower() not in named), *fields)
    look = Headers().judge(Served(served(*headers, body=body), to_stranger, unencrypted), AT)
    assert look.reason == ""
    return not rules(look) & {f"headers.{rule}" for rule in RULES_OF[test]}


# One field (none: it is not sent), and what the peer says of it.
FIELDS = [
    ("hsts", None, False),
    ("hsts", "max-age=63072000; includeSubDomains; preload", True),
    ("hsts", "max-age=31536000", True),
    ("hsts", "max-age=15768000; includeSubDomains", True),
    ("hsts", "max-age=15552000", True),
    ("hsts", "max-age=15551999", False),
    ("hsts", "max-age=86400; includeSubDomains", False),
    ("hsts", "max-age=0", False),
    ("hsts", "includeSubDomains; preload", False),
    ("hsts", "MAX-AGE=31536000; INCLUDESUBDOMAINS", True),
    ("csp", None, False),
    ("csp", "default-src 'none'", True),
    ("csp", "default-src 'none'; script-src 'self'; style-src 'self'; form-action 'self'", True),
    ("csp", "default-src 'self'", True),
    ("csp", "default-src https://vendor.example", True),
    ("csp", "default-src 'none'; script-src 'nonce-abc123' 'unsafe-inline'", True),
    ("csp", "default-src 'none'; script-src 'sha256-abc123' 'unsafe-inline'", True),
    ("csp", "default-src 'none'; script-src 'nonce-abc123' 'strict-dynamic' https: 'unsafe-inline'", True),
    ("csp", "default-src 'none'; script-src 'strict-dynamic'", False),
    ("csp", "default-src 'none'; script-src 'strict-dynamic' https:", False),
    ("csp", "default-src 'none'; style-src 'unsafe-inline'", True),
    ("csp", "default-src 'none'; style-src data:", True),
    ("csp", "default-src 'none'; style-src *", True),
    ("csp", "default-src 'none'; img-src http:", True),
    ("csp", "default-src https:; script-src 'self'; object-src 'none'; img-src http://a.example", True),
    ("csp", "default-src 'self'; media-src http://a.example", True),
    ("csp", "default-src 'self' 'unsafe-inline'", False),
    ("csp", "script-src 'unsafe-inline'; object-src 'none'", False),
    ("csp", "default-src 'none'; script-src data:", False),
    ("csp", "default-src 'none'; script-src https:", False),
    ("csp", "default-src 'none'; script-src http:", False),
    ("csp", "default-src 'none'; script-src *", False),
    ("csp", "default-src 'none'; script-src https://*", False),
    ("csp", "default-src 'none'; script-src https://*.*", False),
    ("csp", "default-src 'none'; script-src https://*.example", True),
    ("csp", "default-src 'none'; object-src *", False),
    ("csp", "default-src 'none'; object-src https:", False),
    ("csp", "default-src 'none'; object-src data:", True),
    ("csp", "default-src *", False),
    ("csp", "default-src https:", False),
    ("csp", "default-src data:", False),
    ("csp", "script-src 'self'", False),
    ("csp", "object-src 'none'", False),
    ("csp", "script-src 'self'; object-src 'none'", True),
    ("csp", "img-src 'self'", False),
    ("csp", "frame-ancestors 'none'", False),
    ("csp", "upgrade-insecure-requests", False),
    ("csp", "default-src 'none'; script-src 'self' 'unsafe-eval'", False),
    ("csp", "default-src 'none'; style-src 'unsafe-eval'", False),
    ("csp", "default-src 'self' 'unsafe-eval'", False),
    ("csp", "default-src 'none'; script-src http://a.example", False),
    ("csp", "default-src 'none'; style-src http://a.example", False),
    ("csp", "default-src 'none'; connect-src ftp://a.example", False),
    ("csp", "default-src 'none'; font-src http:", False),
    ("csp", "default-src 'self'; default-src 'none'", False),
    ("csp", "default-src 'self'; script-src 'self'; SCRIPT-SRC 'none'", False),
    ("csp", "default-src 'self'; report-uri /a; report-uri /b", True),
    ("csp", "  default-src   'self'  ;; ", True),
    ("csp", "default-src; script-src", True),
    ("csp", "", False),
    ("csp", "default-src 'self', default-src *", True),
    ("nosniff", None, False),
    ("nosniff", "nosniff", True),
    ("nosniff", " NoSniff ", True),
    ("nosniff", "sniff", False),
    ("nosniff", "nosniff; mode=block", False),
    ("framing", None, False),
    ("framing", "DENY", True),
    ("framing", "sameorigin ", True),
    ("framing", "ALLOW-FROM https://vendor.example", True),
    ("framing", "SAMEORIGIN, DENY", False),
    ("framing", "allowall", False),
    ("referrer", None, True),
    ("referrer", "strict-origin", True),
    ("referrer", "unsafe-url, strict-origin", True),
    ("referrer", "no-referrer", True),
    ("referrer", "same-origin", True),
    ("referrer", "STRICT-ORIGIN-WHEN-CROSS-ORIGIN", True),
    ("referrer", "origin", False),
    ("referrer", "origin-when-cross-origin", False),
    ("referrer", "no-referrer-when-downgrade", False),
    ("referrer", "unsafe-url", False),
    ("referrer", "no-referrer, unsafe-url", False),
    ("referrer", "no-referrer, whatever", True),
    ("referrer", "whatever", False),
    ("cookies", None, True),
    ("cookies", "a=b; Secure", True),
    ("cookies", "a=b; Secure; SameSite=Lax", True),
    ("cookies", "a=b; Secure; SameSite=None", True),
    ("cookies", "a=b", False),
    ("cookies", "a=b; HttpOnly; SameSite=Strict", False),
    ("cookies", "a=b; Secure; SameSite=Whatever", False),
    ("cookies", "a=b; SameSite=None", False),
    ("cookies", "SESSIONID=b; Secure; HttpOnly", True),
    ("cookies", "SESSIONID=b; Secure", False),
    ("cookies", "SESSIONID=b; HttpOnly", False),
    ("cookies", "user_login=b; Secure", False),
    ("cookies", "csrftoken=b; Secure; SameSite=Strict", True),
    ("cookies", "csrftoken=b; Secure", False),
    ("cookies", "sess_csrf=b; Secure; SameSite=Strict", False),
    ("cookies", "connect.sid=b; Secure", True),
    ("cookies", "auth_token=b; Secure", True),
    ("cookies", "XSRF-TOKEN=b; Secure", True),
    ("cookies", "heroku-session-affinity=b", True),
    ("cookies", "SESSIONID=; Max-Age=0", True),
    ("corp", None, True),
    ("corp", "same-origin", True),
    ("corp", "Same-Site", True),
    ("corp", "cross-origin", True),
    ("corp", "whatever", False),
]


@pytest.mark.parametrize(("test", "value", "good"), FIELDS)
def test_a_header_passes_where_it_passes_with_the_peer(test, value, good):
    kept = tuple(field for field in GOOD_HEADERS if field[0] != FIELD_OF[test])
    if test == "framing":
        kept = (
            *(field for field in kept if field[0] != FIELD_OF["csp"]),
            ("Content-Security-Policy", "default-src 'self'"),
        )
    fields = () if value is None else ((FIELD_OF[test], value),)
    assert passes(test, *fields, kept=kept) is good


@pytest.mark.parametrize(
    ("policy", "good"),
    [("frame-ancestors 'none'", True), ("frame-ancestors https://a.example", True), ("frame-ancestors *", True)],
)
def test_frame_ancestors_stands_for_x_frame_options_whatever_it_says(policy, good):
    assert passes("framing", ("Content-Security-Policy", f"default-src 'self'; {policy}")) is good


# Scripts of https://vendor.example/, and what the peer says of them.
PAGES = [
    ("", True),
    ("<script>inline()</script>", True),
    ("<script src='/a.js'></script>", True),
    ("<script src='a.js' integrity='sha384-x'></script>", True),
    ("<script src='https://vendor.example/a.js'></script>", True),
    ("<script src='https://static.vendor.example/a.js'></script>", True),
    ("<script src='http://static.vendor.example/a.js'></script>", True),
    ("<script src='https://cdn.example/a.js' integrity='sha384-x' crossorigin></script>", True),
    ("<script src='https://cdn.example/a.js'></script>", False),
    ("<script src='https://cdn.example/a.js' integrity=''></script>", False),
    ("<script src='http://cdn.example/a.js'></script>", False),
    ("<script src='http://cdn.example/a.js' integrity='sha384-x'></script>", False),
    ("<script src='//cdn.example/a.js'></script>", False),
    ("<script src='//cdn.example/a.js' integrity='sha384-x'></script>", False),
    ("<script src='//vendor.example/a.js'></script>", False),
    ("<script src='/a.js'></script><script src='https://cdn.example/a.js'></script>", False),
    ("<!-- <script src='https://cdn.example/a.js'></script> -->", True),
    ("<template><script src='https://cdn.example/a.js'></script></template>", True),
    ("<script>'<script src=https://cdn.example/a.js>'</script>", True),
    ("<SCRIPT SRC='HTTPS://CDN.example/a.js'></SCRIPT>", False),
    ("<base href='https://cdn.example/'><script src='a.js'></script>", False),
    ("<script src='data:text/javascript,1'></script>", True),
    ("<script src=''></script>", True),
]


@pytest.mark.parametrize(("body", "good"), PAGES)
def test_a_page_with_scripts_passes_where_it_passes_with_the_peer(body, good):
    assert passes("sri", HTML, body=body.encode()) is good
    assert passes("sri", body=body.encode()) is good
    assert passes("sri", ("Content-Type", "application/json"), body=body.encode())


@pytest.mark.parametrize(
    ("origin", "credentials", "good"),
    [
        (None, None, True),
        ("*", None, True),
        ("*", "true", True),
        (STRANGER, None, True),
        (STRANGER, "false", True),
        (STRANGER, "TRUE", False),
        ("https://partner.example", "true", True),
    ],
)
def test_sharing_with_strangers_passes_where_it_passes_with_the_peer(origin, credentials, good):
    fields = (("Access-Control-Allow-Origin", origin), ("Access-Control-Allow-Credentials", credentials))
    assert passes("cors", to_stranger=served(*(field for field in fields if field[1]))) is good


@pytest.mark.parametrize(
    ("walked", "good"),
    [
        ([HTTP, URL], True),
        ([HTTP, URL, "https://www.vendor.example/"], True),
        ([HTTP, URL, "https://www.vendor.example/", "https://www.vendor.example/ja/"], True),
        ([HTTP], False),
        ([HTTP, "http://www.vendor.example/"], False),
        ([HTTP, "http://www.vendor.example/", "https://www.vendor.example/"], False),
        ([HTTP, "https://www.vendor.example/"], False),
        ([HTTP, URL, "http://www.vendor.example/"], False),
    ],
)
def test_a_way_from_http_passes_where_it_passes_with_the_peer(walked, good):
    hops = tuple(Hop(url, 200 if url is walked[-1] else 301) for url in walked)
    assert passes("redirection", unencrypted=Exchange(HTTP, hops)) is good


@pytest.mark.parametrize(
    ("header", "meta", "good"),
    [
        (None, "no-referrer", True),
        (None, "unsafe-url", False),
        ("unsafe-url", "no-referrer", True),
        ("no-referrer", "unsafe-url", False),
        ("no-referrer", "whatever", True),
    ],
)
def test_the_referrer_that_the_page_asks_for_goes_before_the_servers(header, meta, good):
    fields = (("Referrer-Policy", header),) if header else ()
    kept = tuple(field for field in GOOD_HEADERS if field[0] != "Referrer-Policy")
    body = f"<html><head><meta name='referrer' content='{meta}'></head>".encode()
    assert passes("referrer", HTML, *fields, body=body, kept=kept) is good


# What the peer says, what we say, and why.
DIFFERENT = {
    "browsers heed no max-age that is no number": (
        "hsts",
        [("Strict-Transport-Security", "max-age=soon")],
        True,
        False,
    ),
    "browsers heed no field with a directive that stands twice": (
        "hsts",
        [("Strict-Transport-Security", "max-age=1; max-age=31536000")],
        True,
        False,
    ),
    "browsers heed the first of two fields": (
        "hsts",
        [("Strict-Transport-Security", "max-age=31536000"), ("Strict-Transport-Security", "max-age=31536000")],
        False,
        True,
    ),
    "the same word twice is the same word": (
        "nosniff",
        [("X-Content-Type-Options", "nosniff"), ("X-Content-Type-Options", "nosniff")],
        False,
        True,
    ),
    "browsers deny framing where the same limit stands twice": (
        "framing",
        [("Content-Security-Policy", "default-src 'self'"), ("X-Frame-Options", "DENY"), ("X-Frame-Options", "DENY")],
        False,
        True,
    ),
    "what two policies let in by different words is let in": (
        "csp",
        [("Content-Security-Policy", "default-src *"), ("Content-Security-Policy", "default-src https:")],
        True,
        False,
    ),
    "an empty element of a list is none (RFC 9110 section 5.6.1)": (
        "csp",
        [("Content-Security-Policy", "default-src 'self',")],
        False,
        True,
    ),
}


@pytest.mark.parametrize(("test", "fields", "theirs", "ours"), DIFFERENT.values(), ids=DIFFERENT.keys())
def test_where_we_differ_browsers_are_on_our_side(test, fields, theirs, ours):
    assert theirs is not ours
    assert passes(test, *fields) is ours


def test_an_origin_of_null_that_is_let_in_is_told_though_the_peer_does_not_ask():
    """Any page can make itself one, in a sandboxed frame."""
    fields = (("Access-Control-Allow-Origin", "null"), ("Access-Control-Allow-Credentials", "true"))
    assert not passes("cors", to_stranger=served(*fields))


def test_every_rule_of_ours_stands_for_one_test_of_the_peer():
    assert {f"headers.{rule}" for rows in RULES_OF.values() for rule in rows} == set(Headers().rules)
    assert len(FIELDS) + len(PAGES) > 100
