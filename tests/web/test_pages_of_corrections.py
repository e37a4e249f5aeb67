"""A correction on pages: entered by a reference, answered by a party and a company of the group, closed by a person."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from running import Ground
from stage import engagement
from test_form import get, post

from monitor import clock, tables
from monitor.registry.roster import roster
from tests.journey.manager import signed_in

MANAGERS, SISTER = "managers@impress.example", "managers@sister.example"
JOINT = '[[joint_use]]\nkey = "readers"\npurposes = ["p03"]\nresponsible = "impress"\nmembers = ["impress", "sister"]\n'
SAID = {
    "record_by": "Manager One",
    "record_ref": "C-1",
    "record_source": "found",
    "record_company": "impress",
    "record_purposes": "p03",
}


@pytest.fixture
async def house(tmp_path, database):
    accepted = f"last_accepted_on = {clock.now().date().isoformat()}"
    works = engagement("dm", attestation=accepted, title="Direct mail"), JOINT
    async with Ground(tmp_path, await database(), works) as running:
        yield running


async def today():
    return (await roster()).calendar.day_of(clock.now())


def boxes(name, day):
    return {f"{name}_year": str(day.year), f"{name}_month": str(day.month), f"{name}_day": str(day.day)}


async def entered(house, client):
    await signed_in(house, client, MANAGERS)
    place, _ = await post(client, "/corrections", SAID | boxes("record_known", await today()))
    await house.work()
    return place


async def hands_in(party, base, *pages):
    """Page by page, as the form asks for more; each carries what it has seen, as the page itself does."""
    for said in pages:
        page = await get(party, f"{base}/s/result")
        seen = dict(re.findall(r'name="([^"]+_version)" value="(\d+)"', page))
        await post(party, f"{base}/s/result", seen | said | {"next": "1"})
    await post(party, f"{base}/declare", {"name": "Vendor Person", "title": "Privacy", "declared": "agreed"})


async def test_entered_again_otherwise_the_page_names_what_differs(house):
    async with house.client() as client:
        place = await entered(house, client)
        again = SAID | boxes("record_known", await today() - timedelta(days=1)) | {"record_source": "told"}
        _, page = await post(client, "/corrections", again, 422)
        assert "誤りが判明した経緯、誤りを把握した日" in page
        same = SAID | boxes("record_known", await today())
        assert (await post(client, "/corrections", same))[0] == place


async def test_it_goes_out_comes_back_with_a_day_is_corrected_and_closed(house):
    async with house.client() as client, house.client() as party, house.client() as sister:
        place = await entered(house, client)
        assert ">自社対応待ち<" in await get(client, place)  # in the words of every other list of what companies owe
        leg = await tables.Obligation.get(kind="correction-leg")
        link = house.link()
        base = link.removeprefix(house.base) + "/en"
        assert "C-1" in await get(party, f"{base}/")
        later = await today() + timedelta(days=30)
        not_yet = {"correction.result": "not_yet", "correction.why-later": "renewed monthly"}
        await hands_in(party, base, {"correction.result": "not_yet"}, not_yet | boxes("correction.until", later))
        assert (await tables.Obligation.get(id=leg.id)).state == "returned"
        plea = await tables.Plea.get()
        assert (plea.kind, plea.proposed_on, plea.text) == ("more-time", later, "renewed monthly")
        assert "renewed monthly" in await get(client, place)
        course = (await get(client, f"/duty/{leg.id}")).partition('class="timeline"')[2]
        assert "まだ訂正できない" in course  # what the party read, and no word of the machine's
        assert "not_yet" not in course
        _, page = await post(client, f"{place}/close", {"close_by": "Manager One"}, 422)
        assert "dm, sister" in page
        corrected = {"correction.result": "corrected", "correction.recipients": "nobody"}
        await hands_in(party, base, {"correction.result": "corrected"}, corrected)
        assert (await tables.Obligation.get(id=leg.id)).state == "accepted"
        assert "ほかに渡している先はない" in await get(client, place)
        await signed_in(house, sister, SISTER)
        own = await tables.OwnDuty.get(kind="joint-correction")
        assert f'href="{place}"' in await get(sister, f"/own-duty/{own.id}")
        assert "Vendor" not in await get(sister, place)  # what others say is not theirs to read
        await post(sister, f"{place}/close", {"close_by": "Somebody"}, 404)
        await post(sister, f"/own-duty/{own.id}/done", {"done_by": "Manager Two"})
        await post(client, f"{place}/close", {"close_by": "Manager One"})
    assert (await tables.Correction.get()).state == "closed"
    assert (await tables.OwnDuty.get(kind="correction")).state == "done"
    assert "renewed" not in " ".join([line.data for line in await tables.LedgerLine.all()])


async def test_all_that_is_missing_is_named_at_once_and_strangers_find_nothing(house):
    async with house.client() as client, house.client() as sister:
        await signed_in(house, client, MANAGERS)
        _, page = await post(client, "/corrections", {"record_purposes": "p03"}, 422)
        for field in ("by", "ref", "source", "known_year", "company"):
            assert f'href="#record_{field}"' in page
        named = SAID | {"record_ref": "Hanako Example"} | boxes("record_known", await today())
        _, page = await post(client, "/corrections", named, 422)
        assert 'href="#record_ref"' in page
        assert "Hanako Example" in page
        await signed_in(house, sister, SISTER)
        await post(sister, "/corrections", SAID | boxes("record_known", await today()), 404)
        assert not await tables.Correction.exists()
        alone = SAID | {"record_purposes": "", "record_company": "sister"} | boxes("record_known", await today())
        place, _ = await post(sister, "/corrections", alone)
        await tables.OwnDuty.filter(kind="joint-correction").delete()
        assert place not in await get(client, "/corrections")
        await get(client, place, 404)
        _, page = await post(sister, f"{place}/withdraw", {"withdraw_by": "Manager Two"}, 422)
        assert 'href="#withdraw_reason"' in page
