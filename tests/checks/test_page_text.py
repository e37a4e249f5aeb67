"""What a page says to its readers: what counts as text, whatever the source looks like."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.page_text import LEFT_OUT, Taste, decoded, essence, fingerprint, shown_by

POLICY = "第1条 個人情報を適正に取得し、利用目的の範囲内で取り扱います。"


def said(source, **taste):
    return Taste(**taste).kept(shown_by(source))


def test_a_text_has_a_line_for_each_block_and_none_for_what_stands_within_a_line():
    source = "<h1>Privacy <b>policy</b></h1><ul><li>Name<li>Address</ul><p>We keep<br>it &amp; you"
    assert said(source).splitlines() == ["Privacy policy", "Name", "Address", "We keep", "it & you"]


@pytest.mark.parametrize(
    "noise",
    [
        "<script nonce='x1'>var a = '</p><p>';</script>",
        "<style>p { color: red }</style>",
        "<nav><ul><li>Home<li>News</ul></nav>",
        "<header>Site</header>",
        "<footer>Address of the site</footer>",
        "<aside>Offers of the week</aside>",
        "<div hidden>draft</div>",
        "<div class=a hidden>draft</div>",
        "<div hidden=''>draft</div>",
        "<p hidden>draft",
        "<div style='color: red; display : none'>draft</div>",
        '<div style="visibility:hidden"><p>draft</div>',
        "<!-- build 4711 -->",
        "<!---->",
        "<!>",
        "<?php echo ?>",
        "<template><p>row</p></template>",
        "<noscript><p>Switch scripts on</p></noscript>",
        "<iframe><p>frame</p></iframe>",
        "<select><option>de<option>ja</select>",
        "<svg><text>chart</text></svg>",
        "<input type=hidden name=csrf value=abc>",
        "<link rel=x href='y?v=1'><meta name=z content='1'>",
    ],
)
def test_what_nobody_reads_is_no_text(noise):
    assert said(f"<body>{noise}<p>{POLICY}</p></body>") == POLICY
    assert said(f"<body><p>{POLICY}</p>{noise}") == POLICY


@pytest.mark.parametrize(
    "source",
    [
        "<main><header>{}</header></main>",
        "<article><footer>{}</footer></article>",
        "<details><summary></summary>{}</details>",
        "<div hidden='until-found'>{}</div>",
        "<div title='not hidden at all'>{}</div>",
        "<div data-hidden=1>{}</div>",
        "<p hidden>draft<p>{}",
        "<p hidden>draft<div>{}</div>",
        "<table><tr><td>{}</table>",
        "<p title='a > b'>{}</p>",
        "</div></section>{}",
        "<form><label>{}</label></form>",
    ],
)
def test_what_people_read_is_text_wherever_it_stands(source):
    assert said(source.format(POLICY)) == POLICY


def test_signs_that_begin_no_markup_are_text():
    assert said("<p>a < b, c <3 and a<=b</p>") == "a < b, c <3 and a<=b"


@pytest.mark.parametrize("charset", ["utf-8", "shift_jis", "euc_jp", "iso2022_jp", "utf-8-sig", "utf-16"])
def test_a_page_reads_alike_in_every_charset_that_japanese_sites_use(charset):
    source = f"<html><body><p>{POLICY}</p></body></html>"
    assert said(decoded(source.encode(charset), "text/html")) == POLICY


@pytest.mark.parametrize("name", ["Shift_JIS", "x-sjis", "windows-31j", "SJIS"])
def test_the_charset_that_is_named_holds(name):
    bytes_ = f'<meta charset="{name}"><p>髙橋①'.encode("cp932")
    assert said(decoded(bytes_, "text/html")) == "髙橋1"
    assert said(decoded("<p>髙橋①".encode("cp932"), f"text/html; charset={name}")) == "髙橋1"
    old = f"<meta http-equiv='Content-Type' content='text/html; charset={name}'><p>規約".encode("cp932")
    assert said(decoded(old, "text/html")) == "規約"


@pytest.mark.parametrize("name", ["klingon", "rot13", "hex", "idna", "punycode", "unicode_escape", "utf-7", ""])
def test_a_charset_that_is_none_does_not_get_in_the_way(name):
    assert decoded(POLICY.encode(), f"text/html; charset={name}") == POLICY


@given(st.binary(max_size=300), st.text(max_size=40))
def test_whatever_bytes_come_are_read_in_the_same_way_twice(body, kind):
    text = said(decoded(body, kind))
    assert text == said(decoded(body, kind))
    assert fingerprint(text) == fingerprint(text.replace("\n", " \n\n "))


@pytest.mark.parametrize(
    "noise",
    ["2026年4月1日", "令和8年4月1日", "平成元年1月", "2026-04-01", "2026/4/1 10:15", "April 1, 2026", "1 April 2026",
     "1st Apr. 2026", "04/01/2026", "２０２６年４月１日", "10:15:59", "© 2019-2026", "Copyright (c) 2026", "©2026"],
)  # fmt: skip
def test_dates_do_not_count_unless_they_are_wanted(noise):
    other = "2019年12月31日" if "年" in noise or "-" in noise else noise.replace("2026", "2019")
    assert said(f"<p>Last seen {noise} here") == f"Last seen {LEFT_OUT} here"
    assert said(f"<p>Last seen {noise} here", dates=True) != said(f"<p>Last seen {other}x here", dates=True)


@pytest.mark.parametrize("kept", ["保存期間は5年です", "第12条", "03-1234-5678", "1.2.3", "ratio 1:2", "3営業日"])
def test_numbers_that_are_no_dates_count(kept):
    assert said(f"<p>{kept}") == kept


def test_what_is_to_be_ignored_leaves_a_mark():
    taste = {"ignore": (re.compile(r"Visitors: \d+"),)}
    assert said("<p>Visitors: 4711<p>Terms", **taste) == f"{LEFT_OUT}\nTerms"
    assert said("<p>Visitors: 4712<p>Terms", **taste) == f"{LEFT_OUT}\nTerms"


def test_a_text_is_read_between_its_marks_and_whole_where_they_are_missing():
    source = "<p>News of today<p>Privacy policy<p>We keep names.<p>Contact us"
    assert said(source, begin="Privacy policy", end="Contact us") == "Privacy policy\nWe keep names."
    assert said(source, begin="Datenschutz", end="Impressum") == said(source)


words = st.text(st.characters(categories=["Lu", "Ll", "Lo", "Nd"], max_codepoint=0xFFFF), min_size=1, max_size=12)
sentences = st.lists(words, min_size=1, max_size=6).map(" ".join)
noises = st.sampled_from([
    " ", "\n\t", "\N{ZERO WIDTH SPACE}", "<!-- 77 -->", "<script nonce=q>f(1)</script>", "<br>", "<wbr>", "&nbsp;",
    "<span></span>", "<input type=hidden value=9>", "<p>", "<div class=z></div>", "<nav>Home</nav>", "\r\n",
    "<style>a{}</style>", "<div hidden>x</div>", "&#8203;", "<b></b>", "<link href=a>",
])  # fmt: skip


@given(st.lists(sentences, min_size=1, max_size=5), st.data())
def test_noise_wherever_it_comes_is_no_change(lines, data):
    plain = "".join(f"<p>{line}</p>" for line in lines)
    noisy = ""
    for line in lines:
        at = data.draw(st.integers(0, len(line)))
        noisy += f"{data.draw(noises)}<p>{line[:at]}{data.draw(noises)}{line[at:]}</p>{data.draw(noises)}"
    assert essence(said(noisy)) == essence(said(plain))
    assert fingerprint(said(noisy)) == fingerprint(said(plain))


@given(st.lists(sentences, min_size=1, max_size=5), st.data())
def test_a_sentence_that_changed_is_a_change(lines, data):
    at = data.draw(st.integers(0, len(lines) - 1))
    changed = [*lines[:at], data.draw(sentences), *lines[at + 1 :]]
    before, after = ("".join(f"<li>{line}" for line in found) for found in (lines, changed))
    same = _letters(lines) == _letters(changed)
    assert (fingerprint(said(before)) == fingerprint(said(after))) is same


def _letters(lines):
    return "".join(unicodedata.normalize("NFKC", "\n".join(lines)).split())


@pytest.mark.parametrize(
    "evil",
    ["<" * 300_000, "<a " * 100_000, "<div>" * 60_000 + "</p>" * 60_000, "<!--" * 75_000, "<a t='x" * 40_000,
     "<script>" * 40_000, "&#" * 150_000, "<p hidden>" * 30_000, "<a " + 'x="" ' * 60_000 + ">", "style =" * 40_000,
     "</script" * 40_000, "<script>" + "</script" * 40_000, "<div style='" + "display " * 40_000 + "'>"],
    ids=range(13),
)  # fmt: skip
def test_a_hostile_source_costs_no_more_than_its_length(evil):
    """The time limit of a test is what holds this: what grows with the square of such a length takes minutes."""
    assert said(evil) == said(evil)


def test_a_tag_that_never_ends_is_read_in_no_time():
    assert said(f"<p>{POLICY}</p><" + "a" * 300_000) == POLICY


@pytest.mark.parametrize("stray", ['<p c">', "<p it's>", '<p "">', "<p title=a'b>"])
def test_a_stray_quote_in_a_tag_hides_nothing_of_what_browsers_show(stray):
    assert said(f"{stray}{POLICY}") == POLICY


def test_a_value_in_quotes_holds_what_would_end_the_tag_elsewhere():
    assert said(f"<p title = 'a>b' data-x=\"c>d\">{POLICY}") == POLICY


@pytest.mark.parametrize("name", ["punycode:", "-punycode", "PunyCode", "unicode:escape", "utf7", "utf-7", "idna_"])
def test_a_charset_that_no_page_is_written_in_is_not_believed_in_any_spelling(name):
    assert decoded(rb"a+2AA-\ud800-", f"text/html; charset={name}") == r"a+2AA-\ud800-"
