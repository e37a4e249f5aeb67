"""The registry as a file again: applying what was exported changes nothing, whatever the registry holds."""

from __future__ import annotations

import asyncio
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor import plugins
from monitor.registry.apply import apply, plan
from monitor.registry.export import export
from monitor.registry.format import KINDS, Group
from monitor.registry.read import Declaration, Located, read
from monitor.tables.store import MEMORY, opened

AT = datetime(2026, 9, 1, tzinfo=UTC)
SAID = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\t\n\"'\\#=[]"), min_size=1, max_size=30
).filter(str.strip)
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
EMAILS = st.sampled_from(["a@b.example", "privacy@個人情報.example", "o'neil+x@c.example", "z@d.example"])
FLAGS = st.booleans()


def some(**fields):
    return {name: st.none() | values for name, values in fields.items()}


def table(needed, optional):
    """A table with all that it needs and some of what it may hold."""
    return st.fixed_dictionaries({**needed, **some(**optional)}).map(
        lambda made: {name: value for name, value in made.items() if value is not None}
    )


PEOPLE = table(
    {"email": EMAILS},
    {
        "roles": st.lists(st.sampled_from(["managers", "reviewer", "executive"]), max_size=2),
        "away": st.tuples(DAYS, DAYS).map(list),
    },
)
COMPANY = table(
    {"name": SAID, "managers": st.lists(EMAILS, max_size=3)},
    {"name_ja": SAID, "address": SAID, "executive": st.lists(EMAILS, max_size=2), "member_from": DAYS.filter(lambda day: day.year < 2050),
     "member_until": DAYS.filter(lambda day: day.year >= 2050), "person": st.lists(PEOPLE, max_size=2)},
)  # fmt: skip
ENDPOINT = table(
    {},
    {
        "checks": st.lists(st.sampled_from(["tls", "headers"]), max_size=2),
        "every": st.sampled_from(["10s", "5m", "90m", "2d"]),
        "tell_vendor": FLAGS,
    },
)
CERTIFICATE = table({"kind": st.just("PMARK"), "number": SAID, "expires_on": DAYS}, {"issued_on": DAYS, "scope": SAID})
PARTY = table(
    {"name": SAID, "contacts": st.lists(EMAILS, min_size=1, max_size=3)},
    {"country": st.just("US"), "corporate_no": st.just("1234567890123"), "language": st.sampled_from(["ja", "en"]),
     "endpoint": st.lists(ENDPOINT, max_size=3).map(lambda found: [{"url": f"https://a.example/{n}?q='\"#", **one} for n, one in enumerate(found)]),
     "certificate": st.lists(CERTIFICATE, max_size=2)},
)  # fmt: skip
PURPOSE = table({"text": SAID}, {"text_ja": SAID, "promise_ja": SAID})
ATTESTATION = table({}, {"every": st.sampled_from(["6 months", "1 month"]), "due": st.just("02-29"), "rests_on": st.just("PMARK"), "last_accepted_on": st.dates(date(2020, 1, 1), date(2026, 8, 31)),
                         "questionnaire": st.just("appi-gl10")})  # fmt: skip
PLACE = table({"name": SAID, "kind": st.sampled_from(["prod", "backup", "paper"])}, {})
ENGAGEMENT = table(
    {"kind": st.sampled_from(["trustee", "joint_user"]), "purposes": st.just([]), "starts_on": DAYS.filter(lambda day: day.year < 2050)},
    {"title": SAID, "items": st.lists(SAID, max_size=3), "child_data": FLAGS, "tier": st.sampled_from("SABC"), "ends_on": DAYS.filter(lambda day: day.year >= 2050),
     "deletion_days": st.integers(1, 366), "state": st.sampled_from(["candidate", "closed", "suspended"]), "roll": st.sampled_from(["none", "preceding"]),
     "places": st.lists(st.sampled_from(["JP", "US"]), max_size=2), "attestation": ATTESTATION, "place": st.lists(PLACE, max_size=2),
     "deletion": table({}, {"accepted_on": DAYS})},
)  # fmt: skip
MEMBER = table(
    {},
    {
        "from": DAYS.filter(lambda day: day.year < 2050),
        "until": DAYS.filter(lambda day: day.year >= 2050),
        "basis": st.sampled_from(["consent", "rename", "succession"]),
    },
)
JOINT_USE = table(
    {}, {"name": SAID, "items": st.lists(SAID, max_size=2), "scope_ja": SAID, "notice_days": st.integers(1, 366)}
)
GROUP = table(
    {"name": SAID, "timezone": st.sampled_from(["Asia/Tokyo", "Europe/London"])},
    {
        "closed_days": st.sampled_from(["none", "US"]),
        "extra_closed": st.lists(DAYS, max_size=3),
        "send_at": st.sampled_from(["08:30", "00:00"]),
        "privacy_office": st.lists(EMAILS, max_size=2),
    },
)


def _many(kind, values, *, least=1):
    return st.lists(values, min_size=least, max_size=3).map(
        lambda found: [{"key": f"{kind}/{n}.x-y", **one} for n, one in enumerate(found)]
    )


@st.composite
def registries(draw):
    made = {
        "group": draw(GROUP),
        "company": draw(_many("c", COMPANY)),
        "party": draw(_many("p", PARTY)),
        "purpose": draw(_many("u", PURPOSE)),
    }
    found = draw(_many("e", ENGAGEMENT, least=0))
    for number, one in enumerate(found):
        one |= {name: draw(st.sampled_from(made[name]))["key"] for name in ("company", "party")}
        one["purposes"] = draw(st.lists(st.sampled_from([entry["key"] for entry in made["purpose"]]), max_size=2))
        if number and draw(FLAGS):
            one["under"] = found[0]["key"]
    return made | {"engagement": found, "joint_use": draw(_joint_uses(made))}


@st.composite
def _joint_uses(draw, made):
    """With what the registry has: each names some of it."""
    found = draw(_many("j", JOINT_USE, least=0))
    for one in found:
        one["purposes"] = draw(st.lists(st.sampled_from([entry["key"] for entry in made["purpose"]]), max_size=2))
        one["members"] = [
            member | {kind: draw(st.sampled_from(made[kind]))["key"]}
            for kind, member in draw(st.lists(st.tuples(st.sampled_from(["company", "party"]), MEMBER), max_size=3))
        ]
    return found


def declaration(tables):
    return Declaration(
        Located(Group.model_validate(tables["group"]), "f"),
        entries={
            kind: {table["key"]: Located(model.model_validate(table), "f") for table in tables.get(kind, [])}
            for kind, model in KINDS.items()
        },
    )


async def there_and_back(tables, folder):
    async with opened(MEMORY, create=True):
        await apply(declaration(tables), AT, plugins.looks())
        file = folder / "exported.toml"
        file.write_text(await export(), encoding="utf-8")
        again = read([file], plugins.known())
        assert await plan(again, AT, prune=True) == []
    async with opened(MEMORY, create=True):
        await apply(again, AT, plugins.looks())
        assert await plan(declaration(tables), AT, prune=True) == []
        assert await export() == file.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.timeout(120)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(registries())
def test_an_export_read_and_planned_changes_nothing_and_makes_the_same_registry(tables):
    with TemporaryDirectory() as folder:
        asyncio.run(there_and_back(tables, Path(folder)))


def test_an_export_for_one_company_or_party_holds_what_concerns_it():
    tables = {
        "group": {"name": "G", "timezone": "Asia/Tokyo"},
        "company": [{"key": key, "name": key, "managers": []} for key in ("one", "two")],
        "party": [{"key": key, "name": key, "contacts": ["a@b.example"]} for key in ("acme", "post")],
        "purpose": [{"key": key, "text": key} for key in ("p1", "p2")],
        "engagement": [
            {
                "key": "a",
                "company": "one",
                "party": "acme",
                "purposes": ["p1"],
                "kind": "trustee",
                "starts_on": date(2026, 1, 1),
            },
            {
                "key": "b",
                "company": "two",
                "party": "post",
                "purposes": ["p2"],
                "kind": "trustee",
                "starts_on": date(2026, 1, 1),
            },
        ],
    }

    async def exported(**only):
        async with opened(MEMORY, create=True):
            await apply(declaration(tables), AT, plugins.looks())
            return tomllib.loads(await export(**only))

    for only in ({"company": "one"}, {"party": "acme"}):
        found = asyncio.run(exported(**only))
        assert {kind: [entry["key"] for entry in entries] for kind, entries in found.items() if kind in KINDS} == {
            "company": ["one"],
            "party": ["acme"],
            "purpose": ["p1"],
            "engagement": ["a"],
        }
