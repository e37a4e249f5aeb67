"""Privacy of the connection and identity of the other side, told apart to the last detail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st

from checks import certificate
from checks.answers import Offer, Tls, Trouble
from checks.certificate import read
from checks.contract import Severity, Verdict
from checks.tls import Secured, TlsCheck
from checks.tls_offers import ASKED, OLD, REFUSED
from tests.checks.looked_at import AT, URL, FakeProbe, failed, rules, served, shown
from tests.probe.probe_world import Authority, self_signed

CHECK = TlsCheck()
DAY = timedelta(days=1)
NOTHING_ELSE = dict.fromkeys(ASKED.values(), REFUSED)


@pytest.fixture(scope="module")
def issue(authority):
    def make(*hosts, left=100 * DAY, **changes):
        return authority.issue(
            *(hosts or ("vendor.example",)), **{"begins": AT - 90 * DAY, "ends": AT + left} | changes
        )

    return make


def judged(issued, *, code=0, trouble=None, said=NOTHING_ELSE, at=AT, more=(), **how):
    trouble = trouble or (Trouble.CERTIFICATE if code else None)
    tls = shown(issued, code=code, text="said OpenSSL", more=more, **how)
    exchange = failed(trouble, tls=tls) if trouble else served(tls=tls)
    return CHECK.judge(Secured(exchange, said), at)


def test_a_good_certificate_passes(issue):
    look = judged(issue())
    assert (look.verdict, look.findings) == (Verdict.PASS, ())
    assert look.observed["names"] == ["vendor.example"]
    assert (look.observed["key"], look.observed["signature"]) == ("EC 256", "sha256")
    assert look.observed["old_versions"] == "refused"


@pytest.mark.parametrize(
    ("left", "severity"),
    [
        (31 * DAY, None),
        (30 * DAY, Severity.MEDIUM),
        (15 * DAY, Severity.MEDIUM),
        (14 * DAY, Severity.HIGH),
        (4 * DAY, Severity.HIGH),
        (3 * DAY, Severity.CRITICAL),
        (timedelta(minutes=1), Severity.CRITICAL),
    ],
)
def test_the_end_is_announced_thirty_fourteen_and_three_days_before(issue, left, severity):
    look = judged(issue(left=left))
    assert look.severity is severity
    assert rules(look) == ({"tls.expires-soon"} if severity else set())


def test_the_announcement_belongs_to_one_serial_however_its_degree_moves(issue):
    issued, renewed = issue(left=20 * DAY), issue(left=20 * DAY)
    early, late = judged(issued), judged(issued, at=AT + 18 * DAY)
    assert early.findings == late.findings
    assert early.severity < late.severity
    assert early.findings != judged(renewed).findings


@given(days=st.integers(-400, 400))
def test_a_certificate_is_expired_from_its_end_on_and_only_then(issued, days):
    look = judged(issued, at=AT + days * DAY)
    assert ("tls.expired" in rules(look)) is (days >= 100)
    assert ("tls.not-yet-valid" in rules(look)) is (days < -90)
    assert ("tls.expires-soon" in rules(look)) is (70 <= days < 100)


@pytest.fixture(scope="module")
def issued(issue):
    return issue()


def test_an_expired_certificate_is_critical(issue):
    look = judged(issue(left=-DAY), code=10)
    assert (rules(look), look.severity) == ({"tls.expired"}, Severity.CRITICAL)
    assert look.observed["not_after"] == (AT - DAY).isoformat()


def test_expired_and_for_another_name_are_both_told(issue):
    assert rules(judged(issue("other.example", left=-DAY), code=10)) == {"tls.expired", "tls.hostname"}


def test_another_name_is_told_with_the_names_it_has(issue):
    look = judged(issue("other.example", "more.example"), code=62)
    assert rules(look) == {"tls.hostname"}
    assert "other.example, more.example, not for vendor.example" in look.findings[0].detail


def test_a_common_name_alone_is_no_name(authority):
    issued = authority.issue(begins=AT - DAY, ends=AT + 100 * DAY)
    assert rules(judged(issued, code=62)) == {"tls.hostname"}


@pytest.mark.parametrize(
    ("names", "host", "covered"),
    [
        (("a.example",), "a.example", True),
        (("*.a.example",), "b.a.example", True),
        (("*.a.example",), "a.example", False),
        (("*.a.example",), "c.b.a.example", False),
        (("*.example",), "192.0.2.7", False),
        (("192.0.2.7",), "192.0.2.7", True),
        (("2001:db8::7",), "2001:db8:0::7", True),
        (("A.Example",), "a.example", True),
    ],
)
def test_names_are_held_as_the_standard_says(issue, names, host, covered):
    assert read(issue(*names).der).covers(host) is covered


def test_signed_by_itself_is_untrusted_and_says_why():
    issued = self_signed("vendor.example", begins=AT - DAY, ends=AT + 100 * DAY)
    assert rules(judged(issued, code=18)) == {"tls.untrusted", "tls.self-signed"}


def test_an_unknown_authority_is_untrusted(issue):
    assert rules(judged(issue(), code=20)) == {"tls.untrusted"}
    assert rules(judged(issue(), code=19)) == {"tls.untrusted"}


def test_a_missing_intermediate_is_told_where_it_can_be(issue):
    assert rules(judged(issue(tells_issuer=True), code=20)) == {"tls.untrusted", "tls.incomplete-chain"}


def test_a_sent_chain_is_not_called_incomplete(issue, authority):
    issued = issue(tells_issuer=True)
    assert rules(judged(issued, code=20, more=(authority.root.der,))) == {"tls.untrusted"}


def test_an_unused_expired_certificate_in_the_chain_is_nobodys_fault(issue):
    stale = Authority("stale").issue("x", ends=AT - DAY, begins=AT - 9 * DAY)
    assert rules(judged(issue("other.example"), code=62, more=(stale.der,))) == {"tls.hostname"}
    assert rules(judged(issue(), code=10, more=(stale.der,))) == {"tls.expired"}


@pytest.mark.parametrize(
    ("key", "weak"),
    [
        (rsa.generate_private_key(65537, 1024), True),
        (rsa.generate_private_key(65537, 2048), False),
        (ec.generate_private_key(ec.SECP224R1()), True),
        (ec.generate_private_key(ec.SECP384R1()), False),
    ],
    ids=["RSA 1024", "RSA 2048", "EC 224", "EC 384"],
)
def test_short_keys_are_told(issue, key, weak):
    assert rules(judged(issue(key=key))) == ({"tls.weak-key"} if weak else set())


def test_a_key_that_openssl_refused_is_told_even_if_it_is_not_the_servers_own(issue):
    assert rules(judged(issue(), code=67)) == {"tls.weak-key"}
    assert rules(judged(issue(), code=68)) == {"tls.weak-signature"}


def test_an_edwards_key_has_no_length_to_complain_about(authority):
    key = ed25519.Ed25519PrivateKey.generate()
    issued = authority.issue("vendor.example", key=key, begins=AT - DAY, ends=AT + 100 * DAY)
    look = judged(issued)
    assert (look.verdict, look.observed["key"]) == (Verdict.PASS, "Ed25519")


def test_weak_signatures_are_told_except_on_roots():
    facts = read(SHA1_LEAF)
    assert (facts.signature, facts.weak_signature) == ("sha1", True)
    root = Authority("root").root
    assert not read(root.der).weak_signature


@pytest.mark.parametrize("version", ["TLSv1", "TLSv1.1"])
def test_old_versions_that_are_accepted_are_told(issue, version):
    look = judged(issue(), said=NOTHING_ELSE | {OLD: f"{version} AES128-SHA"})
    assert (rules(look), look.severity) == ({"tls.old-protocol"}, Severity.MEDIUM)
    assert look.observed["old_versions"] == version


@pytest.mark.parametrize("said", [None, {}, {OLD: "not-assessed"}])
def test_old_versions_that_could_not_be_asked_about_are_not_a_pass(issue, said):
    look = judged(issue(), said=said)
    assert (look.verdict, look.observed["old_versions"]) == (Verdict.PASS, "not-assessed")


def test_old_versions_alone_are_old_and_no_agreement(issue):
    look = judged(issue(), trouble=Trouble.TLS_FAILED, version="TLSv1")
    assert rules(look) == {"tls.old-protocol", "tls.no-agreement"}


def test_suites_that_no_current_client_takes_are_no_agreement(issue):
    assert rules(judged(issue(), trouble=Trouble.TLS_FAILED, version="TLSv1.2")) == {"tls.no-agreement"}


def test_no_tls_at_all_is_a_failure():
    look = CHECK.judge(Secured(failed(Trouble.TLS_FAILED), NOTHING_ELSE), AT)
    assert (rules(look), look.severity) == ({"tls.none"}, Severity.HIGH)


def test_a_refused_certificate_whose_chain_could_not_be_fetched_is_still_judged():
    gone = Tls("", "", (), "", 10, "certificate has expired")
    look = CHECK.judge(Secured(failed(Trouble.CERTIFICATE, tls=gone), None), AT)
    assert rules(look) == {"tls.expired"}


@pytest.mark.parametrize("trouble", [Trouble.REFUSED, Trouble.NO_SUCH_NAME, Trouble.CONNECT_TIMEOUT])
def test_where_there_is_no_connection_there_is_nothing_to_judge(trouble):
    look = CHECK.judge(Secured(failed(trouble)), AT)
    assert (look.verdict, look.reason, look.fault) == (Verdict.UNKNOWN, "no-answer", False)


def test_the_answer_behind_the_handshake_does_not_matter(issue):
    for status in (403, 500):
        look = CHECK.judge(Secured(served(status=status, tls=shown(issue())), NOTHING_ELSE), AT)
        assert look.verdict is Verdict.PASS
    late = failed(Trouble.TIMEOUT, tls=shown(issue()))
    assert CHECK.judge(Secured(late, NOTHING_ELSE), AT).verdict is Verdict.PASS


async def test_old_versions_are_asked_about_only_where_tls_was_reached(issue):
    reached, away = FakeProbe(served(tls=shown(issue()))), FakeProbe(failed(Trouble.REFUSED))
    await CHECK.observe(URL, reached)
    await CHECK.observe(URL, away)
    assert ("shake", URL, Offer.OLD_VERSIONS) in reached.asked
    assert away.asked == [("fetch", URL, None)]


def test_it_suits_https_alone():
    assert CHECK.suits(URL)
    assert not CHECK.suits("http://vendor.example/")


def test_days_are_options():
    strict = TlsCheck(notice_days=90, high_days=60, critical_days=45)
    issued = Authority("x").issue("vendor.example", begins=AT - DAY, ends=AT + 40 * DAY)
    assert strict.judge(Secured(served(tls=shown(issued)), NOTHING_ELSE), AT).severity is Severity.CRITICAL


@given(st.binary(max_size=200))
def test_what_is_no_certificate_reads_as_none(junk):
    assert read(junk) is None


@given(cut=st.integers(0, 400), flip=st.integers(0, 255))
def test_a_damaged_certificate_never_raises(issued, cut, flip):
    damaged = bytearray(issued.der)
    damaged[cut % len(damaged)] ^= flip
    facts = read(bytes(damaged))
    assert facts is None or facts.serial


@pytest.mark.parametrize("odd", [b"\x30\x02\xa3\x00", b"\x30\x02\xa5\x00"], ids=["x400", "edi"])
def test_a_name_of_a_kind_that_nobody_uses_hides_nothing_else_of_a_certificate(odd):
    facts = read(_with_names(odd))
    assert facts is not None
    assert (facts.names, facts.ends_at) == ((), AT + 5 * DAY)


def test_what_is_kept_of_a_serial_has_its_bounds():
    facts = read(_with_names(b"\x30\x00", serial=1 << 150))
    assert facts is not None
    assert len(facts.serial) <= 64


def test_a_certificate_of_unheard_of_length_is_read_and_not_remembered():
    before = certificate._read.cache_info().currsize
    facts = read(_with_names(b"\x30\x82\x27\x14" + b"\x82\x82\x27\x10" + b"a" * 10_000))
    assert facts is not None
    assert len(facts.names) == 1
    assert certificate._read.cache_info().currsize == before


def _with_names(names, serial=7):
    """A certificate with these bytes for its alternative names."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "odd")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), serial, AT - DAY, AT + 5 * DAY)
    builder = builder.add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.17"), names), False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _sha1_leaf():
    """No library signs with SHA-1 any more, so the algorithm's identifier is changed in a finished certificate."""
    key = rsa.generate_private_key(65537, 2048)
    made = Authority("sha").issue("vendor.example", key=key).certificate
    signer = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "old authority")])
    builder = x509.CertificateBuilder(name, made.subject, key.public_key(), 7, AT - DAY, AT + 100 * DAY)
    der = builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    sha256, sha1 = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
    assert der.count(sha256) == 2
    return der.replace(sha256, sha1)


SHA1_LEAF = _sha1_leaf()
