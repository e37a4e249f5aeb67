"""Leak mode: a round of questions, works suspended from it, and its end."""

from __future__ import annotations

from tests.journey.manager import signed_in
from tests.journey.vendor import posts

MANAGERS = "managers@impress.example"


async def asks_who_is_affected(house, client):
    await signed_in(house, client, MANAGERS)
    said = {"ask_by": "M. Manager", "ask_company": "impress", "ask_purposes": "p03"}
    return await posts(client, "/exposures", said | {"ask_what": "A weakness of a product has become known."})


async def suspends_works_of_a_round(house, client):
    await asks_who_is_affected(house, client)
    said = {"suspend_by": "M. Manager", "suspend_works": "dm", "suspend_reason": "until it is clear"}
    return await posts(client, "/exposures/1/suspend", said)


async def closes_a_round(house, client):
    await asks_who_is_affected(house, client)
    return await posts(client, "/exposures/1/close", {"close_by": "M. Manager"})


EXPOSURES = [
    ("/exposures", asks_who_is_affected, "exposure.asked", "person/"),
    ("/exposures/{number}/suspend", suspends_works_of_a_round, "engagement.state", "person/"),
    ("/exposures/{number}/close", closes_a_round, "own-duty.done", "person/"),
]
