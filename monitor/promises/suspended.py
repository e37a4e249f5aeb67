"""What goes to a party though the work is suspended, or one above it: refused as a plan, and a case once it has gone.

Whatever a suspension is for (an incident, a provision abroad that cannot be ensured), it holds for every way in which
data goes to the party: run by run, and as a provision to a third party (APPI 23, 25, 28).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.detail import Detail
from monitor.cases.conduct import breach
from monitor.conduct import HANDED_SUSPENDED
from monitor.language import Message
from monitor.reasons import keep
from monitor.refusal import Refused, need
from monitor.registry.suspension import SUSPENDED, stopped

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.registry.roster import Roster
    from monitor.registry.suspension import Stop
    from monitor.tables import ProvisionRecord

_OWN = (
    "No data may go to the party: this work is suspended since {day}. Make it active again first. What has gone all the"
    " same is entered as such, and opens a case."
)
_ABOVE = (
    "No data may go to the party: the work above this one, “{work}”, is suspended since {day}, and so is all below it."
    " Make that one active again first. What has gone all the same is entered as such, and opens a case."
)


def allowed(stop: Stop | None, *, anyway: bool) -> None:
    """Refuse what would go to a work that is suspended, or below one; what has gone all the same (`anyway`) is not."""
    if stop is not None and not anyway:
        said = {"work": stop.work.title or stop.work.key, "day": stop.since}
        raise Refused(SUSPENDED, Message(_ABOVE if stop.above else _OWN, said))


async def explained(stop: Stop | None, reason: str, at: datetime, *, anyway: bool) -> dict[str, str]:
    """The same, where what has gone all the same needs its reason. What of that belongs into the line of the ledger."""
    allowed(stop, anyway=anyway)
    need(stop is None or reason.strip(), "reason-missing", "Write why it went all the same: auditors read it.")
    return await keep(reason, at) if stop else {}


async def stop_of(row: ProvisionRecord, present: Roster) -> Stop | None:
    """What kept data from being provided on the day on which it last was. Of a company and a party without a work: all
    works that they have with each other, if each of them was suspended. What is received comes from outside, and
    nothing stops it.
    """
    if row.way != "provision" or not (row.engagement_id or row.party_id):
        return None
    keys = [row.engagement_id] if row.engagement_id else await _together(row, present)
    found = [await stopped(key, _day(row), present) for key in keys]
    return found[0] if found and all(found) else None


async def _together(row: ProvisionRecord, present: Roster) -> list[str]:
    party = str(row.party_id)
    works = (await present.engaged([party]))[party]
    return [work.key for work in works if work.company == row.company_id and work.in_force_on(_day(row))]


def _day(row: ProvisionRecord) -> date:
    day: date = row.last_on or row.made_on
    return day


async def case_of(stop: Stop | None, row: ProvisionRecord, at: datetime, present: Roster) -> None:
    """What was provided while it was suspended is a case of its company's."""
    if stop is None:
        return
    detail = Detail(
        "What the record {ref} is of was provided on {on}; “{work}” was suspended on {since}.",
        ref=row.ref, on=_day(row), work=stop.work.title or stop.work.key, since=stop.since,
    )  # fmt: skip
    whose = {"company_id": row.company_id, "party_id": row.party_id, "engagement_id": row.engagement_id}
    await breach(HANDED_SUSPENDED, detail, at, present, **whose, ref=f"provision/{row.id}")
