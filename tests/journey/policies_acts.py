"""What the privacy office enters of the group's own texts."""

from __future__ import annotations

from monitor import clock, tables
from tests.journey.joint_use_acts import OFFICE
from tests.journey.manager import signed_in
from tests.journey.owners_acts import day
from tests.journey.vendor import posts

URL = "https://group.example/privacy"
TEXT = {"key": "page", "url": URL, "effective_from": "2006-01-31"}


async def tells_of_a_changed_text(house, client):
    at = clock.now()
    await tables.Policy.create(key=TEXT["key"], spec=TEXT, declared={}, first_seen_at=at, changed_at=at)
    await signed_in(house, client, OFFICE)
    said = {"changed_by": "P. Office", "changed_url": URL} | await day("changed_on")
    return await posts(client, "/policies/changed", said)


POLICIES = [("/policies/changed", tells_of_a_changed_text, "policy.changed", "person/")]
