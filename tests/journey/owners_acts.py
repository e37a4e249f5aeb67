"""What people enter into the registers of incidents, of owners' requests and of refusals of mail."""

from __future__ import annotations

from datetime import timedelta

from monitor import clock, tables
from monitor.registry.apply import set_fields
from monitor.registry.roster import roster
from tests.journey.manager import signed_in
from tests.journey.vendor import path_of, posts

MANAGERS = "managers@impress.example"


async def day(name, later=0):
    which = (await roster()).calendar.day_of(clock.now()) + timedelta(days=later)
    return {f"{name}_year": str(which.year), f"{name}_month": str(which.month), f"{name}_day": str(which.day)}


async def enters_an_incident(house, client):
    await signed_in(house, client, MANAGERS)
    said = {"record_by": "M. Manager", "record_engagement": "dm", "record_people": "3"}
    return await posts(client, "/incidents", said | await day("record_aware"))


async def on_the_incident(house, client, deed, fields):
    await enters_an_incident(house, client)
    number = (await tables.Incident.get()).id
    return await posts(client, f"/incident/{number}/{deed}", {f"{deed}_by": "M. Manager", **fields})


async def says_that_owners_know(house, client):
    return await on_the_incident(house, client, "told", await day("told_on"))


async def suspends_the_work(house, client):
    return await on_the_incident(house, client, "suspend", {"suspend_reason": "until it is clear"})


async def closes_the_incident(house, client):
    return await on_the_incident(house, client, "close", {})


async def tells_of_an_incident(house, client):
    said = {"begin": "incident"} | await day("noticed")
    return await posts(client, path_of(house.link()) + "/en/incident", said)


async def enters_a_request(house, client):
    await signed_in(house, client, MANAGERS)
    said = {"record_by": "M. Manager", "record_ref": "R-1", "record_request": "erase", "record_company": "impress"}
    return await posts(client, "/owner-requests", said | await day("record_arrived"))


async def verifies_an_owner(house, client):
    await enters_a_request(house, client)
    number = (await tables.OwnerRequest.get()).id
    return await posts(client, f"/owner-request/{number}/verify", {"verify_by": "M."} | await day("verify_on"))


async def answers_an_owner(house, client):
    await enters_a_request(house, client)
    number = (await tables.OwnerRequest.get()).id
    await tables.OwnerRequest.filter(id=number).update(state="settled")
    return await posts(client, f"/owner-request/{number}/answered", {"answered_by": "M."} | await day("answered_on"))


async def enters_a_correction(house, client):
    await signed_in(house, client, MANAGERS)
    said = {"record_by": "M. Manager", "record_ref": "C-1", "record_source": "found", "record_company": "impress"}
    return await posts(client, "/corrections", said | await day("record_known"))


async def closes_a_correction(house, client):
    await enters_a_correction(house, client)
    await tables.Obligation.filter(kind="correction-leg").update(state="accepted")
    return await posts(client, f"/correction/{(await tables.Correction.get()).id}/close", {"close_by": "M."})


async def calls_a_correction_off(house, client):
    await enters_a_correction(house, client)
    said = {"withdraw_by": "M.", "withdraw_reason": "the old entry was right"}
    return await posts(client, f"/correction/{(await tables.Correction.get()).id}/withdraw", said)


async def enters_a_refusal(house, client):
    await set_fields("engagement", "dm", {"sends_mail": True}, clock.now())
    await signed_in(house, client, MANAGERS)
    return await posts(client, "/opt-outs/record", {"record_by": "M. Manager", "record_company": "impress"})


async def was_mailed_all_the_same(house, client):
    await enters_a_refusal(house, client)
    return await posts(client, "/opt-outs/seed", {"seed_by": "M. Manager", "seed_engagement": "dm"})


async def hears_an_acknowledgement(house, client):
    await enters_a_refusal(house, client)
    await house.work()
    ack = await tables.Obligation.get(kind="opt-out-ack")
    return await posts(client, "/opt-outs/ack", {"ack_by": "M. Manager", "ack_id": str(ack.id)})


OWNERS = [
    ("/incidents", enters_an_incident, "incident.begun", "person/"),
    ("/incident/{id}/told", says_that_owners_know, "incident.owners-told", "person/"),
    ("/incident/{id}/suspend", suspends_the_work, "registry.change", "person/"),
    ("/incident/{id}/close", closes_the_incident, "incident.closed", "person/"),
    ("/f/{token}/{language}/incident", tells_of_an_incident, "incident.begun", "link/"),
    ("/corrections", enters_a_correction, "correction.entered", "person/"),
    ("/correction/{id}/close", closes_a_correction, "correction.closed", "person/"),
    ("/correction/{id}/withdraw", calls_a_correction_off, "correction.withdrawn", "person/"),
    ("/owner-requests", enters_a_request, "owner-request.entered", "person/"),
    ("/owner-request/{id}/verify", verifies_an_owner, "owner-request.verified", "person/"),
    ("/owner-request/{id}/answered", answers_an_owner, "owner-request.answered", "person/"),
    ("/opt-outs/record", enters_a_refusal, "opt-out.entered", "person/"),
    ("/opt-outs/seed", was_mailed_all_the_same, "opt-out.seed-mailed", "person/"),
    ("/opt-outs/ack", hears_an_acknowledgement, "obligation.accepted", "person/"),
]
