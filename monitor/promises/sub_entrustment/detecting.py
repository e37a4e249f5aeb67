"""The four ways in which supervision of trustees fails, as the regulator's guidelines tell them (General Guidelines
3-4-4): found in the books before anything leaks. `detect` is pure; `standings` gathers what it judges.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor import tables
from monitor.calendar import add_months
from monitor.hearing.chain.rules import IN
from monitor.obligations import KINDS
from monitor.registry.selection import entrusted

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from monitor.registry.format import Engagement
    from monitor.registry.roster import Roster

NO_STATUS = "no_status_since_contract"
NO_INSTRUCTION = "no_instruction_record"
NO_TERMS = "subentrust_terms_missing"
NO_REPORT = "subentrust_report_missing"
DETECTORS = (NO_STATUS, NO_INSTRUCTION, NO_TERMS, NO_REPORT)
FURTHER, REPORTS = 3, 4  #: clauses of a contract: on entrusting further, on reports of the handling
A_YEAR = 12  #: months within which somebody has to have said how the data is handled


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one engagement. `confirmed_on`: the last accepted word on how the data is handled; `further`:
    whether anybody works below; `reported_on`: when somebody last said who that is.
    """

    entry: Engagement
    confirmed_on: date | None = None
    further: bool = False
    reported_on: date | None = None


def detect(one: Standing, today: date) -> list[str]:
    """The failures that the books show."""
    entry, year_ago = one.entry, add_months(today, -A_YEAR)
    told = [day for day in (one.confirmed_on, entry.selection.accepted_on) if day]
    clauses = entry.contract.clauses
    found = {
        NO_STATUS: not told or (entry.starts_on < year_ago and max(told) < year_ago),
        NO_INSTRUCTION: entry.instruction.recorded_on is None,
        NO_TERMS: one.further and FURTHER not in clauses,
        NO_REPORT: one.further and FURTHER in clauses and (one.reported_on is None or one.reported_on < year_ago),
    }
    return [name for name in DETECTORS if found[name]]


async def failing(keys: Collection[str], present: Roster, today: date) -> dict[str, list[str]]:
    """Those of these engagements of which the books show failures. Only trustees are supervised (APPI 25): who uses
    data jointly, or is a third party, is given no instructions.
    """
    known = await standings(keys, present)
    found = {key: detect(known[key], today) for key in keys if entrusted(known[key].entry)}
    return {key: names for key, names in found.items() if names}


async def standings(keys: Collection[str], present: Roster) -> Mapping[str, Standing]:
    """What is known of these engagements."""
    entries = await present.engagements(keys)
    confirmed = await _last_accepted(keys)
    further = {
        str(key) for key in await tables.Engagement.filter(under__in=list(keys), retired_at=None).values_list(
            "under", flat=True
        )
    }  # fmt: skip
    rows = await tables.SubEntrustment.filter(engagement_id__in=list(keys), state__in=IN)
    reports: dict[str, date] = {}
    for row in rows:
        if row.requested_on:
            reports[row.engagement_id] = max(reports.get(row.engagement_id, row.requested_on), row.requested_on)
    below = further | {row.engagement_id for row in rows}
    found = {}
    for key, entry in entries.items():
        known = [day for day in (confirmed.get(key), entry.attestation.last_accepted_on) if day]
        latest = max(known, default=None)
        told = [day for day in (reports.get(key), latest) if day]
        found[key] = Standing(entry, latest, key in below, max(told, default=None))
    return found


async def _last_accepted(keys: Collection[str]) -> dict[str, date]:
    telling = [name for name, kind in KINDS.items() if kind.shared]
    accepted = tables.Obligation.filter(engagement_id__in=list(keys), kind__in=telling, accepted_on__not_isnull=True)
    found: dict[str, date] = {}
    for key, day in await accepted.values_list("engagement_id", "accepted_on"):
        found[key] = max(found.get(key, day), day)
    return found
