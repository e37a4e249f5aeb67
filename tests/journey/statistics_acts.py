"""What people do about statistics that are to be published."""

from __future__ import annotations

from monitor import tables
from tests.journey.manager import signed_in
from tests.journey.owners_acts import day
from tests.journey.vendor import posts

MANAGERS = "managers@impress.example"
MADE = {
    "ref": "S-2026-1",
    "engagement": "dm",
    "what": "Readers by prefecture",
    "method": "Counts by prefecture",
    "group": "20",
    "reviewer": "A reviewer",
}


async def enters_statistics(house, client):
    await signed_in(house, client, MANAGERS)
    said = {"record_by": "M. Manager"} | {f"record_{name}": value for name, value in MADE.items()}
    return await posts(client, "/statistics/record", said)


async def _on_them(house, client, deed, fields):
    await enters_statistics(house, client)
    number = (await tables.StatisticsReview.get()).id
    return await posts(client, f"/statistic/{number}/{deed}", {f"{deed}_by": "M. Manager", **fields})


async def signs_off(house, client):
    return await _on_them(house, client, "sign", {})


async def refuses(house, client):
    return await _on_them(house, client, "refuse", {"refuse_reason": "Towns of three people."})


async def publishes(house, client):
    return await _on_them(house, client, "publish", await day("publish_on"))


STATISTICS = [
    ("/statistics/record", enters_statistics, "statistics.entered", "person/"),
    ("/statistic/{id}/sign", signs_off, "statistics.signed-off", "person/"),
    ("/statistic/{id}/refuse", refuses, "statistics.refused", "person/"),
    ("/statistic/{id}/publish", publishes, "statistics.published", "person/"),
]
