"""Taking what was seen: raw rows, what a watch settled on, findings; then what follows for the cases."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from checks.contract import Look, Severity, Verdict
from checks.detail import parts_of
from monitor import ledger, tables
from monitor.archive.intake import Made, enter, keepable
from monitor.cases.closing import passes
from monitor.cases.opening import fails, release
from monitor.cases.settling import (
    CONFIRM,
    LONG_UNKNOWN,
    MAINTENANCE,
    NOT_ASSESSED,
    Damping,
    Seen,
    Settled,
    settle,
)
from monitor.registry.places import GONE, gone
from monitor.registry.roster import roster
from monitor.tables.plain import locked_values, write_each
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from monitor.registry.roster import Roster
    from monitor.tables import Watch

_USUAL = Damping()
_PART = 0x17A67  #: of the work, party by party


async def take(seen: Sequence[Seen], at: datetime, confirm: int = CONFIRM, damping: Damping = _USUAL) -> None:
    """Take the results of some looks, in one transaction: raw rows, settled verdicts, findings, cases."""
    async with transaction():
        await _work_out_anew(seen, at)
        mine = await _still_ours(seen)
        present = await roster()
        mine = [await _announced(one, present, at) for one in mine]
        settled = [_settled(one, confirm) for one in mine]
        told = {one.watch.id: _told(one, now, at) for one, now in zip(mine, settled, strict=True)}
        await write_each(tables.Watch, told)
        await write_each(tables.Watch, {one.watch.id: _kept(one.look) for one in mine if one.look.keep is not None})
        await _keep_texts([one.look for one in mine], at)
        await enter([_made(one, now) for one, now in zip(mine, settled, strict=True)], at)
        await _alone_with(one.watch.party_id or "" for one in mine if one.look.verdict is Verdict.FAIL)
        for one, now in zip(mine, settled, strict=True):
            await _take(one, now, present, at, damping)


async def _alone_with(parties: Iterable[str]) -> None:
    """Two hands open one case. Not by the party's row: whoever changes the registry holds it, and wants the watches."""
    for party in sorted(set(parties)):
        await alone(_PART, party)


async def _work_out_anew(seen: Sequence[Seen], at: datetime) -> None:
    """What must stay gone is there: the planning has to look at those engagements again. They are marked before the
    watches are locked, in the order in which whoever changes the registry comes to them; once too often does no harm.
    """
    serving = {(party, one.watch.url) for one in seen if _serves(one) and (party := one.watch.party_id)}
    if serving:
        places = await gone({party for party, _ in serving}, await roster(), at)
        touched = sorted(key for place in serving & places.keys() for key in places[place])
        await tables.Engagement.filter(key__in=touched).update(plan_at=at)


def _serves(seen: Seen) -> bool:
    return seen.watch.check_kind == GONE and seen.look.verdict is Verdict.FAIL


async def _still_ours(seen: Sequence[Seen]) -> list[Seen]:
    """Those whose lease still holds, locked for us: a late worker's result is dropped."""
    rows = await locked_values(tables.Watch, [one.watch.id for one in seen], ("id", "lease", "retired_at"))
    leases = {number: lease for number, lease, retired_at in rows if retired_at is None}
    return [one for one in seen if one.watch.id in leases and leases[one.watch.id] == one.watch.lease]


async def _announced(seen: Seen, present: Roster, at: datetime) -> Seen:
    """A failure while the party works on its systems, as it said it would, is marked; it is not looked after sooner."""
    whose = seen.watch.party_id
    if seen.look.verdict is not Verdict.FAIL or seen.watch.check_kind == GONE or whose is None:
        return seen
    party = await present.party(whose)
    if not party.works_on(seen.watch.url, at, present.calendar.zone):
        return seen
    marked = replace(seen.look, reason=MAINTENANCE)
    return replace(seen, look=marked, next_at=seen.turn_at or seen.next_at)


def _excused(look: Look) -> bool:
    return look.verdict is Verdict.FAIL and look.reason == MAINTENANCE


def _settled(seen: Seen, confirm: int) -> Settled:
    """What is excused begins every count anew: what still fails when the work should be done counts from then."""
    if _excused(seen.look):
        return Settled(0, 0, seen.watch.settled, turned=False)
    return settle(seen.watch, seen.look.verdict, confirm)


def _told(seen: Seen, now: Settled, at: datetime) -> dict[str, Any]:
    """What the watch's own row says after a look."""
    watch, look = seen.watch, seen.look
    return {
        "fails": now.fails,
        "passes": now.passes,
        "settled": now.verdict,
        "first_round": watch.first_round and now.verdict is None,
        "last_verdict": look.verdict,
        "last_reason": look.reason,
        "last_at": at,
        "unknown_since": (watch.unknown_since or at) if look.verdict is Verdict.UNKNOWN else None,
        "next_at": seen.next_at,
        "lease": None,
        "lease_until": None,
    }


def _kept(look: Look) -> dict[str, Any]:
    return {"memory": keepable(dict(look.keep or {}))}


async def _keep_texts(looks: Sequence[Look], at: datetime) -> None:
    """Texts that people will want to read beside each other, once each: another replica may keep the same one now."""
    texts = {sha256: text for look in looks for sha256, text in look.texts.items()}
    rows = [tables.PageText(sha256=key, text=keepable(text), first_seen_at=at) for key, text in sorted(texts.items())]
    if rows:
        await tables.PageText.bulk_create(rows, ignore_conflicts=True)


def _made(seen: Seen, now: Settled) -> Made:
    """For the archive; an attempt is counted while what is said differs from what is settled, or has just settled."""
    row = max(now.fails, now.passes) if seen.look.verdict is not Verdict.UNKNOWN else 1
    unsettled = now.turned or now.verdict != seen.look.verdict
    return Made(seen.watch.id, seen.look, row if unsettled else 1, seen.ruleset, seen.lag_ms)


async def _take(seen: Seen, now: Settled, present: Roster, at: datetime, damping: Damping) -> None:
    watch, look = seen.watch, seen.look
    await _doubt(watch, look, at)
    if _excused(look):
        return
    if now.verdict == Verdict.FAIL and look.verdict is Verdict.FAIL:
        await _note_findings(watch, look, at)
        await fails(watch, look, present, at, damping)
    elif now.turned and now.verdict == Verdict.PASS:
        await tables.FindingRow.filter(watch_id=watch.id, closed_at=None).update(closed_at=at)
        await passes(watch, at, damping)
    if watch.first_round and now.verdict is not None:
        await release(watch, at)


async def _doubt(watch: Watch, look: Look, at: datetime) -> None:
    """What could not be assessed for a week is a finding of ours: of nobody's case, and told to no party."""
    rule = f"{watch.check_kind}.{NOT_ASSESSED}"
    if watch.unknown_since is None or at - watch.unknown_since < LONG_UNKNOWN:
        return
    ours = tables.FindingRow.filter(watch_id=watch.id, rule=rule, closed_at=None)
    facts = {"url": watch.url, "check": watch.check_kind, "reason": look.reason}
    facts |= {"party": watch.party_id} if watch.party_id else {}
    if look.verdict is not Verdict.UNKNOWN:
        if await ours.update(closed_at=at):
            await ledger.write([ledger.Event("watch.assessed", f"watch/{watch.id}", facts)], at)
    elif not await ours.update(last_seen_at=at, detail=look.reason):
        since = {"first_seen_at": watch.unknown_since, "last_seen_at": at}
        await tables.FindingRow.create(watch_id=watch.id, rule=rule, severity=Severity.LOW, detail=look.reason, **since)
        await ledger.write([ledger.Event(f"watch.{NOT_ASSESSED}", f"watch/{watch.id}", facts)], at)


async def _note_findings(watch: Watch, look: Look, at: datetime) -> None:
    """Findings by identity: is it new, is it still true?"""
    known = {(row.rule, row.key): row for row in await tables.FindingRow.filter(watch_id=watch.id, closed_at=None)}
    fresh = []
    for found in look.findings:
        row = known.pop((found.rule, found.key), None)
        if row is None:
            fresh.append(
                tables.FindingRow(
                    watch_id=watch.id,
                    rule=found.rule,
                    key=found.key,
                    severity=found.severity,
                    detail=found.detail,
                    said=keepable(parts_of(found.detail)),
                    first_seen_at=at,
                    last_seen_at=at,
                )
            )
        else:
            await tables.FindingRow.filter(id=row.id).update(
                severity=found.severity, detail=found.detail, said=keepable(parts_of(found.detail)), last_seen_at=at
            )
    await tables.FindingRow.bulk_create(fresh)
    await tables.FindingRow.filter(id__in=[row.id for row in known.values()]).update(closed_at=at)
