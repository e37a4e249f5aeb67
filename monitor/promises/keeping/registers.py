"""Entries of registers that go with their engagement: a literal table. What it does not name stays, and it is said why.

A test holds it against all tables: whoever adds a register of engagements says here what becomes of its entries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.promises.keeping.emptying import Gone, reasons, say
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.promises.keeping.terms import Term
    from monitor.tables import Engagement

#: What goes, by the kind that the ledger names; subjects of its lines begin with the same word.
GOING: Mapping[str, type[Any]] = {
    "disclosure": tables.Disclosure,
    "hand-over": tables.HandOver,
    "incident": tables.Incident,
    "instruction": tables.InstructionRecord,
    "statistics": tables.StatisticsReview,
    "sub-entrustment": tables.SubEntrustment,
    "transfer-check": tables.TransferCheck,
}
#: What stays, with the reason.
STAYING: Mapping[type[Any], str] = {
    tables.Case: "what was found by looks and conduct, of the company as a whole; it names nobody",
    tables.CorrectiveAction: "what the group has learned and changed; it is the group's own",
    tables.Disposal: "goes with the obligation whose certificate it is of",
    tables.Obligation: "its content goes, kind by kind; the row is what the ledger speaks of",
    tables.OwnDuty: "what was to be done and how it ended; its reasons go with the engagement's own",
    tables.ProvisionRecord: "locked by law, and erased by order only (APPI 29(2), 30(4))",
    tables.Remediation: "goes with the obligation whose answer raised it",
    tables.Suspension: "days on which no data was to go to the party; it names nobody",
}


async def clear_entries(row: Engagement, term: Term, at: datetime) -> None:
    """Erase the entries of all registers of one engagement, a line of the ledger for each kind, in one transaction."""
    async with transaction():
        for kind, model in GOING.items():
            ids = await model.filter(engagement_id=row.key).values_list("id", flat=True)
            gone = Gone()
            await reasons([f"{kind}/{number}" for number in ids], gone)
            if await model.filter(id__in=ids).delete():
                await say(row, kind, len(ids), gone, term, at)
        await _own(row, term, at)
        await _complaints(row, term, at)


async def _own(row: Engagement, term: Term, at: datetime) -> None:
    """Why its own duties ended so, and why the work itself was decided on so."""
    ids = await tables.OwnDuty.filter(engagement_id=row.key).values_list("id", flat=True)
    gone = Gone()
    await reasons([f"engagement/{row.key}", *(f"own-duty/{number}" for number in ids)], gone)
    if gone.counts:
        await say(row, "decision", gone.counts["reasons"], gone, term, at)


async def _complaints(row: Engagement, term: Term, at: datetime) -> None:
    """Those about the party go with the last of its works for the company that still has its evidence."""
    others = tables.Engagement.filter(company_id=row.company_id, party_id=row.party_id, erased_on=None)
    if await others.exclude(key=row.key).exists():
        return
    ids = await tables.Complaint.filter(company_id=row.company_id, party_id=row.party_id).values_list("id", flat=True)
    gone = Gone()
    await reasons([f"complaint/{number}" for number in ids], gone)
    if await tables.Complaint.filter(id__in=ids).delete():
        await say(row, "complaint", len(ids), gone, term, at)
