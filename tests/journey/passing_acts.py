"""What people enter into the registers of provision, disclosures, provision abroad and complaints."""

from __future__ import annotations

from datetime import date

from monitor import clock, tables
from monitor.registry.apply import set_fields
from tests.journey.manager import signed_in
from tests.journey.vendor import posts

MANAGERS = "managers@impress.example"
RECORD = {
    "ref": "P-1",
    "way": "provision",
    "record": "batch",
    "basis": "consent",
    "company": "impress",
    "to": "Brokers",
}


async def enters(house, client, place, **said):
    await signed_in(house, client, MANAGERS)
    fields = {"record_by": "M. Manager"} | {f"record_{name}": value for name, value in said.items()}
    return await posts(client, place, fields)


async def enters_a_record(house, client):
    return await enters(house, client, "/provisions/record", **RECORD)


async def on_the_record(house, client, deed, **fields):
    await enters_a_record(house, client)
    number = (await tables.ProvisionRecord.get()).id
    said = {"by": "M. Manager"} | fields
    return await posts(client, f"/provision/{number}/{deed}", {f"{deed}_{name}": said[name] for name in said})


async def completes_a_record(house, client):
    return await on_the_record(house, client, "complete", items="Names")


async def goes_on_with_a_record(house, client):
    return await on_the_record(house, client, "went-on", last_on_year="2026", last_on_month="1", last_on_day="5")


async def erases_a_record(house, client):
    await enters_a_record(house, client)
    old = {"made_on": date(2001, 1, 1), "keep_until": date(2004, 1, 1)}
    row = await tables.ProvisionRecord.create(
        ref="P-0", record="single", company_id="impress", entered_at=clock.now(), entered_by="person/1", **old
    )
    return await posts(client, f"/provision/{row.id}/erase", {"erase_by": "M. Manager"})


async def enters_a_disclosure(house, client):
    return await enters(house, client, "/disclosures/record", basis="law", engagement="dm")


async def completes_a_disclosure(house, client):
    await enters_a_disclosure(house, client)
    number = (await tables.Disclosure.get()).id
    said = {"complete_by": "M. Manager", "complete_why": "A warrant."}
    return await posts(client, f"/disclosure/{number}/complete", said)


async def enters_a_complaint(house, client):
    return await enters(house, client, "/complaints/record", company="impress", party="acme")


async def settles_a_complaint(house, client):
    await enters_a_complaint(house, client)
    number = (await tables.Complaint.get()).id
    return await posts(client, f"/complaint/{number}/settle", {"settle_by": "M.", "settle_how": "It was corrected."})


async def looks_abroad(house, client):
    await set_fields("engagement", "dm", {"transfer": {"basis": "equivalent"}}, clock.now())
    await signed_in(house, client, MANAGERS)
    return await posts(client, "/transfer/dm/check", {"check_by": "M. Manager", "check_result": "ok"})


PASSING = [
    ("/provisions/record", enters_a_record, "provision.recorded", "person/"),
    ("/provision/{id}/complete", completes_a_record, "provision.completed", "person/"),
    ("/provision/{id}/went-on", goes_on_with_a_record, "provision.went-on", "person/"),
    ("/provision/{id}/erase", erases_a_record, "provision.erased", "person/"),
    ("/disclosures/record", enters_a_disclosure, "disclosure.entered", "person/"),
    ("/disclosure/{id}/complete", completes_a_disclosure, "disclosure.completed", "person/"),
    ("/complaints/record", enters_a_complaint, "complaint.entered", "person/"),
    ("/complaint/{id}/settle", settles_a_complaint, "complaint.settled", "person/"),
    ("/transfer/{key}/check", looks_abroad, "transfer.checked", "person/"),
]
