"""All requests to one contact on one page, and what a link that was forwarded reaches by it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from running import Ground, Running
from stage import PARTY, engagement
from test_form import fill, get, plain_path, post
from tortoise.expressions import F

from monitor import clock, links, tables
from monitor.obligations import acts
from monitor.registry.addresses import parties_at
from monitor.registry.apply import set_fields
from monitor.tables.store import connection
from tests.journey.vendor import answered

SIGNED = {"name": "A", "title": "B", "declared": "agreed"}
TWIN = """
[[party]]
key = "acme-twin"
name = "Acme Twin"
contacts = ["PRIVACY@acme.example"]
[[party]]
key = "stranger"
name = "Stranger Printing"
contacts = ["privacy@stranger.example"]
"""


@pytest.fixture
async def running(tmp_path, database):
    """Two companies ask one contact, who also speaks for a second party; a third party is somebody else's."""
    soon = f"last_accepted_on = {(clock.now() - timedelta(days=345)).date().isoformat()}"
    asked = (
        engagement("dm", attestation=soon, title="Direct mail"),
        engagement("post", company="sister", attestation=soon, title="Posting"),
        engagement("twin", party="acme-twin", attestation=soon, title="Twin work"),
        engagement("foreign", party="stranger", attestation=soon, title="Secret work"),
    )
    async with Ground(tmp_path, await database(), asked, PARTY + TWIN) as found:
        yield found


async def link_to(running: Running, key: str) -> str:
    duty = await tables.Obligation.get(engagement_id=key)
    row = await tables.Link.filter(obligation_id=duty.id, via="").first()
    return f"/f/{links.spell(running.house.keyring, bytes.fromhex(row.id))}/en"


async def opens(client, base: str, key: str) -> str:
    """What a press of the button beside a request leads to."""
    duty = await tables.Obligation.get(engagement_id=key)
    place, _ = await post(client, f"{base}/mine", {"open": str(duty.id)})
    return place


async def test_one_page_lists_what_all_companies_ask_of_one_contact(running: Running) -> None:
    async with running.client() as client:
        page = await get(client, f"{await link_to(running, 'dm')}/mine")
        for said in ("Direct mail", "Posting", "Twin work", "Sister", "Acme Twin", "0 of "):
            assert said in page, said
        assert "Secret work" not in page
        assert "privacy@acme.example" not in page
        assert (await link_to(running, "dm")).removesuffix("/en") in page


async def test_another_request_is_opened_by_a_click_and_submitted_with_a_code(running: Running) -> None:
    await answered((await tables.Obligation.get(engagement_id="post")).id)
    async with running.client() as client:
        here = await link_to(running, "dm")
        there = await opens(client, here, "post")
        assert there == await opens(client, here, "post")
        base = there.rstrip("/")
        assert "Posting" in await get(client, there)
        assert "Direct mail" in await get(client, f"{base}/mine")
        place, _ = await post(client, f"{base}/declare", SIGNED)
        assert place.endswith("/sign")
        await running.work()
        await post(client, place, {"code": running.code()})
    assert (await tables.Obligation.get(engagement_id="post")).state == "submitted"


async def test_a_link_that_was_opened_from_another_ends_with_it_and_names_nobody(running: Running) -> None:
    async with running.client() as client:
        here = await link_to(running, "dm")
        base = (await opens(client, here, "post")).rstrip("/")
        assert 'name="email"' not in await get(client, f"{base}/colleagues")
        await post(client, f"{base}/colleagues", {"email": "colleague@acme.example"})
        assert not await tables.Colleague.exists()
        await links.revoke(await tables.Obligation.get(engagement_id="dm"), clock.now(), "person/1")
        await get(client, f"{base}/", status=404)
        await get(client, f"{await link_to(running, 'post')}/")


async def test_a_request_whose_links_were_made_void_does_not_come_back_by_the_page_of_another(
    running: Running,
) -> None:
    post_, dm = [await tables.Obligation.get(engagement_id=key) for key in ("post", "dm")]
    async with running.client() as client:
        here = await link_to(running, "post")
        twin = (await opens(client, here, "twin")).rstrip("/")
        opened = await opens(client, here, "dm")
        await acts.revoke_links(dm.id, clock.now(), "person/1", fresh=True)
        await get(client, opened, status=404)
        for base in (here, twin):
            _, page = await post(client, f"{base}/mine", {"open": str(dm.id)}, status=422)
            assert "Links to this request were made void" in page
        await running.work()
        fresh = plain_path(running.link()) + "/en"
        assert "Direct mail" in await get(client, f"{fresh}/")
        assert (await opens(client, fresh, "post")).startswith("/f/")
    assert await links.valid(post_.id, clock.now())


async def test_whoever_is_registered_no_more_inherits_nothing_from_their_successor(running: Running) -> None:
    await answered((await tables.Obligation.get(engagement_id="dm")).id)
    party = await tables.Party.get(key="acme")
    await tables.Party.filter(key="acme").update(spec=party.spec | {"contacts": ["privacy@stranger.example"]})
    await tables.Group.all().update(revision=F("revision") + 1)
    async with running.client() as client:
        here = await link_to(running, "dm")
        page = await get(client, f"{here}/mine")
        assert "Secret work" not in page
        assert "Posting" not in page
        assert (await opens(client, here, "foreign")).endswith("/mine")
        assert 'name="email"' not in await get(client, f"{here}/colleagues")
        place, _ = await post(client, f"{here}/declare", SIGNED)
        assert place.endswith("/sign")
    assert (await tables.Notice.get(kind="code")).address == "privacy@stranger.example"


async def test_links_opened_from_other_pages_push_no_mailed_link_out(running: Running) -> None:
    duty, ring = await tables.Obligation.get(engagement_id="post"), running.house.keyring
    mailed = await link_to(running, "post")
    sources = [await links.issue(ring, duty, clock.now(), mail=f"m{n}") for n in range(2)]
    for token in sources:
        source = await links.open_(ring, token, clock.now())
        assert source is not None
        await links.issue_from(ring, duty, clock.now(), source)
    async with running.client() as client:
        await get(client, f"{mailed}/")


async def test_nobody_opens_what_is_asked_of_somebody_else(running: Running) -> None:
    before = await tables.Link.all().count()
    async with running.client() as client:
        here = await link_to(running, "dm")
        assert (await opens(client, here, "foreign")).endswith("/mine")
        for wished in ("", "999", "1e1", "-1", "１"):
            assert (await post(client, f"{here}/mine", {"open": wished}))[0].endswith("/mine")
        assert (await post(client, f"{here}/mine", {}))[0].endswith("/mine")
    assert await tables.Link.all().count() == before


async def test_a_colleague_sees_the_one_request_that_they_were_trusted_with(running: Running) -> None:
    async with running.client() as client:
        await post(client, f"{await link_to(running, 'dm')}/colleagues", {"email": "c@acme.example", "grade": "submit"})
        await running.work()
        theirs = plain_path(running.link("c@acme.example")) + "/en"
        page = await get(client, f"{theirs}/mine")
        assert "Direct mail" in page
        assert "Posting" not in page
        assert (await opens(client, theirs, "post")).endswith("/mine")


async def test_progress_counts_what_is_complete_and_what_is_done_is_not_listed(running: Running) -> None:
    async with running.client() as client:
        here = await link_to(running, "dm")
        await fill(client, await link_to(running, "post"))
        page = await get(client, f"{here}/mine")
        done = re.findall(r"(\d+) of (\d+) parts", page)
        assert [count == total for count, total in done].count(True) == 1
        assert ("0", done[0][1]) in done
        await post(client, f"{await link_to(running, 'post')}/declare", SIGNED)
        assert "Posting" not in await get(client, f"{here}/mine")


async def test_an_address_finds_its_parties_by_an_index_and_follows_the_registry(running: Running) -> None:
    assert await parties_at("Privacy@ACME.example") == ["acme", "acme-twin"]
    await set_fields("party", "acme-twin", {"contacts": ["moved@acme.example"]}, clock.now())
    assert await parties_at("privacy@acme.example") == ["acme"]
    assert await parties_at("moved@acme.example") == ["acme-twin"]
    if connection().capabilities.dialect == "sqlite":
        for query, index in [
            (tables.Contact.filter(address="x"), "contact"),
            (tables.Obligation.filter(asks__gt="", asks__iexact="x", state__in=["open"]), "obligation"),
            (tables.Obligation.filter(party_id__in=["x"], asks="", state__in=["open"]), "obligation"),
        ]:
            sql = query.sql(params_inline=True)
            plan = await connection().execute_query_dict(f"EXPLAIN QUERY PLAN {sql}")
            assert plan[0]["detail"].startswith(f"SEARCH {index} USING INDEX"), plan
