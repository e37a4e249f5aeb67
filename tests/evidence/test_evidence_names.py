"""Names that strangers gave: what stays of them, and what they can never do."""

from __future__ import annotations

import re
import unicodedata
from email.message import Message
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.evidence.names import MAX_BYTES, MAX_CHARACTERS, clean, content_disposition, ending_of

names = st.one_of(
    st.text(max_size=400),
    st.text(alphabet=st.sampled_from("a. /\\:\"'\r\n\0\u202e\u200d\u3000が髙﨑神\U0001f468\ud800"), max_size=40),
    st.builds("{}.{}".format, st.text(max_size=300), st.text(max_size=20)),
)


@pytest.mark.parametrize(
    "name",
    [
        "契約書.pdf",
        "髙橋﨑山.xlsx",
        "神田 福祉.docx",  # compatibility ideographs, which people's names are written with
        "葛\U000e0100城.pdf",  # a sign with the variant that its owner wants
        "👨‍👩‍👧 家族.png",
        "外字\ue000.txt",
        "全角　空白（最終版）.pdf",
        "a b'c~(1).pdf",
        "Report.PDF",
    ],
)
def test_an_honest_name_stays_as_it_was(name):
    assert clean(name) == name


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        (unicodedata.normalize("NFD", "ガイドライン（がぎぐ）.pdf"), "ガイドライン（がぎぐ）.pdf"),
        ("C:\\fakepath\\契約.pdf", "契約.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\a.txt", "a.txt"),
        ("folder/", "file"),
        ("", "file"),
        ("..", "file"),
        (". . .", "file"),
        ("\0\r\n", "file"),
        (".pdf", "file.pdf"),
        ("\u202e.pdf", "file.pdf"),
        ("fdp.\u202eexe.pdf", "fdp.exe.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("a\u2028b\ufeff\u200b\u2066c.pdf", "abc.pdf"),
        ("a\ud800b.pdf", "ab.pdf"),
        ("a.pdf. . ", "a.pdf"),
        ("  a .pdf", "a.pdf"),
        ('a:b*c?<d>|"e".pdf', "a_b_c__d___e_.pdf"),
        ("CON", "_CON"),
        ("nul.pdf", "_nul.pdf"),
        ("Com1.report.pdf", "_Com1.report.pdf"),
        ("console.pdf", "console.pdf"),
        ("evil.pdf:stream", "evil.pdf_stream"),
    ],
)
def test_what_is_dangerous_or_unseen_goes(given_name, kept):
    assert clean(given_name) == kept


def test_a_long_name_is_shortened_and_keeps_its_ending():
    assert clean("a" * 500 + ".xlsx") == "a" * 195 + ".xlsx"
    long = clean("委" * 500 + ".pdf")
    assert long == "委" * 83 + ".pdf"
    assert len(long.encode()) == 253  # one more sign would be 256


def test_a_name_is_not_cut_in_the_middle_of_a_family():
    kept = clean("👨‍👩‍👧" * 60 + ".png")
    assert kept.endswith((".png",))
    assert not kept.removesuffix(".png").endswith("\u200d")


def test_a_sentence_with_a_full_stop_has_no_ending_to_keep():
    assert clean("a" * 300 + ". And this is what I wanted to say") == "a" * 200


def test_the_ending_is_what_stands_behind_the_last_dot():
    assert ending_of("a.tar.GZ") == "gz"
    assert ending_of("a") == ""


@given(names)
@example("a" * 199 + "..pdf")
@example("con." + "a" * 300)
@example("\u200d" * 300 + ".pdf")
@example(" " * 300 + "." + "x" * 15)
@example("con" + " " * 300 + ".pdf")
def test_whatever_is_given_a_harmless_name_comes_out(name):
    kept = clean(name)
    assert kept
    assert len(kept) <= MAX_CHARACTERS
    assert len(kept.encode()) <= MAX_BYTES
    assert not re.search(r'[/\\<>:"|?*\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]', kept)
    assert kept not in {".", ".."}
    assert kept.strip(" .") == kept
    assert clean(kept) == kept


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("report 1.pdf", 'attachment; filename="report 1.pdf"'),
        ("契約書.pdf", "attachment; filename=\"___.pdf\"; filename*=UTF-8''%E5%A5%91%E7%B4%84%E6%9B%B8.pdf"),
        ("50%.pdf", "attachment; filename=\"50_.pdf\"; filename*=UTF-8''50%25.pdf"),
        ("it's.pdf", "attachment; filename=\"it_s.pdf\"; filename*=UTF-8''it%27s.pdf"),
    ],
)
def test_a_download_has_a_name_for_old_programs_and_the_real_one(name, header):
    assert content_disposition(name) == header


@given(names)
def test_no_name_breaks_out_of_the_header(name):
    header = content_disposition(name)
    assert header.isascii()
    assert header.isprintable()
    assert re.fullmatch(
        r"""attachment; filename="[^"\\%]+"(?:; filename\*=UTF-8''[A-Za-z0-9!#$&+.^_`|~%-]+)?""", header
    )


@given(names)
def test_the_real_name_comes_out_of_the_header_again(name):
    message = Message()
    message["Content-Disposition"] = content_disposition(name)
    if "filename*=" in message["Content-Disposition"]:
        assert unquote(message["Content-Disposition"].partition("UTF-8''")[2]) == clean(name)
    else:
        assert message.get_filename() == clean(name)
