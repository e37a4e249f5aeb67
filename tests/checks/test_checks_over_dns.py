"""The looks at names, through the probe that serves the house and a name server that speaks DNS."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from checks.contacts import Contacts
from checks.contract import Verdict
from checks.dns_state import Dns
from checks.mail_auth import MailAuth
from monitor.probe import Override
from monitor.probe import dns as probe_dns
from tests.checks.looked_at import AT, rules
from tests.probe.dns_world import Zone, serving
from tests.probe.probe_world import World, page

HOME = "vendor.example"
POLICY = b"version: STSv1\r\nmode: enforce\r\nmx: mail.vendor.example\r\nmax_age: 604800\r\n"
GOOD = {
    (HOME, "A"): ["192.0.2.7"],
    (HOME, "NS"): ["ns1.vendor.example.", "ns2.vendor.example."],
    (HOME, "CAA"): ['0 issue "ca.example"'],
    (HOME, "MX"): ["10 mail.vendor.example."],
    (HOME, "TXT"): ['"v=spf1 mx include:" "_spf.sender.example -all"', '"site-verification=1"'],
    ("_spf.sender.example", "TXT"): ['"v=spf1 ip4:192.0.2.0/24 ~all"'],
    ("mail.vendor.example", "A"): ["192.0.2.25"],
    ("_dmarc.vendor.example", "TXT"): ['"v=DMARC1; p=reject; rua=mailto:dmarc@vendor.example"'],
}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(probe_dns, "ATTEMPT_SECONDS", 0.1)


@pytest.fixture
def quiet_world(tmp_path):
    return World(tmp_path)


@pytest.fixture
async def world(quiet_world):
    async with quiet_world:
        yield quiet_world


@asynccontextmanager
async def probing(world, *zones):
    """A probe that asks these name servers and finds the site all the same, and the site's URL."""
    url = await world.secure(page("Content-Type: text/html", body=b"privacy (at) vendor.example"))
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(serving(zone)) for zone in zones]
        yield url, await world.probe(nameservers=tuple(servers))


async def looked(check, world, *zones, before=None):
    async with probing(world, *zones) as (url, probe):
        return check.judge(await check.observe(url, probe.visit()), AT, before or {})


CHECKS = [MailAuth(), Dns(), Contacts(addresses=("privacy@vendor.example",))]
each_check = pytest.mark.parametrize("check", CHECKS, ids=[check.kind for check in CHECKS])


@each_check
async def test_a_well_kept_domain_passes(world, check):
    look = await looked(check, world, Zone(GOOD, signed=True))
    assert (look.verdict, look.findings) == (Verdict.PASS, ())
    assert look.took_ms > 0


async def test_what_is_in_order_is_noted(world):
    assert (await looked(MailAuth(), world, Zone(GOOD))).observed["spf_lookups"] == 2
    noted = (await looked(Dns(), world, Zone(GOOD, signed=True))).observed
    assert (noted["dnssec"], noted["caa"]) == ("validated", ['0 issue "ca.example"'])


@each_check
@pytest.mark.parametrize(("how", "reason"), [("fails", "dns.servfail"), ("silent", "dns.timeout")])
async def test_a_resolver_that_does_not_answer_leaves_every_look_unjudged(world, check, how, reason):
    look = await looked(check, world, Zone(GOOD, **{how: {name for name, _ in GOOD}}))
    assert (look.verdict, look.reason, look.findings) == (Verdict.UNKNOWN, reason, ())


@each_check
async def test_what_one_resolver_has_lost_and_the_other_knows_is_not_missing(world, check):
    assert (await looked(check, world, Zone(), Zone(GOOD))).verdict is Verdict.PASS


@each_check
async def test_what_the_second_resolver_cannot_confirm_is_not_missing(world, check):
    look = await looked(check, world, Zone(), Zone(GOOD, fails={name for name, _ in GOOD}))
    assert (look.verdict, look.reason) == (Verdict.UNKNOWN, "dns.servfail")


async def test_a_neglected_domain_fails_with_its_rules(world):
    bare = {question: values for question, values in GOOD.items() if "dmarc" not in question[0]}
    look = await looked(
        MailAuth(), world, Zone(bare | {(HOME, "TXT"): ['"v=spf1 +all"'], (HOME, "MX"): ["10 gone.example."]})
    )
    assert rules(look) == {"mail-auth.spf-open", "mail-auth.dmarc-missing", "mail-auth.mx-broken"}


async def test_a_null_mx_is_read_from_the_wire(world):
    silent = GOOD | {(HOME, "MX"): ["0 ."], (HOME, "TXT"): ['"v=spf1 -all"']}
    assert (await looked(MailAuth(), world, Zone(silent))).verdict is Verdict.PASS
    assert rules(await looked(CHECKS[-1], world, Zone(silent))) == {"contacts.no-mail"}


@pytest.mark.parametrize(("policy", "found"), [(POLICY, set()), (b"<html>", {"mail-auth.mta-sts-broken"})])
async def test_the_policy_of_mta_sts_is_fetched_over_https(world, policy, found):
    host = f"mta-sts.{HOME}"
    await world.secure(page("Content-Type: text/plain", body=policy), host=host)
    port = world.overrides[-1].port
    world.overrides.append(Override(host, 443, ("127.0.0.1",), to_port=port))
    announced = GOOD | {(f"_mta-sts.{HOME}", "TXT"): ['"v=STSv1; id=20260901T000000"']}
    look = await looked(MailAuth(), world, Zone(announced))
    assert rules(look) == found


async def test_a_policy_of_mta_sts_that_nobody_serves_is_broken(world):
    announced = GOOD | {(f"_mta-sts.{HOME}", "TXT"): ['"v=STSv1; id=1"']}
    assert rules(await looked(MailAuth(), world, Zone(announced))) == {"mail-auth.mta-sts-broken"}


async def test_a_dangling_alias_is_found_on_the_wire(world):
    dangling = {**GOOD, (HOME, "CNAME"): ["vendor-shop.cloud.example."]}
    del dangling[HOME, "A"]
    look = await looked(Dns(), world, Zone(dangling))
    assert [(finding.rule, finding.key) for finding in look.findings] == [
        ("dns.dangling-alias", "vendor-shop.cloud.example")
    ]


async def test_a_name_that_no_resolver_knows_is_found_as_availability_finds_it(world):
    async with serving(Zone(GOOD)) as server:
        probe = await world.probe(nameservers=(server,))
        look = Dns().judge(await Dns().observe("https://www.gone.example/", probe), AT)
    assert rules(look) == {"dns.no-such-name"}


async def test_name_servers_that_changed_are_found_on_the_wire(world):
    first = await looked(Dns(), world, Zone(GOOD))
    moved = GOOD | {(HOME, "NS"): ["a.stranger.example."]}
    look = await looked(Dns(), world, Zone(moved), before=first.keep)
    assert rules(look) == {"dns.nameservers-changed"}


@each_check
async def test_a_name_that_leads_into_our_own_network_is_not_asked_about(world, check):
    zone = Zone({("inside.vendor.example", "A"): ["10.0.0.1"]})
    async with serving(zone) as server:
        probe = await world.probe(nameservers=(server,), allow_private=())
        look = check.judge(await check.observe("https://inside.vendor.example/", probe), AT)
    assert (look.verdict, look.reason) == (Verdict.UNKNOWN, "guard.address")
    assert {kind for _, kind in zone.asked} <= {"A", "AAAA"}
