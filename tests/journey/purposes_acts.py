"""What people enter because of what a work is for: hand-overs, instructions, a purpose that is achieved."""

from __future__ import annotations

from monitor import tables
from tests.journey.manager import signed_in
from tests.journey.vendor import posts

MANAGERS = "managers@impress.example"


async def enters(house, client, place, deed="record", **said):
    await signed_in(house, client, MANAGERS)
    return await posts(
        client, place, {f"{deed}_by": "M. Manager"} | {f"{deed}_{name}": value for name, value in said.items()}
    )


async def hands_over(house, client):
    said = {"engagement": "dm", "ref": "R-1", "direction": "out", "records": "1,200", "medium": "transfer"}
    return await enters(house, client, "/hand-overs/record", **said)


async def takes_back(house, client):
    await hands_over(house, client)
    number = (await tables.HandOver.get()).id
    return await enters(house, client, f"/hand-over/{number}/back", "back", records="1,200")


async def instructs(house, client):
    said = {"engagement": "dm", "ref": "I-1", "forbids": "both", "what": "Print the labels, nothing else."}
    return await enters(house, client, "/instructions/record", **said)


async def achieves(house, client):
    return await enters(house, client, "/engagement/dm/achieve", "achieve")


async def orders(house, client):
    return await enters(
        house, client, "/engagement/dm/order", "order", trigger="consent", reason="The entrants withdrew it."
    )


PURPOSES = [
    ("/hand-overs/record", hands_over, "hand-over.entered", "person/"),
    ("/hand-over/{id}/back", takes_back, "hand-over.entered", "person/"),
    ("/instructions/record", instructs, "instruction.recorded", "person/"),
    ("/engagement/{key}/achieve", achieves, "engagement.purpose_achieved", "person/"),
    ("/engagement/{key}/order", orders, "engagement.deletion_ordered", "person/"),
]
