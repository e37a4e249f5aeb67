"""Knowing that we were away: a pulse in the database, and the gaps that it shows.

The parties' pages count as reachable while this daemon beats. A gap longer than a few minutes becomes an outage, before
any stage runs again, because a last day on which the form was away is no last day.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor import ledger, tables
from monitor.tables.store import transaction

FORM = "form"
MISSED = timedelta(minutes=5)  #: a gap longer than this is an outage


async def beat(at: datetime) -> tables.Outage | None:
    """Record that the pages are there; the outage that has just ended, if there was one. Any replica's pulse counts."""
    async with transaction():
        last = await tables.Pulse.filter(name=FORM).select_for_update().first()
        if last is None:
            await tables.Pulse.bulk_create([tables.Pulse(name=FORM, at=at)], ignore_conflicts=True)
            return None
        outage = None
        if at - last.at > MISSED:
            outage = await tables.Outage.create(began_at=last.at, ended_at=at)
            data = {"from": last.at.isoformat(), "to": at.isoformat()}
            await ledger.write([ledger.Event("service.outage", "service/form", data)], at)
        if at > last.at:
            await tables.Pulse.filter(name=FORM).update(at=at)
        return outage
