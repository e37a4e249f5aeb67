"""Whom a page makes browsers talk to and which cookies it sets, beside what has been published."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.answers import Exchange, Hop, Trouble
from checks.browsed import Browsed
from checks.contract import Severity, Verdict
from checks.cookies import MOST_FINDINGS, Cookies, Opened
from checks.options import BadOptions, configured
from checks.page_cookies import Cookie, cookies_of
from tests.checks.looked_at import AT, URL, FakeProbe, failed, rules, served

TABLE = Cookies(published=("stats.example", "fonts.example"))
HTML = ("Content-Type", "text/html")
STATS = b'<script src="https://cdn.stats.example/a.js"></script>'
ADS = b'<img src="https://ads.example/pixel">'
SHOWN = Browsed(URL, ("vendor.example", "late.example"), status=200, settled=True, took_ms=900.0)


def looked(body=b"", *headers, check=TABLE, browsed=None, before=None, at=AT, **changes):
    return check.judge(Opened(served(HTML, *headers, body=body, **changes), browsed), at, before or {})


def keys(look):
    return {finding.key for finding in look.findings}


def test_a_page_that_talks_only_to_whom_it_says_passes():
    look = looked(STATS + b'<img src="/own.png"><img src="https://img.vendor.example/a.png">')
    assert look.verdict is Verdict.PASS
    assert [row["host"] for row in look.observed["hosts"]] == ["cdn.stats.example"]


def test_a_host_that_the_table_lacks_is_a_finding_for_each_host():
    look = looked(STATS + ADS + b'<iframe src="https://notstats.example/"></iframe>')
    assert rules(look) == {"cookies.unlisted-host"}
    assert keys(look) == {"ads.example", "notstats.example"}
    assert look.severity is Severity.MEDIUM


def test_without_a_table_hosts_are_seen_and_nothing_is_held_against_anybody():
    look = looked(ADS, ("Set-Cookie", "a=1"), check=Cookies())
    assert look.verdict is Verdict.PASS
    assert [row["host"] for row in look.observed["hosts"]] == ["ads.example"]


def test_a_table_without_any_host_says_that_there_is_none():
    assert keys(looked(ADS, check=Cookies(published=()))) == {"ads.example"}


@pytest.mark.parametrize("name", ["ads.example", "*.ads.example", ".ADS.example", "ads.example."])
def test_a_name_of_the_table_stands_for_all_below_it(name):
    check = Cookies(published=(name.rstrip("."),))
    assert looked(b'<img src="//x.ads.example/">', check=check).verdict is Verdict.PASS
    assert keys(looked(b'<img src="//myads.example/">', check=check)) == {"myads.example"}


def test_domains_that_are_the_partys_own_are_not_outside():
    check = Cookies(published=(), own=("vendor-static.example",))
    assert looked(b'<img src="//a.vendor-static.example/">', check=check).verdict is Verdict.PASS


def test_what_scripts_merely_mention_is_noted_and_not_held_against_the_page():
    look = looked(b"<script>load('https://ads.example/a.js')</script>")
    assert look.verdict is Verdict.PASS
    assert look.observed["mentioned"] == ["ads.example"]
    both = looked(STATS + b"<script>load('https://cdn.stats.example/a.js')</script>")
    assert both.observed["mentioned"] == []


def test_a_detour_over_somebody_else_is_a_transmission():
    hops = (Hop(URL, 302), Hop("https://count.example/", 302), Hop(URL, 200, (HTML,)))
    look = TABLE.judge(Opened(Exchange(URL, hops)), AT)
    assert keys(look) == {"count.example"}


def test_a_page_that_moved_to_another_domain_is_at_home_there_and_where_it_was():
    page = b'<img src="https://moved.example/a"><img src="https://vendor.example/b">'
    hops = (Hop(URL, 301), Hop("https://www.moved.example/", 200, (HTML,), page))
    assert TABLE.judge(Opened(Exchange(URL, hops)), AT).verdict is Verdict.PASS


def test_since_when_a_host_is_there_is_remembered_and_one_that_went_begins_anew():
    first = looked(ADS)
    later = looked(ADS + STATS, before=first.keep, at=AT + timedelta(days=3))
    assert later.keep["since"] == {"ads.example": "2026-09-01", "cdn.stats.example": "2026-09-04"}
    gone = looked(STATS, before=later.keep, at=AT + timedelta(days=4))
    back = looked(ADS, before=gone.keep, at=AT + timedelta(days=5))
    assert back.keep["since"] == {"ads.example": "2026-09-06"}
    assert back.observed["hosts"] == [{"host": "ads.example", "way": "img", "since": "2026-09-06"}]


def test_a_published_host_that_is_used_no_longer_is_noted():
    look = looked(STATS)
    assert look.observed["published_unseen"] == ["fonts.example"]
    assert looked(STATS + b"<script>'//fonts.example/'</script>").observed["published_unseen"] == []


def test_of_a_page_that_was_cut_nobody_says_what_is_absent():
    look = looked(STATS + ADS, truncated=True)
    assert keys(look) == {"ads.example"}
    assert look.observed["whole"] is False
    assert "published_unseen" not in look.observed


def test_a_hundred_unlisted_hosts_are_fifty_findings_and_always_the_same():
    page = b"".join(b"<img src=//h%03d.example/>" % n for n in range(120))
    look = looked(page)
    assert len(look.findings) == MOST_FINDINGS
    assert look.observed["more"] == 120
    assert looked(b"".join(reversed(page.split(b"<")[1:])).replace(b"img", b"<img")).findings == look.findings


def test_names_of_the_table_are_checked_before_anybody_looks():
    for options in ({"published": ["https://ads.example/"]}, {"own": ["two words"]}, {"published": "ads.example"}):
        with pytest.raises(BadOptions) as refused:
            configured(Cookies(), options)
        assert set(options) & set(str(refused.value).replace(":", " ").split())
    assert configured(Cookies(), {"published": ["*.ads.example", "192.0.2.7"]}).published is not None


# Cookies


def cookie(field, at=AT):
    return next(cookies_of(Hop(URL, headers=(("Set-Cookie", field),)), at), None)


def test_a_cookie_is_told_by_everything_but_its_value():
    look = looked(
        b"", ("Set-Cookie", "id=SECRET; Domain=.vendor.example; Max-Age=864000; Secure; HttpOnly; SameSite=Lax")
    )
    assert look.observed["cookies"] == [
        {"name": "id", "domain": "vendor.example", "secure": True, "http_only": True, "same_site": "lax", "days": 10}
    ]
    assert "SECRET" not in repr(look)


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("", None),
        ("; Max-Age=86400", 1),
        ("; Expires=Fri, 11 Sep 2026 00:00:00 GMT", 10),
        ("; expires=Fri, 11-Sep-2026 00:00:00 GMT", 10),
        ("; Max-Age=86400; Expires=Fri, 11 Sep 2036 00:00:00 GMT", 1),
        ("; Max-Age=soon", None),
        ("; Expires=some day", None),
        ("; Max-Age=" + "9" * 400, 36500),
        ("; Expires=Fri, 31 Dec 9999 23:59:59 GMT", 36500),
    ],
)
def test_how_long_a_cookie_stays_is_counted_in_days(words, days):
    assert cookie(f"a=1{words}").evidence(AT)["days"] == days


@pytest.mark.parametrize("words", ["Max-Age=0", "Max-Age=-1", "Expires=Thu, 01 Jan 1970 00:00:00 GMT"])
def test_a_cookie_that_is_deleted_is_none(words):
    assert cookie(f"a=; {words}") is None


def test_a_cookie_that_is_not_published_is_found_by_its_name():
    check = Cookies(published_cookies=("session", "_ga*"))
    fields = [("Set-Cookie", f"{name}=1") for name in ("session", "_ga_1X", "track")]
    look = looked(b"", *fields, check=check)
    assert rules(look) == {"cookies.unlisted-cookie"}
    assert keys(look) == {"track"}


def test_a_cookie_that_is_set_on_the_way_counts():
    hops = (Hop(URL, 302, (("Set-Cookie", "way=1"),)), Hop(URL, 200, (HTML,)))
    look = Cookies(published_cookies=()).judge(Opened(Exchange(URL, hops)), AT)
    assert keys(look) == {"way"}


@given(st.text(st.characters(max_codepoint=255), max_size=80))
def test_no_field_breaks_the_reading_of_cookies(field):
    found = cookie(field)
    assert found is None or isinstance(found.evidence(AT), dict)


@given(st.datetimes(timezones=st.just(UTC)))
def test_no_date_breaks_the_reading_of_cookies(day):
    found = cookie(f"a=1; Expires={day:%a, %d %b %Y %H:%M:%S} GMT")
    assert (found is None) == (day <= AT) or day.year < 1000


# The browser


async def test_a_browser_is_asked_only_where_the_endpoint_wants_one():
    for check, asked in ((Cookies(), False), (Cookies(browser=True), True)):
        probe = FakeProbe(served(HTML), browsed=SHOWN)
        await check.observe(URL, probe)
        assert (("browse", URL) in probe.asked) is asked


@pytest.mark.parametrize("answer", [served(status=503), served(status=403), failed(Trouble.CONNECT_TIMEOUT)])
async def test_a_browser_is_not_sent_to_a_page_that_is_not_there(answer):
    probe = FakeProbe(answer, browsed=SHOWN)
    await Cookies(browser=True).observe(URL, probe)
    assert ("browse", URL) not in probe.asked


def test_what_only_a_browser_sees_is_held_against_the_page_all_the_same():
    look = looked(STATS, browsed=SHOWN)
    assert keys(look) == {"late.example"}
    assert {row["host"]: row["way"] for row in look.observed["hosts"]} == {
        "cdn.stats.example": "script",
        "late.example": "browser",
    }


def test_the_cookies_of_a_browser_are_judged_and_say_more_than_those_that_were_sent():
    kept = Cookie("a", "vendor.example", secure=True, ends=AT + timedelta(days=5))
    look = looked(
        b"",
        ("Set-Cookie", "a=1"),
        check=Cookies(published_cookies=("a",)),
        browsed=replace(SHOWN, cookies=(kept, Cookie("late", "stats.example"))),
    )
    assert keys(look) == {"late"}
    assert [(row["name"], row["days"]) for row in look.observed["cookies"]] == [("a", 5), ("late", None)]


@pytest.mark.parametrize("trouble", Trouble)
def test_whatever_keeps_the_browser_from_the_page_is_not_assessed_and_no_fault_of_the_party(trouble):
    look = looked(ADS, browsed=replace(SHOWN, trouble=trouble, detail="why"))
    assert (look.verdict, look.findings) == (Verdict.UNKNOWN, ())
    assert look.observed["browser"]["trouble"] == trouble.value
    assert look.keep is None


@pytest.mark.parametrize(("status", "reason"), [(403, "refused-monitor"), (429, "refused-monitor"), (500, "no-answer")])
def test_a_browser_that_was_shown_another_page_has_seen_nothing(status, reason):
    look = looked(browsed=replace(SHOWN, status=status))
    assert (look.verdict, look.reason) == (Verdict.UNKNOWN, reason)


def test_a_browser_that_we_lack_makes_nobody_suspect_our_line():
    """The suspicion against ourselves holds back the results of all endpoints."""
    look = looked(browsed=replace(SHOWN, trouble=Trouble.NO_SANDBOX))
    assert (look.reason, look.fault) == ("browser.no-sandbox", False)


def test_of_a_page_that_never_rests_nobody_says_what_is_absent():
    assert "published_unseen" not in looked(STATS, browsed=replace(SHOWN, settled=False)).observed
    assert looked(STATS, browsed=SHOWN).observed["published_unseen"] == ["fonts.example"]
