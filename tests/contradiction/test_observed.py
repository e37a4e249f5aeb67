"""What looks prove of a party: at every address, lately, and with nothing to the contrary."""

from __future__ import annotations

import pytest
from attested import AT, HOUR, TABLE, begin, look

from monitor import tables
from monitor.contradiction import observed

GOOD = {"old_versions": "refused"}


@pytest.fixture
async def party(store, tmp_path):
    await begin(tmp_path)


async def seen(at=AT + HOUR) -> dict[str, str]:
    return {one.claim.question: one.answer for one in await observed("acme", TABLE, at)}


async def test_a_look_that_passes_proves_what_it_saw(party):
    await look(AT, kind="tls", **GOOD)
    (found,) = await observed("acme", TABLE, AT + HOUR)
    assert (found.claim.question, found.answer) == ("web.tls", "yes")
    assert found.at == (await tables.Watch.get(check_kind="tls")).last_at


async def test_a_look_that_fails_of_something_else_proves_it_all_the_same(party):
    await look(AT, "tls.expires-soon", **GOOD)
    assert await seen() == {"web.tls": "yes"}


async def test_each_look_proves_its_own(party):
    await look(AT, kind="headers", headers={"strict-transport-security": "max-age=31536000"})
    await look(AT, kind="security-txt", fields=[["contact", "mailto:security@acme.example"]])
    assert await seen() == {"web.hsts": "yes", "web.security-contact": "yes"}


@pytest.mark.parametrize("said", ["not-assessed", "TLSv1.1"])
async def test_what_was_not_seen_is_not_proved(party, said):
    await look(AT, kind="tls", old_versions=said)
    assert await seen() == {}


async def test_a_finding_to_the_contrary_proves_nothing(party):
    await look(AT, "tls.old-protocol", **GOOD)
    assert await seen() == {}


async def test_a_look_that_could_not_judge_proves_nothing(party):
    await look(AT, kind="tls", **GOOD)
    await tables.LookRow.all().update(verdict="unknown")
    assert await seen() == {}


async def test_what_was_seen_long_ago_proves_nothing(party):
    await look(AT, kind="tls", **GOOD)
    assert await seen(AT + 29 * 24 * HOUR) == {"web.tls": "yes"}
    assert await seen(AT + 31 * 24 * HOUR) == {}


async def test_one_address_that_was_never_seen_keeps_the_claim_open(party):
    await look(AT, kind="tls", **GOOD)
    first = await tables.Watch.get(check_kind="tls")
    await tables.Watch.create(
        party_id="acme", url="https://other.acme.example/", check_kind="tls", every=first.every, first_seen_at=AT
    )
    assert await seen() == {}


async def test_one_look_is_not_confirmed_and_proves_nothing(party):
    await look(AT, kind="tls", **GOOD)
    await tables.Watch.all().update(settled=None)
    assert await seen() == {}
