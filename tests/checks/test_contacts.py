"""Published contacts: they are there however a page spells them, and their domains take mail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.addresses import Page, is_address
from checks.answers import Records, RecordType, Trouble
from checks.contacts import Contacts
from checks.contract import Severity, Verdict
from checks.options import BadOptions, configured
from tests.checks.looked_at import AT, URL, FakeProbe, failed, served

PRIVACY = "privacy@acme-print.example"
DOMAIN = "acme-print.example"
MX, A, AAAA = RecordType.MX, RecordType.A, RecordType.AAAA
MAIL = {(DOMAIN, MX): ["10 mail.acme-print.example."]}
CHECK = Contacts(addresses=(PRIVACY,))
HTML = ("Content-Type", "text/html; charset=utf-8")


async def looked(body=PRIVACY, *, check=CHECK, records=MAIL, headers=(HTML,), **changes):
    raw = body if isinstance(body, bytes) else body.encode()
    seen = await check.observe(URL, FakeProbe(served(*headers, body=raw, **changes), records=records))
    return check.judge(seen, AT)


SPELLINGS = [
    PRIVACY,
    "Privacy@ACME-Print.Example",
    '<a href="mailto:privacy@acme-print.example?subject=x">mail</a>',
    '<a href="mailto:privacy%40acme-print.example">mail</a>',
    "privacy&#64;acme-print&#46;example",
    "privacy&commat;acme-print.example",
    "&#112;&#114;&#105;&#118;&#97;&#99;&#121;&#x40;acme-print.example",
    "privacy＠acme-print.example",
    "ｐｒｉｖａｃｙ＠ａｃｍｅ－ｐｒｉｎｔ．ｅｘａｍｐｌｅ",
    "privacy (at) acme-print.example",
    "privacy[at]acme-print[dot]example",
    "privacy at acme-print dot example",
    "privacy（アット）acme-print.example",
    "privacyアットマークacme-print.example",
    "privacy★acme-print.example（★を@に置き換えてください）",
    "privacy【@】acme-print.example",
    "privacy @ acme-print.example",
    "<span>privacy</span>@<b>acme-print</b>.example",
    "privacy<!-- no robots -->@acme-print.example",
    "privacy@<wbr>acme-print.example",
    "privacy\u200b@acme\u00ad-print.example",
    '連絡先はprivacy<img src="at.png" class=x alt="@" width=9>acme-print.exampleです',
    "連絡先：privacy@acme-print.example。",
    "mail privacy@acme-print.example.",
]


@pytest.mark.parametrize("body", SPELLINGS)
async def test_an_address_is_there_however_it_is_spelt(body):
    assert (await looked(body)).verdict is Verdict.PASS


def enciphered(address, key=0x5A):
    return bytes([key, *(letter ^ key for letter in address.encode())]).hex()


async def test_an_address_under_the_networks_cipher_is_there():
    assert (
        await looked(f'<a class="__cf_email__" data-cfemail="{enciphered(PRIVACY)}">[email&#160;protected]</a>')
    ).verdict is Verdict.PASS
    assert (
        await looked(f'<a href="/cdn-cgi/l/email-protection#{enciphered(PRIVACY)}">mail</a>')
    ).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "body",
    [
        "",
        "data-privacy@acme-print.example",
        "privacy@acme-print.example.com",
        "privacy@acme-print.examples",
        "privacy@print.example",
        "privacy and acme-print.example",
        "<!-- privacy@acme-print.example -->",
        "<!-- privacy@acme-print.example",
        f'<a data-cfemail="{enciphered("other@acme-print.example")}">x</a>',
        '<a data-cfemail="5a5">x</a>',
    ],
)
async def test_an_address_that_no_reader_is_given_is_not_there(body):
    look = await looked(body)
    assert [(finding.rule, finding.key) for finding in look.findings] == [("contacts.not-on-page", PRIVACY)]


@pytest.mark.parametrize("charset", ["shift_jis", "euc-jp", "iso-2022-jp", "utf-8"])
async def test_a_page_is_read_in_its_own_charset(charset):
    body = "個人情報の窓口：privacy＠acme-print.example まで".encode(charset)
    assert (await looked(body, headers=(("Content-Type", f"text/html; charset={charset}"),))).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("records", "words"),
    [
        ({}, "does not exist"),
        ({(DOMAIN, RecordType.TXT): ["x"]}, "neither MX nor address"),
        ({(DOMAIN, MX): ["0 ."], (DOMAIN, A): ["192.0.2.7"]}, "takes no mail"),
    ],
)
async def test_a_domain_that_takes_no_mail_is_found(records, words):
    look = await looked(records=records)
    assert [(finding.rule, finding.key) for finding in look.findings] == [("contacts.no-mail", PRIVACY)]
    assert words in look.findings[0].detail
    assert look.severity is Severity.HIGH


@pytest.mark.parametrize("kind", [A, AAAA])
async def test_a_domain_without_mx_takes_mail_at_its_own_address_and_that_is_noted(kind):
    look = await looked(records={(DOMAIN, kind): ["192.0.2.7"]})
    assert look.verdict is Verdict.PASS
    assert look.observed["contacts"] == [{"address": PRIVACY, "via": "address"}]
    assert (await looked()).observed["contacts"] == [{"address": PRIVACY, "via": "mx"}]


async def test_no_mail_server_is_ever_visited():
    probe = FakeProbe(served(HTML, body=PRIVACY.encode()), records=MAIL)
    await CHECK.observe(URL, probe)
    assert [asked[:2] for asked in probe.asked] == [("fetch", URL), ("query", DOMAIN)]


async def test_without_addresses_those_on_the_page_are_looked_at():
    body = "<a href='mailto:a@acme-print.example'>A@Acme-Print.example</a> b@gone.example <img src='logo@2x.png'>"
    look = await looked(body, check=Contacts())
    assert [(finding.rule, finding.key) for finding in look.findings] == [("contacts.no-mail", "b@gone.example")]
    assert [one["address"] for one in look.observed["contacts"]] == ["a@acme-print.example", "b@gone.example"]


async def test_another_address_is_a_finding_only_where_that_was_asked_for():
    body = f"{PRIVACY} sales@acme-print.example"
    assert (await looked(body)).verdict is Verdict.PASS
    look = await looked(body, check=Contacts(addresses=("PRIVACY@acme-print.example",), no_others=True))
    assert [(finding.rule, finding.key) for finding in look.findings] == [
        ("contacts.another", "sales@acme-print.example")
    ]


@pytest.mark.parametrize("changes", [{"truncated": True}, {"headers": (HTML, ("Content-Encoding", "br"))}])
async def test_what_may_stand_in_the_part_that_we_have_not_read_is_not_missing(changes):
    look = await looked("nothing here", **changes)
    assert (look.verdict, look.reason) == (Verdict.UNKNOWN, "unread-body")
    assert (await looked(PRIVACY, truncated=True)).verdict is Verdict.PASS


@pytest.mark.parametrize("trouble", [Trouble.SERVFAIL, Trouble.DNS_TIMEOUT])
async def test_a_domain_that_could_not_be_asked_about_leaves_the_look_unjudged(trouble):
    class Failing(FakeProbe):
        async def query(self, name, kind):
            return Records(name, kind, trouble=trouble)

    look = CHECK.judge(await CHECK.observe(URL, Failing(served(HTML, body=b"no address"))), AT)
    assert (look.verdict, look.reason, look.findings) == (Verdict.UNKNOWN, trouble.value, ())


@pytest.mark.parametrize(
    ("exchange", "reason"),
    [
        (served(status=404), "no-answer"),
        (served(status=503), "no-answer"),
        (served(status=403), "refused-monitor"),
        (failed(Trouble.REFUSED), "no-answer"),
        (failed(Trouble.CERTIFICATE), "certificate-refused"),
        (failed(Trouble.GUARD_ADDRESS), "guard.address"),
    ],
)
async def test_a_page_that_was_not_served_says_nothing_and_nobody_is_asked(exchange, reason):
    probe = FakeProbe(exchange, records=MAIL)
    look = CHECK.judge(await CHECK.observe(URL, probe), AT)
    assert (look.verdict, look.reason) == (Verdict.UNKNOWN, reason)
    assert [asked[0] for asked in probe.asked] == ["fetch"]


@pytest.mark.parametrize(
    "options",
    [
        {"addresses": ["privacy"]},
        {"addresses": ["privacy@localhost"]},
        {"addresses": ["mailto:privacy@acme-print.example"]},
        {"addresses": [f"n{number}@acme-print.example" for number in range(21)]},
        {"no_others": True},
        {"addresses": PRIVACY},
    ],
)
def test_options_that_make_no_sense_are_refused(options):
    with pytest.raises(BadOptions, match=r"addresses|no_others"):
        configured(Contacts(), options)


def test_addresses_come_from_the_registry_as_a_list():
    assert configured(Contacts(), {"addresses": [PRIVACY]}) == CHECK


@given(
    st.text(max_size=300)
    | st.lists(st.sampled_from(["<", "<!--", "-->", "<img alt='", "'>", "a@b.jp", "@", "&#64", "%"])).map("".join)
)
def test_whatever_a_page_holds_is_read_without_an_error(text):
    page = Page(text)
    found = page.all(5)
    assert len(found) <= 5
    assert all(is_address(address) for address in found)
    assert all(page.names(address) for address in found)
    page.names(PRIVACY)
