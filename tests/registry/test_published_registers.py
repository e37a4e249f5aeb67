"""Joint use and policies as files: what is wrong is said with its place, and what is right comes back as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from stage import COMPANY, engagement, registry

from monitor import plugins
from monitor.mistakes import Invalid
from monitor.registry.apply import apply, known_keys, plan
from monitor.registry.export import export
from monitor.registry.format import JointUse
from monitor.registry.read import read
from monitor.tables.store import MEMORY, opened

AT = datetime(2026, 9, 1, tzinfo=UTC)
USE = """
[[joint_use]]
key = "customers"
items = ["name", "address"]
scope = "companies of the Impress Group"
purposes = ["p03"]
responsible = "impress"
next_responsible = { company = "sister", from = 2027-01-01 }
members = ["impress", { company = "sister", from = 2024-04-01, basis = "consent" }, { party = "acme", until = 2027-03-31 }]
  [[joint_use.notice]]
  version = "2020"
  effective_from = 2020-04-01
  [[joint_use.data_set]]
  name = "subscribers of 2021"
  notice = "2020"

[[policy]]
key = "page"
url = "https://group.example/privacy"
effective_from = 2006-01-31
contacts = ["privacy@group.example"]
provides = ["consent", "law"]
only = true
joint_use = ["customers"]
companies = ["impress", "sister"]

[[linked_site]]
key = "shop"
url = "https://shop.example/"
"""


def declared(tmp_path, text):
    file = tmp_path / "registry.toml"
    file.write_text(text, encoding="utf-8")
    return read([file], plugins.known())


async def test_what_is_exported_of_them_changes_nothing(tmp_path):
    async with opened(MEMORY, create=True):
        await apply(declared(tmp_path, registry(engagement(), USE)), AT, {})
        again = await export()
        assert 'basis = "consent"' in again
        assert await plan(declared(tmp_path, again), AT) == []
        assert "joint_use" not in await export(company="impress")  # it names companies that are left out there


def test_whom_they_name_has_to_be_there(tmp_path):
    wrong = USE.replace('responsible = "impress"', 'responsible = "impres"').replace(
        '{ party = "acme"', '{ party = "acmee"'
    )
    wrong = wrong.replace('joint_use = ["customers"]', 'joint_use = ["customer"]')
    with pytest.raises(Invalid) as caught:
        declared(tmp_path, registry(engagement(), wrong))
    said = [(mistake.place, mistake.remedy.in_("en")) for mistake in caught.value.mistakes]
    assert said == [
        ('joint_use "customers": responsible', "Did you mean impress?"),
        ('joint_use "customers": members', "Did you mean acme?"),
        ('policy "page": joint_use', "Did you mean customers?"),
    ]


@pytest.mark.parametrize(
    ("was", "wrong", "place", "says"),
    [
        ('{ party = "acme", until', "{ until", "members", "neither a company nor a party"),
        ("from = 2024-04-01, basis", "from = 2024-04-01, until = 2024-03-31, basis", "members", "until is before from"),
        ('notice = "2020"', 'notice = "2021"', "joint_use", "it does not list"),
        ('basis = "consent"', 'basis = "habit"', "basis", "is"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_with_its_place(was, wrong, place, says, tmp_path):
    with pytest.raises(Invalid) as caught:
        declared(tmp_path, registry(engagement(), USE.replace(was, wrong)))
    (mistake,) = caught.value.mistakes
    assert place in mistake.place
    assert says in mistake.in_("en")


async def test_what_they_name_cannot_be_pruned(tmp_path):
    async with opened(MEMORY, create=True):
        await apply(declared(tmp_path, registry(engagement(), USE)), AT, {})
        without = tmp_path / "without.toml"
        without.write_text(registry(engagement(), USE, companies=COMPANY), encoding="utf-8")
        found = read([without], replace(plugins.known(), keys=await known_keys()))
        with pytest.raises(Invalid) as caught:
            await plan(found, AT, prune=True)
    assert [(one.place, one.what.in_("en")) for one in caught.value.mistakes] == [
        ('company "sister"', 'cannot leave: joint_use "customers" names it.'),
    ] * 2 + [('company "sister"', 'cannot leave: policy "page" names it.')]


def test_earlier_data_is_for_those_that_stood_in_the_notice_or_came_by_consent():
    use = JointUse.model_validate(
        {
            "key": "customers",
            "members": ["first", {"company": "later", "from": "2024-04-01"}, {"company": "agreed", "from": "2024-04-01", "basis": "consent"},
                        {"company": "gone", "until": "2024-03-31"}],
            "notice": [{"version": "2020", "effective_from": "2020-04-01"}, {"version": "2024", "effective_from": "2024-04-01"}],
            "data_set": [{"name": "old", "notice": "2020"}, {"name": "new", "notice": "2024"}],
        }
    )  # fmt: skip
    old, new = use.data_set
    day = date(2024, 4, 1)
    assert [use.may_use(who, old, day) for who in ("first", "later", "agreed", "gone", "stranger")] == [
        True,
        False,
        True,
        False,
        False,
    ]
    assert [use.may_use(who, new, day) for who in ("first", "later", "agreed", "gone")] == [True, True, True, False]
    assert use.may_use("gone", old, date(2024, 3, 31))
