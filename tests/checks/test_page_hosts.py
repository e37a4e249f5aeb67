"""Which hosts a page makes a browser talk to, as far as its markup says."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.answers import Hop
from checks.page_hosts import MOST_HOSTS, host_at, hosts_in, text_of

URL = "https://www.vendor.example/shop/"
OUT = "out.example"


def answer(body, *headers, url=URL):
    return Hop(url, 200, headers or (("Content-Type", "text/html; charset=utf-8"),), body.encode())


def read(body, *headers, url=URL):
    found = hosts_in(answer(body, *headers, url=url))
    return set(found.loaded) - {"www.vendor.example"}, set(found.mentioned) - {"www.vendor.example"}


LOADED = [
    '<script src="https://out.example/a.js"></script>',
    "<SCRIPT SRC=//out.example/a.js></SCRIPT>",
    "<script type=module src='https://OUT.example/a.js'></script>",
    '<img alt="a>b" src="https://out.example/pixel">',
    "<img src=https://out.example/pixel/>",
    "<img/src=//out.example/x>",
    '<img src="small.png" srcset="a,b.png 1x, https://out.example/x.png 2x">',
    '<picture><source srcset="https://out.example/x.avif, y.avif 2x"></picture>',
    '<iframe src="https://out.example/"></iframe>',
    '<iframe srcdoc="&lt;img src=&quot;https://out.example/&quot;&gt;"></iframe>',
    '<video poster="https://out.example/p.jpg"></video>',
    '<video src="https://out.example/p.mp4"></video>',
    '<audio><source src="https://out.example/p.mp3"></audio>',
    '<track src="https://out.example/p.vtt">',
    '<embed src="https://out.example/p">',
    '<object data="https://out.example/p"></object>',
    '<input type="image" src="https://out.example/p">',
    '<link rel="stylesheet" href="https://out.example/a.css">',
    '<link rel="shortcut icon" href="https://out.example/a.ico">',
    '<link rel="preload" as="image" imagesrcset="https://out.example/a.png 2x">',
    '<link rel=modulepreload href="https://out.example/a.mjs">',
    '<svg><image xlink:href="https://out.example/a.png"/></svg>',
    '<svg><use href="https://out.example/a.svg#b"/></svg>',
    '<body background="https://out.example/a.png">',
    '<p style="background: url(https://out.example/a.png)">',
    '<p style="background: url(&quot;https://out.example/a.png&quot;)">',
    "<style>@font-face { src: url('https://out.example/a.woff2') }</style>",
    '<style>@import "https://out.example/a.css";</style>',
    "<style>@import url( https://out.example/a.css );</style>",
    '<meta http-equiv="Refresh" content="0; url=https://out.example/">',
    '<noscript><img src="https://out.example/pixel"></noscript>',
    '<base href="https://out.example/"><img src="pixel">',
    "<img src='\\\\out.example\\pixel'>",
    "<img src='  https:\n//out.example/pixel'>",
    "<img src='http:out.example/pixel'>",
    "<img src='https:////out.example/pixel'>",
    "<img src='https://user@out.example:8443/pixel'>",
    "<img src='https://ou%74.example./pixel'>",
    "<!-- <img src='https://other.example/'> --><img src='//out.example/'>",
    "<!--><img src='//out.example/'>",
    "</p x='<'><img src='//out.example/'>",
    "<template><img src='//other.example/'></template><img src='//out.example/'>",
    '<template shadowrootmode="open"><img src="//out.example/"></template>',
    "<textarea><img src='//other.example/'></textarea><img src='//out.example/'>",
    "<img = src='//out.example/'>",
    "<img src='//out.example/' src='//other.example/'>",
]


@pytest.mark.parametrize("markup", LOADED)
def test_what_a_browser_asks_for_by_itself_is_loaded(markup):
    assert read(markup)[0] == {OUT}


@pytest.mark.parametrize(
    "markup",
    [
        "<script>fetch('https://out.example/collect')</script>",
        '<script>var at = "//out.example/a.js"</script>',
        '<script>{"at":"https:\\/\\/out.example\\/a"}</script>',
        '<script type="text/plain" src="https://out.example/after-consent.js"></script>',
        '<img data-src="https://out.example/lazy.png">',
        '<link rel="preconnect" href="https://out.example">',
        '<link rel="dns-prefetch" href="//out.example">',
        '<template><img src="https://out.example/"></template>',
    ],
)
def test_what_hangs_on_a_script_or_on_consent_is_mentioned_only(markup):
    assert read(markup) == (set(), {OUT})


@pytest.mark.parametrize(
    "markup",
    [
        '<a href="https://out.example/">away</a>',
        '<form action="https://out.example/"></form>',
        '<link rel="canonical" href="https://out.example/">',
        '<link rel="alternate" hreflang="en" href="https://out.example/">',
        '<script type="application/ld+json">{"@context": "https://out.example/"}</script>',
        "<!-- <img src='https://out.example/'>",
        "<title><img src='https://out.example/'></title>",
        "<p>https://out.example/</p>",
        '<img src="data:image/png;base64,https://out.example/">',
        '<img src="blob:https://out.example/1">',
        "<img src='/local.png'><img src='https:local.png'>",
        '<img src="https://www.vendor.example/a.png">',
        '<img src="https://out.example/ and no end of the quote>',
        '<meta http-equiv="refresh" content="30">',
        '<meta http-equiv="Content-Security-Policy" content="img-src https://out.example">',
    ],
)
def test_what_no_browser_asks_for_is_not_counted(markup):
    assert read(markup) == (set(), set())


def test_of_several_bases_the_first_one_holds():
    assert read('<base href="/x/"><base href="https://out.example/"><img src="a">') == (set(), set())


def test_headers_make_browsers_ask_too():
    html = ("Content-Type", "text/html")
    assert read("", html, ("Link", '<https://out.example/a.css>; rel="preload"; as=style'))[0] == {OUT}
    assert read("", html, ("Link", "<https://out.example>; rel=preconnect")) == (set(), {OUT})
    assert read("", html, ("Refresh", "5; url=https://out.example/"))[0] == {OUT}


def test_a_name_in_japanese_is_found_in_the_form_that_goes_over_the_wire():
    assert read('<img src="https://例え.example/">')[0] == {"xn--r8jz45g.example"}


@pytest.mark.parametrize(
    ("coding", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("identity", bytes)],
)
def test_a_page_that_was_packed_unasked_is_read(coding, pack):
    headers = (("Content-Type", "text/html"), ("Content-Encoding", coding))
    hop = Hop(URL, 200, headers, pack(b'<img src="https://out.example/">'))
    assert OUT in hosts_in(hop).loaded


@pytest.mark.parametrize(
    "headers",
    [
        [("Content-Type", "application/pdf")],
        [("Content-Type", "text/html"), ("Content-Encoding", "br")],
        [("Content-Type", "text/html"), ("Content-Encoding", "gzip")],
    ],
)
def test_what_cannot_be_read_as_a_page_is_no_page(headers):
    assert text_of(Hop(URL, 200, tuple(headers), b"<img src='https://out.example/'>")) is None


def test_a_page_in_sixteen_bits_is_read():
    hop = Hop(URL, 200, (("Content-Type", "text/html"),), '<img src="https://out.example/">'.encode("utf-16"))
    assert OUT in hosts_in(hop).loaded


def test_a_bomb_is_unpacked_no_further_than_it_is_read():
    headers = (("Content-Type", "text/html"), ("Content-Encoding", "gzip"))
    text = text_of(Hop(URL, 200, headers, gzip.compress(b" " * 50_000_000)))
    assert len(text) == 2_000_000


def test_a_page_of_a_thousand_hosts_is_cut_and_says_so():
    found = hosts_in(answer("".join(f"<img src=//h{n}.example/>" for n in range(1000))))
    assert len(found.loaded) == MOST_HOSTS
    assert found.full


@pytest.mark.parametrize(
    "unit",
    ["<", "<a ", "<!--", "<a b='", '<a b=\'x" c="', "<script>", "<style>url(", "<img srcset='a b,", "</", "<a = "],
)
def test_a_page_made_to_be_slow_is_read_in_one_go(unit):
    """A scan that goes back would need minutes for a page of this size, and the suite's limit would end it."""
    assert hosts_in(answer(unit * (400_000 // len(unit)))).mentioned == {}


words = st.sampled_from(
    [
        "<",
        ">",
        "<img",
        "<script",
        "</script>",
        "<!--",
        "-->",
        "=",
        "'",
        '"',
        " src",
        "//a.example/",
        "<style>",
        "url(",
        "/",
    ]
)


@given(st.lists(words | st.text(max_size=5), max_size=40).map("".join))
def test_no_markup_breaks_the_reading_and_every_host_is_one(body):
    found = hosts_in(answer(body))
    for host in (*found.loaded, *found.mentioned):
        assert host == host.lower()
        assert not set(host) & set("/:@ <>'\"\\")


@given(st.lists(words | st.text(max_size=5), max_size=30).map("".join))
def test_an_image_after_anything_that_is_over_is_found(body):
    closed = f"{body}\"'>--></script></style></title></textarea></template>"
    assert OUT in hosts_in(answer(f"<p>ok</p><img src=//{OUT}/>{closed}")).loaded


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_none(text):
    host = host_at(text, URL)
    assert host == "" or host_at(f"https://{host}/" if ":" not in host else f"https://[{host}]/") == host
