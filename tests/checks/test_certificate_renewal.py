"""A renewed certificate is a note; one that nobody expects is a finding for a week."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from checks.answers import Tls
from checks.certificate import read
from checks.contract import Severity, Verdict
from checks.renewal import followed
from checks.tls import Secured, TlsCheck
from checks.tls_offers import ASKED, REFUSED
from tests.checks.looked_at import AT, rules, served
from tests.probe.probe_world import Authority

DAY = timedelta(days=1)
RULE = "tls.certificate-changed"
HOUSES = {common: Authority(common) for common in ("first house", "second house")}


def issued(ends, begins=AT - 60 * DAY, house="first house"):
    return HOUSES[house].issue("vendor.example", begins=begins, ends=ends)


def looks(*turns):
    """The looks at certificates, each with its day, one resting on the other."""
    memory, made = {}, []
    for day, certificate in turns:
        facts = read(certificate.der)
        tls = Tls("TLSv1.3", "", (certificate.der,), facts.serial)
        seen = Secured(served(tls=tls), dict.fromkeys(ASKED.values(), REFUSED))
        made.append(TlsCheck(notice_days=0, high_days=0, critical_days=0).judge(seen, AT + day * DAY, memory))
        memory = json.loads(json.dumps(made[-1].keep))
    return made


@pytest.mark.parametrize(
    ("life", "left", "surprising"),
    [
        (90, 29, False),
        (90, 30, False),
        (90, 44, False),
        (90, 46, True),
        (398, 60, False),
        (398, 300, True),
        (6, 5, False),
    ],
)
def test_a_renewal_in_the_first_half_of_a_certificates_life_is_told(life, left, surprising):
    old = issued(AT + left * DAY, begins=AT - (life - left) * DAY)
    _, look = looks((-1, old), (0, issued(AT + 300 * DAY)))
    assert rules(look) == ({RULE} if surprising else set())
    assert any("certificate changed" in note for note in look.observed["notes"])


def test_another_authority_is_told_however_late_the_renewal_is():
    _, look = looks((-1, issued(AT + 5 * DAY)), (0, issued(AT + 200 * DAY, house="second house")))
    assert (rules(look), look.severity) == ({RULE}, Severity.LOW)
    assert "first house" in look.findings[0].detail
    assert "second house" in look.findings[0].detail


def test_an_authority_whose_intermediates_take_turns_stays_the_same():
    name = [
        x509.Name(
            [
                x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "House"),
                x509.NameAttribute(x509.NameOID.COMMON_NAME, common),
            ]
        )
        for common in ("R10", "R11")
    ]
    made = []
    for one in name:
        house = HOUSES["first house"]
        house.root.certificate, kept = _renamed(house, one), house.root.certificate
        made.append(read(issued(AT + 20 * DAY).der))
        house.root.certificate = kept
    assert [facts.authority for facts in made] == ["House", "House"]
    assert made[0].issuer != made[1].issuer


def _renamed(house, name):
    return house._certificate(name, name, house.root.key, house.root.key, authority=True)


def test_the_finding_belongs_to_the_new_serial_and_lasts_a_week():
    old, new = issued(AT + 200 * DAY), issued(AT + 300 * DAY)
    made = looks((-1, old), *((day, new) for day in range(10)))
    assert [RULE in rules(look) for look in made] == [False] + [True] * 7 + [False] * 3
    assert {finding.key for look in made for finding in look.findings} == {read(new.der).serial}
    assert made[-1].observed["notes"] == []


def test_the_first_certificate_is_no_change():
    (look,) = looks((0, issued(AT + 200 * DAY)))
    assert (look.verdict, look.observed["notes"]) == (Verdict.PASS, [])


def test_machines_that_answer_by_turns_are_a_change_once_each():
    one, two = issued(AT + 200 * DAY), issued(AT + 201 * DAY)
    made = looks(*((day, (one, two)[day % 2]) for day in range(30)))
    assert sum(RULE in rules(look) for look in made) == 7
    assert not any(rules(look) for look in made[8:])


def test_a_certificate_that_could_not_be_read_leaves_what_is_known():
    (first,) = looks((0, issued(AT + 200 * DAY)))
    seen = Secured(served(tls=Tls("TLSv1.3", "", (b"junk",), "x")), None)
    keep = TlsCheck().judge(seen, AT + DAY, first.keep).keep
    assert {name: keep[name] for name in ("certificate", "known")} == {
        name: first.keep[name] for name in ("certificate", "known")
    }


certificates = [issued(AT + days * DAY, house=house) for days in (20, 90, 300) for house in HOUSES]


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(certificates)), max_size=12))
def test_what_is_kept_stays_small_and_a_change_is_told_only_of_what_was_not_known(turns):
    memory, day = {}, 0
    for wait, certificate in turns:
        day += wait
        facts = read(certificate.der)
        known = memory.get("known", [])
        now = json.loads(json.dumps(followed(memory, facts, facts.serial, AT + day * DAY)))
        assert len(now["known"]) <= 6
        if facts.serial in known or not known:
            assert now.get("change", memory.get("change")) == memory.get("change")
        else:
            assert now["change"]["to"] == facts.serial
        memory = now
