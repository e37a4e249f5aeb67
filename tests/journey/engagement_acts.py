"""What people do with a work: from asking the party to the close, and a place of which nothing is left."""

from __future__ import annotations

from datetime import timedelta

from monitor import clock, tables
from monitor.registry.apply import set_fields
from tests.journey.manager import signed_in
from tests.journey.owners_acts import day
from tests.journey.vendor import posts

MANAGERS = "managers@impress.example"


async def on_the_work(house, client, deed, fields, **before):
    """`before`: fields of the registry that make the act possible."""
    await set_fields("engagement", "dm", before, clock.now())
    await signed_in(house, client, MANAGERS)
    said = {"by": "M. Manager"} | fields
    return await posts(client, f"/engagement/dm/{deed}", {f"{deed}_{name}": said[name] for name in said})


async def asks_before_entrusting(house, client):
    return await on_the_work(house, client, "ask", {}, state="candidate")


async def asks_once_more(house, client):
    return await on_the_work(house, client, "ask", {}, state="under_review")


async def lets_work_begin(house, client):
    reviewed = {"accepted_on": clock.now().date().isoformat()}
    return await on_the_work(house, client, "activate", {}, state="approved", selection=reviewed)


async def closes_a_work(house, client):
    """A month after its end, when the return is confirmed and nothing is open any more."""
    today = clock.now().date()
    await tables.Obligation.filter(engagement_id="dm").update(state="cancelled")
    await tables.Obligation.create(**await gone_since(today))
    return await on_the_work(house, client, "close", {}, ends_on=(today - timedelta(days=30)).isoformat())


async def gone_since(today):
    """The return or deletion of the work, accepted."""
    asked = await tables.Obligation.get()
    rest = {name: value for name, value in dict(asked).items() if name != "id"}
    return rest | {"kind": "deletion", "state": "accepted", "accepted_on": today, "due_on": today}


async def suspends_a_work(house, client):
    return await on_the_work(house, client, "step", {"to": "suspended", "reason": "Broken into"})


async def lets_something_be(house, client):
    said = {"what": "contract", "reason": "It is at the lawyers'."} | await day("until", 20)
    return await on_the_work(house, client, "waive", said, contract={})


async def classes_a_party(house, client):
    said = {"receives": "yes", "no_handling": "no", "for_us": "yes", "reason": "Prints for us"}
    return await on_the_work(house, client, "classify", said)


async def corrects_a_contract(house, client):
    return await on_the_work(house, client, "contract", {"clause_1": "yes"} | await day("on", -3))


async def corrects_a_work(house, client):
    return await on_the_work(house, client, "amend", {"tier": "A", "flag_child_data": "yes"})


async def booked(**places):
    """A certificate that was accepted, with what it said of each place."""
    duty, today = await tables.Obligation.get(), clock.now().date()
    about = {"engagement_id": "dm", "company_id": "impress", "party_id": "acme", "obligation_id": duty.id}
    row = await tables.Disposal.create(state="partial", accepted_on=today, **about)
    for name, state in places.items():
        await tables.DisposalPlace.create(disposal_id=row.id, name=name, state=state)
    return row


async def on_the_disposal(house, client, **places):
    """The first place of the certificate is gone."""
    row = await booked(**places)
    first = (await tables.DisposalPlace.filter(disposal_id=row.id).order_by("id").first()).id
    await signed_in(house, client, MANAGERS)
    return await posts(client, f"/disposal/{row.id}", {"place": str(first), f"gone{first}_by": "M. Manager"})


async def hears_that_all_is_gone(house, client):
    return await on_the_disposal(house, client, papers="remaining")


async def hears_that_one_of_two_is_gone(house, client):
    return await on_the_disposal(house, client, papers="remaining", slips="remaining")


WORK = "/engagement/{key}"
ENGAGEMENT = [
    (f"{WORK}/ask", asks_before_entrusting, "engagement.state", "person/"),
    (f"{WORK}/ask", asks_once_more, "obligation.scheduled", "person/"),
    (f"{WORK}/activate", lets_work_begin, "engagement.state", "person/"),
    (f"{WORK}/close", closes_a_work, "engagement.state", "person/"),
    (f"{WORK}/step", suspends_a_work, "engagement.state", "person/"),
    (f"{WORK}/waive", lets_something_be, "engagement.waived", "person/"),
    (f"{WORK}/classify", classes_a_party, "engagement.classified", "person/"),
    (f"{WORK}/contract", corrects_a_contract, "engagement.amended", "person/"),
    (f"{WORK}/amend", corrects_a_work, "engagement.amended", "person/"),
    ("/disposal/{id}", hears_that_all_is_gone, "disposal.over", "person/"),
    ("/disposal/{id}", hears_that_one_of_two_is_gone, "disposal.gone", "person/"),
]
