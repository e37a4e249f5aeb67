"""Names, titles, reasons and addresses are other people's text: none of it becomes markup, a header, or another letter."""

from __future__ import annotations

import asyncio
import json
import re
from email import message_from_bytes
from email.header import decode_header, make_header

import pytest
from gallery import furnished
from hypothesis import given
from hypothesis import strategies as st
from post import COMPANIES, PARTIES, engagement, notice, office, registry
from stage import event, instant, last_accepted

from monitor.letters.layout import COLUMNS, heading, lines, one_line, width, wrap
from notifiers.email import compose

EVIL = "<script>alert(1)</script>\"'&{{7*7}}{% raw %}%(x)s{y}"
RTL = "ab\u202egnp.exe\u2066\u200b"
FORGED = "x\r\nBcc: everybody@acme.example\r\n\r\n--\nYour contract ends today."
#: The same with ends of lines that are no control characters, which alone a registry refuses.
SEPARATED = FORGED.replace("\r\n", "\u2028").replace("\n", "\u2029")


def _hostile():
    """The registry with such names. What JSON writes between quotes, TOML reads."""
    toml = registry(engagement(title="TITLE", attestation=last_accepted("2025-12-31")))
    names = {
        "TITLE": f"T {SEPARATED}",
        "株式会社月見坂印刷": f"月見坂 {EVIL} {RTL}",
        "株式会社インプレス": f"インプレス {EVIL}",
    }
    for name, hostile in names.items():
        toml = toml.replace(f'"{name}"', json.dumps(hostile))
    return toml


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    async def run():
        tmp = tmp_path_factory.mktemp("evil")
        async with office(_hostile(), "2026-11-20T00:00", "2027-01-10T00:00", tmp=tmp) as place:
            duty, at = await place.duty(), instant("2026-12-22T10:00")
            reason = {"reason": f"{EVIL}\n{FORGED}"}
            plea = {"kind": "not-ours", "text": f"{EVIL}\n{FORGED}", "proposed_on": ""}
            await place.kept(notice("returned", "vendor", duty=duty, made_at=at, data=reason), at=at)
            await place.kept(notice("due-moved", "vendor", duty=duty, made_at=at, data=reason), at=at)
            await place.kept(notice("plea", "company", duty=duty, made_at=at, data=plea), at=at)
            return place.clerk.kept

    return asyncio.run(run())


def test_hostile_names_cannot_inject_markup(hostile):
    assert len(hostile) > 6
    for kept in hostile:
        assert "<script" not in kept.letter.html.lower()
        assert "&lt;script&gt;" in kept.letter.html
        assert re.findall(r"</?([a-z0-9]+)", kept.letter.html)
        assert set(re.findall(r"</?([a-z0-9]+)", kept.letter.html)) <= {
            "html", "head", "meta", "title", "style", "body", "table", "tr", "td", "th", "h1", "h2", "h3", "p", "ul", "li", "a", "br",
            "blockquote", "div", "wbr",
        }  # fmt: skip


def test_nothing_in_a_name_is_a_template_or_a_format(hostile):
    for kept in hostile:
        assert "{{7*7}}" in kept.letter.text.replace("\n", "")
        assert "%(x)s{y}" in kept.letter.text.replace("\n", "")


def test_hostile_names_cannot_inject_headers(hostile):
    for kept in hostile:
        for value in (kept.letter.subject, kept.letter.sender_name, *kept.letter.headers.values()):
            assert not re.search(r"[\x00-\x1f\x7f\u2028\u2029]", value)
        message = message_from_bytes(compose(kept.letter, "itaku@impress.example").as_bytes())
        assert message["Bcc"] is None
        assert str(make_header(decode_header(message["Subject"]))).startswith("【")


def test_a_quotation_cannot_pass_for_the_letter_itself(hostile):
    for kept in hostile:
        for line in kept.letter.text.split("\n"):
            assert not line.startswith(("Your contract", "Bcc")), "every line of a quotation bears its mark"
        assert kept.letter.text.count("\n--\n") == 1


def test_nothing_turns_the_direction_of_writing(hostile):
    for kept in hostile:
        assert not re.search(
            "[\u200b-\u200f\u202a-\u202e\u2066-\u2069]", kept.letter.text + kept.letter.html + kept.letter.subject
        )


async def test_an_endpoint_may_be_called_anything(tmp_path):
    url = r"""https://www.acme.example/\"><img/src=x/onerror=alert(1)>'{{7*7}}%(x)s{y}&amp;"""
    toml = registry().replace("https://www.acme.example/", url)
    fail = {"check": "tls", "verdict": "fail", "severity": "high"}
    script = [event(f"2026-12-01T1{n}:00", "observe", None, url="URL", **fail).replace("URL", url) for n in (0, 1)]
    async with office(toml, "2026-11-20T00:00", "2026-12-04T00:00", *script, tmp=tmp_path) as place:
        letters = [kept.letter for kept in place.clerk.kept]
        assert letters
        for letter in letters:
            assert "<img" not in letter.html
            assert "{{7*7}}%(x)s{y}&amp;amp;" in letter.html
            assert "{{7*7}}%(x)s{y}&amp;" in letter.text
            compose(letter, "itaku@impress.example")


async def test_a_reason_as_long_as_a_book_is_cut(tmp_path):
    async with furnished("ja", tmp_path) as place:
        at, duty = instant("2026-12-22T10:00"), await place.duty()
        kept, _ = await place.kept(
            notice("returned", "vendor", duty=duty, made_at=at, data={"reason": "長い話。" * 5000}), at=at
        )
        assert len(kept.letter.text) < 6000
        assert "…" in kept.letter.text


def test_the_registry_s_names_are_shown_as_they_are():
    assert one_line("株式会社髙﨑　〜①㈱") == "株式会社髙﨑　〜①㈱"
    assert "髙" in COMPANIES.replace("株", "髙") + PARTIES


@given(st.text(max_size=300))
def test_whatever_a_name_holds_it_is_one_line_of_visible_signs(text):
    shown = one_line(text)
    assert len(shown) <= 200
    assert not any(sign in "\n\r\u2028\u2029\u202e\x00" or "\ud800" <= sign <= "\udfff" for sign in shown)
    assert shown == shown.strip()
    assert one_line(shown) == shown


@given(st.text(max_size=600))
def test_whatever_a_reason_holds_its_lines_are_lines(text):
    assert all("\n" not in line and line == one_line(line, 2000) for line in lines(text))


@given(st.text(alphabet=st.sampled_from("あア漢、。（）「」abc1 -:/"), max_size=400), st.sampled_from(["ja", "en"]))
def test_wrapping_loses_nothing_and_keeps_to_its_width(text, language):
    wrapped = wrap(text, language)
    assert re.sub(r"\s", "", wrapped) == re.sub(r"\s", "", text)
    for line in wrapped.splitlines():
        unbreakable = max((width(run) for run in re.findall(r"[!-~]+|\S[、。）」]*", line)), default=0)
        assert width(line) <= COLUMNS or width(line) <= unbreakable + 12 or language == "en"


def test_an_address_is_never_broken_by_wrapping():
    address = "https://itaku.impress.example/f/itk_" + "Ab9_-" * 30
    assert address in wrap(f"回答はこちらの{address}からお願いいたします。", "ja")
    assert f"\n{address}\n" in wrap(f"回答フォームを開く\n{address}\n", "ja")


def test_japanese_lines_break_between_phrases():
    text = "下記の業務につきまして、貴社に個人データの取扱いをお任せしておりますので、ご回答をお願いいたします。"
    assert wrap(text, "ja") == (
        "下記の業務につきまして、貴社に個人データの取扱いをお任せして\nおりますので、ご回答をお願いいたします。\n"
    )


def test_a_line_begins_with_no_mark_that_ends_one():
    text = "あいうえお" * 6 + "かき」。" + "さしすせそ" * 8
    assert not any(line[0] in "、。）」" for line in wrap(text, "ja").splitlines())


def test_a_name_is_never_broken():
    name = "株式会社つきみざか印刷出版サービス"
    text = "いつもお世話になっております。このたびは" + name + "のご担当者様にお願いがございます。"
    for blanks in range(30):
        padded = "あ" * blanks + text
        assert name in wrap(padded, "ja", [name])
        assert name in heading(padded, "ja", [name])
        assert "Acme Printing Co., Ltd." in wrap(
            "word " * blanks + "for Acme Printing Co., Ltd.", "en", ["Acme Printing Co., Ltd."]
        )
