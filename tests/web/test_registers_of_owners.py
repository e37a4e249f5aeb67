"""The registers of incidents, owners' requests and refusals of mail, as people of a company use them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from running import Ground
from stage import engagement
from test_form import get, post

from monitor import clock, tables
from monitor.registry.roster import roster
from tests.journey.manager import signed_in

MANAGERS, SISTER = "managers@impress.example", "managers@sister.example"


def recent(key, **more):
    return engagement(key, attestation=f"last_accepted_on = {clock.now().date().isoformat()}", **more)


@pytest.fixture
async def house(tmp_path, database):
    works = recent("dm", title="Direct mail", sends_mail=True), '[[service]]\nkey = "shop"\ncompany = "impress"\n'
    async with Ground(tmp_path, await database(), works) as running:
        yield running


async def today():
    return (await roster()).calendar.day_of(clock.now())


def boxes(name, day):
    return {f"{name}_year": str(day.year), f"{name}_month": str(day.month), f"{name}_day": str(day.day)}


async def test_an_incident_told_by_telephone_starts_the_clocks_and_is_followed_to_its_end(house):
    day = await today()
    said = {
        "record_by": "Manager One",
        "record_engagement": "dm",
        "record_people": "1,200",
        "record_sorts": ["wrongful"],
    }
    said |= {"record_item_1": "A list was sent to a stranger."} | boxes("record_aware", day)
    async with house.client() as client:
        await signed_in(house, client, MANAGERS)
        assert 'href="/incidents"' in await get(client, "/registers")
        place, _ = await post(client, "/incidents", said)
        page = await get(client, place)
        await house.work()
        for name in ("Preliminary report of an incident", "個人情報保護委員会への速報", "速報"):
            if name in page:
                break
        else:
            raise AssertionError(page)
        last = day + timedelta(days=9)
        order = {"order_by": "Manager One", "order_action": "Check addresses twice"} | boxes("order_due", last)
        await post(client, f"/corrective-actions/for{place}/order", order)
        await post(client, f"{place}/told", {"told_by": "Manager One"} | boxes("told_on", day))
        _, early = await post(client, f"{place}/close", {"close_by": "Manager One"}, 422)
        assert "error" in early
        assert "Check addresses twice" in await get(client, place)
        await post(client, f"{place}/suspend", {"suspend_by": "Manager One", "suspend_reason": "Until it is clear"})
        for duty in await tables.OwnDuty.filter(state="open").order_by("id"):
            await post(client, f"/own-duty/{duty.id}/done", {"done_by": "Manager One"})
        check = await tables.OwnDuty.get(kind="effect-check")
        await post(client, f"/own-duty/{check.id}/done", {"done_by": "Manager One"})
        await post(client, f"{place}/close", {"close_by": "Manager One"})
    incident = await tables.Incident.get()
    assert (incident.state, incident.people, incident.categories) == ("closed", 1200, ["wrongful"])
    assert incident.missing == "2, 4, 5, 6, 7, 8, 9"
    assert (await tables.Engagement.get(key="dm")).state == "suspended"
    lines = " ".join([line.data for line in await tables.LedgerLine.all()])
    assert "stranger" not in lines
    assert "Check addresses" not in lines


async def test_what_is_missing_or_a_my_number_is_refused_and_nothing_typed_is_lost(house):
    said = {"record_engagement": "dm", "record_item_4": "Card of 1234 5678 9018", "record_people": "some"}
    async with house.client() as client:
        await signed_in(house, client, MANAGERS)
        _, page = await post(client, "/incidents", said, 422)
    for field in ("record_by", "record_aware_year", "record_people", "record_item_1"):
        assert f'href="#{field}"' in page
    assert not await tables.Incident.exists()


async def test_a_request_of_an_owner_is_entered_verified_and_answered(house):
    day = await today()
    said = {"record_by": "Manager One", "record_ref": "R-1", "record_request": "erase", "record_company": "impress"}
    async with house.client() as client:
        await signed_in(house, client, MANAGERS)
        named = said | {"record_ref": "Hanako Example"} | boxes("record_arrived", day)
        _, page = await post(client, "/owner-requests", named, 422)
        assert 'href="#record_ref"' in page
        place, _ = await post(client, "/owner-requests", said | boxes("record_arrived", day))
        await house.work()
        assert not await tables.Obligation.exists(kind="owner-request-leg")
        await post(client, f"{place}/verify", {"verify_by": "Manager One"} | boxes("verify_on", day))
        await house.work()
        leg = await tables.Obligation.get(kind="owner-request-leg")
        assert f'href="/duty/{leg.id}"' in await get(client, place)
        own = await tables.OwnDuty.get(kind="owner-request")
        _, page = await post(client, f"/own-duty/{own.id}/done", {"done_by": "Manager One"}, 422)
        assert "dm" in page
        link = house.link()
        async with house.client() as party:
            start = await get(party, link.removeprefix(house.base) + "/en/")
            assert "R-1" in start
            base = link.removeprefix(house.base) + "/en"
            result = {"q-leg.result": "holds_none", "leg.result": "holds_none"}
            await post(party, f"{base}/s/result", result | {"next": "1"})
            await post(party, f"{base}/declare", {"name": "Vendor Person", "title": "Privacy", "declared": "agreed"})
            assert await get(party, f"{base}/done")
        assert (await tables.OwnDuty.get(id=own.id)).state == "done"
        await post(client, f"{place}/answered", {"answered_by": "Manager One"} | boxes("answered_on", day))
    assert (await tables.OwnerRequest.get()).state == "answered"
    assert (await tables.OwnDuty.get(kind="owner-answer")).state == "done"


async def test_a_refusal_is_entered_acknowledged_and_broken(house):
    async with house.client() as client:
        await signed_in(house, client, MANAGERS)
        said = {"record_by": "Manager One", "record_company": "impress", "record_channel": "mail"}
        await post(client, "/opt-outs/record", said)
        await house.work()
        ack = await tables.Obligation.get(kind="opt-out-ack")
        assert [mail for mail in house.mails("privacy@acme.example") if "opt-out/1" in mail.text]
        for number in ("", "nobody", "9" * 20, "9" * 2000):  # what no column can hold is the reference of nothing
            await post(client, "/opt-outs/ack", {"ack_by": "Manager One", "ack_id": number}, 404)
        await post(client, "/opt-outs/ack", {"ack_by": "Manager One", "ack_id": str(ack.id)})
        await post(client, "/opt-outs/seed", {"seed_by": "Manager One", "seed_engagement": "dm"})
        assert f'href="/duty/{ack.id}"' in await get(client, "/opt-outs")
    assert (await tables.Case.get()).rule == "opt_out_ignored"


async def test_people_of_another_company_see_and_change_none_of_it(house):
    day = await today()
    said = {"record_by": "Manager One", "record_ref": "R-1", "record_request": "erase", "record_company": "impress"}
    async with house.client() as client:
        await signed_in(house, client, MANAGERS)
        place, _ = await post(client, "/owner-requests", said | boxes("record_arrived", day))
    async with house.client() as other:
        await signed_in(house, other, SISTER)
        assert "R-1" not in await get(other, "/owner-requests")
        await get(other, place, 404)
        await post(other, "/owner-requests", said | {"record_ref": "R-2"} | boxes("record_arrived", day), 404)
        by_service = said | {"record_ref": "R-3", "record_company": "", "record_service": "shop"}
        await post(other, "/owner-requests", by_service | boxes("record_arrived", day), 404)
        await post(other, "/opt-outs/seed", {"seed_by": "Somebody", "seed_engagement": "dm"}, 404)


async def test_a_party_begins_a_notice_by_itself_and_handing_it_in_starts_the_companys_clocks(tmp_path, database):
    async with Ground(tmp_path, await database()) as house:
        base, day = house.link().removeprefix(house.base) + "/en", await today()
        async with house.client() as party:
            assert "/incident" in await get(party, f"{base}/")
            place, _ = await post(party, f"{base}/incident", {} | boxes("noticed", day))
            assert place.endswith("/incident")  # a press without its button, as scanners make it, changes nothing
            assert not await tables.Incident.exists()
            ahead = {"begin": "incident"} | boxes("noticed", day + timedelta(days=1))
            await post(party, f"{base}/incident", ahead, 422)
            place, _ = await post(party, f"{base}/incident", {"begin": "incident"} | boxes("noticed", day))
            form = place.rstrip("/")
            assert "Incident no. 1" in await get(party, f"{form}/")
        notice = await tables.Obligation.get(kind="incident-notice")
        assert (notice.state, notice.due_on, notice.statutory) == ("open", day + timedelta(days=4), True)
        assert not await tables.OwnDuty.exists()
        await house.work()
        assert [mail for mail in house.mails("privacy@acme.example") if "事故" in mail.text]
