"""What an event of a script does: the same acts as a page or a command.

One module for each promise or stage: its events with their fields, their deeds, and the lines of the ledger that are
printed for them. The tables below register it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.simulation.deeds import (
    asking,
    chain,
    correcting,
    deciding,
    improving,
    incidents,
    lifecycle,
    looking,
    membership,
    owners,
    passing,
    publishing,
    purposes,
    registry,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.simulation.event import Deed, Event

DEEDS: Mapping[type[Event], Deed] = {
    **asking.DEEDS,
    **looking.DEEDS,
    **registry.DEEDS,
    **deciding.DEEDS,
    **lifecycle.DEEDS,
    **incidents.DEEDS,
    **owners.DEEDS,
    **correcting.DEEDS,
    **chain.DEEDS,
    **membership.DEEDS,
    **passing.DEEDS,
    **improving.DEEDS,
    **purposes.DEEDS,
    **publishing.DEEDS,
}
#: Which lines of the ledger a simulation prints, and as what.
LINES: Mapping[str, str] = {
    **asking.LINES,
    **looking.LINES,
    **deciding.LINES,
    **lifecycle.LINES,
    **incidents.LINES,
    **owners.LINES,
    **correcting.LINES,
    **chain.LINES,
    **membership.LINES,
    **passing.LINES,
    **improving.LINES,
    **purposes.LINES,
    **publishing.LINES,
}
