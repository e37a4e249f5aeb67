"""What people do about a finding: name its owner, accept its risk until a day, end that, say that it is put right.

The party's own word about it comes through its request (monitor/remediation/settling.py). Every act here has a named
person, and is refused where the finding is no longer as it was when they read it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import tables
from monitor.books import lock_works
from monitor.reasons import keep
from monitor.refusal import need
from monitor.registry.roster import roster
from monitor.remediation.recording import Change, record
from monitor.remediation.rules import HELD, REOPENED, given_back, reopened, settled, unsettled
from monitor.schedule import edit
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from monitor.obligations.authority import Authority
    from monitor.tables import Remediation

WHY_ACCEPTED = "Say why the risk is accepted: auditors read it."
RISK_AHEAD = "The day until which a risk is accepted lies ahead."
WHAT_SEEN = "Say what you have seen that shows it: auditors read it."
WHY_OPEN = "Say why it is open again: auditors read it."
NOT_OPEN = "This finding is not open any more: it has been settled meanwhile."


async def _held(number: int) -> Remediation:
    """A finding, locked within the caller's transaction, after its work."""
    await lock_works((await tables.Remediation.get(id=number)).engagement_id)
    return await tables.Remediation.filter(id=number).select_for_update().get()


async def own(number: int, at: datetime, actor: str, owner: str) -> None:
    """Name who sees to it at the responsible company. `owner`: as in the ledger (`person/12`)."""
    need(actor.startswith("person/"), "by-missing", "Enter your name: the act is recorded under it.")
    async with transaction():
        row = await _held(number)
        need(row.state in HELD, "by-settled", NOT_OPEN)
        fields = edit(row, owner_id=int(owner.removeprefix("person/")))
        await record([Change(row, "owner_set", fields, {"owner": owner})], at, actor)


async def accept_risk(
    number: int, at: datetime, actor: str, reason: str, until: datetime, *, authority: Authority
) -> None:
    """リスク受容: the company lives with it until that day; approver, reason and end stand in the record."""
    need(actor.startswith("person/"), "by-missing", "Say who accepts the risk.")
    need(reason.strip(), "reason-missing", WHY_ACCEPTED)
    need(until > at, "until-past", RISK_AHEAD)
    async with transaction():
        row = await _held(number)
        need(unsettled(row), "by-settled", NOT_OPEN)
        authority.may_accept_risk(row, until, (await roster()).calendar, at)
        fields = edit(row, state="accepted_risk", risk_by=actor, risk_why=reason, risk_until=until, turns_at=until)
        why = await keep(reason, at)
        await record([Change(row, "risk_accepted", fields, {"until": until.isoformat(), **why})], at, actor)


async def end_risk(number: int, at: datetime, actor: str) -> None:
    """The risk is not accepted any longer: the finding is open again at once."""
    need(actor.startswith("person/"), "by-missing", "Enter your name: the act is recorded under it.")
    async with transaction():
        row = await _held(number)
        need(row.state == "accepted_risk", "by-settled", "The risk of this finding is not accepted at present.")
        days = given_back(row, (await roster()).calendar.day_of(at))
        await record([Change(row, "reopened", await _anew(row, at, days), {"reason": "risk-withdrawn"})], at, actor)


async def verify(
    number: int, at: datetime, actor: str, reason: str, *, authority: Authority, pairs: Collection[str]
) -> None:
    """A named person has seen for themselves that it is put right: on a visit, in a document, on a call. `pairs`: the
    tiers of which two people accept; there, and where it is critical, one person of the company is too few.
    """
    need(actor.startswith("person/"), "by-missing", "Enter your name: the act is recorded under it.")
    need(reason.strip(), "reason-missing", WHAT_SEEN)
    async with transaction():
        row = await _held(number)
        need(row.state in HELD, "by-settled", NOT_OPEN)
        tier = (await (await roster()).engagement(row.engagement_id)).effective_tier
        authority.may_verify(row, pair=tier in pairs)
        fields = settled(row, "verified", at, how="person", by=actor)
        await record([Change(row, "verified", fields, await keep(reason, at))], at, actor)


async def reopen(number: int, at: datetime, actor: str, reason: str) -> None:
    """What was settled is in doubt again: the party is asked anew."""
    need(actor.startswith("person/"), "by-missing", "Enter your name: the act is recorded under it.")
    need(reason.strip(), "reason-missing", WHY_OPEN)
    async with transaction():
        row = await _held(number)
        need(row.state not in HELD and row.state != "lapsed", "by-open", "This finding is open already.")
        why = await keep(reason, at)
        await record(
            [Change(row, "reopened", await _anew(row, at, REOPENED), {"reason": "in-doubt", **why})], at, actor
        )


async def _anew(row: Remediation, at: datetime, days: int) -> dict[str, object]:
    present = await roster()
    return reopened(row, days, at, present.calendar, (await present.engagement(row.engagement_id)).roll)
