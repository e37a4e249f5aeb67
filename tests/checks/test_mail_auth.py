"""Mail: what a domain publishes is judged as receivers and senders take it, and silence of DNS is nobody's fault."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from checks.answers import Exchange, Hop, Records, RecordType, Trouble
from checks.contract import NOTHING, Severity, Verdict
from checks.mail_auth import STANDS, MailAuth
from checks.mail_policies import read_dmarc, read_sts, tags, versioned, wrong_with_sts_record
from checks.mail_published import MOST_QUESTIONS, Part
from checks.options import BadOptions, configured
from tests.checks.looked_at import AT, GOOD_RECORDS, URL, FakeProbe, failed, rules, served

CHECK = MailAuth()
HOME = "vendor.example"
POLICY_URL = "https://mta-sts.vendor.example/.well-known/mta-sts.txt"
POLICY = "version: STSv1\r\nmode: enforce\r\nmx: mail.vendor.example\r\nmax_age: 604800\r\n"
TXT, MX, A = RecordType.TXT, RecordType.MX, RecordType.A


def zone(spf="v=spf1 mx -all", dmarc="v=DMARC1; p=reject; rua=mailto:dmarc@vendor.example", **more):
    """A well-kept domain that differs in this; `more` are texts of other names below it, `_` for `.` at the end."""
    texts = {(f"{name}.{HOME}", TXT): [text] for name, text in more.items()}
    own = {(HOME, TXT): [spf] if isinstance(spf, str) else spf}
    policies = [dmarc] if isinstance(dmarc, str) else dmarc
    return GOOD_RECORDS | own | {(f"_dmarc.{HOME}", TXT): policies} | texts


async def looked(records, *, url=URL, check=CHECK, pages=(), exchange=None):
    seen = await check.observe(url, FakeProbe(exchange or served(), pages=pages, records=records))
    return check.judge(seen, AT)


async def test_a_well_kept_domain_passes_and_is_noted():
    look = await looked(zone())
    assert look.verdict is Verdict.PASS
    assert look.observed["spf_lookups"] == 1
    assert look.observed["mx"] == ["mail.vendor.example"]
    assert look.observed["dmarc"]["policy"] == "reject"
    assert look.observed["dmarc"]["reports"] is True
    assert (look.observed["mta_sts"], look.observed["tls_reports"]) == ("", False)


async def test_a_domain_that_neither_sends_nor_receives_and_says_so_passes():
    records = zone("v=spf1 -all", "v=DMARC1; p=reject") | {(HOME, MX): ["0 ."]}
    look = await looked(records)
    assert (look.verdict, look.findings) == (Verdict.PASS, ())


INCLUDES = {(f"n{number}.example", TXT): ["v=spf1 -all"] for number in range(11)}
SPF = {
    "none": ([], "spf-missing"),
    "none of its kind": (["google-site-verification=1"], "spf-missing"),
    "two": (["v=spf1 -all", "v=spf1 ~all"], "spf-several"),
    "a word that is none": ("v=spf1 ipv4:192.0.2.1 -all", "spf-broken"),
    "a record that is not there": ("v=spf1 include:nowhere.example -all", "spf-broken"),
    "eleven look-ups": (f"v=spf1 {' '.join(f'include:n{number}.example' for number in range(11))} -all", "spf-lookups"),
    "three in vain": ("v=spf1 a:x.example a:y.example a:z.example -all", "spf-voids"),
    "everybody": ("v=spf1 +all", "spf-open"),
    "no end": ("v=spf1 mx", "spf-undecided"),
    "a neutral end": ("v=spf1 mx ?all", "spf-undecided"),
}


@pytest.mark.parametrize(("spf", "rule"), SPF.values(), ids=SPF.keys())
async def test_what_spoils_spf_is_found(spf, rule):
    assert rules(await looked(zone(spf) | INCLUDES)) == {f"mail-auth.{rule}"}


async def test_ten_look_ups_are_enough_for_a_pass():
    ten = " ".join(f"include:n{number}.example" for number in range(10))
    look = await looked(zone(f"v=spf1 {ten} ~all") | INCLUDES)
    assert (look.verdict, look.observed["spf_lookups"]) == (Verdict.PASS, 10)


async def test_that_everybody_passes_is_the_worst():
    assert (await looked(zone("v=spf1 +all"))).severity is Severity.HIGH


async def test_a_domain_without_mail_hosts_is_asked_less_urgently_for_spf():
    records = zone([]) | {(HOME, MX): []}
    assert (await looked(zone([]))).severity is Severity.MEDIUM
    assert (await looked(records)).severity is Severity.LOW


DMARC = {
    "none": ([], "dmarc-missing"),
    "something else": ("v=spf1 -all", "dmarc-missing"),
    "two": (["v=DMARC1; p=none", "v=DMARC1; p=reject"], "dmarc-several"),
    "no policy": ("v=DMARC1; rua=mailto:a@vendor.example", "dmarc-broken"),
    "a policy that is none": ("v=DMARC1; p=block", "dmarc-broken"),
    "a version that is none": ("v=DMARC1.0; p=reject", "dmarc-broken"),
    "lower case": ("v=dmarc1; p=reject", "dmarc-broken"),
    "watching only": ("v=DMARC1; p=none; rua=mailto:a@vendor.example", "dmarc-none"),
}


@pytest.mark.parametrize(("dmarc", "rule"), DMARC.values(), ids=DMARC.keys())
async def test_what_spoils_dmarc_is_found(dmarc, rule):
    look = await looked(zone(dmarc=dmarc))
    assert rules(look) == {f"mail-auth.{rule}"}
    assert look.severity is (Severity.LOW if rule == "dmarc-none" else Severity.MEDIUM)


@pytest.mark.parametrize("text", ["v=DMARC1;p=quarantine", "v = DMARC1 ; P=Reject ; x", "v=DMARC1; p=reject; p=none"])
async def test_dmarc_is_read_however_it_is_spaced(text):
    assert (await looked(zone(dmarc=text))).verdict is Verdict.PASS


async def test_a_policy_that_is_only_tried_out_is_noted():
    assert (await looked(zone(dmarc="v=DMARC1; p=reject; t=y"))).observed["dmarc"]["testing"] is True


async def test_a_site_below_the_domain_is_judged_by_the_domain():
    look = await looked(zone(), url="https://shop.www.vendor.example/cart")
    assert (look.verdict, look.observed["domain"]) == (Verdict.PASS, HOME)


async def test_mail_from_another_domain_than_the_sites_is_looked_at_there():
    check = MailAuth(domain="News.vendor.example")
    records = zone() | {("news.vendor.example", TXT): ["v=spf1 -all"]}
    look = await looked(records, check=check)
    assert (look.verdict, look.observed["domain"]) == (Verdict.PASS, "news.vendor.example")
    assert look.observed["dmarc"]["at"] == HOME


async def test_below_the_domain_its_policy_for_subdomains_holds():
    records = zone(dmarc="v=DMARC1; p=reject; sp=none") | {("news.vendor.example", TXT): ["v=spf1 -all"]}
    assert rules(await looked(records, check=MailAuth(domain="news.vendor.example"))) == {"mail-auth.dmarc-none"}


@pytest.mark.parametrize(
    "domain", ["localhost", "192.0.2.1", "vendor example", "https://vendor.example", "a@vendor.example"]
)
def test_a_domain_that_is_none_is_refused(domain):
    with pytest.raises(ValueError, match="domain"):
        MailAuth(domain=domain)


@pytest.mark.parametrize(
    ("hosts", "keys", "severity"),
    [
        (["10 gone.example."], {"gone.example"}, Severity.HIGH),
        (["10 mail.vendor.example.", "20 gone.example."], {"gone.example"}, Severity.MEDIUM),
        (["10 192.0.2.25."], {"192.0.2.25"}, Severity.HIGH),
        (["0 .", "10 mail.vendor.example."], {"."}, Severity.MEDIUM),
    ],
)
async def test_mail_hosts_that_take_no_mail_are_found(hosts, keys, severity):
    look = await looked(zone() | {(HOME, MX): hosts})
    assert {(finding.rule, finding.key) for finding in look.findings} == {("mail-auth.mx-broken", key) for key in keys}
    assert look.severity is severity


async def test_a_mail_host_with_ipv6_alone_is_one():
    records = zone() | {(HOME, MX): ["10 six.example."], ("six.example", RecordType.AAAA): ["2001:db8::25"]}
    assert (await looked(records)).verdict is Verdict.PASS


async def test_no_mail_host_at_all_is_no_finding():
    assert (await looked(zone("v=spf1 -all") | {(HOME, MX): []})).verdict is Verdict.PASS


async def test_reports_of_tls_are_noted():
    assert (await looked(zone(**{"_smtp._tls": "v=TLSRPTv1; rua=mailto:a@vendor.example"}))).observed["tls_reports"]


async def with_sts(policy, record="v=STSv1; id=20260901", **changes):
    page = policy if isinstance(policy, Exchange) else served(url=POLICY_URL, body=policy.encode(), **changes)
    return await looked(zone(**{"_mta-sts": record}), pages={POLICY_URL: page})


async def test_a_policy_that_names_the_mail_hosts_passes():
    look = await with_sts(POLICY)
    assert (look.verdict, look.observed["mta_sts"]) == (Verdict.PASS, "enforce")


@pytest.mark.parametrize("host", ["*.vendor.example", "MAIL.Vendor.example."])
async def test_stars_and_case_do_not_matter_to_the_policy(host):
    assert (await with_sts(POLICY.replace("mail.vendor.example", host))).verdict is Verdict.PASS


STS = {
    "no version": (POLICY.replace("version: STSv1", ""), "broken"),
    "no mode": (POLICY.replace("enforce", "always"), "broken"),
    "no age": (POLICY.replace("604800", "a week"), "broken"),
    "an age beyond a year": (POLICY.replace("604800", "99999999"), "broken"),
    "no host": (POLICY.replace("mx: mail", "xm: mail"), "broken"),
    "a page": ("<!doctype html><title>Home</title>", "broken"),
    "another host": (POLICY.replace("mail.vendor", "smtp.vendor"), "host"),
    "a star two labels deep": (POLICY.replace("mail.vendor.example", "*.example"), "host"),
    "an hour": (POLICY.replace("604800", "3600"), "brief"),
}


@pytest.mark.parametrize(("policy", "rule"), STS.values(), ids=STS.keys())
async def test_what_spoils_mta_sts_is_found(policy, rule):
    look = await with_sts(policy)
    assert rules(look) == {f"mail-auth.mta-sts-{rule}"}


async def test_a_host_left_out_matters_less_while_the_policy_is_tried_out():
    policy = POLICY.replace("mail.vendor", "smtp.vendor")
    assert (await with_sts(policy)).severity is Severity.MEDIUM
    assert (await with_sts(policy.replace("enforce", "testing"))).severity is Severity.LOW


async def test_a_policy_of_none_is_noted_and_asks_for_nothing():
    look = await with_sts("version: STSv1\nmode: none\nmax_age: 60\n")
    assert (look.verdict, look.observed["mta_sts"]) == (Verdict.PASS, "none")


ELSEWHERE = Exchange(POLICY_URL, (Hop(POLICY_URL, 301), Hop(f"{URL}sts", 200, body=POLICY.encode())))


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (served(url=POLICY_URL, status=404), "status 404"),
        (failed(Trouble.NO_SUCH_NAME, url=POLICY_URL), "what happened"),
        (failed(Trouble.CERTIFICATE, url=POLICY_URL), "what happened"),
        (ELSEWHERE, "redirect"),
    ],
)
async def test_a_policy_that_senders_cannot_fetch_is_broken(page, why):
    look = await with_sts(page)
    assert rules(look) == {"mail-auth.mta-sts-broken"}
    assert why in look.findings[0].detail


async def test_a_policy_that_only_we_are_refused_is_not_held_against_the_party():
    assert (await with_sts(served(url=POLICY_URL, status=403))).verdict is Verdict.PASS


@pytest.mark.parametrize("trouble", [Trouble.SERVFAIL, Trouble.LOCAL_FAULT])
async def test_a_policy_that_we_could_not_ask_for_leaves_the_look_unjudged(trouble):
    look = await with_sts(failed(trouble, url=POLICY_URL))
    assert (look.verdict, look.reason, look.fault) == (Verdict.UNKNOWN, trouble.value, trouble.ours)


@pytest.mark.parametrize("record", ["v=STSv1", "v=STSv1; id=", "v=STSv1; id=2026-09-01"])
async def test_a_record_of_mta_sts_without_a_usable_id_is_broken(record):
    assert rules(await with_sts(POLICY, record)) == {"mail-auth.mta-sts-broken"}


async def test_two_records_of_mta_sts_are_broken():
    assert wrong_with_sts_record(["v=STSv1; id=1", "v=STSv1; id=2"])


async def test_no_policy_is_asked_for_where_none_is_announced():
    probe = FakeProbe(served(), records=zone())
    await CHECK.observe(URL, probe)
    assert [asked[1] for asked in probe.asked if asked[0] == "fetch"] == [URL]


class Failing(FakeProbe):
    """One name that the resolver cannot find out about."""

    def __init__(self, name, kind, trouble, records):
        super().__init__(served(), records=records)
        self._name, self._kind, self._trouble = name, kind, trouble

    async def query(self, name, kind):
        if (name, kind) == (self._name, self._kind):
            return Records(name, kind, trouble=self._trouble)
        return await super().query(name, kind)


ALL = zone("v=spf1 include:other.example -all") | {("other.example", TXT): ["v=spf1 -all"]}
NAMES = {
    (HOME, MX): {Part.MX},
    (f"_dmarc.{HOME}", TXT): {Part.DMARC},
    (f"_mta-sts.{HOME}", TXT): {Part.STS},
    ("mail.vendor.example", A): {Part.MX},
    ("other.example", TXT): {Part.SPF},
}


async def behind(name, kind, records, trouble=Trouble.SERVFAIL, before=NOTHING, at=AT):
    """The look where one name cannot be asked about."""
    return CHECK.judge(await CHECK.observe(URL, Failing(name, kind, trouble, records)), at, before)


@pytest.mark.parametrize("trouble", [Trouble.SERVFAIL, Trouble.DNS_TIMEOUT])
@pytest.mark.parametrize(("name", "kind"), [(HOME, TXT), *NAMES])
async def test_one_name_that_could_not_be_asked_about_leaves_a_look_unjudged_that_found_nothing(name, kind, trouble):
    look = await behind(name, kind, ALL, trouble)
    assert (look.verdict, look.reason, look.findings) == (Verdict.UNKNOWN, trouble.value, ())
    assert look.fault is trouble.ours
    assert look.observed["domain"] == HOME


@pytest.mark.parametrize(("question", "parts"), NAMES.items(), ids=[name for name, _ in NAMES])
async def test_what_rests_on_a_name_that_could_not_be_asked_about_is_left_open_and_the_rest_is_judged(question, parts):
    spoilt = {Part.SPF: zone("v=spf1 include:other.example +all"), Part.DMARC: zone(ALL[HOME, TXT], dmarc=[])}
    for part, records in spoilt.items():
        look = await behind(*question, ALL | records | {question: ALL.get(question, [])})
        found = {Part.of(rule) for rule in rules(look)}
        assert found <= {part} if part in parts else found == {part}
        assert set(look.observed.get("not_assessed", parts)) == parts


async def test_what_was_found_stands_for_a_week_where_nobody_can_see_and_goes_when_it_is_seen_to_be_mended():
    question, bad = (f"_dmarc.{HOME}", TXT), zone(dmarc=[])
    first = CHECK.judge(await CHECK.observe(URL, FakeProbe(served(), records=bad)), AT)
    blind = await behind(*question, bad, before=first.keep, at=AT + STANDS / 2)
    assert blind.findings == first.findings
    assert [one.detail for one in blind.findings] == [one.detail for one in first.findings]
    late = await behind(*question, bad, before=blind.keep, at=AT + STANDS)
    assert late.verdict is Verdict.UNKNOWN
    both = CHECK.judge(await CHECK.observe(URL, FakeProbe(served(), records=bad | zone("v=spf1 +all", ""))), AT)
    assert rules(both) == {"mail-auth.spf-open", "mail-auth.dmarc-missing"}
    mute = await behind(*question, zone("v=spf1 +all"), before=both.keep, at=AT + STANDS)
    assert mute.verdict is Verdict.UNKNOWN  # and not one that leaves out what nobody has seen to be mended
    well = CHECK.judge(await CHECK.observe(URL, FakeProbe(served(), records=zone())), AT, blind.keep)
    assert (well.verdict, well.keep) == (Verdict.PASS, {"found": []})


def key(bits, *, kind="rsa"):
    """The record of a key that was just made."""
    made = rsa.generate_private_key(65537, bits).public_key()
    coded = made.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k={kind}; p={base64.b64encode(coded).decode()}"


LONG, SHORT = key(2048), key(1024)
KEYS = {
    "a good one": ([LONG], None, None),
    "one among other texts": (["google-site-verification=1", LONG], None, None),
    "an Ed25519 one": ([f"k=ed25519; p={base64.b64encode(bytes(32)).decode()}"], None, None),
    "none": ([], "dkim-missing", Severity.MEDIUM),
    "one that was withdrawn": (["v=DKIM1; p="], "dkim-broken", Severity.MEDIUM),
    "one that nobody can read": (["v=DKIM1; p=AAAA"], "dkim-broken", Severity.MEDIUM),
    "one that is no base64": (["v=DKIM1; p=!!"], "dkim-broken", Severity.MEDIUM),
    "one in other letters": (["v=DKIM1; p=鍵"], "dkim-broken", Severity.MEDIUM),
    "one in signs that no key has": (["v=DKIM1; p=\u9375"], "dkim-broken", Severity.MEDIUM),
    "two": ([LONG, SHORT], "dkim-broken", Severity.MEDIUM),
    "one of a kind that nobody knows": ([key(1024, kind="dsa")], "dkim-broken", Severity.MEDIUM),
    "a short one": ([SHORT], "dkim-weak", Severity.LOW),
}


@pytest.mark.parametrize(("texts", "rule", "severity"), KEYS.values(), ids=KEYS.keys())
async def test_the_keys_of_dkim_that_were_named_have_to_be_there_and_to_verify(texts, rule, severity):
    records = zone() | {(f"s1._domainkey.{HOME}", TXT): texts}
    look = await looked(records, check=MailAuth(selectors=("S1",)))
    assert rules(look) == ({f"mail-auth.{rule}"} if rule else set())
    assert look.severity is severity


def test_a_selector_that_is_none_is_refused_by_name():
    with pytest.raises(BadOptions, match="selectors: 's 1' is none"):
        configured(CHECK, {"selectors": ["s1", "s 1"]})


async def test_where_the_domain_itself_could_not_be_asked_about_nothing_more_is_asked():
    probe = Failing(HOME, TXT, Trouble.DNS_TIMEOUT, ALL)
    await CHECK.observe(URL, probe)
    assert [asked for asked in probe.asked if asked[0] == "query"] == []


async def test_reports_of_tls_that_could_not_be_asked_about_stop_nothing():
    probe = Failing(f"_smtp._tls.{HOME}", TXT, Trouble.SERVFAIL, zone())
    assert CHECK.judge(await CHECK.observe(URL, probe), AT).verdict is Verdict.PASS


async def test_a_domain_that_does_not_exist_is_left_to_the_other_looks():
    look = await looked({})
    assert (look.verdict, look.reason) == (Verdict.UNKNOWN, "no-answer")


@pytest.mark.parametrize("trouble", [Trouble.GUARD_ADDRESS, Trouble.GUARD_PORT])
async def test_where_the_guard_refused_no_name_is_asked_about(trouble):
    probe = FakeProbe(failed(trouble), records=zone([]))
    look = CHECK.judge(await CHECK.observe(URL, probe), AT)
    assert (look.verdict, look.reason) == (Verdict.UNKNOWN, trouble.value)
    assert [asked[0] for asked in probe.asked] == ["fetch"]


@pytest.mark.parametrize("trouble", [Trouble.REFUSED, Trouble.CERTIFICATE, Trouble.TIMEOUT])
async def test_a_site_that_is_down_says_nothing_of_its_mail(trouble):
    assert (await looked(zone(), exchange=failed(trouble))).verdict is Verdict.PASS
    assert (await looked(zone([]), exchange=failed(trouble))).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("url", "suits"),
    [
        (URL, True),
        ("https://www.acme.co.jp:8443/a", True),
        ("http://vendor.example/", True),
        ("ftp://vendor.example/", False),
        ("https://192.0.2.1/", False),
        ("https://[2001:db8::1]/", False),
        ("https://localhost/", False),
        ("https://acme.github.io/", False),
        ("https://acme.s3.amazonaws.com/", False),
        ("https://github.io/", True),
    ],
)
def test_it_is_made_where_a_party_has_a_domain_of_its_own(url, suits):
    assert CHECK.suits(url) is suits


async def test_what_strangers_publish_makes_us_ask_no_more_than_a_limit():
    class Endless(FakeProbe):
        """Every name includes ten more, all different."""

        async def query(self, name, kind):
            self.asked.append(("query", name, kind))
            more = " ".join(f"include:{number}.{name}" for number in range(10))
            return Records(name, kind, (f"v=spf1 {more}",) if kind is TXT else ())

    probe = Endless(served())
    look = CHECK.judge(await CHECK.observe(URL, probe), AT)
    assert "mail-auth.spf-lookups" in rules(look)
    assert sum(asked[0] == "query" for asked in probe.asked) <= MOST_QUESTIONS


@given(st.text(max_size=200))
def test_whatever_stands_in_the_records_is_read_without_an_error(text):
    assert read_dmarc(f"v=DMARC1;{text}", HOME, HOME).policy in {"", "none", "quarantine", "reject"}
    assert set(map(type, tags(text).values())) <= {str}
    assert isinstance(wrong_with_sts_record(versioned([text, f"v=STSv1;{text}"], "STSv1")), str)


@given(st.text(max_size=200) | st.lists(st.sampled_from([*POLICY.splitlines(), "max_age: ²", "mx:"])).map("\n".join))
def test_whatever_stands_in_the_policy_is_read_without_an_error(text):
    policy = read_sts(text)
    assert policy.wrong or (policy.mode and 0 <= policy.max_age <= 31_557_600)


@given(st.text(max_size=80).map("v=spf1 {}".format), st.text(max_size=80), st.lists(st.text(max_size=30), max_size=3))
async def test_no_record_breaks_the_judge(spf, dmarc, hosts):
    records = zone(spf, f"v=DMARC1; {dmarc}") | {(HOME, MX): [f"10 {host}" for host in hosts]}
    assert (await looked(records)).verdict in {Verdict.PASS, Verdict.FAIL}
