"""What must stay gone: content that anybody can fetch is a finding, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.answers import Exchange, Hop, Tls, Trouble
from checks.contract import Severity, Verdict
from checks.erased import Erased
from checks.likeness import like_nothing, made_up
from tests.checks.looked_at import AT, FakeProbe, failed, rules, served

CHECK = Erased()
PLACE = "https://portal.vendor.example/export/customers.csv"
FIRST, SECOND = made_up(PLACE)
ROWS = b"no,name,address\n1,Hanako,Tokyo\n2,Taro,Osaka\n"
CSV = ("Content-Type", "text/csv")
HTML = ("Content-Type", "text/html; charset=utf-8")
SORRY = "<html><body><h1>{}</h1><p>ページが見つかりません {}</p></body></html>"
NOT_FOUND = served(HTML, url=FIRST, status=404, body=b"<h1>Not found</h1>")


async def looked(exchange, *, first=NOT_FOUND, second=NOT_FOUND):
    probe = FakeProbe(exchange, pages={PLACE: exchange, FIRST: first, SECOND: second})
    return CHECK.judge(await CHECK.observe(PLACE, probe), AT), probe


def led(*urls, **last):
    """A visit that redirects led over these addresses."""
    hops = [Hop(url, 302, (("Location", "x"),)) for url in urls[:-1]]
    return Exchange(urls[0], (*hops, *served(url=urls[-1], **{"body": b"<p>welcome</p>", **last}).hops))


async def test_content_that_anybody_can_fetch_is_critical():
    look, _ = await looked(served(CSV, url=PLACE, body=ROWS))
    assert rules(look) == {"erased.served-again"}
    assert look.severity is Severity.CRITICAL
    assert look.findings[0].detail == f"The address answers with status 200 and {len(ROWS)} bytes (text/csv)."
    assert look.observed["made_up"] == [{"url": FIRST, "status": 404}]
    assert look.observed["sha256"]
    assert "Hanako" not in str(look)


@pytest.mark.parametrize("status", [404, 410])
async def test_what_says_that_it_is_gone_is_gone_and_nothing_more_is_asked(status):
    look, probe = await looked(served(HTML, url=PLACE, status=status, body=b"<h1>gone</h1>"))
    assert look.verdict is Verdict.PASS
    assert [url for _, url, _ in probe.asked] == [PLACE]


@pytest.mark.parametrize("trouble", [Trouble.NO_SUCH_NAME, Trouble.REFUSED])
async def test_where_nobody_is_there_nothing_is_there(trouble):
    look, _ = await looked(failed(trouble, PLACE))
    assert look.verdict is Verdict.PASS


@pytest.mark.parametrize("body", [b"", b" \r\n\t"])
async def test_an_answer_without_content_serves_nothing(body):
    look, _ = await looked(served(url=PLACE, body=body))
    assert look.verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("exchange", "reason"),
    [
        (served(url=PLACE, status=401, body=b"who are you"), "sign-in-wanted"),
        (served(url=PLACE, status=403, body=b"no"), "refused-monitor"),
        (served(url=PLACE, status=429), "refused-monitor"),
        (served(url=PLACE, status=500, body=ROWS), "no-answer"),
        (served(url=PLACE, status=503, body=ROWS), "no-answer"),
        (served(url=PLACE, status=400, body=ROWS), "no-answer"),
        (served(url=PLACE, status=304), "no-answer"),
        (failed(Trouble.TIMEOUT, PLACE), "no-answer"),
        (failed(Trouble.CONNECT_TIMEOUT, PLACE), "no-answer"),
        (failed(Trouble.CLOSED, PLACE), "no-answer"),
        (failed(Trouble.MALFORMED, PLACE), "no-answer"),
        (failed(Trouble.CERTIFICATE, PLACE), "certificate-refused"),
        (failed(Trouble.TLS_FAILED, PLACE), "no-answer"),
        (failed(Trouble.TLS_FAILED, PLACE, tls=Tls("", "", (), "")), "tls-failed"),
    ],
)
async def test_what_nobody_can_tell_from_outside_is_not_assessed(exchange, reason):
    look, _ = await looked(exchange)
    assert (look.verdict, look.reason, look.findings) == (Verdict.UNKNOWN, reason, ())


def sorry(word, noise=""):
    return served(HTML, url=f"https://portal.vendor.example/export/{word}", body=SORRY.format(word, noise).encode())


async def test_a_site_that_answers_whatever_is_not_there_with_a_page_passes():
    look, _ = await looked(sorry("customers.csv"), first=sorry("a1"), second=sorry("b2"))
    assert look.verdict is Verdict.PASS


def test_a_page_may_name_every_word_of_what_it_did_not_find():
    asked = "https://vendor.example/export/customers-east-2026-final.csv"
    pages = [Hop(url, 404, body=f"<p>no {url}</p>".encode()) for url in (asked, *made_up(asked))]
    assert like_nothing(pages[0], pages[1:])


async def test_what_such_a_page_says_anew_each_time_is_its_noise():
    look, _ = await looked(
        sorry("customers.csv", "id 77aa 10:00:01"),
        first=sorry("a1", "id 88bb 10:00:02"),
        second=sorry("b2", "id 99cc 10:00:03"),
    )
    assert look.verdict is Verdict.PASS


async def test_content_within_the_same_frame_as_what_is_not_there_is_seen():
    menu = "Home Products Company Contact " * 200
    page = served(HTML, url=PLACE, body=f"{menu}<p>Hanako 090-0000-0000</p>".encode())
    gone = [served(HTML, url=url, body=f"{menu}<p>not found</p>".encode()) for url in (FIRST, SECOND)]
    look, _ = await looked(page, first=gone[0], second=gone[1])
    assert rules(look) == {"erased.served-again"}


@pytest.mark.parametrize("beside", [served(status=503), served(status=429), failed(Trouble.TIMEOUT)])
async def test_without_anything_to_compare_with_content_is_not_assessed(beside):
    look, _ = await looked(served(CSV, url=PLACE, body=ROWS), first=beside)
    assert (look.verdict, look.reason) == (Verdict.UNKNOWN, "no-answer")


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_a_site_that_knows_this_address_from_made_up_ones_serves_it(status):
    look, _ = await looked(served(CSV, url=PLACE, body=ROWS), first=served(status=status, body=b"no"))
    assert rules(look) == {"erased.served-again"}


@pytest.mark.parametrize(
    "home", ["https://portal.vendor.example/", "https://www.vendor.example", "https://v.example/ja/"]
)
async def test_the_way_to_the_home_page_is_gone(home):
    look, _ = await looked(led(PLACE, home))
    assert look.verdict is Verdict.PASS


@pytest.mark.parametrize(
    "exchange",
    [
        led(PLACE, "https://portal.vendor.example/login?next=/export"),
        led(PLACE, "https://id.example/oauth2/authorize"),
        led(PLACE, "https://portal.vendor.example/hello", body=b'<form><input name=p type="password"></form>'),
    ],
)
async def test_the_way_to_a_sign_in_hides_what_is_there(exchange):
    look, _ = await looked(exchange)
    assert (look.verdict, look.reason) == (Verdict.UNKNOWN, "sign-in-wanted")


async def test_a_sign_in_that_stands_at_every_address_hides_what_is_there():
    wall = b"<form>Please sign in <input type='password'></form>"
    pages = [served(HTML, url=url, body=wall) for url in (PLACE, FIRST, SECOND)]
    look, _ = await looked(pages[0], first=pages[1], second=pages[2])
    assert (look.verdict, look.reason) == (Verdict.UNKNOWN, "sign-in-wanted")


async def test_a_page_elsewhere_is_for_people_to_judge():
    look, _ = await looked(led(PLACE, "https://portal.vendor.example/news/closed-service"))
    assert (look.verdict, look.reason) == (Verdict.UNKNOWN, "leads-elsewhere")


async def test_where_made_up_addresses_lead_too_is_gone():
    lost = "https://portal.vendor.example/sorry"
    look, _ = await looked(led(PLACE, lost), first=led(FIRST, lost), second=led(SECOND, lost))
    assert look.verdict is Verdict.PASS


@pytest.mark.parametrize("there", ["https://www.vendor.example/export/customers.csv", f"{PLACE}/"])
async def test_the_same_name_behind_a_redirect_is_the_same_thing(there):
    look, _ = await looked(led(PLACE, there))
    assert rules(look) == {"erased.served-again"}


async def test_a_file_that_comes_by_a_detour_is_the_file():
    exchange = led(PLACE, "https://store.example/blob/77?sig=x", body=ROWS)
    hop = replace(exchange.final, headers=(CSV,))
    look, _ = await looked(Exchange(PLACE, (*exchange.hops[:-1], hop)))
    assert rules(look) == {"erased.served-again"}


@pytest.mark.parametrize(
    ("url", "folder", "ending"),
    [
        (PLACE, "https://portal.vendor.example/export/", ".csv"),
        ("https://vendor.example/a/b/", "https://vendor.example/a/", "/"),
        ("https://vendor.example/a?id=5", "https://vendor.example/", "?id=5"),
        ("https://vendor.example/", "https://vendor.example/", ""),
        ("https://vendor.example", "https://vendor.example/", ""),
    ],
)
def test_made_up_names_stand_beside_the_address(url, folder, ending):
    first, second = made_up(url)
    assert first != second
    for name in (first, second):
        assert name.startswith(folder)
        assert name.endswith(ending)
        assert len(name) == len(folder) + 20 + len(ending)
    assert made_up(url) == (first, second)


words = st.lists(st.text("abcdefg", min_size=2, max_size=4), max_size=8)


@given(frame=words, noise=words)
def test_a_page_is_like_itself_whatever_its_noise(frame, noise):
    pages = [Hop(url, 200, body=" ".join([*frame, *(f"{word}{n}" for word in noise)]).encode())
             for n, url in enumerate((PLACE, FIRST, SECOND))]  # fmt: skip
    assert like_nothing(pages[0], pages[1:])


@given(frame=words, own=st.sets(st.text("xyz", min_size=2, max_size=5), min_size=1))
def test_one_word_of_its_own_tells_a_page_from_one_that_never_changes(frame, own):
    nothing = [Hop(url, 200, body=" ".join(frame).encode()) for url in (FIRST, SECOND)]
    assert not like_nothing(Hop(PLACE, 200, body=" ".join([*frame, *own]).encode()), nothing)
