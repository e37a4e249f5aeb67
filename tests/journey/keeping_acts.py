"""What the privacy office erases."""

from __future__ import annotations

from monitor import clock
from monitor.obligations.acts import person
from tests.journey.manager import signed_in
from tests.journey.vendor import posts

OFFICE = "privacy-office@group.example"
LEFT = "left@acme.example"


async def erases_a_person(house, client):
    await person(LEFT, clock.now(), "Somebody")
    await signed_in(house, client, OFFICE)
    return await posts(client, "/erasures/erase", {"erase_by": "P. Officer", "erase_address": LEFT})


KEEPING = [("/erasures/erase", erases_a_person, "person.erased", "person/")]
