"""The term of a contract: whether it is renewed is decided in time, and nothing goes on without one.

A contract of entrustment is what the party's measures are agreed in (APPI 25; General Guidelines 3-4-4). Its company is
told 90, 60, 30 and 7 days before the last day on which something can be decided: the end of the term, or the last day
for notice where it renews itself. That day never rolls: a contract knows no closed days.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from checks.detail import Detail
from monitor import tables
from monitor.calendar import DAY, add_months
from monitor.cases.conduct import breach, mended
from monitor.conduct import CONTRACT_EXPIRED
from monitor.duties.owing import done, explain, held
from monitor.own_duties import CONTRACT_RENEWAL
from monitor.promises.agenda import Coming
from monitor.promises.lifecycle import amend
from monitor.refusal import need
from monitor.registry.apply import ONE_AT_A_TIME, set_fields
from monitor.registry.lifecycle import standing
from monitor.registry.roster import unkept
from monitor.registry.selection import entrusted
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from monitor.calendar import Calendar
    from monitor.promises.agenda import Work
    from monitor.registry.format import Engagement
    from monitor.registry.roster import Roster
    from monitor.tables import OwnDuty

FIRST = 90  #: days before T on which the company hears of it first
_ANOTHER_TERM = (
    "The contract has another last day by now than the one that this is about: look at the work's page. You are asked"
    " again where something is still to be decided."
)
RENEW, END, BY_ITSELF = "renew", "end", "renewed-by-itself"


def watched(work: Work) -> bool:
    """Whether its term ended, or will end, while we look: one that was over before is a gap of an old ledger."""
    last = work.entry.contract.term_end(work.known.today)
    return entrusted(work.entry) and last is not None and work.since <= last


def renewals(work: Work, calendar: Calendar) -> Iterator[Coming]:
    """The decision on the present term, unless the work is over with it anyway. Pure."""
    contract = work.entry.contract
    last = contract.term_end(work.known.today)
    if last is None or not watched(work):
        return
    if contract.auto_renew or work.last_day is None or last < work.last_day:
        decide_by = contract.notice_by(work.known.today) or last
        opens_at = calendar.sending_on(calendar.preceding(decide_by - FIRST * DAY))
        yield Coming(CONTRACT_RENEWAL, opens_at, decide_by, last.isoformat(), silent=contract.auto_renew)


def renewed(duty: OwnDuty, agenda: Sequence[Coming]) -> bool:
    """Whether the contract that a duty is about has gone on by itself meanwhile. Pure."""
    ends = [one.ref for one in agenda if one.kind == CONTRACT_RENEWAL and one.silent]
    return duty.turns_at is None and any(end > duty.ref for end in ends)


async def run_out() -> frozenset[str]:
    """The engagements of which the case is open."""
    going = tables.Case.filter(rule=CONTRACT_EXPIRED, closed_at=None)
    return frozenset(str(key) for key in await going.values_list("engagement_id", flat=True))


async def judge(work: Work, going: frozenset[str], present: Roster, at: datetime) -> Iterator[datetime]:
    """Open the case or close it, within the caller's transaction; when it has to be looked at again."""
    entry, last = work.entry, work.entry.contract.term_end(work.known.today)
    over = last is not None and last < work.known.today
    about = {"company_id": entry.company, "party_id": entry.party, "engagement_id": entry.key}
    if over and work.lasts and watched(work):
        name = (await present.party(entry.party)).name
        said = Detail("The contract with {party} ran out on {day}.", party=name, day=str(last))
        await breach(CONTRACT_EXPIRED, said, at, present, **about)
    elif entry.key in going:
        await mended(CONTRACT_EXPIRED, at, engagement_id=entry.key)
    return _ahead(work, present.calendar)


def _ahead(work: Work, calendar: Calendar) -> Iterator[datetime]:
    for one in renewals(work, calendar):
        yield calendar.end_of(one.due_on)
    _, last = work.entry.contract.term_running(work.known.today)
    if last and work.entry.contract.auto_renew:
        yield calendar.end_of(last)


async def decided(duty: OwnDuty, at: datetime, actor: str, outcome: str, reason: str, on: date | None) -> None:
    """A named person renews it for another term, or lets it end: then the work has a last day, and what follows."""
    async with transaction():
        await alone(ONE_AT_A_TIME)
        duty, present = await held(duty.id), await unkept()
        explain(duty.kind, outcome, reason)
        entry, last = await standing(str(duty.engagement_id)), date.fromisoformat(duty.ref)
        today = present.calendar.day_of(at)
        need(entry.contract.term_end(today) == last, "contract-term", _ANOTHER_TERM)
        fields = _renewed(entry, last, on or today) if outcome == RENEW else _ended(entry, max(last, today))
        await done(duty, at, actor, outcome, reason, on)
        await set_fields("engagement", entry.key, fields, at, actor)


def _renewed(entry: Engagement, last: date, on: date) -> dict[str, Any]:
    """For another term, by somebody who has read it: from now on it is held to what is wanted of contracts today."""
    until = add_months(last, entry.contract.term_months)
    return {"contract": held_terms(entry) | {"expires_on": until.isoformat(), "read_on": on.isoformat()}}


def _ended(entry: Engagement, last: date) -> dict[str, Any]:
    """What renews itself does so no more; a work that ends sooner stays as it is."""
    terms = held_terms(entry) | {"expires_on": last.isoformat(), "auto_renew": False}
    ends_on = min(entry.ends_on or last, last)
    return {"contract": terms, "ends_on": ends_on.isoformat()}


async def enter_terms(key: str, said: Mapping[str, Any], at: datetime, actor: str, *, office: bool) -> None:
    """What of its terms is said; what is known of the others stays, also what somebody has entered just before."""
    async with transaction():
        await alone(ONE_AT_A_TIME)
        terms = {**held_terms(await standing(key)), **said}
        await amend(key, {"contract": terms}, at, actor, office=office)


def held_terms(entry: Engagement) -> dict[str, Any]:
    """What is on record of the contract, as the registry keeps it."""
    return entry.contract.model_dump(mode="json", exclude_defaults=True)
