"""Stage: engagements whose duties must be worked out -> duties begun, moved, cancelled."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from monitor import ledger, tables
from monitor.books import Step, enter
from monitor.guard import Guard
from monitor.obligations import KINDS
from monitor.obligations.attestation import resting_until
from monitor.obligations.contract import Facts, Idle, Owed, Sighting
from monitor.obligations.reconcile import Policy, begin, reconcile, rolled
from monitor.own_duties import FOUND, SPOT_CHECK
from monitor.registry.format import OWING, duties_of
from monitor.registry.places import AGAIN, gone
from monitor.registry.roster import Roster, roster
from monitor.remediation.turning import lapse
from monitor.schedule import duty_event
from monitor.tables.duty import LIVE
from monitor.tables.plain import any_due
from monitor.tables.store import AWAY, transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from monitor.registry.format import Engagement

log = logging.getLogger(__name__)
CHUNK = 200
DIRECT = "direct"
_BELOW = ("approved", "active", "ended")  #: states in which a party below may hold data
POISONED = timedelta(hours=1)  #: how far ahead an engagement goes that cannot be worked out


async def plan(at: datetime, policy: Policy | None = None, most: int = CHUNK) -> int:
    """Work out one chunk of engagements; how many there were.

    The registry is read when the rows are locked: what changes it after that marks them anew, and is not lost.
    """
    if not await any_due(tables.Engagement, "plan_at", at):
        return 0
    async with transaction():
        due = tables.Engagement.filter(plan_at__lte=at).order_by("plan_at", "key").limit(most)
        rows = await due.select_for_update(skip_locked=True)
        if not rows:
            return 0
        await _hold([row.key for row in rows])
        present = await roster()
        facts = await gather(rows, present, at)
        worked = {row.key: _guarded(row, facts, at, policy or Policy()) for row in rows}
        steps = [step for found in worked.values() for step in found or ()]
        await enter(steps, at)
        await ledger.write([duty_event("scheduled", step.duty) for step in steps if step.new], at)
        await _lapse(facts.values(), at)
        await _mark(worked, facts, at)
    return len(rows)


async def _hold(keys: Sequence[str]) -> None:
    """What is asked under these works is nobody else's until the end: a ladder that climbs would make it stale."""
    live = tables.Obligation.filter(engagement_id__in=keys, state__in=LIVE)
    await live.order_by("id").select_for_update(no_key=True).only("id")


async def _lapse(facts: Iterable[Facts], at: datetime) -> None:
    """What answers about work raised that has ended is nobody's to put right any more."""
    gone = [row for found in facts for row in found.gone]
    if gone:
        await lapse(gone, at)


async def _mark(worked: Mapping[str, list[Step] | None], facts: Mapping[str, Facts], at: datetime) -> None:
    """When each engagement must be worked out again by itself: after its last day, that of a certificate on which
    something rests, or the one on which it is looked at again who the other side is.
    """
    again: defaultdict[datetime | None, list[str]] = defaultdict(list)
    for key, steps in worked.items():
        instant: datetime | None = at + POISONED
        if steps is not None:
            with Guard(log, "when engagement %s comes up next cannot be told; tried again in an hour", key):
                instant = _after(steps, facts[key], at)
        again[instant].append(key)
    for instant, keys in again.items():
        await tables.Engagement.filter(key__in=keys).update(plan_at=instant)


def _after(steps: Sequence[Step], found: Facts, at: datetime) -> datetime | None:
    """At once, where a request was cancelled: what it stood in the way of may be owed now."""
    return at if any(step.duty.state == "cancelled" for step in steps) else _end(found)


def _end(found: Facts) -> datetime | None:
    days = [day for day in (*_turns(found), *found.achieved) if day and found.today <= day]
    return found.calendar.end_of(min(days)) if days else None


def _turns(found: Facts) -> tuple[date | None, ...]:
    return found.last_day, resting_until(found), found.entry.class_review_on


async def gather(rows: Sequence[tables.Engagement], present: Roster, at: datetime) -> dict[str, Facts]:
    """All that the kinds need to know of these engagements. One of which it cannot be gathered is logged with its key
    and left out; the others are then asked about one by one.
    """
    with Guard(log, "%s engagements cannot be gathered together", len(rows), let=AWAY):
        return await _gather(rows, present, at)
    found: dict[str, Facts] = {}
    for row in rows:
        with Guard(log, "engagement %s cannot be gathered", row.key, let=AWAY):
            found |= await _gather([row], present, at)
    return found


async def _gather(rows: Sequence[tables.Engagement], present: Roster, at: datetime) -> dict[str, Facts]:
    keys = [row.key for row in rows]
    entries = await present.engagements(keys)
    parties = await present.parties({row.party_id for row in rows})
    history: defaultdict[str, list[tables.Obligation]] = defaultdict(list)
    for duty in await tables.Obligation.filter(engagement_id__in=keys).order_by("id"):
        history[duty.engagement_id].append(duty)
    below = await _below(keys, present)
    sightings = await _sightings(rows, entries, present, at)
    findings = await _findings(keys)
    tested = await _tested(keys)
    today = present.calendar.day_of(at)
    return {
        row.key: _parted(
            Facts(
                row.key,
                _standing(row, entries[row.key]),
                parties[row.party_id],
                await present.last_day(row.key),
                today,
                present.calendar,
                history[row.key],
                below[row.key],
                sightings[row.key],
                findings=findings[row.key],
                achieved=await present.achieved(row.key),
                tested_at=tested[row.key],
                through=await _through(entries[row.key], present),
                hastened_on=row.hastened_on,
                brings=duties_of(await _purposes(entries[row.key], present), present.purposes),
                child_age=present.minors.age_on(today),
                children_every=present.minors.attest_every,
                campaigns=[one for one in present.campaigns if row.company_id in one.companies],
            )
        )
        for row in rows
    }


async def _purposes(entry: Engagement, present: Roster) -> Sequence[str]:
    """Its own; where it names none, those of the nearest above that names some."""
    if entry.purposes or entry.under is None:
        return entry.purposes
    return next((one.purposes for one in await present.line_above(entry.key) if one.purposes), ())


async def _through(entry: Engagement, present: Roster) -> str:
    """The first contact of the nearest party above that is asked itself; empty where this one is."""
    if entry.under is None or entry.sub_entrustment.reach == DIRECT:
        return ""
    line = await present.line_above(entry.key)
    asked = next((one for one in line if one.under is None or one.sub_entrustment.reach == DIRECT), line[-1])
    return (await present.party(asked.party)).contacts[0]


def _parted(facts: Facts) -> Facts:
    """Once the work has ended, what was said of how things are while it lasts ends with it; of work of which nothing is
    owed any more, all does.
    """
    closed = facts.entry.state not in OWING
    if not closed and (facts.last_day is None or facts.today <= facts.last_day):
        return facts
    gone = [row for row in facts.findings if closed or KINDS[row.kind].lasting]
    return replace(facts, findings=[row for row in facts.findings if row not in gone], gone=gone)


async def _findings(keys: Sequence[str]) -> defaultdict[str, list[tables.Remediation]]:
    found: defaultdict[str, list[tables.Remediation]] = defaultdict(list)
    for row in await tables.Remediation.filter(engagement_id__in=keys).order_by("id"):
        found[row.engagement_id].append(row)
    return found


def _standing(row: tables.Engagement, entry: Engagement) -> Engagement:
    """An engagement that left the registry owes nothing, as one that is closed."""
    return entry.model_copy(update={"state": "closed"}) if row.retired_at else entry


async def _sightings(
    rows: Sequence[tables.Engagement], entries: Mapping[str, Engagement], present: Roster, at: datetime
) -> defaultdict[str, list[Sighting]]:
    """What was seen at places of these engagements that must stay gone, the latest row of each."""
    found: defaultdict[str, list[Sighting]] = defaultdict(list)
    parties = {
        row.party_id for row in rows if not row.retired_at and any(place.url for place in entries[row.key].place)
    }
    places = await gone(parties, present, at) if parties else {}
    if not places:
        return found
    seen = tables.FindingRow.filter(rule=AGAIN, watch__party_id__in=parties).order_by("id")
    columns = ("watch__party_id", "watch__url", "first_seen_at", "last_seen_at")
    latest = {(party, url): (first, last) for party, url, first, last in await seen.values_list(*columns)}
    for address in latest.keys() & places.keys():
        for key in {*places[address]} & entries.keys():
            name = next(place.name for place in entries[key].place if place.url == address[1])
            found[key].append(Sighting(name, address[1], *latest[address]))
    return found


async def _tested(keys: Sequence[str]) -> defaultdict[str, list[datetime]]:
    """When spot checks of these engagements found data, or an erasure that cannot be shown."""
    found: defaultdict[str, list[datetime]] = defaultdict(list)
    rows = tables.OwnDuty.filter(kind=SPOT_CHECK, outcome=FOUND, engagement_id__in=keys).order_by("id")
    for key, instant in await rows.values_list("engagement_id", "done_at"):
        found[key].append(instant)
    return found


async def _below(keys: Iterable[str], present: Roster) -> defaultdict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    pairs = (
        await tables.Engagement.filter(under__in=list(keys), retired_at=None)
        .order_by("key")
        .values_list("under", "party_id")
    )
    parties = await present.parties({party for _, party in pairs})
    for above, party in pairs:
        found[above].append(parties[party].name_ja or parties[party].name)
    loose = tables.SubEntrustment.filter(engagement_id__in=list(keys), node_id=None, state__in=_BELOW).order_by("id")
    for row in await loose:
        found[row.engagement_id].append(row.name)
    return found


def _guarded(row: tables.Engagement, facts: Mapping[str, Facts], at: datetime, policy: Policy) -> list[Step] | None:
    """One engagement's steps. What cannot be worked out is logged with its key and never stops the others: none."""
    with Guard(log, "engagement %s cannot be worked out; tried again in an hour", row.key):
        return _work_out(row, facts[row.key], at, policy)
    return None


def _work_out(row: tables.Engagement, facts: Facts, at: datetime, policy: Policy) -> list[Step]:
    asked_for = [duty for duty in facts.history if KINDS[duty.kind].demanded]
    steps = [step for duty in asked_for if (step := rolled(duty, facts, at))]
    for kind in KINDS.values():
        if kind.demanded:
            continue
        outcome = kind.owed(facts)
        live = [duty for duty in facts.history if duty.kind == kind.name and duty.state in LIVE]
        steps += [step for duty in live if (step := _changed(outcome, duty, facts, at, policy))]
        if not isinstance(outcome, Idle) and all(duty.state == "cancelled" for duty in live):
            steps.append(begin(kind.name, outcome, facts, row.company_id, at, policy))
    return steps


def _changed(outcome: Owed | Idle, duty: tables.Obligation, facts: Facts, at: datetime, policy: Policy) -> Step | None:
    """What is to be written of a duty, or none where all stays as it stands: after a release has come, that is most."""
    stood = dict(vars(duty))
    step = reconcile(outcome, duty, facts, at, policy)
    if step is None or step.events or step.notices or step.withdraw:
        return step
    return step if any(stood[name] != value for name, value in step.fields.items()) else None
