"""What people do so that the supervision gets better: corrective actions."""

from __future__ import annotations

from datetime import timedelta

from monitor import clock
from tests.journey.manager import signed_in
from tests.journey.vendor import posts

MANAGERS = "managers@impress.example"


async def orders_an_action(house, client):
    await signed_in(house, client, MANAGERS)
    day = clock.now().date() + timedelta(days=9)
    said = {"order_by": "M. Manager", "order_action": "Check addresses twice"}
    said |= {"order_due_year": str(day.year), "order_due_month": str(day.month), "order_due_day": str(day.day)}
    return await posts(client, "/corrective-actions/for/company/impress/order", said)


async def explains_an_action(house, client):
    _, place = await orders_an_action(house, client)
    return await posts(client, f"{place}/explain", {"explain_by": "M. Manager", "explain_cause": "Nobody looked."})


IMPROVING = [
    ("/corrective-actions/for/{source}/order", orders_an_action, "corrective-action.ordered", "person/"),
    ("/corrective-action/{id}/explain", explains_an_action, "corrective-action.explained", "person/"),
]
