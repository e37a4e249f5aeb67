"""What went to others, on its pages: entered, completed, reviewed, erased, each by a named person of the company."""

from __future__ import annotations

import pytest
from pressing import managing, of, press
from running import Ground
from stage import PARTY, engagement

from monitor import clock, tables
from tests.journey.manager import signed_in
from tests.journey.vendor import gets, posts

ABROAD = PARTY + '\n[[party]]\nkey = "us-co"\nname = "Overseas Hosting"\ncountry = "US"\ncontacts = ["a@us.example"]\n'
US = engagement(
    "us", party="us-co", title="Hosting", more='  [engagement.transfer]\n  basis = "equivalent"\n  how = "By contract."'
)


@pytest.fixture
async def house(tmp_path, database):
    async with Ground(tmp_path, await database(), (engagement("dm"), US), parties=ABROAD) as running:
        yield running


@pytest.fixture
async def client(house):
    async with managing(house) as browser:
        yield browser


async def test_a_record_is_entered_completed_and_held_until_its_time_is_over(client):
    entered = of(
        "record", ref="P-1", way="provision", record="batch", basis="consent", company="impress", to="Data Brokers"
    )
    _, page = await press(client, "/provisions/record", entered)
    for words in ("Data Brokers", "Still missing", "Kept until"):
        assert words in page
    row = await tables.ProvisionRecord.get()
    day = {"consent_on_year": "2026", "consent_on_month": "1", "consent_on_day": "5"}
    _, page = await press(
        client, f"/provision/{row.id}/complete", of("complete", items="Names", owners="List 7", **day)
    )
    assert "Complete, locked by law" in page
    status, page = await press(client, f"/provision/{row.id}/erase", of("erase"))
    assert (status, "Nobody can erase it before" in page) == (422, True)
    assert (await tables.ProvisionRecord.get()).erased_on is None
    page = await gets(client, "/provisions")
    assert f'href="/provision/{row.id}"' in page


async def test_all_that_is_wrong_with_a_record_comes_back_at_once_and_nothing_typed_is_lost(client):
    status, page = await press(client, "/provisions/record", {"record_items": "One order", "record_made_on_day": "31"})
    assert status == 422
    for field in ("by", "ref", "way", "record", "basis", "made_on_year"):
        assert f'href="#record_{field}"' in page
    assert "One order" in page
    wanted = of("record", ref="P-1", way="provision", record="single", basis="consent", engagement="dm")
    status, page = await press(client, "/provisions/record", wanted)
    assert (status, "No record is needed" in page) == (422, True)


async def test_a_disclosure_leads_to_its_review_and_its_case_closes_when_all_is_known(client):
    said = of(
        "record",
        basis="law",
        engagement="dm",
        why="A warrant.",
        what="One order",
        to="The police",
        authority="The court",
    )
    _, page = await press(client, "/disclosures/record", said)
    row, duty = await tables.Disclosure.get(), await tables.OwnDuty.get(kind="disclosure-review")
    assert f'href="/own-duty/{duty.id}"' in page
    assert await tables.Case.filter(ref=row.ref, closed_at=None).count() == 2
    day = clock.now().date()
    when = {"reported_on_year": day.year, "reported_on_month": day.month, "reported_on_day": day.day}
    more = of("complete", decided="The head of the desk", statute="Act 131, article 218", **when)
    _, page = await press(client, f"/disclosure/{row.id}/complete", more)
    assert await tables.Case.filter(ref=row.ref, closed_at=None).count() == 0
    assert "Act 131, article 218" in page
    await press(client, f"/own-duty/{duty.id}/justified", of("justified"))
    page = await gets(client, f"/disclosure/{row.id}")
    assert "It was justified" in page


async def test_a_check_abroad_is_entered_and_an_owner_can_be_told_the_seven_items(client):
    page = await gets(client, "/transfers")
    assert 'href="/transfer/us"' in page
    assert 'href="/transfer/dm"' not in page
    _, page = await press(client, "/transfer/us/check", of("check", result="trouble", note="A new law came."))
    assert "A new law came." in page
    text = await gets(client, "/transfer-information/us")
    for words in ("By contract.", "US", "A new law came.", "Not on record."):
        assert words in text
    assert [line[:2] for line in text.splitlines() if line[1:2] == "."] == [f"{n}." for n in range(1, 8)]


async def test_a_complaint_is_entered_acknowledged_and_settled(client):
    _, page = await press(
        client, "/complaints/record", of("record", company="impress", party="acme", about="Two letters.")
    )
    row, duty = await tables.Complaint.get(), await tables.OwnDuty.get(kind="complaint-ack")
    assert f'href="/own-duty/{duty.id}"' in page
    await press(client, f"/own-duty/{duty.id}/done", of("done"))
    page = await gets(client, f"/complaint/{row.id}")
    assert "Acknowledged, not settled yet" in page
    _, page = await press(client, f"/complaint/{row.id}/settle", of("settle", how="The list was corrected."))
    assert (await tables.Complaint.get()).state == "settled"
    assert 'action="/complaint' not in page


async def test_strangers_and_sister_companies_see_nothing_and_an_empty_press_changes_nothing(house, client):
    await press(client, "/complaints/record", of("record", company="impress", party="acme"))
    await press(client, "/disclosures/record", of("record", basis="emergency", company="impress"))
    await press(
        client,
        "/provisions/record",
        of("record", ref="P-1", way="receipt", record="single", basis="consent", company="impress", to="X"),
    )
    places = ["/complaint/1", "/disclosure/1", "/provision/1", "/transfer/us", "/transfer-information/us"]
    before = await tables.LedgerLine.all().count()
    for place in (
        "/complaint/1/settle",
        "/disclosure/1/complete",
        "/provision/1/erase",
        "/transfer/us/check",
        "/complaints/record",
    ):
        assert (await press(client, place, {}))[0] == 422
    assert await tables.LedgerLine.all().count() == before
    async with house.client() as other:
        await signed_in(house, other, "managers@sister.example")
        for place in places:
            await gets(other, place, 404)
        assert (await posts(other, "/complaints/record", of("record", company="impress", party="acme")))[0] == 404
