"""Stage: requests whose mails did not arrive, and whose party can be reached again -> shown so no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise.expressions import F

from monitor import ledger, tables
from monitor.registry.roster import roster
from monitor.schedule import duty_event
from monitor.tables.duty import LIVE
from monitor.tables.plain import any_due
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.registry.format import Party


async def mend(at: datetime) -> int:
    """Take the mark off where no registered address of the party is held to be dead: another contact was registered,
    or somebody answered from the old one. How many there were.
    """
    if not await any_due(tables.Obligation, "undeliverable_at", at):
        return 0
    shown = tables.Obligation.filter(state__in=LIVE, undeliverable_at__isnull=False)
    parties = {str(key) for key in await shown.distinct().values_list("party_id", flat=True)}
    if not parties:
        return 0
    found = await (await roster()).parties(parties)
    well = [key for key, party in found.items() if not await _dead(party)]
    return await _take_off(well, at) if well else 0


async def _take_off(parties: list[str], at: datetime) -> int:
    async with transaction():
        shown = tables.Obligation.filter(state__in=LIVE, undeliverable_at__isnull=False, party_id__in=parties)
        duties = await shown.order_by("id").select_for_update()
        for duty in duties:
            await tables.Obligation.filter(id=duty.id).update(undeliverable_at=None, version=F("version") + 1)
        await ledger.write([duty_event("reachable", duty) for duty in duties], at)
    return len(duties)


async def _dead(party: Party) -> bool:
    addresses = [address.lower() for address in party.contacts]
    return await tables.Person.filter(email__in=addresses, name="", refused_at__isnull=False).exists()
