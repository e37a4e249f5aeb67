"""Card data is handled by parties with a valid PCI DSS certificate only (P04): without one there is a case.

The Installment Sales Act and the card brands want it; a leak of one card number has to be reported (Enforcement Rules
7(ii)). When a certificate is about to run out, its party and companies are warned as of any other (`monitor.expiry`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.detail import Detail
from monitor import tables
from monitor.cases.conduct import breach, mended
from monitor.conduct import PCI_MISSING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from monitor.calendar import Calendar
    from monitor.promises.agenda import Work
    from monitor.registry.format import Party
    from monitor.registry.roster import Roster

PCI = "pci"
KINDS = ("PCI", "PCIDSS", "PCI-DSS", "PCI_DSS")  #: how a registry may write it


def asked(work: Work) -> bool:
    """Whether the party handles cards for a purpose that asks for the certificate, today. Pure."""
    return work.lasts and work.entry.starts_on <= work.known.today and _cards(work)


def _cards(work: Work) -> bool:
    return work.entry.card and PCI in work.known.brings


def valid_until(party: Party, today: date) -> date | None:
    """The last day on which it holds one without a gap of the registry's knowledge; none, where it holds none today."""
    days = [one.expires_on for one in party.certificate if one.kind in KINDS and one.expires_on >= today]
    return max(days, default=None)


async def without() -> frozenset[str]:
    """The engagements of which the case is open."""
    open_ones = tables.Case.filter(rule=PCI_MISSING, closed_at=None)
    return frozenset(str(key) for key in await open_ones.values_list("engagement_id", flat=True))


async def judge(work: Work, going: frozenset[str], present: Roster, at: datetime) -> Iterator[datetime]:
    """Open the case or close it, within the caller's transaction; when it has to be looked at again."""
    entry = work.entry
    until = valid_until(await present.party(entry.party), work.known.today) if _cards(work) else None
    about = {"company_id": entry.company, "party_id": entry.party, "engagement_id": entry.key}
    if asked(work) and until is None:
        said = Detail(
            "No PCI DSS certificate of {party} is valid today.", party=(await present.party(entry.party)).name
        )
        await breach(PCI_MISSING, said, at, present, **about)
    elif entry.key in going:
        await mended(PCI_MISSING, at, **about)
    return _ahead(work, until, present.calendar)


def _ahead(work: Work, until: date | None, calendar: Calendar) -> Iterator[datetime]:
    if _cards(work):
        yield calendar.instant(work.entry.starts_on)
        if until:
            yield calendar.end_of(until)
