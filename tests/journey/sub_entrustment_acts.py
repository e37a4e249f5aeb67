"""What people do with the chain below a work: it is asked for, agreed to, handed data, and ended."""

from __future__ import annotations

from monitor import tables
from tests.journey.manager import signed_in
from tests.journey.owners_acts import day
from tests.journey.vendor import path_of, posts

MANAGERS = "managers@impress.example"


async def asks_to_pass_on(house, client):
    return await posts(client, path_of(house.link()) + "/en/pass-on", {"begin": "request"})


async def enters_a_wish(house, client):
    await signed_in(house, client, MANAGERS)
    said = {"request_by": "M. Manager", "request_party": "Postal Works", "request_work": "Posting"}
    return await posts(client, "/chain/dm", said)


async def on_the_wish(house, client, deed):
    await enters_a_wish(house, client)
    row = await tables.SubEntrustment.get()
    return await posts(client, f"/sub-entrustment/{row.id}/{deed}", {f"{deed}_by": "M."} | await day(f"{deed}_on"))


async def enters_a_consent(house, client):
    return await on_the_wish(house, client, "consent")


async def saw_data_go_below(house, client):
    return await on_the_wish(house, client, "handed")


async def ends_work_below(house, client):
    await enters_a_wish(house, client)
    duty, row = await tables.OwnDuty.get(kind="sub-entrustment-decision"), await tables.SubEntrustment.get()
    await posts(client, f"/own-duty/{duty.id}/approve", {"approve_by": "M.", "approve_reason": "In the locked room."})
    return await posts(client, f"/sub-entrustment/{row.id}/end", {"end_by": "M."} | await day("end_on"))


SUB_ENTRUSTMENT = [
    ("/f/{token}/{language}/pass-on", asks_to_pass_on, "obligation.scheduled", "link/"),
    ("/chain/{key}", enters_a_wish, "sub-entrustment.requested", "person/"),
    ("/sub-entrustment/{id}/consent", enters_a_consent, "sub-entrustment.consented", "person/"),
    ("/sub-entrustment/{id}/handed", saw_data_go_below, "sub-entrustment.data-handed", "person/"),
    ("/sub-entrustment/{id}/end", ends_work_below, "sub-entrustment.ended", "person/"),
]
