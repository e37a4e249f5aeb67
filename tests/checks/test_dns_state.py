"""DNS: a name that leads nowhere, an alias that somebody else could take, and name servers that are others than before."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.answers import Records, RecordType, Trouble
from checks.contract import Severity, Verdict
from checks.dns_state import Dns
from tests.checks.looked_at import AT, GOOD_RECORDS, URL, FakeProbe, failed, rules, served

CHECK = Dns()
HOME = "vendor.example"
A, AAAA, NS, DS, CAA = RecordType.A, RecordType.AAAA, RecordType.NS, RecordType.DS, RecordType.CAA
OLD, NEW, OTHER = (["a.old.example", "b.old.example"], ["a.new.example", "b.new.example"], ["a.other.example"])


class Resolver(FakeProbe):
    """Gives out whole answers where it has them: troubles, aliases, signatures."""

    def __init__(self, *answers, exchange=None, records=GOOD_RECORDS):
        super().__init__(exchange or served(), records=records)
        self._answers = {(one.name, one.type): one for one in answers}

    async def query(self, name, kind):
        known = await super().query(name, kind)
        return self._answers.get((name, kind), known)


async def looked(*answers, url=URL, before=None, at=AT, check=CHECK, **world):
    seen = await check.observe(url, Resolver(*answers, **world))
    return check.judge(seen, at, before or {})


def lost(name=HOME, *aliases, exists=False, **changes):
    """Neither kind of address is there."""
    return [Records(name, kind, (), aliases, exists=exists, **changes) for kind in (A, AAAA)]


async def test_a_name_that_leads_to_the_party_passes_and_is_noted():
    look = await looked(
        Records(HOME, A, ("192.0.2.7",), ("edge.cdn.example",)),
        Records(HOME, AAAA, ("2001:db8::7",), ("edge.cdn.example",)),
        Records(HOME, CAA, ('0 issue "ca.example"',)),
    )
    assert look.verdict is Verdict.PASS
    assert look.observed == {
        "name": HOME,
        "addresses": ["192.0.2.7", "2001:db8::7"],
        "ipv6": True,
        "aliases": ["edge.cdn.example"],
        "nameservers": ["ns1.vendor.example", "ns2.vendor.example"],
        "caa": ['0 issue "ca.example"'],
        "dnssec": "none",
    }


async def test_that_ipv6_caa_and_dnssec_are_missing_is_no_finding():
    look = await looked()
    assert (look.verdict, look.observed["ipv6"], look.observed["caa"]) == (Verdict.PASS, False, [])


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([Records(HOME, A, ("192.0.2.7",), validated=True)], "validated"),
        ([Records(HOME, DS, ("2371 13 2 00",))], "signed"),
        ([Records(HOME, DS, trouble=Trouble.SERVFAIL)], "unknown"),
        ([], "none"),
    ],
)
async def test_what_is_known_of_dnssec_is_noted(answers, said):
    assert (await looked(*answers)).observed["dnssec"] == said


async def test_caa_is_sought_upward_from_the_host_as_an_authority_does():
    probe = Resolver(
        Records("a.b.vendor.example", A, ("192.0.2.7",)), Records("b.vendor.example", CAA, ('0 issue ";"',))
    )
    seen = await CHECK.observe("https://a.b.vendor.example/", probe)
    assert [name for what, name, kind in probe.asked if kind == CAA] == ["a.b.vendor.example", "b.vendor.example"]
    assert CHECK.judge(seen, AT).observed["caa"] == ['0 issue ";"']


async def test_nobody_but_the_party_is_asked_for_its_caa():
    probe = Resolver(Records("www.vendor.example", A, ("192.0.2.7",)))
    await CHECK.observe("https://www.vendor.example/", probe)
    assert [name for what, name, kind in probe.asked if kind == CAA] == ["www.vendor.example", HOME]


@pytest.mark.parametrize(("exists", "words"), [(False, "does not exist"), (True, "has no address")])
async def test_a_name_without_addresses_is_found_where_the_visit_failed_for_it_too(exists, words):
    look = await looked(*lost(exists=exists), exchange=failed(Trouble.NO_SUCH_NAME))
    assert rules(look) == {"dns.no-such-name"}
    assert words in look.findings[0].detail
    assert look.severity is Severity.HIGH


async def test_a_name_that_was_reached_without_dns_is_not_judged_by_dns():
    look = await looked(*lost(), exchange=served())
    assert (look.verdict, look.reason, look.fault) == (Verdict.UNKNOWN, "no-answer", False)


@pytest.mark.parametrize("exchange", [served(), failed(Trouble.NO_SUCH_NAME)])
async def test_an_alias_whose_target_is_gone_is_an_invitation_to_strangers(exchange):
    look = await looked(*lost(HOME, "shop.cloud.example", "Pool7.cloud.example"), exchange=exchange)
    assert [(finding.rule, finding.key) for finding in look.findings] == [("dns.dangling-alias", "pool7.cloud.example")]
    assert look.severity is Severity.HIGH


async def test_an_alias_within_the_own_domain_is_broken_and_no_more():
    assert (await looked(*lost(HOME, "web.vendor.example"))).severity is Severity.MEDIUM


async def test_an_alias_to_a_name_that_is_there_but_has_no_address_is_none_that_can_be_taken():
    look = await looked(*lost(HOME, "shop.cloud.example", exists=True), exchange=failed(Trouble.NO_SUCH_NAME))
    assert rules(look) == {"dns.no-such-name"}


@pytest.mark.parametrize("trouble", [Trouble.SERVFAIL, Trouble.DNS_TIMEOUT, Trouble.LOCAL_FAULT])
@pytest.mark.parametrize("kind", [A, AAAA])
async def test_a_resolver_that_fails_finds_nothing_missing(trouble, kind):
    other = AAAA if kind is A else A
    broken = [Records(HOME, kind, trouble=trouble), Records(HOME, other, exists=False)]
    look = await looked(*broken, exchange=failed(Trouble.NO_SUCH_NAME))
    assert (look.verdict, look.reason, look.findings) == (Verdict.UNKNOWN, trouble.value, ())
    assert look.fault is trouble.ours


async def test_one_kind_of_address_is_enough():
    assert (await looked(Records(HOME, AAAA, trouble=Trouble.SERVFAIL))).verdict is Verdict.PASS
    six = [Records(HOME, A, ()), Records(HOME, AAAA, ("2001:db8::7",))]
    assert (await looked(*six)).verdict is Verdict.PASS


@pytest.mark.parametrize("kind", [CAA, DS])
async def test_what_is_only_noted_stops_nothing(kind):
    assert (await looked(Records(HOME, kind, trouble=Trouble.SERVFAIL))).verdict is Verdict.PASS


@pytest.mark.parametrize("trouble", [Trouble.GUARD_ADDRESS, Trouble.GUARD_PORT])
async def test_where_the_guard_refused_no_name_is_asked_about(trouble):
    probe = Resolver(exchange=failed(trouble))
    look = CHECK.judge(await CHECK.observe(URL, probe), AT)
    assert (look.verdict, look.reason) == (Verdict.UNKNOWN, trouble.value)
    assert [asked[0] for asked in probe.asked] == ["fetch"]


def named(servers):
    return Records(HOME, NS, tuple(f"{name.title()}." for name in servers))


async def days(*seen, check=CHECK):
    """The looks of as many days, each handed what the one before has kept."""
    kept, looks = {}, []
    for day, servers in enumerate(seen):
        answer = servers if isinstance(servers, Records) else named(servers)
        looks.append(await looked(answer, before=kept, at=AT + timedelta(days=day), check=check))
        kept = kept if looks[-1].keep is None else json.loads(json.dumps(looks[-1].keep))
    return [rules(look) for look in looks]


CHANGED = {"dns.nameservers-changed"}


async def test_name_servers_that_were_never_seen_are_the_known_ones():
    assert await days(OLD, OLD, list(reversed(OLD))) == [set(), set(), set()]


async def test_other_name_servers_are_a_finding_for_seven_days_and_then_the_known_ones():
    found = await days(OLD, *[NEW] * 10, OLD)
    assert found == [set(), *[CHANGED] * 7, set(), set(), set(), CHANGED]


async def test_how_long_a_change_is_told_can_be_set():
    assert await days(OLD, NEW, NEW, NEW, check=Dns(settle_days=2)) == [set(), CHANGED, CHANGED, set()]


async def test_the_old_name_servers_again_end_the_change():
    assert await days(OLD, NEW, OLD, NEW, NEW) == [set(), CHANGED, set(), CHANGED, CHANGED]


async def test_a_second_change_begins_its_days_anew():
    found = await days(OLD, *[NEW] * 5, *[OTHER] * 8)
    assert found == [set(), *[CHANGED] * 5, *[CHANGED] * 7, set()]


async def test_a_change_does_not_end_because_no_servers_are_named():
    assert await days(OLD, NEW, [], NEW) == [set(), CHANGED, CHANGED, CHANGED]
    assert await days([], OLD, [], OLD) == [set()] * 4


async def test_a_change_does_not_end_because_they_could_not_be_asked_for():
    silent = Records(HOME, NS, trouble=Trouble.DNS_TIMEOUT)
    seen = await CHECK.observe(URL, Resolver(silent))
    assert CHECK.judge(seen, AT).verdict is Verdict.UNKNOWN
    assert CHECK.judge(seen, AT).keep is None
    assert await days(OLD, NEW, silent, NEW) == [set(), CHANGED, set(), CHANGED]


async def test_servers_in_the_same_hands_are_a_lesser_change():
    moved = await looked(named(NEW), before={"servers": OLD})
    joined = await looked(named(["c.old.example"]), before={"servers": OLD})
    assert (moved.severity, joined.severity) == (Severity.MEDIUM, Severity.LOW)
    assert "a.old.example" in moved.findings[0].detail
    assert "a.new.example" in moved.findings[0].detail


async def test_a_platforms_name_servers_are_not_the_partys():
    host = Records("acme.github.io", A, ("192.0.2.7",))
    probe = Resolver(host, Records("github.io", NS, ("ns.github.example.",)))
    look = CHECK.judge(await CHECK.observe("https://acme.github.io/", probe), AT, {"servers": OLD})
    assert (look.verdict, look.keep) == (Verdict.PASS, None)
    assert NS not in {asked[2] for asked in probe.asked}


@pytest.mark.parametrize("days", [0, -1, 366])
def test_days_that_make_no_sense_are_refused(days):
    with pytest.raises(ValueError, match="settle_days"):
        Dns(settle_days=days)


@pytest.mark.parametrize(
    ("url", "suits"),
    [
        (URL, True),
        ("http://www.acme.co.jp:8080/", True),
        ("https://192.0.2.1/", False),
        ("https://[2001:db8::1]:8443/", False),
        ("https://localhost/", False),
    ],
)
def test_it_is_made_for_names_that_dns_can_know(url, suits):
    assert CHECK.suits(url) is suits


servers = st.sampled_from([OLD, NEW, OTHER, []])


@given(st.lists(st.tuples(servers, st.integers(1, 200)), max_size=12))
async def test_a_finding_is_there_exactly_while_a_change_is_young(story):
    known, current, since, at, kept = None, None, AT, AT, {}
    for seen, hours in story:
        at += timedelta(hours=hours)
        look = await looked(named(seen), before=kept, at=at)
        kept = kept if look.keep is None else look.keep
        if seen:
            if known is None or seen == known:
                known, current = seen, None
            elif seen != current:
                current, since = seen, at
            elif at - since >= timedelta(days=7):
                known, current = seen, None
        assert rules(look) == (CHANGED if current else set())
