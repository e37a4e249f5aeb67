"""security.txt: judged as RFC 9116 reads, from what a site serves at the place for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.answers import Trouble
from checks.contract import Severity, Verdict
from checks.security_txt import LEGACY, PLACE, Posted, SecurityTxt
from tests.checks.looked_at import AT, failed, rules, served

CHECK = SecurityTxt()
HOME = "https://vendor.example"
TEXT = (("Content-Type", "text/plain; charset=utf-8"),)
GOOD = "Contact: mailto:security@vendor.example\nExpires: 2027-03-01T00:00:00Z\n"


def at_place(text=GOOD, *headers, place=PLACE, **changes):
    return served(*(headers or TEXT), url=HOME + place, body=text.encode(), **changes)


def judged(*args, legacy=None, **changes):
    return CHECK.judge(Posted(at_place(*args, **changes), legacy), AT)


def test_a_file_with_contact_and_end_passes():
    look = judged()
    assert look.verdict is Verdict.PASS
    assert look.observed["signed"] is False
    assert ["contact", "mailto:security@vendor.example"] in look.observed["fields"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Contact: mailto:a@vendor.example\nExpires: 2026-08-31T23:59:59Z", "expired"),
        ("Contact: mailto:a@vendor.example\nExpires: 2026-09-10T00:00:00+09:00", "expires-soon"),
        ("Contact: mailto:a@vendor.example\nExpires: 2031-01-01T00:00:00Z", "expires-far"),
        ("Contact: mailto:a@vendor.example\n", "expires-unclear"),
        ("Contact: mailto:a@vendor.example\nExpires: next year\n", "expires-unclear"),
        ("Contact: mailto:a@vendor.example\nExpires: 2027-03-01T00:00:00\n", "expires-unclear"),
        (GOOD + "Expires: 2027-04-01T00:00:00Z\n", "expires-unclear"),
        ("Expires: 2027-03-01T00:00:00Z\n", "no-contact"),
        (GOOD + "Contact: security@vendor.example\n", "contact-unusable"),
        (GOOD + "Contact: http://vendor.example/report\n", "contact-unusable"),
        (GOOD + "Canonical: https://other.example/.well-known/security.txt\n", "not-canonical"),
    ],
)
def test_what_the_standard_asks_for_and_the_file_lacks_is_found(text, rule):
    assert rules(judged(text)) == {f"security-txt.{rule}"}


def test_names_of_fields_are_read_whatever_their_case_and_comments_are_not():
    text = "# Contact: nobody\r\nCONTACT:mailto:a@vendor.example\r\nexpires: 2027-03-01t00:00:00z\r\n"
    assert judged(text).verdict is Verdict.PASS


def test_its_own_place_may_be_named():
    assert judged(GOOD + f"Canonical: {HOME}{PLACE}\n").verdict is Verdict.PASS


def test_a_signed_file_is_read_and_noted_as_signed():
    text = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n"
        + GOOD.replace("Contact", "- Contact")
        + "-----BEGIN PGP SIGNATURE-----\nComment: x\n\niQ==\n-----END PGP SIGNATURE-----\n"
    )
    look = judged(text)
    assert (look.verdict, look.observed["signed"]) == (Verdict.PASS, True)


@pytest.mark.parametrize("kind", ["text/html", "text/plain; charset=shift_jis", "application/octet-stream"])
def test_it_is_plain_text_in_utf_8(kind):
    assert rules(judged(GOOD, ("Content-Type", kind))) == {"security-txt.media-type"}


@pytest.mark.parametrize("kind", ["text/plain", 'text/plain; charset="utf-8"', "Text/Plain;charset=UTF-8"])
def test_every_spelling_of_plain_text_in_utf_8_will_do(kind):
    assert not rules(judged(GOOD, ("Content-Type", kind)))


def test_no_file_is_a_low_finding():
    look = CHECK.judge(Posted(at_place(status=404), at_place(place=LEGACY, status=404)), AT)
    assert rules(look) == {"security-txt.missing"}
    assert look.severity is Severity.LOW


@pytest.mark.parametrize("text", ["<!DOCTYPE html><title>Home</title>", "\n<!-- x --><html>", "Not found: sorry"])
def test_a_site_that_answers_everything_with_a_page_has_no_file(text):
    page = at_place(text, ("Content-Type", "text/html"))
    assert rules(CHECK.judge(Posted(page), AT)) == {"security-txt.missing"}


def test_the_old_place_is_read_and_named():
    look = CHECK.judge(Posted(at_place(status=404), at_place(place=LEGACY)), AT)
    assert rules(look) == {"security-txt.old-place"}


def test_a_file_that_comes_over_http_is_found():
    look = CHECK.judge(Posted(served(*TEXT, url=HOME.replace("https", "http") + PLACE, body=GOOD.encode())), AT)
    assert rules(look) == {"security-txt.not-https"}


@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_a_server_that_will_not_say_is_not_one_without_a_file(status):
    assert judged(status=status).verdict is Verdict.UNKNOWN


def test_silence_is_no_finding():
    assert CHECK.judge(Posted(failed(Trouble.DNS_TIMEOUT)), AT).fault


class Site:
    """Serves what it is told to, and remembers what it was asked for."""

    def __init__(self, **answers):
        self.answers, self.asked = answers, []

    async def fetch(self, url, *, headers=None, again=False):
        self.asked.append(url)
        return (
            at_place(place=LEGACY, status=404) if url.endswith(LEGACY) and PLACE not in url else self.answers["first"]
        )


async def test_the_old_place_is_asked_only_where_the_new_one_has_nothing():
    there, away = Site(first=at_place()), Site(first=at_place(status=404))
    await CHECK.observe(HOME + "/shop?x=1", there)
    await CHECK.observe(HOME + "/shop", away)
    assert there.asked == [HOME + PLACE]
    assert away.asked == [HOME + PLACE, HOME + LEGACY]


@given(st.text(max_size=300))
def test_nothing_that_a_file_holds_breaks_the_judge(text):
    look = judged(text)
    assert look.verdict in {Verdict.FAIL, Verdict.PASS}


@given(st.integers(1, 800))
def test_how_far_the_end_is_away_decides(days):
    ends = (AT + timedelta(days=days)).isoformat()
    found = rules(judged(f"Contact: tel:+81-3-0000-0000\nExpires: {ends}\n"))
    soon, far = days < CHECK.notice_days, days > 366
    assert found == ({"security-txt.expires-soon"} if soon else {"security-txt.expires-far"} if far else set())
