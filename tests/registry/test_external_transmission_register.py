"""The published table of external transmission as files, and what the looks at pages are handed of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from stage import engagement, registry

from checks import CHECKS
from monitor import plugins, tables
from monitor.mistakes import Invalid
from monitor.promises.joint_use.daily import gaps_now
from monitor.promises.policies import SUPERVISED
from monitor.registry.apply import apply, plan
from monitor.registry.export import export
from monitor.registry.format import ExternalTransmission
from monitor.registry.read import read
from monitor.registry.roster import roster
from monitor.registry.sites import Sites
from monitor.tables.store import MEMORY, opened

AT = datetime(2026, 9, 1, tzinfo=UTC)
PAGES = """
[[party]]
key = "acme"
name = "Acme Printing"
contacts = ["privacy@acme.example"]
  [[party.endpoint]]
  url = "https://shop.group.example/"
  checks = ["cookies", "tls"]
    [party.endpoint.options.cookies]
    published = ["fonts.example"]
"""
TABLE = """
[[external_transmission]]
host = "*.Stats.example"
recipient = "Stats, Inc."
information = "pages that were opened"
purpose = "counting readers"
party = "acme"
companies = ["impress"]
personal_related = true
consent_confirmed_on = 2026-04-01
"""
ADS = TABLE.replace("*.Stats.example", "ads.example")
LINKED = """
[[linked_site]]
key = "shop"
url = "https://shop.group.example/elsewhere"
"""


def declared(tmp_path, *more, parties=PAGES):
    file = tmp_path / "registry.toml"
    file.write_text(registry(engagement(), *more, parties=parties), encoding="utf-8")
    return read([file], plugins.known())


def wrong(tmp_path, *more):
    with pytest.raises(Invalid) as caught:
        declared(tmp_path, *more)
    return [(one.place, one.what.in_("en") + " " + one.remedy.in_("en")) for one in caught.value.mistakes]


async def watch(kind="cookies"):
    return await tables.Watch.get(check_kind=kind)


async def test_what_is_exported_of_the_table_changes_nothing(tmp_path):
    async with opened(MEMORY, create=True):
        await apply(declared(tmp_path, TABLE), AT, {})
        (tmp_path / "again.toml").write_text(await export(), encoding="utf-8")
        again = read([tmp_path / "again.toml"], plugins.known())
        assert list(again.entries["external_transmission"]) == ["stats.example"]
        assert await plan(again, AT) == []
        assert "external_transmission" not in await export(company="impress")


def test_a_host_is_published_once_however_it_is_written(tmp_path):
    twice = wrong(tmp_path, TABLE, TABLE.replace("*.Stats.example", "stats.example."))
    assert [place for place, _ in twice] == ['external_transmission "stats.example"']
    assert "stands twice" in twice[0][1]
    assert "name its sites there" in twice[0][1]


@pytest.mark.parametrize(
    ("was", "written", "place", "says"),
    [
        ('"*.Stats.example"', '"https://stats.example/a"', "host", "without https://"),
        ('host = "*.Stats.example"', "", "no. 1: host", "is missing"),
        ('information = "pages that were opened"', 'information = " "', "information", "is empty"),
        ('purpose = "counting readers"', "", "purpose", "is missing"),
        ('companies = ["impress"]', 'companies = ["impres"]', "companies", "Did you mean impress?"),
        ('party = "acme"', 'party = "acne"', "party", "Did you mean acme?"),
    ],
)
def test_what_cannot_be_published_is_said_with_its_place(was, written, place, says, tmp_path):
    ((where, said),) = wrong(tmp_path, TABLE.replace(was, written))
    assert place in where
    assert says in said


async def test_the_table_joins_what_the_endpoint_says_and_leaves_other_looks_alone(tmp_path):
    async with opened(MEMORY, create=True):
        await apply(declared(tmp_path), AT, CHECKS)
        assert (await watch()).options == {"published": ["fonts.example"]}
        await apply(declared(tmp_path, TABLE), AT, CHECKS)  # the party itself is as before
        assert (await watch()).options == {"published": ["fonts.example", "stats.example"]}
        assert (await watch("tls")).options == {}
        await apply(declared(tmp_path), AT, CHECKS, prune=True)
        assert (await watch()).options == {"published": ["fonts.example"]}


async def test_a_change_of_the_table_keeps_since_when_a_host_is_seen_and_lets_a_look_under_way_go(tmp_path):
    async with opened(MEMORY, create=True):
        await apply(declared(tmp_path, TABLE), AT, CHECKS)
        kept = {"since": {"new.example": "2026-08-01"}, "there": [], "unseen": {}}
        await tables.Watch.filter(check_kind="cookies").update(memory=kept, lease="worker", lease_until=AT)
        await apply(declared(tmp_path, TABLE, ADS), AT, CHECKS)
        row = await watch()
        assert (row.memory, row.lease) == (kept, None)
        other = PAGES + "    browser = true\n"  # other eyes
        await apply(declared(tmp_path, TABLE, ADS, parties=other), AT, CHECKS)
        assert (await watch()).memory == {}


async def test_a_site_that_is_out_of_scope_is_looked_at_by_nobody(tmp_path):
    async with opened(MEMORY, create=True):
        await apply(declared(tmp_path), AT, CHECKS)
        await apply(declared(tmp_path, LINKED), AT, CHECKS)
        assert await tables.Watch.filter(retired_at=None).count() == 0
        assert [(gap.rule, gap.about) for gap in await gaps_now(await roster(), AT)] == [(SUPERVISED, ("shop", "acme"))]
        await apply(declared(tmp_path, LINKED.replace("shop.group", "other")), AT, CHECKS)
        assert await tables.Watch.filter(retired_at=None).count() == 2
        await apply(declared(tmp_path, LINKED), AT, CHECKS)
        await apply(declared(tmp_path), AT, CHECKS, prune=True)
        assert await tables.Watch.filter(retired_at=None).count() == 2


def told(**fields):
    said = {"host": "stats.example", "recipient": "Stats", "information": "pages", "purpose": "counting"}
    return ExternalTransmission.model_validate(said | fields)


@pytest.mark.parametrize(
    ("entry", "published"),
    [
        (told(), ["stats.example"]),
        (told(sites=["https://shop.example/"]), ["stats.example"]),
        (told(sites=["https://news.example/"]), []),  # a site of the group of which nothing is published
        (told(companies=["impress"]), ["stats.example"]),
        (told(companies=["sister"]), []),
        (told(companies=["sister"], sites=["https://shop.example/"]), ["stats.example"]),
    ],
)
def test_an_entry_is_of_the_sites_that_it_names_or_of_its_companies_services(entry, published):
    known = Sites([entry], {"shop.example": frozenset({"impress"})})
    assert known.published("https://shop.example/cart") == published


def test_a_page_of_which_no_register_knows_has_only_what_is_published_of_every_page():
    assert Sites([told(sites=["https://news.example/"])]).published("https://vendor.example/") is None
    assert Sites([told(companies=["sister"])]).published("https://vendor.example/") == ["stats.example"]
    assert Sites().published("https://vendor.example/") is None
    assert Sites().options("cookies", "https://vendor.example/", {"own": ["a.example"]}) == {"own": ["a.example"]}
